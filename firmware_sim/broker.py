"""An MQTT 3.1.1 broker inside the process, for demonstrations; needs the `demo` extra (amqtt).

Anybody may connect. Sessions persist in memory: a client that connects with clean session off finds what was
published with QoS 1 while it was away, as long as the process lives. No MQTT 5. Not for production: amqtt
forgets a message that was not acknowledged within 5 s, or whose client left without acknowledging it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from amqtt.broker import Broker
from amqtt.contexts import BaseContext
from amqtt.errors import BrokerError
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

NUDGE_S: Final = 0.5
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
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}},
            "plugins": {f"{__name__}.{AnybodyMayConnect.__name__}": {}},
        }
    )
    try:
        await broker.start()
    except BrokerError as error:
        raise OSError(f"the embedded broker can not listen on {host}:{port}: {error}") from error
    try:
        yield
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
