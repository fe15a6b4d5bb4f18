"""Injected faults do what they say, as often as they say, and the same for the same seed."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

import numpy as np
import pytest

from firmware_sim.faults import LinkFaults, ProbeFaults, heard_of, spoil_payload, spoil_reply

REPLY = b"-197.10\r\n"
MESSAGE = {"ts": 1767607200000, "temp": -195.8}
PAYLOAD = b'{"ts":1767607200000,"temp":-195.8}'


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def replies(faults: LinkFaults, count: int = 400) -> list[bytes]:
    source = rng()
    return [spoil_reply(REPLY, faults, source) for _ in range(count)]


def payloads(faults: LinkFaults, count: int = 400) -> list[list[bytes]]:
    source = rng()
    return [spoil_payload(MESSAGE, faults, source) for _ in range(count)]


def test_a_sound_link_changes_nothing() -> None:
    assert set(replies(LinkFaults())) == {REPLY}
    assert payloads(LinkFaults(), 3) == [[PAYLOAD]] * 3


def test_silence_stays_silence() -> None:
    assert spoil_reply(b"", LinkFaults(noise=1.0, garbage=1.0), rng()) == b""


def test_dropout_loses_its_share() -> None:
    assert 60 < replies(LinkFaults(dropout=0.25)).count(b"") < 140
    assert 60 < payloads(LinkFaults(dropout=0.25)).count([]) < 140
    assert set(replies(LinkFaults(dropout=1.0))) == {b""}


def test_noise_comes_before_the_reply() -> None:
    for spoiled in replies(LinkFaults(noise=1.0)):
        assert spoiled.endswith(REPLY)
        assert 1 <= len(spoiled) - len(REPLY) <= 16


def test_stray_bytes_are_those_of_a_driver_that_switches_on() -> None:
    for spoiled in replies(LinkFaults(stray=1.0)):
        assert spoiled.endswith(REPLY)
        assert 1 <= len(spoiled) - len(REPLY) <= 3
        assert set(spoiled.removesuffix(REPLY)) <= {0x00, 0xFF}


def test_an_adapter_that_echoes_does_so_although_nobody_answers() -> None:
    faults = LinkFaults(echoes=True)
    assert heard_of(b"TEMPA?\r\n", REPLY, faults, rng()) == b"TEMPA?\r\n" + REPLY
    assert heard_of(b"TEMPA?\r\n", b"", faults, rng()) == b"TEMPA?\r\n"


def test_half_frames_are_beginnings() -> None:
    for spoiled in replies(LinkFaults(half_frames=1.0)):
        assert REPLY.startswith(spoiled)
        assert len(spoiled) < len(REPLY)
    for (spoiled,) in payloads(LinkFaults(half_frames=1.0)):
        assert PAYLOAD.startswith(spoiled)
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            json.loads(spoiled)


def test_garbage_has_the_length_of_the_frame() -> None:
    spoiled = set(replies(LinkFaults(garbage=1.0)))
    assert {len(s) for s in spoiled} == {len(REPLY)}
    assert len(spoiled) == 400


def test_not_a_number_spares_the_time() -> None:
    assert payloads(LinkFaults(not_a_number=1.0), 1) == [[b'{"ts":1767607200000,"temp":NaN}']]


def test_duplicates_are_the_same_bytes_twice() -> None:
    assert payloads(LinkFaults(duplicate=1.0), 2) == [[PAYLOAD, PAYLOAD]] * 2
    assert 140 < sum(len(p) for p in payloads(LinkFaults(duplicate=0.5))) - 400 < 260


def test_the_same_seed_spoils_the_same() -> None:
    faults = LinkFaults(dropout=0.1, noise=0.3, half_frames=0.3, garbage=0.2)
    assert replies(faults) == replies(faults)


def test_a_clock_can_be_off_and_drift() -> None:
    faults = LinkFaults(clock_offset_s=-3600.0, clock_drift_ppm=100.0)
    hour_ns = 3_600_000_000_000
    assert faults.device_clock_ns(hour_ns, 0.0) == 0
    assert faults.device_clock_ns(hour_ns, 86_400.0) == 8_640_000_000
    assert LinkFaults().device_clock_ns(hour_ns, 86_400.0) == hour_ns


def test_a_clock_without_its_battery_begins_in_1970() -> None:
    assert LinkFaults(clock_was_reset=True).device_clock_ns(1_767_607_200_000_000_000, 12.5) == 12_500_000_000


@pytest.mark.parametrize(
    ("true", "shown"),
    [
        ("2026-01-05T10:00:00.5", "2026-05-01T10:00:00.5"),
        ("2026-12-12T23:59:59", "2026-12-12T23:59:59"),
        ("2026-02-13T10:00:00", "2026-02-13T10:00:00"),
        ("2026-12-02T10:00:00", "2026-02-12T10:00:00"),
    ],
)
def test_day_and_month_are_swapped_where_that_is_a_date(true: str, shown: str) -> None:
    true_ns, shown_ns = (
        round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 10) * 100_000_000
        for text in (true, shown)
    )
    assert LinkFaults(day_and_month_swapped=True).device_clock_ns(true_ns, 0.0) == shown_ns


def test_probe_faults() -> None:
    assert ProbeFaults().shown(-195.8, 20.0) == -195.8
    assert math.isnan(ProbeFaults(is_open=True, is_frozen=True).shown(-195.8, 20.0))
    assert ProbeFaults(is_frozen=True).shown(-195.8, 20.0) == 20.0
    assert ProbeFaults(is_shorted=True).shown(-195.8, 20.0) == -242.02
    assert ProbeFaults(is_unconverted=True).shown(-195.8, 20.0) == 85.0
    assert ProbeFaults(is_lost=True).shown(-195.8, 20.0) == -127.0
    assert ProbeFaults(offset_K=0.23).shown(-195.8, 20.0) == pytest.approx(-195.57)
