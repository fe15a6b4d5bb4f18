"""Connections with real sockets: how many, and none that begins nothing, sends slowly or reads nothing."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import warnings
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.api import door
from gateway.api.certificate import own
from gateway.api.proxies import Proxies
from tests.unit.api.served import served

FLOOD = "127.0.0.2"  # all of 127/8 is this machine
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Says who asks; at /long more than any socket buffers."""
    if scope["type"] == "lifespan":
        return
    body = b"x" * 50_000_000 if scope["path"] == "/long" else scope["client"][0].encode()
    await Response(body)(scope, receive, send)


def connect(port: int, of: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 30, (of, 0))


def answered(connection: socket.socket, *headers: str) -> bytes:
    """To one request, on a connection that ends with it."""
    more = "".join(f"{one}\r\n" for one in ("Connection: close", *headers)).encode()
    connection.sendall(ASK + more + b"\r\n")
    return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Until its end, which may be a hard one."""
    found = list[bytes]()
    try:
        while part := connection.recv(1 << 16):
            found.append(part)
    except ConnectionError:
        pass
    return b"".join(found)


def test_a_thousand_idle_connections_of_one_keep_nobody_else_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "HEAD_WITHIN_S", 600.0)  # they are idle for longer than it takes to ask
    with served(app) as port, ExitStack() as stack:
        idle = [stack.enter_context(connect(port, FLOOD)) for _ in range(1000)]
        assert answered(connect(port)).endswith(b"\r\n\r\n127.0.0.1")
        assert read_all(idle[-1]) == b""
        one = idle[0]
        one.sendall(ASK + b"Connection: close\r\n\r\n")
        assert read_all(one).endswith(FLOOD.encode()), "those that are in are answered"
        assert b"200 OK" in answered(connect(port, FLOOD)), "where one went there is room for another"


def test_there_is_a_limit_for_all_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_CONNECTIONS", 2)
    with served(app) as port, connect(port) as first, connect(port, FLOOD):
        assert read_all(connect(port, "127.0.0.3")) == b""
        assert b"200 OK" in answered(first)
        assert b"200 OK" in answered(connect(port, "127.0.0.3"))


@pytest.mark.parametrize("first", [b"", ASK, ASK + b"\r\n"], ids=["nothing", "half a head", "a second one"])
def test_whose_head_does_not_come_is_cut_off(monkeypatch: pytest.MonkeyPatch, first: bytes) -> None:
    """Also who sends a byte from time to time: the time is for the whole head."""
    monkeypatch.setattr(door, "HEAD_WITHIN_S", 0.3)
    with served(app) as port, connect(port) as slow:
        slow.sendall(first)
        slow.settimeout(0.05)
        while True:
            try:
                if not slow.recv(1 << 16):
                    break
            except TimeoutError:
                slow.sendall(b"x")
            except ConnectionError:
                break
        assert b"200 OK" in answered(connect(port))


def test_who_does_not_begin_tls_is_cut_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(door, "HEAD_WITHIN_S", 0.3)
    certificate = own(tmp_path, "127.0.0.1")
    with served(app, certificate) as port, connect(port) as silent:
        assert read_all(silent) == b""
        trusted = ssl.create_default_context(cafile=certificate.certificate)
        with trusted.wrap_socket(connect(port), server_hostname="127.0.0.1") as tls:
            assert b"200 OK" in answered(tls)


@pytest.mark.parametrize(
    ("version", "ciphers", "takes"),
    [
        (ssl.TLSVersion.TLSv1_3, "ALL", True),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+AESGCM", True),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+AES:!AESGCM", False),  # CBC
        (ssl.TLSVersion.TLSv1_2, "DHE+AESGCM", False),
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0", False),
    ],
)
def test_which_tls_is_spoken(tmp_path: Path, version: ssl.TLSVersion, ciphers: str, takes: bool) -> None:
    certificate = own(tmp_path, "127.0.0.1")
    client = ssl.create_default_context(cafile=certificate.certificate)
    client.set_ciphers(ciphers)
    with served(app, certificate) as port, connect(port) as bare, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client.minimum_version = client.maximum_version = version
        spoken = None
        with suppress(ssl.SSLError, ConnectionError):
            spoken = client.wrap_socket(bare, server_hostname="127.0.0.1").version()
        assert spoken == (version.name.replace("_", ".") if takes else None)


def test_who_does_not_read_the_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "READ_WITHIN_S", 0.3)
    ended = threading.Event()
    lost = door.Patience.connection_lost

    def noticed(self: Any, error: Exception | None) -> None:
        lost(self, error)
        ended.set()

    monkeypatch.setattr(door.Patience, "connection_lost", noticed)
    with served(app) as port, connect(port) as deaf:
        deaf.sendall(ASK.replace(b"/", b"/long", 1) + b"\r\n")
        assert ended.wait(60)
        assert len(read_all(deaf)) < 50_000_000


def test_who_asks_is_taken_from_proxies_that_are_configured_alone() -> None:
    told = "X-Forwarded-For: 10.9.9.9, 192.0.2.7"
    with served(app, proxies=("127.0.0.1/32",)) as port:
        assert answered(connect(port), told).endswith(b"\r\n192.0.2.7")
        assert answered(connect(port, FLOOD), told).endswith(FLOOD.encode())
        assert answered(connect(port)).endswith(b"127.0.0.1")
    with served(app) as port:
        assert answered(connect(port), told).endswith(b"127.0.0.1")


def test_a_proxy_may_have_more_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_OF_ONE", 0)
    with served(app, proxies=("127.0.0.1",)) as port:
        assert b"200 OK" in answered(connect(port))
        assert read_all(connect(port, FLOOD)) == b""


def test_where_nobody_can_listen() -> None:
    with served(app) as port, pytest.raises(OSError, match="in use"):
        door.open_doors("127.0.0.1", port, Proxies(()).has)


async def test_an_answer_in_two_pieces_does_not_wait_for_an_acknowledgement() -> None:
    """Else each short answer takes 40 ms more (RFC 896 beside delayed acknowledgements)."""
    (opened,) = door.open_doors("127.0.0.1", 0, Proxies(()).has)
    accepted = asyncio.get_running_loop().create_future()

    class Noticed(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            connection = transport.get_extra_info("socket")
            accepted.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    async with await asyncio.get_running_loop().create_server(Noticed, sock=opened):
        with connect(opened.getsockname()[1]):
            assert await accepted
