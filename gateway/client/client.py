"""What a program asks a gateway, and does there, over the API: a method for each, with the words of the API.

    with Client("https://gateway.example:8443", token, Path("pages-cert.pem")) as gateway:
        for alarm in gateway.alarms(severity="major"):
            gateway.acknowledge(alarm["id"], "lid is closed")

Lists come page by page while they are read. Whatever is stated has a key of its own, so that a request whose
answer was lost can be sent again. Other routes are reached by `get`, `items` and `post`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Generator, Iterator, Sequence
from http.client import HTTPResponse
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import quote

from gateway.client.answer import read_answer, read_list, read_object
from gateway.client.connection import Body, Connection
from gateway.client.live import Event, events

MOST: Final = 1000  # items of a page
PIECE: Final = 1 << 16  # bytes
Row = dict[str, Any]


class Client:
    """Belongs to one thread. Its methods raise Declined and LinkDown."""

    def __init__(self, server: str, token: str, ca_file: Path | None = None) -> None:
        """`ca_file`: which certificate counts; None: those that the machine trusts. Raises InputError."""
        self._connection = Connection(server, token, ca_file)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    # any route

    def get(self, path: str, **asked: Any) -> Any:
        return read_answer(self._connection.ask("GET", path, asked))

    def items(self, path: str, **asked: Any) -> Iterator[Row]:
        """Of a list, all pages."""
        after = None
        while True:
            found = self.get(path, **{"limit": MOST, "after": after, **asked})
            yield from found["items"]
            after = found["next"]
            if after is None:
                return

    def post(self, path: str, said: Row, key: str = "") -> Row:
        """`key`: of this request, where it may be sent again later; else it gets one."""
        return read_object(self._posted(path, said, key))

    def delete(self, path: str) -> Row:
        return read_object(self._connection.ask("DELETE", path))

    def post_for_list(self, path: str, said: Row, key: str = "") -> list[Row]:
        return read_list(self._posted(path, said, key))

    def post_file(self, path: str, file: Path, fields: Row, key: str = "") -> Row:
        """A form with a file. Raises OSError where it cannot be read."""
        border = f"cryogate-{secrets.token_hex(16)}"
        parts = [_part(border, f'name="{name}"', str(value).encode()) for name, value in fields.items()]
        named = quote(file.name)  # no quotation mark and no line end can be in it
        parts.append(_part(border, f'name="file"; filename="{named}"', file.read_bytes()))
        data = b"".join([*parts, f"--{border}--\r\n".encode()])
        body = Body(data, f"multipart/form-data; boundary={border}", key or secrets.token_hex(16))
        return read_object(self._connection.ask("POST", path, None, body))

    def pieces(self, path: str, **asked: Any) -> Iterator[bytes]:
        """A long answer as it comes."""
        answer = self._connection.ask("GET", path, asked)
        while piece := answer.read(PIECE):
            yield piece

    # what is known

    def status(self) -> Row:
        return self._row("/status")

    def doctor(self) -> Row:
        return self._row("/doctor")

    def values(self, **asked: Any) -> Iterator[Row]:
        return self.items("/values", **asked)

    def alarms(self, **asked: Any) -> Iterator[Row]:
        """Filters: state, severity, asset, site, rule, assigned, taken, quiet, closed, sort."""
        return self.items("/alarms", **asked)

    def alarm(self, alarm: str) -> Row:
        return self._row(f"/alarms/{in_path(alarm)}")

    def history(self, alarm: str) -> list[Row]:
        found: list[Row] = self.get(f"/alarms/{in_path(alarm)}/history")
        return found

    def contents(self, asset: str | None = None, at: str | None = None) -> Row:
        return self._row("/contents", asset=asset, at=at)

    def conflicts(self, asset: str | None = None) -> Row:
        return self._row("/contents/conflicts", asset=asset)

    def units(self, code: str, at: str | None = None) -> Row:
        return self._row(f"/units/{in_path(code)}", at=at)

    def statements(self, **asked: Any) -> Iterator[Row]:
        """Filters: about, kind, since. The newest first."""
        return self.items("/statements", **asked)

    def audit(self, **asked: Any) -> Iterator[Row]:
        """Filters: kind (a list), by, about, origin, text, since, until, people. The oldest first."""
        return self.items("/audit", **asked)

    def readings_file(
        self, channels: Sequence[str], form: str, start: str | None = None, end: str | None = None
    ) -> Iterator[bytes]:
        """`form`: csv, json, parquet or arrow."""
        asked = {"channel": list(channels), "from": start, "to": end, "format": form}
        return self.pieces("/readings/file", **asked)

    def live(self, after: int | None = None) -> Generator[Event, None, None]:
        """Until the stream ends: then come again with the last `seq`. On a connection of its own."""
        answer = self._connection.ask("GET", "/live", {"after": after})
        try:
            yield from events(answer)
        finally:
            self._connection.close()

    # what is done

    def acknowledge(self, alarm: str, comment: str = "", key: str = "") -> Row:
        return self._about(alarm, "acknowledge", {"comment": comment}, key)

    def take(self, alarm: str, comment: str = "", key: str = "") -> Row:
        return self._about(alarm, "take", {"comment": comment}, key)

    def acknowledge_group(self, alarm: str, but: Sequence[str] = (), comment: str = "", key: str = "") -> Row:
        """All alarms of the same happening, without those in `but`."""
        return self._about(alarm, "group/acknowledge", {"but": list(but), "comment": comment}, key)

    def take_group(self, alarm: str, but: Sequence[str] = (), comment: str = "", key: str = "") -> Row:
        """The same."""
        return self._about(alarm, "group/take", {"but": list(but), "comment": comment}, key)

    def assign(self, alarm: str, to: str, key: str = "") -> Row:
        return self._about(alarm, "assign", {"to": to}, key)

    def comment(self, alarm: str, comment: str, key: str = "") -> Row:
        return self._about(alarm, "comment", {"comment": comment}, key)

    def close(self, alarm: str, comment: str, key: str = "") -> Row:
        return self._about(alarm, "close", {"comment": comment}, key)

    def load(self, file: Path, corrects: str | None = None, reason: str = "") -> Row:
        """A file of `cryogate load`: all of it is taken, or nothing; again changes nothing."""
        return self.post_file("/contents/file", file, {"corrects": corrects or "", "reason": reason})

    def withdraw(self, statement: str, reason: str, key: str = "") -> Row:
        return self.post(f"/statements/{in_path(statement)}/withdraw", {"reason": reason}, key)

    def _posted(self, path: str, said: Row, key: str) -> HTTPResponse:
        body = Body(json.dumps(said).encode(), key=key or secrets.token_hex(16))
        return self._connection.ask("POST", path, None, body)

    def _about(self, alarm: str, action: str, said: Row, key: str) -> Row:
        return self.post(f"/alarms/{in_path(alarm)}/{action}", said, key)

    def _row(self, path: str, **asked: Any) -> Row:
        found: Row = self.get(path, **asked)
        return found


def in_path(name: str) -> str:
    """As a part of a route."""
    return quote(name, safe="")


def _part(border: str, named: str, data: bytes) -> bytes:
    return f"--{border}\r\nContent-Disposition: form-data; {named}\r\n\r\n".encode() + data + b"\r\n"
