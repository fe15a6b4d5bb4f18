"""A server of InfluxDB 2's write API as its documentation and its own tests describe it, answers to the byte.

    python influx_server.py FOLDER PORT [CERTIFICATE KEY]

Points stand in FOLDER/points.jsonl, synced before the answer; a kill loses none. FOLDER/behaviour.json is
read at every request: limits, and what to answer instead. Line protocol is parsed by the grammar in the
reference, and by nothing of Cryogate's. Sources: InfluxDB v2 API reference; http/write_handler_test.go of
influxdb 2.7.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

FOLDER = Path(sys.argv[1])
FIELD = re.compile(r'((?:\\[, =]|[^, =])+)=("(?:[^"\\]|\\.)*"|[^," ]+)(?=,|$)')
TOKEN, ORG, BUCKET = "secret-token", "cold chain", "readings"


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Write(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one segment, else each answer waits for a delayed ACK

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        behaviour = json.loads((FOLDER / "behaviour.json").read_text())
        told = behaviour.get("answer")
        status = 0
        try:
            if told is not None:
                return self._say(status := told["status"], told["body"].encode(), told["headers"])
            self._write(body, behaviour)
            self._say(status := 204, b"", {})
        except Refused as refused:
            said = {"code": refused.code, "message": refused.message}
            text = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "X-Platform-Error-Code": refused.code,
            }
            self._say(status := refused.status, text, headers)
        finally:
            _append("requests.jsonl", [{"status": status, "at_s": time.time(), "bytes": length}])

    def _write(self, body: bytes, behaviour: dict[str, Any]) -> None:
        asked = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        if not self.path.startswith("/api/v2/write?"):
            raise Refused(404, "not found", "path not found")
        if self.headers["Authorization"] != f"Token {behaviour.get('token', TOKEN)}":
            raise Refused(401, "unauthorized", "unauthorized access")
        if behaviour.get("forbidden"):
            raise Refused(403, "forbidden", "insufficient permissions for write")
        if asked.get("org") != ORG:
            raise Refused(404, "not found", f'organization name "{asked.get("org")}" not found')
        if asked.get("bucket") != BUCKET:
            raise Refused(404, "not found", f'bucket "{asked.get("bucket")}" not found')
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        if len(body) > behaviour.get("most_bytes", 50_000_000):
            raise Refused(413, "request too large", "unable to read data: points batch is too large")
        assert asked["precision"] == "ns"
        _store([_point(line) for line in body.decode().split("\n") if line], behaviour)

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"X-Influxdb-Build": "OSS", "X-Influxdb-Version": "v2.7.11", **headers}.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests read requests.jsonl."""


def _store(points: list[dict[str, Any]], behaviour: dict[str, Any]) -> None:
    """Those that fit; the rest is dropped and counted, as a partial write."""
    for point in points:
        if "unparseable" in behaviour and point["tags"].get("channel") == behaviour["unparseable"]:
            raise Refused(400, "invalid", f"unable to parse '{point['line']}': bad timestamp")
    types = dict(behaviour.get("types", {}))
    recent = [p for p in points if p["time"] >= behaviour.get("retention_from_ns", 0)]
    fitting = [
        p
        for p in recent
        if all(types.get(k, type(v).__name__) == type(v).__name__ for k, v in p["fields"].items())
    ]
    _append("points.jsonl", fitting)
    why = "points beyond retention policy"
    if len(fitting) < len(recent):
        conflict = "is type float, already exists as type integer"
        why = f'field type conflict: input field "value" on measurement "reading" {conflict}'
    if len(fitting) < len(points):
        dropped = len(points) - len(fitting)
        message = f"failure writing points to database: partial write: {why} dropped={dropped}"
        raise Refused(422, "unprocessable entity", message)


def _point(line: str) -> dict[str, Any]:
    """Measurement[,tag=value...] SPACE field=value[,...] SPACE timestamp."""
    head, _, rest = _cut(line, " ")
    fields, _, time_ns = rest.rpartition(" ")
    if not fields:
        raise Refused(400, "invalid", f"unable to parse '{line}': missing fields")
    measurement, *tags = _split(head, ",")
    found = FIELD.findall(fields)
    if ",".join(f"{key}={value}" for key, value in found) != fields:
        raise Refused(400, "invalid", f"unable to parse '{line}': invalid field format")
    return {
        "line": line,
        "measurement": _plain(measurement),
        "tags": {_plain(key): _plain(value) for key, value in (_split(tag, "=") for tag in tags)},
        "fields": {_plain(key): _value(value, line) for key, value in found},
        "time": int(time_ns),
    }


def _cut(text: str, separator: str) -> tuple[str, str, str]:
    """At the first separator that no backslash escapes."""
    first = _split(text, separator)[0]
    return first, separator, text[len(first) + len(separator) :]


def _split(text: str, separator: str) -> list[str]:
    """At separators that no backslash escapes."""
    parts, escaped = [""], False
    for character in text:
        if character == separator and not escaped:
            parts.append("")
            continue
        escaped = character == "\\" and not escaped
        parts[-1] += character
    return parts


def _plain(text: str) -> str:
    for special in (",", "=", " "):
        text = text.replace("\\" + special, special)
    return text


def _value(text: str, line: str) -> float | int | str:
    if text.startswith('"'):
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    try:
        return int(text[:-1]) if text.endswith("i") else float(text)
    except ValueError:
        raise Refused(400, "invalid", f"unable to parse '{line}': invalid number") from None


def _append(name: str, rows: list[dict[str, Any]]) -> None:
    with (FOLDER / name).open("a") as file:
        file.write("".join(json.dumps(row) + "\n" for row in rows))
        file.flush()
        os.fsync(file.fileno())


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Write)
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
