"""Outages and clocks: every sample arrives, in order, with the time its device's clock showed."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_sim.broker import serve
from firmware_sim.connection import share
from tests.unit.firmware_sim.mqtt_bench import Ear, Gate, Logger, connected, eventually, free_port


def assert_nothing_is_missing(ear: Ear, logger: Logger) -> None:
    """Numbers 1, 2, 3 ... as far as heard, each with the millisecond in which it was sampled."""
    heard = ear.in_order(logger.name)
    assert [number for number, _ in heard] == list(range(1, len(heard) + 1))
    assert [time_ms for _, time_ms in heard] == [ns // 1_000_000 for ns in logger.true_ns[: len(heard)]]


async def test_outages_of_the_network_leave_no_hole() -> None:
    port, ear = free_port(), Ear()
    gate, loggers = Gate(port), [Logger("a"), Logger("b"), Logger("c")]
    async with serve("127.0.0.1", port), ear.listening(port), connected(*loggers, port=gate.port):
        for _ in range(2):
            await eventually(lambda: loggers[0].publisher.waiting >= 20, "twenty samples wait")
            taken = {logger.name: len(logger.true_ns) for logger in loggers}
            await gate.open()
            await eventually(
                lambda: all(len(ear.in_order(name)) > count for name, count in taken.items()),  # noqa: B023
                "all that waited and more",
            )
            await gate.close()
            await eventually(lambda: not loggers[0].publisher.connected, "they notice")
    for logger in loggers:
        assert_nothing_is_missing(ear, logger)
        assert logger.publisher.forgotten == 0


async def test_of_devices_that_share_a_connection_one_can_be_unplugged() -> None:
    port, ear = free_port(), Ear()
    here, away = Logger("here"), Logger("away")
    async with serve("127.0.0.1", port), ear.listening(port), connected(here, away, port=port) as connection:
        assert connection.identifier == "sim-here+1"
        await eventually(lambda: min(ear.count("here"), ear.count("away")) >= 3, "both")
        away.faults.unplugged = True
        await eventually(lambda: away.publisher.waiting >= 20, "samples wait in the memory of one")
        assert (here.publisher.connected, away.publisher.connected) == (True, False)
        await eventually(lambda: here.publisher.waiting < 5, "the other one sends on")
        taken, heard = len(away.true_ns), ear.count("away")
        assert heard < taken - 15
        away.faults.unplugged = False
        await eventually(lambda: len(ear.in_order("away")) > taken, "all of them and more")
    assert_nothing_is_missing(ear, here)
    assert_nothing_is_missing(ear, away)


async def test_with_the_last_cable_the_connection_goes_and_with_the_first_it_comes_back() -> None:
    port, ear = free_port(), Ear()
    loggers = [Logger("a"), Logger("b")]
    async with serve("127.0.0.1", port), ear.listening(port), connected(*loggers, port=port) as connection:
        await eventually(lambda: min(ear.count("a"), ear.count("b")) >= 3, "both")
        for logger in loggers:
            logger.faults.unplugged = True
        await eventually(lambda: not connection.is_up, "the connection is closed")
        loggers[0].faults.unplugged = False
        taken = len(loggers[0].true_ns)
        await eventually(lambda: len(ear.in_order("a")) > taken, "one of them is back")
        assert (loggers[0].publisher.connected, loggers[1].publisher.connected) == (True, False)
    assert_nothing_is_missing(ear, loggers[0])


async def test_many_devices_on_one_connection_take_turns() -> None:
    port, ear = free_port(), Ear()
    loggers = [Logger(f"d{number}", interval_s=0.1) for number in range(40)]
    async with serve("127.0.0.1", port), ear.listening(port), connected(*loggers, port=port):
        await eventually(lambda: all(ear.count(logger.name) >= 3 for logger in loggers), "all are heard")
    for logger in loggers:
        assert_nothing_is_missing(ear, logger)


@pytest.mark.parametrize(
    ("offset_s", "drift_ppm"), [(0.0, 200_000.0), (0.0, -50_000.0), (-3600.0, 100_000.0)]
)
async def test_a_clock_that_drifts_shows_in_the_times_also_of_what_waited(
    offset_s: float, drift_ppm: float
) -> None:
    port, ear, logger = free_port(), Ear(), Logger("drifts")
    logger.faults.clock_offset_s, logger.faults.clock_drift_ppm = offset_s, drift_ppm
    logger.faults.unplugged = True
    async with serve("127.0.0.1", port), ear.listening(port), connected(logger, port=port):
        await eventually(lambda: logger.publisher.waiting >= 20, "twenty samples wait")
        logger.faults.unplugged = False
        await eventually(lambda: len(ear.in_order("drifts")) >= 40, "they come, and as many live")
    heard = ear.in_order("drifts")
    assert [number for number, _ in heard] == list(range(1, len(heard) + 1))
    true_s = np.array(logger.true_ns[: len(heard)]) / 1e9
    wrong_s = np.array([time_ms for _, time_ms in heard]) / 1e3 - true_s
    rate_ppm = (wrong_s[-1] - wrong_s[0]) / (true_s[-1] - true_s[0]) * 1e6
    assert rate_ppm == pytest.approx(drift_ppm, abs=5000.0)  # times are whole milliseconds
    assert wrong_s[0] == pytest.approx(offset_s, abs=0.1)


def test_devices_are_dealt_out_evenly() -> None:
    publishers = [Logger(f"d{number}").publisher for number in range(10)]
    assert [len(some) for some in share(publishers, 64)] == [1] * 10
    assert [len(some) for some in share(publishers, 4)] == [3, 3, 2, 2]
    assert {p.name for some in share(publishers, 4) for p in some} == {p.name for p in publishers}
    assert share([], 64) == []
