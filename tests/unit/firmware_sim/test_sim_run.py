"""A fleet running live: story, ports and clocks together."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import serial

from firmware_sim.fleet import parse_fleet
from firmware_sim.run import Run, run_for
from firmware_sim.world import Change

WITHIN_S = 60.0  # machines are shared
NOWHERE = ("127.0.0.1", 9)  # no fleet here has MQTT devices


def fleet_run(*events: dict[str, Any], speed: float = 600.0, **tables: Any) -> Run:
    probes = [{"name": node, "node": node, "noise": 0.0} for node in ("top", "bottom", "valve")]
    unit = {"TEMPA": "f1/top", "TEMPB": "f1/bottom", "FILL": "f1/valve"}
    port = {"name": "port", "kind": "tec3000", "pty": "f1.tty", "units": [unit]}
    vessel = {"name": "f1", "kind": "ln2_freezer", "probes": probes}
    return Run(
        parse_fleet({"vessel": [vessel], "instrument": [port], "event": list(events), **tables}), speed
    )


@asynccontextmanager
async def live(run: Run, run_dir: Path) -> AsyncIterator[list[Change]]:
    happened: list[Change] = []
    work = asyncio.create_task(run.run(NOWHERE, run_dir, happened.append))
    try:
        await eventually((run_dir / "f1.tty").exists, "the port")
        yield happened
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


async def eventually(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {WITHIN_S} s: {what}"
        await asyncio.sleep(0.01)


async def ask(path: Path, request: bytes, timeout_s: float = WITHIN_S) -> bytes:
    def visit() -> bytes:
        with serial.Serial(str(path), 9600, timeout=timeout_s) as port:
            port.write(request)
            return port.read_until(b"\r\n")

    return await asyncio.to_thread(visit)


async def test_what_the_story_does_is_reported_and_seen_on_the_port(tmp_path: Path) -> None:
    run = fleet_run({"at_s": 60.0, "action": "probe_open", "probe": "f1/top"})
    async with live(run, tmp_path) as happened:
        await eventually(lambda: len(happened) == 1, "the event")
        assert await ask(tmp_path / "f1.tty", b"TEMPA?\r\n") == b"+850.00\r\n"
    assert happened[0].text == "f1/top probe_open"


async def test_a_reply_is_spoiled_on_its_way(tmp_path: Path) -> None:
    run = fleet_run({"at_s": 0.0, "action": "noise", "link": "port", "probability": 1.0})
    async with live(run, tmp_path) as happened:
        await eventually(lambda: len(happened) == 1, "the event")
        reply = await ask(tmp_path / "f1.tty", b"*IDN?\r\n", timeout_s=0.3)
    assert reply != b""
    assert reply != b"Controller, Software ver. 2.05\r\n"


async def test_a_fill_ordered_over_the_line_fills_the_vessel(tmp_path: Path) -> None:
    run = fleet_run()
    before = run.world.true_value("f1", "level_percent")
    async with live(run, tmp_path):
        assert await ask(tmp_path / "f1.tty", b"FILL 1\r\n", timeout_s=0.1) == b""
        await eventually(
            lambda: run.world.true_value("f1", "level_percent") > before + 5.0, "liquid comes in"
        )
        await eventually(lambda: run.world.true_value("f1", "valve") == 0.0, "the valve closes when full")
    assert run.instruments["port"].writes == 1
    assert run.world.true_value("f1", "level_percent") > 79.0


async def test_story_time_runs_at_its_speed(tmp_path: Path) -> None:
    run = fleet_run(speed=600.0)
    began_s = time.monotonic()
    async with live(run, tmp_path):
        await eventually(lambda: run.world.time_s >= 300.0, "five minutes of story")
        assert 0.45 <= time.monotonic() - began_s < WITHIN_S


def test_device_clocks_start_where_the_fleet_says() -> None:
    run = fleet_run(fleet={"start": "2026-01-05T11:00:00Z"})
    assert 0 <= run.clock_ns() - 1_767_610_800_000_000_000 < 10**10
    assert abs(fleet_run().clock_ns() - time.time_ns()) < 10**10


async def test_a_taken_tcp_port_ends_the_run(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        unit = {"TEMPA": "f1/top", "TEMPB": "f1/bottom"}
        run = fleet_run(instrument=[{"name": "port", "kind": "tec3000", "tcp": taken, "units": [unit]}])
        with pytest.raises(ExceptionGroup) as caught:
            work = asyncio.create_task(run.run(NOWHERE, tmp_path, lambda change: None))
            await run_for(WITHIN_S, asyncio.Event(), work)
    assert caught.group_contains(OSError)


async def test_a_run_ends_on_request(tmp_path: Path) -> None:
    stop = asyncio.Event()
    work = asyncio.create_task(fleet_run().run(NOWHERE, tmp_path, lambda change: None))
    asyncio.get_running_loop().call_later(0.1, stop.set)
    await asyncio.wait_for(run_for(None, stop, work), WITHIN_S)
    assert work.cancelled()
    assert list(tmp_path.iterdir()) == []
