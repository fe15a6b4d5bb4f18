"""The answer to a command with `--server` is lost, or is not what it should be: it ends in words."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner

from gateway.api.application import guarded
from gateway.cli import app
from gateway.errors import CryogateError, Declined, InputError
from tests.unit.api.served import served
from tests.unit.api.two_sites import TwoSites

TOKEN = "administrator+operator+quality"
COMMANDS = (
    ("ack", "E-1", "--comment", "seen"),
    ("take", "E-1"),
    ("take", "E-1", "--group"),
    ("assign", "E-1", "--to", "li.na"),
    ("comment", "E-1", "--comment", "worn"),
    ("close", "E-1", "--comment", "checked"),
    ("shelve", "E-1", "--reason", "x", "--for", "1h"),
    ("unshelve", "E-1", "--reason", "x"),
    ("filling", "freezer"),
    ("out-of-service", "--asset", "freezer", "--reason", "x", "--for", "1h"),
    ("empty", "freezer"),
    ("place", "top", "freezer", "--reason", "x"),
    ("reset", "top", "spent", "--comment", "x"),
    ("withdraw", "S-1", "--reason", "x"),
    ("hold", "--why", "x"),
    ("release", "H-1", "--why", "x"),
    ("drill", "--asset", "freezer"),
    ("people", "set", "li.na", "--name", "Li Na"),
    ("people", "remove", "li.na"),
    ("roster", "set", "night", "--person", "li.na", "--start", "2026-01-05", "--site", "s"),
    ("roster", "end", "night"),
    ("stand-in", "wang.wei", "--for", "li.na", "--until", "friday 08:00"),
    ("handover", "--to", "li.na"),
    ("notify", "--test", "li.na"),
    ("siren", "--test", "lamp"),
    ("refused", "--retry", "broker"),
    ("journal", "backup"),
)


QUESTIONS = (
    *(("status",), ("doctor",), ("alarms",), ("alarms", "--json"), ("history", "E-1"), ("calls",)),
    *(("hints", "E-1"), ("code", "BAG-1"), ("signatures",), ("out-of-service",), ("contents",)),
    *(("contents", "--unit", "BAG-1"), ("contents", "--conflicts"), ("statements",), ("audit",)),
    *(("clocks", "top", "--from", "2026-01-05", "--to", "2026-01-06"), ("time-left",), ("alarm-health",)),
    *(("alarm-health", "--advice"), ("replay",), ("journal", "verify"), ("report", "E-1", "--json")),
    *(("parked",), ("refused",), ("handover",), ("siren",), ("drill", "--due"), ("drill", "--report")),
    *(("duty",), ("people", "list"), ("roster", "list"), ("roster", "show"), ("journal", "stats")),
    *(("journal", "holds"), ("watch", "--seconds", "1"), ("refused", "--retry", "broker", "--dry")),
)


class Relay(BaseHTTPRequestHandler):
    """Between a client and a gateway; the answer to the first POST is lost on the way back."""

    protocol_version = "HTTP/1.1"
    port: ClassVar[int]
    lost: ClassVar[list[bytes]]

    def do_GET(self) -> None:
        status, answer = self.answered()
        if self.command == "POST" and not self.lost:
            self.lost.append(answer)
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def answered(self) -> tuple[int, bytes]:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        there = http.client.HTTPConnection("127.0.0.1", self.port)
        there.request(self.command, self.path, body, dict(self.headers))
        with there.getresponse() as answer:
            return answer.status, answer.read()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Bare(Relay):
    """Answers each POST with what it is told, and has no list."""

    told: ClassVar[bytes]

    def answered(self) -> tuple[int, bytes]:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return 200, self.told if self.command == "POST" else b'{"items": [], "next": null}'


class Hollow(Bare):
    """Answers everything so."""

    def answered(self) -> tuple[int, bytes]:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return 200, self.told

    do_DELETE = Relay.do_GET


@contextmanager
def between(handler: type[Relay]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def asked(url: str, *words: str) -> Any:
    return CliRunner().invoke(app, ["--server", url, "--token", TOKEN, *words])


def test_a_handover_whose_answer_was_lost_is_stated_once(sites: TwoSites) -> None:
    sites.enter_people()
    with served(guarded(sites.door.app)) as port:
        relay = type("Relay", (Relay,), {"port": port, "lost": []})
        with between(relay) as url:
            done = asked(url, "handover", "--to", "wang.wei", "--notes", "quiet night")
    assert done.exit_code == 0, (done.output, done.exception)
    [(_, one)] = sites.desk.journal.statements("handover")
    assert f"in the journal as {one.id}; it was stated before" in done.stdout
    assert json.loads(relay.lost[0])["id"] == one.id  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "told",
    [{"new": False, "id": "K-1", "remarks": []}, {}, [], None, "<html>"],
    ids=lambda told: repr(told)[:8],
)
def test_an_answer_that_lacks_something_is_said_in_words(told: Any, tmp_path: Path) -> None:
    data = b"<html>" if told == "<html>" else json.dumps(told).encode()
    table = tmp_path / "units.csv"
    table.write_text("scheme,code,asset,zone,from,to\n")
    with between(type("Told", (Bare,), {"told": data, "lost": [b""]})) as url:
        for words in (*COMMANDS, ("load", str(table))):
            done = asked(url, *words)
            is_said = isinstance(done.exception, CryogateError | None)
            assert is_said and not isinstance(done.exception, InputError), (words, done.exception)
            if not isinstance(told, dict | list):
                assert isinstance(done.exception, Declined), words


@pytest.mark.parametrize(
    "told", [{}, {"items": [{}], "next": None}, {"id": "J-1"}], ids=lambda told: str(len(told))
)
def test_an_answer_to_a_question_that_lacks_something_is_said_in_words(told: Any, tmp_path: Path) -> None:
    """Only by what the answer itself says of it: another KeyError would be a mistake of ours."""
    hollow = {"told": json.dumps(told).encode(), "lost": [b""]}
    with between(type("Hollow", (Hollow,), hollow)) as url:
        for words in (*QUESTIONS, ("report", "E-1", "-o", str(tmp_path / "x.pdf"))):
            done = asked(url, *words)
            assert isinstance(done.exception, CryogateError | SystemExit | None), (words, done.exception)


def test_a_repeat_whose_answer_nobody_knows_any_more_says_where_it_stands() -> None:
    data = json.dumps({"new": False, "id": "K-1", "remarks": []}).encode()
    with between(type("Told", (Bare,), {"told": data, "lost": [b""]})) as url:
        done = asked(url, "shelve", "E-1", "--reason", "x", "--for", "1h")
    assert "this was stated before, as K-1" in str(done.exception)
