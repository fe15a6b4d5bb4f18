"""An instrument behind a TCP serial server (raw socket): every connection reaches the same instrument."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

from firmware_sim.pty import CHUNK, LOOK_S, Answer, Unplugged

MOST_CONNECTIONS: Final = 4  # as small serial servers allow


async def serve_tcp(host: str, port: int, answer: Answer, unplugged: Unplugged) -> None:
    """Serve until cancelled; unplugged, it drops and refuses connections. Raises OSError when taken."""
    while True:
        while unplugged():
            await asyncio.sleep(LOOK_S)
        await _serve_while_plugged(host, port, answer, unplugged)


def listens(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection((host, port), 1.0).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _serve_while_plugged(host: str, port: int, answer: Answer, unplugged: Unplugged) -> None:
    open_writers: set[asyncio.StreamWriter] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(open_writers) >= MOST_CONNECTIONS:
            writer.close()
            return
        open_writers.add(writer)
        try:
            await _converse(reader, writer, answer)
        except ConnectionError:
            pass  # the reader went away
        finally:
            open_writers.discard(writer)
            writer.close()

    server = await asyncio.start_server(talk, host, port)
    try:
        while not unplugged():
            await asyncio.sleep(LOOK_S)
    finally:
        server.close()
        for writer in tuple(open_writers):
            writer.transport.abort()


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    loop = asyncio.get_running_loop()
    while data := await reader.read(CHUNK):
        writer.write(answer(data, loop.time()))
        await writer.drain()
