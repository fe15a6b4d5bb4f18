"""An MQTT broker inside the process, for demonstrations; needs the `demo` extra (amqtt).

It speaks 3.1.1 and 5. amqtt knows 3.1.1 only and listens on a port of its own; packets of MQTT 5 are
translated on the way (mqtt5.py). Anybody may connect. Sessions persist in memory: a client that connects with
clean session off finds what was published with QoS 1 while it was away, as long as the process lives. Not for
production: amqtt forgets a message that was not acknowledged within 5 s, or whose client left without
acknowledging it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from amqtt.broker import Broker
from amqtt.contexts import BaseContext
from amqtt.errors import BrokerError
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from firmware_sim.mqtt5 import NotMqtt, Packet, Translator, framed, packets, speaks_5
from firmware_sim.pty import CHUNK
from firmware_sim.tcp import free_port

NUDGE_S: Final = 0.5
INSIDE: Final = "127.0.0.1"  # where amqtt listens
_LOGGERS = ("amqtt", "transitions")


class AnybodyMayConnect(BaseAuthPlugin):  # type: ignore[misc]  # amqtt ships no types
    """Lets everybody in by name.

    amqtt's own anonymous plug-in marks sessions as anonymous, and then forgets them when they disconnect.
    """

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)

    async def authenticate(self, *, session: Session) -> bool:  # noqa: ARG002  # amqtt passes it by name
        return True


@asynccontextmanager
async def serve(host: str, port: int) -> AsyncIterator[None]:
    """A running broker while the context is open. Raises OSError when the address is taken."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    inside = free_port()
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"{INSIDE}:{inside}"}},
            "plugins": {f"{__name__}.{AnybodyMayConnect.__name__}": {}},
        }
    )
    try:
        await broker.start()
        async with _translated(host, port, inside):
            yield
    except BrokerError as error:
        raise OSError(f"the embedded broker cannot listen on {INSIDE}:{inside}: {error}") from error
    finally:
        await _shut_down(broker)


async def serve_until_cancelled(host: str, port: int) -> None:
    """As `serve`, for those who have no context to be in."""
    async with serve(host, port):
        await asyncio.Event().wait()


async def _shut_down(broker: Broker) -> None:
    """Wait for the broker to end, and cancel its readers again.

    In Python 3.11 asyncio.wait_for loses a cancellation that comes together with data; amqtt then waits for a
    reader that goes on reading.
    """
    ending = asyncio.create_task(broker.shutdown(), name="broker shuts down")
    while not (await asyncio.wait({ending}, timeout=NUDGE_S))[0]:
        for task in asyncio.all_tasks():
            coroutine = task.get_coro()
            if task.cancelling() and getattr(coroutine, "__qualname__", "") == "ProtocolHandler._reader_loop":
                task.cancel()
    ending.result()


@asynccontextmanager
async def _translated(host: str, port: int, inside: int) -> AsyncIterator[None]:
    """Hand on every connection to `inside`. Raises OSError when the address is taken."""
    writers: set[asyncio.StreamWriter] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_broker, to_broker = await asyncio.open_connection(INSIDE, inside)
        writers.update((writer, to_broker))
        try:
            await _converse(reader, writer, from_broker, to_broker)
        except (ConnectionError, NotMqtt):
            pass  # whoever it was is gone, or speaks something else
        finally:
            writers.difference_update((writer, to_broker))
            writer.close()
            to_broker.close()

    try:
        server = await asyncio.start_server(talk, host, port)
    except OSError as error:
        raise OSError(f"the embedded broker cannot listen on {host}:{port}: {error.strerror}") from error
    try:
        yield
    finally:
        server.close()
        for writer in tuple(writers):
            writer.transport.abort()


async def _converse(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    from_broker: asyncio.StreamReader,
    to_broker: asyncio.StreamWriter,
) -> None:
    """Both directions until one of them ends."""
    begun, rest = await _first_packet(reader)
    if begun is None:
        return
    translator = Translator() if speaks_5(begun) else None
    upwards, downwards = (
        (translator.to_broker, translator.to_client) if translator else (_as_it_is, _as_it_is)
    )
    to_broker.write(framed(upwards(begun)))
    ways = {
        asyncio.create_task(_relay(reader, to_broker, upwards, rest), name="client to broker"),
        asyncio.create_task(_relay(from_broker, writer, downwards), name="broker to client"),
    }
    try:
        ended, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
    for way in ended:
        way.result()


async def _first_packet(reader: asyncio.StreamReader) -> tuple[Packet | None, bytes]:
    """The first packet, and what came behind it; None where the client left before."""
    held = b""
    while data := await reader.read(CHUNK):
        held += data
        found, _ = packets(held)
        if found:
            return found[0], held[len(framed(found[0])) :]
    return None, b""


async def _relay(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    translate: Callable[[Packet], Packet],
    rest: bytes = b"",
) -> None:
    """Packet by packet until the reader's end; `rest` is what has been read already."""
    while True:
        found, rest = packets(rest)
        writer.write(b"".join(framed(translate(packet)) for packet in found))
        await writer.drain()
        data = await reader.read(CHUNK)
        if not data:
            return
        rest += data


def _as_it_is(packet: Packet) -> Packet:
    return packet
