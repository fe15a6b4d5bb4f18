"""What is sent without need: no byte of a file before it is known who sends, and no body without an end."""

from __future__ import annotations

import socket
from contextlib import suppress
from http.client import HTTPResponse
from typing import Any

import pytest
from starlette.formparsers import MultiPartParser

from gateway.api import guards, limits, uploads
from gateway.api.application import guarded, routers
from gateway.api.problems import Problem
from gateway.api.uploads import TakesFiles, Uploads
from tests.unit.api.front_door import FrontDoor
from tests.unit.api.served import served
from tests.unit.api.test_limits_of_connections import connect, read_all

ROUTES: list[Any] = [route for router in routers() for route in router.routes]
FORM = "Content-Type: multipart/form-data; boundary=b"
CHUNKED = "Transfer-Encoding: chunked"
BEGUN = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'


def begin(connection: socket.socket, asked: str, *headers: str, body: bytes = b"") -> None:
    method, path = asked.split()
    head = "\r\n".join((f"{method} /api/v1{path} HTTP/1.1", "Host: x", *headers, "", ""))
    connection.sendall(head.encode() + body)


def answered(connection: socket.socket) -> HTTPResponse:
    answer = HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


def takes_a_file(route: Any) -> bool:
    return any("UploadFile" in str(one.field_info.annotation) for one in route.dependant.body_params)


def test_what_takes_files_asks_first() -> None:
    files = [route for route in ROUTES if takes_a_file(route)]
    assert {f"/api/v1{route.path}" for route in files} == set(guards.FILES)
    assert all(isinstance(route, TakesFiles) for route in files)


@pytest.mark.parametrize("how", ["Content-Length: 33000000", CHUNKED])
def test_nobodys_file_is_read(door: FrontDoor, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Of who is not known, and of who may not."""
    read = list[str]()
    monkeypatch.setattr(guards, "REST_WITHIN_S", 0.0)
    monkeypatch.setattr(MultiPartParser, "on_part_data", lambda *_: read.append("something"))
    body = chunk(BEGUN + b"x") if how == CHUNKED else BEGUN + b"x"
    with served(guarded(door.app)) as port:
        for path in guards.FILES:
            for token, status in (("forged", b"401"), ("no-role", b"403")):
                with connect(port) as sender:
                    bearer = f"Authorization: Bearer {token}"
                    begin(sender, f"POST {path.removeprefix('/api/v1')}", FORM, how, bearer, body=body)
                    assert read_all(sender).startswith(b"HTTP/1.1 " + status), path
    assert not read


def test_all_files_together_have_a_size() -> None:
    held, size = Uploads(), limits.MOST_TOGETHER // 2
    with held.room_for(size), held.room_for(size):
        with pytest.raises(Problem, match="try again in a moment") as told, held.room_for(1):
            pass
        assert told.value.status_code == 503 and told.value.headers == {"Retry-After": "5"}
    with held.room_for(2 * size):
        pass


def test_a_file_for_which_there_is_no_room_is_not_read(
    door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_TOGETHER", 0)
    asked = {"files": {"file": ("f", b"x")}, "data": {"site": "s"}}
    assert door.ask("POST", "/plans", "operator", **asked).status_code == 503
    assert door.ask("POST", "/plans/s/places", "operator", json={}).status_code == 422  # no file comes there


UNREAD = {
    "GET /alive": b"200",
    "POST /nonexistent": b"404",
    "PUT /session": b"405",
    "POST /imports/preview": b"401",
    f"GET /{'x' * limits.LONGEST_PATH}": b"414",
}


def test_a_body_that_nobody_reads_has_an_end(door: FrontDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is answered at once; the connection ends though the body does not."""
    monkeypatch.setattr(guards, "REST_WITHIN_S", 0.0)
    with served(guarded(door.app)) as port:
        for asked, status in UNREAD.items():
            with connect(port) as sender:
                begin(sender, asked, CHUNKED, "Content-Type: application/json", body=chunk(b"x"))
                answer = read_all(sender)
            assert answer.startswith(b"HTTP/1.1 " + status), asked
            assert b"connection: close\r\n" in answer.lower()


def test_the_rest_of_an_unread_body_has_a_size(door: FrontDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "REST_WITHIN_S", 600.0)
    monkeypatch.setattr(guards, "BODY_WITHIN_S", 600.0)
    with served(guarded(door.app)) as port, connect(port) as sender:
        begin(sender, "GET /alive", CHUNKED)
        assert sender.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        with suppress(ConnectionError):
            sender.sendall(2 * chunk(b"x" * limits.LARGEST_BODY))
        read_all(sender)  # ends, long before the time is over


def test_who_sends_more_than_is_read_reads_the_answer(door: FrontDoor) -> None:
    """And where all of it has come, the connection goes on."""
    content = b"x" * limits.LARGEST_BODY
    with served(guarded(door.app)) as port:
        with connect(port) as sender:
            begin(sender, "POST /nonexistent", f"Content-Length: {len(content)}", body=content)
            assert answered(sender).status == 404
        with connect(port) as sender:
            begin(sender, "GET /alive", "Content-Length: 2", body=b"{}")
            assert not answered(sender).will_close


def test_who_asks_before_it_sends_is_told_at_once(door: FrontDoor) -> None:
    with served(guarded(door.app)) as port, connect(port) as sender:
        begin(sender, "POST /imports", FORM, "Content-Length: 33000000", "Expect: 100-continue")
        assert read_all(sender).startswith(b"HTTP/1.1 401 ")
