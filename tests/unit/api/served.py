"""An application that is served at a free port of this process, as `cryogate pages` serves it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from gateway.api import door, serving
from gateway.api.certificate import Certificate
from gateway.api.proxies import Proxies
from gateway.api.serving import Listening


@contextmanager
def served(
    app: ASGIApp, certificate: Certificate | None = None, proxies: tuple[str, ...] = ()
) -> Iterator[int]:
    """The port."""
    door.allow_open_files()
    known = Proxies(proxies)
    doors = door.open_doors("127.0.0.1", 0, known.has)
    port = doors[0].getsockname()[1]
    server = uvicorn.Server(serving._config(known.before(app), Listening("", 0, certificate, known)))

    def serve() -> None:
        with asyncio.Runner(loop_factory=door.ShortHandshakes) as runner:
            runner.run(server.serve(doors))

    thread = threading.Thread(target=serve)
    thread.start()
    while thread.is_alive() and not server.started:  # what it says of its start is not part of an answer
        time.sleep(0.005)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()
        doors[0].close()
