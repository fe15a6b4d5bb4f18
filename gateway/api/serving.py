"""Serves the application by HTTP with TLS, until it is told to stop or another gateway has its own pages."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.types import ASGIApp

from gateway.api.asking import is_answered
from gateway.api.certificate import Certificate
from gateway.api.door import Patience, ShortHandshakes, allow_open_files, open_doors
from gateway.api.limits import KEEP_ALIVE_S, LARGEST_HEAD
from gateway.api.proxies import Proxies
from gateway.api.renewal import Renewal
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.running import left_pages

log = logging.getLogger(__name__)
THREADS: Final = 8  # of questions that are answered at once: each may need a whole processor for a moment
GOODBYE_S: Final = 3  # for answers that are under way
NO_PROXIES: Final = Proxies(())
LOOK_S: Final = 1.0
CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"  # of TLS 1.2: forward secrecy, authenticated encryption


@dataclass(frozen=True, slots=True)
class Listening:
    """Where, and by which certificate; None: without TLS. `proxies`: who says for whom they ask."""

    host: str
    port: int
    certificate: Certificate | None
    proxies: Proxies = NO_PROXIES

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.certificate is None else 'https'}://{host}:{self.port}"


def serve(app: ASGIApp, listening: Listening, folder: Path, of_gateway: int | None) -> None:
    """Until SIGINT or SIGTERM. `of_gateway`: the process that started us; it may die before we do.

    Raises InputError where nobody can listen there.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # where it listens is said already
    allow_open_files()
    with asyncio.Runner(loop_factory=ShortHandshakes) as runner:
        runner.run(_serve(app, listening, folder, of_gateway))


async def _serve(app: ASGIApp, listening: Listening, folder: Path, of_gateway: int | None) -> None:
    config = _config(app, listening)
    server = uvicorn.Server(config)
    try:
        doors = open_doors(listening.host, listening.port, listening.proxies.has)
    except OSError as error:
        where = f"{listening.host}:{listening.port}"
        raise InputError(f"{where} cannot be listened to ({error.strerror}): {NEXT}") from None
    if of_gateway is not None:
        with suppress(OSError):  # a file system without locks
            left_pages.hold(folder)
    async with asyncio.TaskGroup() as group:
        beside = [group.create_task(_end_with_a_newer_gateway(server, folder, of_gateway), name="successor")]
        if config.ssl is not None and listening.certificate is not None:
            renewal = Renewal(config.ssl, listening.certificate, folder, listening.host)
            beside.append(group.create_task(renewal.go_on(), name="certificate"))
        try:
            await server.serve(doors)
        finally:
            for task in beside:
                task.cancel()


NEXT: Final = "choose another address or port ([pages] listen), or see who has it (ss -ltnp)"


def _config(app: ASGIApp, listening: Listening) -> uvicorn.Config:
    certificate = listening.certificate
    tls: dict[str, Any] = {}
    if certificate is not None:
        tls = {"ssl_certfile": str(certificate.certificate), "ssl_keyfile": str(certificate.key)}
        tls["ssl_ciphers"] = CIPHERS
    config = uvicorn.Config(
        app,
        host=listening.host,
        port=listening.port,
        loop="asyncio",
        http=Patience,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GOODBYE_S,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        **tls,
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config


async def _end_with_a_newer_gateway(server: uvicorn.Server, folder: Path, of_gateway: int | None) -> None:
    """Who outlives its gateway goes on answering, and makes room once another one runs."""
    while not server.should_exit:
        await asyncio.sleep(LOOK_S)
        if (
            of_gateway is not None
            and os.getppid() != of_gateway
            and await asyncio.to_thread(is_answered, folder)
        ):
            log.info("another gateway runs here, with pages of its own")
            server.should_exit = True


@asynccontextmanager
async def at_work(app: FastAPI) -> AsyncIterator[None]:
    """The lifespan of the application: few threads, one that makes tiles of pictures, no jobs left over."""
    current_default_thread_limiter().total_tokens = THREADS
    stop, world = threading.Event(), app.state.world
    await asyncio.to_thread(world.jobs.clean)
    making = threading.Thread(target=world.tiles.run, args=(stop,), name="tiles")
    making.start()
    try:
        yield
    finally:
        stop.set()
        await asyncio.to_thread(world.jobs.close)
        await asyncio.to_thread(making.join)
