"""What a serial line is as a whole: several polls share it, and its state is that of all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.drivers import tec3000
from gateway.ingestion.link import LinkState
from gateway.ingestion.sources.serial import Options, Poll, Source
from tests.system.mqtt_parts import eventually
from tests.system.serial_parts import CHANNELS, Peer, polls, sound, tec_source


def test_slow_values_beside_fast_ones_on_one_line(line: Path, peer: Peer, start: Any) -> None:
    fast = tec3000.Options(queries=("TEMPA?",))
    slow = Poll("tec3000", 0.5, tec3000.Options(queries=("TEMPB?",)))
    options = Options(
        driver="tec3000", port=str(line), poll_interval_s=0.1, reply_timeout_s=1.0, options=fast, more=(slow,)
    )
    running, delivered = start(Source("freezer", options, CHANNELS))
    found = polls(delivered, 12)
    assert {3: -197.1} in found and {4: -150.02} in found
    assert found.count({3: -197.1}) > 2 * found.count({4: -150.02})
    assert running.end() is None


def test_an_instrument_of_the_bus_that_is_silent_does_not_make_the_line_flap(
    line: Path, peer: Peer, start: Any
) -> None:
    peer.script = lambda request: b"" if request == b"TEMPB?" else sound(request)
    fast = tec3000.Options(queries=("TEMPA?",))
    other = Poll("tec3000", 0.05, tec3000.Options(queries=("TEMPB?",)))
    options = Options(
        driver="tec3000",
        port=str(line),
        poll_interval_s=0.05,
        reply_timeout_s=0.05,
        options=fast,
        more=(other,),
    )
    source = Source("freezer", options, CHANNELS)
    _, delivered = start(source)
    eventually(lambda: "no answer to TEMPB?" in source.link.detail)
    polls(delivered, 4)
    assert (source.link.state, source.link.flapping) == (LinkState.UP, "")
    peer.script = lambda request: b""
    eventually(lambda: source.link.state is LinkState.SILENT)
    peer.script = sound
    eventually(lambda: source.link.detail == str(line))
    assert source.link.state is LinkState.UP


def test_an_adapter_that_echoes_is_named(line: Path, peer: Peer, start: Any) -> None:
    peer.script = lambda request: request + b"\r\n" + sound(request)
    source = tec_source(str(line))
    _, delivered = start(source)
    assert polls(delivered, 3)[-1] == {3: -197.1, 4: -150.02}
    assert [remark.partition(":")[0] for remark in source.link.remarks] == ["the adapter echoes"]


def test_stray_bytes_are_named_where_they_cost_the_reply(line: Path, peer: Peer, start: Any) -> None:
    peer.script = lambda request: b"\0\xff" * (request == b"TEMPA?") + sound(request)
    source = tec_source(str(line))
    _, delivered = start(source)
    assert polls(delivered, 3)[-1] == {4: -150.02}
    [remark] = source.link.remarks
    assert remark.startswith("stray bytes with ") and "the last ones 00 FF; check termination" in remark


def test_an_echo_without_a_reply_is_silence(line: Path, peer: Peer, start: Any) -> None:
    peer.script = lambda request: request + b"\r\n"
    source = tec_source(str(line), reply_timeout_s=0.1)
    start(source)
    eventually(lambda: source.link.state is LinkState.SILENT)
    assert "only the echo of the request; check cable, power" in source.link.detail


def test_a_cable_that_is_loose_makes_the_line_flap(line: Path, peer: Peer, start: Any) -> None:
    source = tec_source(str(line), reply_timeout_s=0.1)
    for _ in range(3):
        running, _ = start(source)
        running.wait_up()
        peer.unplug()
        assert "the port is gone" in running.join()
        peer.plug_in()
    assert source.link.flapping.startswith("flaps: 3 times in the last 5 minutes; the last time: ")
    assert "check cable and power" in source.link.flapping


def test_one_address_is_asked_for_by_one_poll() -> None:
    with pytest.raises(ValueError, match="deliver the same address"):
        Options(driver="tec3000", port="x", more=(Poll("tec3000", 60.0),))
