"""Simulated instruments, byte for byte against what the manuals and real captures show."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim import instruments
from firmware_sim.instruments import Instrument, Lines
from firmware_sim.instruments.lakeshore218 import Options as LakeShoreOptions
from firmware_sim.instruments.lakeshore218 import field
from firmware_sim.instruments.tec3000 import Options as TecOptions
from firmware_sim.sensors import dt670_V, platinum_ohm

SHOWN = {
    "f1/top": -197.10,
    "f1/bottom": -195.795,
    "f1/level": 251.3,
    "f1/valve": 1.0,
    "f2/top": 21.5,
    "f2/bottom": -5.2,
    "open": math.nan,
}


class Filled:
    """Remembers what was asked of fill valves."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def __call__(self, probe: str, wanted: bool) -> None:
        self.asked.append((probe, wanted))


def build(kind: str, table: dict[str, Any], fill: Filled | None = None) -> Instrument:
    module = instruments.load(kind)
    return module.build(module.Options.model_validate(table), SHOWN.__getitem__, fill or Filled())


UNIT_1 = {
    "bus_id": 1,
    "TEMPA": "f1/top",
    "TEMPB": "f1/bottom",
    "LEVEL": "f1/level",
    "FILL": "f1/valve",
}
UNIT_2 = {"bus_id": 12, "TEMPA": "f2/top", "TEMPB": "f2/bottom"}
ALONE = {"TEMPA": "f1/top", "TEMPB": "open"}


def bus() -> Instrument:
    return build("tec3000", {"units": [UNIT_1, UNIT_2]})


def test_every_kind_is_found_by_its_file() -> None:
    assert {"lakeshore218", "tec3000"} < set(instruments.kinds())


# TEC 3000


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (b"001 TEMPA?\r\n", b"-197.10\r\n"),
        (b"001 TEMPB?\r\n", b"-195.79\r\n"),
        (b"001 LEVEL?\r\n", b"+251.3\r\n"),
        (b"012 TEMPA?\r\n", b"+021.50\r\n"),
        (b"012 TEMPB?\r\n", b"-005.20\r\n"),
        (b"001 *IDN?\r\n", b"Controller, Software ver. 2.05\r\n"),
        (b"001 FILL?\r\n", b"1\r\n"),
        (b"012 FILL?\r\n", b"0\r\n"),
        (b"001 FILLM?\r\n", b"1\r\n"),
        (b"001 FILAS?\r\n", b"0\r\n"),
        (b"001 BPFIL?\r\n", b"0\r\n"),
        (b"001 FILT?\r\n", b"060\r\n"),
        (b"001 FILTIM?\r\n", b"000\r\n"),
        (b"001 ALMS?\r\n", b"1\r\n"),
        (b"001 CALVL?\r\n", b"+000.0\r\n"),
        (b"001 CODE?\r\n", b"3456\r\n"),
        (b"001 TEMPA?\n", b"-197.10\r\n"),  # LF alone will do
    ],
)
def test_tec3000_answers_queries(request_: bytes, reply: bytes) -> None:
    assert bus().receive(request_, 0.0) == reply


@pytest.mark.parametrize(
    "request_",
    [
        b"TEMPA?\r\n",  # no id on a bus
        b"002 TEMPA?\r\n",  # nobody has this id
        b"1 TEMPA?\r\n",
        b"001  TEMPA?\r\n",
        b"001TEMPA?\r\n",
        b"001 IDN?\r\n",  # "must include * preface"
        b"001 TEMPC?\r\n",
        b"012 LEVEL?\r\n",  # has no level sensor
        b"001 TEMPA\r\n",
        b"001 tempa?\r\n",
        b"\xff\xfe\r\n",
        b"\r\n",
    ],
)
def test_tec3000_is_silent_about_what_it_does_not_know(request_: bytes) -> None:
    line = bus()
    assert line.receive(request_, 0.0) == b""
    assert line.receive(b"001 TEMPA?\r\n", 0.0) == b"-197.10\r\n"
    assert line.writes == 0


def test_a_single_tec3000_takes_no_prefix() -> None:
    alone = build("tec3000", {"units": [ALONE]})
    assert alone.receive(b"TEMPA?\r\n", 0.0) == b"-197.10\r\n"
    assert alone.receive(b"001 TEMPA?\r\n", 0.0) == b""


def test_an_open_probe_on_a_tec3000_reads_the_end_of_the_platinum_scale() -> None:
    assert build("tec3000", {"units": [ALONE]}).receive(b"TEMPB?\r\n", 0.0) == b"+850.00\r\n"


def test_replies_padded_with_blanks_as_some_firmware_sends_them() -> None:
    padded = build("tec3000", {"units": [UNIT_2], "blank_padded": True})
    assert padded.receive(b"012 TEMPA?\r\n012 TEMPB?\r\n", 0.0) == b"+ 21.50\r\n-  5.20\r\n"


def test_tec3000_obeys_settings_in_silence_and_counts_them() -> None:
    fill = Filled()
    line = build("tec3000", {"units": [UNIT_1, UNIT_2]}, fill)
    commands = [b"ALMS 0", b"CALVL -12.5", b"FILT 120", b"HFIL 20.0", b"CALTA", b"HITSTB"]
    for command in [*commands, b"FILL 1", b"FILL 0"]:
        assert line.receive(b"001 " + command + b"\r\n", 0.0) == b""
    assert line.writes == 8
    assert fill.asked == [("f1/top", True), ("f1/top", False)]
    asked = b"".join(
        line.receive(b"001 " + q + b"?\r\n", 0.0) for q in (b"ALMS", b"CALVL", b"FILT", b"LEVEL")
    )
    assert asked == b"0\r\n-012.5\r\n120\r\n+238.8\r\n"
    assert line.receive(b"012 ALMS?\r\n", 0.0) == b"1\r\n"  # the neighbour is untouched


@pytest.mark.parametrize("command", [b"FILL 2", b"FILT 29", b"FILT 241", b"ALMS", b"CALTA 1", b"ALMS 1.2.3"])
def test_tec3000_ignores_settings_outside_the_manual(command: bytes) -> None:
    fill = Filled()
    line = build("tec3000", {"units": [UNIT_1]}, fill)
    assert line.receive(b"001 " + command + b"\r\n", 0.0) == b""
    assert line.writes == 0
    assert fill.asked == []


# Lake Shore 218

INPUTS = {"inputs": {"1": "f1/bottom", "2": "f2/top", "3": "open"}, "sensor": "pt100"}


def monitor(**options: Any) -> Instrument:
    return build("lakeshore218", {**INPUTS, "guard_s": 0.0, **options})


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (b"*IDN?\r\n", b"LSCI,MODEL218E,21EA4F,042109\r\n"),
        (b"KRDG? 1\r\n", b"+77.355\r\n"),
        (b"KRDG?1\r\n", b"+77.355\r\n"),
        (b"CRDG? 1\r\n", b"-195.79\r\n"),
        (b"CRDG? 2\r\n", b"+21.500\r\n"),
        (b"KRDG? 2\r\n", b"+294.65\r\n"),
        (b"SRDG? 1\r\n", b"+20.335\r\n"),
        (b"KRDG? 3\r\n", b"+00.000\r\n"),  # open: a number all the same
        (b"RDGST? 1\r\n", b"000\r\n"),
        (b"RDGST? 3\r\n", b"128\r\n"),
        (b"RDGST? 8\r\n", b"128\r\n"),
        (
            b"KRDG? 0\r\n",
            b"+77.355,+294.65,+00.000,+00.000,+00.000,+00.000,+00.000,+00.000\r\n",
        ),
        (
            b"KRDG?\r\n",
            b"+77.355,+294.65,+00.000,+00.000,+00.000,+00.000,+00.000,+00.000\r\n",
        ),
        (b"LOGNUM;KRDG? 1\r\n", b"+77.355\r\n"),  # a chain with its query last
    ],
)
def test_lakeshore218_answers_queries(request_: bytes, reply: bytes) -> None:
    assert monitor().receive(request_, 0.0) == reply


@pytest.mark.parametrize(
    "request_",
    [
        b"TEMP? 1\r\n",
        b"KRDG? 9\r\n",
        b"krdg? 1\r\n",
        b"KRDG? 1\n",  # CR LF, not LF
        b"KRDG? 1;CRDG? 1\r\n",  # one query per communication
        b"RDGST?\r\n",
        b"KRDG? 1" + b" " * 64 + b"\r\n",
        b"\r\n",
    ],
)
def test_lakeshore218_is_silent_about_the_rest(request_: bytes) -> None:
    instrument = monitor()
    assert instrument.receive(request_, 0.0) == b""
    assert instrument.receive(b"KRDG? 1\r\n", 1.0) == b"+77.355\r\n"


def test_lakeshore218_ignores_the_parity_bit() -> None:
    with_parity = bytes(byte | 0x80 for byte in b"KRDG? 1\r\n")
    assert monitor().receive(with_parity, 0.0) == b"+77.355\r\n"


def test_lakeshore218_loses_what_comes_within_50_ms_of_its_reply() -> None:
    instrument = monitor(guard_s=0.05)
    assert instrument.receive(b"KRDG? 1\r\n", 10.0) == b"+77.355\r\n"
    assert instrument.receive(b"KRDG? 1\r\n", 10.049) == b""
    assert instrument.receive(b"KRDG? 1\r\n", 10.051) == b"+77.355\r\n"


def test_lakeshore218_counts_commands_that_would_set_something() -> None:
    instrument = monitor()
    instrument.receive(b"ALARM 1,1,1,300,0,0,0\r\n", 0.0)
    instrument.receive(b"RELAY 1,1,0;KRDG? 1\r\n", 1.0)
    assert instrument.writes == 2


def test_lakeshore218_status_at_the_ends_of_its_range() -> None:
    cold, hot = {"cold": -272.0, "hot": 600.0}, {"1": "cold", "2": "hot"}
    module = instruments.load("lakeshore218")
    for sensor, number, status in [("pt100", 1, b"016"), ("pt100", 2, b"032"), ("dt670", 2, b"032")]:
        options = LakeShoreOptions(inputs=hot, sensor=sensor, guard_s=0.0)
        instrument = module.build(options, cold.__getitem__, Filled())
        assert instrument.receive(b"RDGST? %d\r\n" % number, 0.0) == status + b"\r\n"
        assert instrument.receive(b"KRDG? %d\r\n" % number, 0.0) == b"+00.000\r\n"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (77.35, "+77.350"),
        (480.0, "+480.00"),
        (1.0, "+01.000"),
        (-195.8, "-195.80"),
        (99.9996, "+100.00"),
        (-0.0001, "+00.000"),
        (0.0, "+00.000"),
        (-0.001, "-00.001"),
    ],
)
def test_a_field_has_always_seven_characters(value: float, shown: str) -> None:
    assert field(value) == shown


@given(st.floats(-273.15, 999.0))
def test_a_field_is_as_precise_as_it_has_room(value: float) -> None:
    assert len(field(value)) == 7
    assert float(field(value)) == pytest.approx(value, abs=0.00501)


# both


QUERIES = [
    b"001 TEMPA?\r\n",
    b"012 TEMPB?\r\n",
    b"001 *IDN?\r\n",
    b"KRDG? 1\r\n",
    b"RDGST? 3\r\n",
    b"nonsense\r\n",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(QUERIES), max_size=6), st.lists(st.integers(1, 9), min_size=1))
def test_a_request_may_come_in_any_pieces(requests: list[bytes], sizes: list[int]) -> None:
    sent = b"".join(requests)
    whole, pieces = bus(), bus()
    got, at, turn = b"", 0, 0
    while at < len(sent):
        size = sizes[turn % len(sizes)]
        got, at, turn = got + pieces.receive(sent[at : at + size], 0.0), at + size, turn + 1
    assert got == whole.receive(sent, 0.0)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_noise_never_stops_an_instrument(noise: bytes) -> None:
    for instrument, query, reply in [
        (bus(), b"001 TEMPA?\r\n", b"-197.10\r\n"),
        (monitor(), b"KRDG? 1\r\n", b"+77.355\r\n"),
    ]:
        instrument.receive(noise, 0.0)
        instrument.receive(b"\r\n", 0.0)
        assert instrument.receive(query, 1.0) == reply


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=30), max_size=10))
def test_lines_hold_a_bounded_rest_and_drop_only_long_lines(chunks: list[bytes]) -> None:
    lines = Lines(8)
    got = [line for chunk in chunks for line in lines.feed(chunk)]
    whole = b"".join(chunks).split(b"\n")[:-1]
    assert got == [line for line in whole if len(line) <= 8]


def test_options_of_a_tec3000_refuse_what_can_not_be() -> None:
    for table in (
        {},
        {"units": []},
        {"units": [{**UNIT_1, "bus_id": 0}]},
        {"units": [{**UNIT_1, "TEMPC": "x"}]},
    ):
        with pytest.raises(ValueError, match=re.compile("units|bus_id|TEMPC")):
            TecOptions.model_validate(table)


# sensing elements


@pytest.mark.parametrize(
    ("celsius", "ohm"),
    [
        (-200, 18.5201),
        (-196, 20.2465),
        (-150, 39.7232),
        (-80, 68.3255),
        (0, 100.0),
        (25, 109.7347),
        (850, 390.4811),
    ],
)
def test_platinum_follows_iec_60751(celsius: float, ohm: float) -> None:
    assert platinum_ohm(celsius) == pytest.approx(ohm, abs=1e-4)
    assert platinum_ohm(celsius, 1000.0) == pytest.approx(10 * ohm, abs=1e-3)


def test_platinum_reaches_zero_where_a_short_reads() -> None:
    assert platinum_ohm(-242.02) == pytest.approx(0.0, abs=0.01)
    assert platinum_ohm(math.nan) == math.inf


@pytest.mark.parametrize(
    ("kelvin", "volt"), [(77.3, 1.027594), (4.2, 1.578480), (300.0, 0.559639), (75.0, 1.0315)]
)
def test_the_diode_follows_its_standard_curve(kelvin: float, volt: float) -> None:
    assert dt670_V(kelvin - 273.15) == pytest.approx(volt, abs=1e-4)
    assert dt670_V(math.nan) == math.inf
