"""The Modbus RTU driver: frames to the byte, presets, faults, replies of others, exceptions."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU

from gateway.config import tables
from gateway.drivers import Poll, PortSettings, Readings, Reply
from gateway.drivers.modbus_rtu import PORT, PRESETS, Options, addresses, blocks, narrowed, poll
from gateway.drivers.registers import Registers
from gateway.drivers.rtu import opened, read_request
from gateway.model import Quality
from tests.unit.drivers.feed import T0_NS, rows

GOOD, BAD = int(Quality.GOOD), int(Quality.BAD)
ALONE = Options(registers=(Registers("t", 0, 2, scale=0.1, faults=(0x7FFF, 0x8000)),))


def framed(body: str | bytes) -> bytes:
    """A frame with its checksum, from bytes or hexadecimal."""
    raw = bytes.fromhex(body) if isinstance(body, str) else body
    return raw + FramerRTU.compute_CRC(raw).to_bytes(2, "big")


def feed(asking: Poll, answer: Callable[[bytes], bytes]) -> tuple[list[str], Readings]:
    asked: list[str] = []
    reply: Reply | None = None
    while True:
        try:
            request = next(asking) if reply is None else asking.send(reply)
        except StopIteration as ended:
            return asked, ended.value
        asked.append(request.name)
        reply = Reply(answer(request.payload), T0_NS + len(asked))


def test_line_settings() -> None:
    assert (PORT.baud, PORT.data_bits, PORT.parity, PORT.stop_bits) == (9600, 8, "N", 1)
    assert PortSettings(9600).pause_s < PORT.pause_s


def test_a_request_to_the_byte() -> None:
    request = read_request(1, 3, 0, 8)
    assert request.payload == bytes.fromhex("01 03 00 00 00 08 44 0C")
    assert request.name == "01 03 00 00 00 08 44 0C"
    assert request.terminator == b""


def test_values_of_one_block() -> None:
    asked, readings = feed(poll(ALONE), lambda _: framed("010304 F85A 00B6"))
    assert asked == ["01 03 00 00 00 02 C4 0B"]
    assert rows(readings) == [("1/t/1", 1, "-195.8", GOOD), ("1/t/2", 1, "18.2", GOOD)]
    assert readings.address == addresses(ALONE)


@pytest.mark.parametrize("fault", ["7FFF", "8000"])
def test_fault_codes_are_bad(fault: str) -> None:
    _, readings = feed(poll(ALONE), lambda _: framed("010304" + fault + "00B6"))
    assert rows(readings) == [("1/t/1", 1, "nan", BAD), ("1/t/2", 1, "18.2", GOOD)]


@pytest.mark.parametrize(
    "frame",
    [
        bytes.fromhex("010304F85A00B60000"),  # checksum
        framed("020304F85A00B6"),  # another slave
        framed("010404F85A00B6"),  # another function
        framed("010302F85A"),  # fewer registers
        framed("010306F85A00B60000"),
        framed("010304F85A00B6")[:-1],
        framed("010304F85A00B6") + b"\0",
        framed("018402"),
        b":010304F85A00B6F1",
        b"-195.80",
    ],
)
def test_what_is_no_sound_reply_is_refused(frame: bytes) -> None:
    _, readings = feed(poll(ALONE), lambda _: frame)
    assert readings.address == ()
    assert [(r.topic, r.payload) for r in readings.refused] == [("01 03 00 00 00 02 C4 0B", frame)]


def test_silence_is_no_reading_and_no_refusal() -> None:
    _, readings = feed(poll(Options((1, 2))), lambda _: b"")
    assert (readings.address, readings.refused) == ((), ())


@settings(max_examples=100)
@given(st.integers(0, 9 * 8 - 1), st.binary(min_size=4, max_size=4))
def test_no_flipped_bit_passes(bit: int, data: bytes) -> None:
    frame = bytearray(framed(b"\x01\x03\x04" + data))
    frame[bit // 8] ^= 1 << bit % 8
    assert opened(bytes(frame), 1, 3, 2) is None


@given(st.binary(max_size=40), st.integers(1, 125))
def test_any_bytes_are_data_an_exception_or_nothing(frame: bytes, count: int) -> None:
    for tried in (frame, framed(frame), framed(bytes((1, 3, 2 * count)) + frame)):
        data = opened(tried, 1, 3, count)
        assert not isinstance(data, bytes) or len(data) == 2 * count


def test_slaves_with_maps_of_their_own_on_one_line() -> None:
    options = Options(
        (1, 2),
        registers=(
            Registers("t", 0, slaves=(1,)),
            Registers("t", 9, function=4, slaves=(2,)),
            Registers("lid", 5, type="uint16"),
        ),
    )
    asked, readings = feed(poll(options), lambda request: framed(request[:2] + b"\x02\x00\x07"))
    assert [line[:11] for line in asked] == ["01 03 00 00", "01 03 00 05", "02 04 00 09", "02 03 00 05"]
    assert readings.address == addresses(options) == ("1/t/1", "1/lid/1", "2/t/1", "2/lid/1")


def test_an_exception_is_told_and_the_other_blocks_are_read() -> None:
    def answer(request: bytes) -> bytes:
        return (
            framed("018302")
            if request[3] == 0
            else framed(b"\x01\x03\x08" + struct.pack(">4h", 203, 204, 205, 0))
        )

    _, readings = feed(poll(Options()), answer)
    assert [r.detail for r in readings.refused] == ["exception 2: no such register"]
    assert readings.address == tuple(f"1/resistance/{i}" for i in (1, 2, 3, 4))


def test_after_silence_a_slave_is_asked_nothing_more_but_the_next_one_is() -> None:
    late = iter([b"", framed(b"\x01\x03\x08" + bytes(8)), b""])
    asked, readings = feed(poll(Options((1, 2, 3))), lambda _: next(late))
    assert [request[:2] for request in asked] == ["01", "02", "03"]
    assert readings.address == ()
    assert len(readings.refused) == 1  # what slave 1 said came when slave 2 was asked


@pytest.mark.parametrize(
    ("preset", "first", "raw", "shown"),
    [
        ("pta8c04", None, struct.pack(">4h", -1958, 182, 0, -2101), [-195.8, 18.2, 0.0, math.nan]),
        ("tb260", None, struct.pack(">f", -78.5), [-78.5]),
        ("tb260", None, bytes.fromhex("7FC00000"), [math.nan]),
        (
            "pm6rtd",
            1,
            struct.pack(">6h", 3451, -32768, -32767, 0, 0, 0),
            [345.1, math.nan, math.nan, 0, 0, 0],
        ),
        (
            "mw100",
            0,
            struct.pack(">10H", 0xF85A, 0x7FFF, *range(0x8001, 0x8007), 0, 1),
            [-195.8, *[math.nan] * 7, 0, 0.1],
        ),
        ("fp0_rtd", 0, struct.pack(">6h", 8191, 250, 0, 0, 0, 0), [math.nan, 25.0, 0, 0, 0, 0]),
        ("tenths", 7, struct.pack(">h", -1958), [-195.8]),
    ],
)
def test_presets(preset: str, first: int | None, raw: bytes, shown: list[float]) -> None:
    options = Options(preset=preset, first_register=first)
    block = blocks(options)[0]
    assert block.first == (first or 0)
    _, readings = feed(poll(options), lambda _: framed(bytes((1, block.function, len(raw))) + raw))
    values = [
        v for a, v in zip(readings.address, readings.value.tolist(), strict=True) if "/temperature/" in a
    ]
    assert values == pytest.approx(shown, nan_ok=True)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_preset_whose_start_nobody_knows_has_to_be_told(preset: str) -> None:
    if preset in ("pta8c04", "pta8d08", "tb260"):
        Options(preset=preset)
    else:
        with pytest.raises(ValueError, match="first_register"):
            Options(preset=preset)


@pytest.mark.parametrize(
    "wrong",
    [
        {"slaves": ()},
        {"slaves": (0,)},
        {"slaves": (248,)},
        {"slaves": (1, 1)},
        {"first_register": 65534},
        {"first_register": -1},
        {"first_register": 1, "registers": (Registers("t", 0),)},
        {"registers": (Registers("t", 0), Registers("t", 1))},
        {"registers": (Registers("t", 0), Registers("t", 1, slaves=(1,)))},
        {"registers": (Registers("t", 0, slaves=(2,)),)},
    ],
)
def test_options_that_can_not_be_meant(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"slaves|register"):
        Options(**wrong)


def test_the_map_in_a_configuration_file() -> None:
    table = {
        "slaves": [3],
        "registers": [
            {"name": "shelf", "first": 100, "count": 2, "function": 4, "type": "float32", "order": "CDAB"},
            {"name": "lid", "first": 8, "type": "uint16", "faults": [0xFFFF], "highest": 1},
        ],
    }
    problems = tables.Problems()
    options = tables.build(Options, table, "sources.x.options", problems)
    assert list(problems) == []
    assert options is not None
    assert addresses(options) == ("3/shelf/1", "3/shelf/2", "3/lid/1")
    assert blocks(options)[0].size == 4


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ({"1/temperature/3"}, ("1/temperature",)),
        ({"7/resistance/1", "1/temperature/1"}, ("1/temperature", "7/resistance")),
        ({"7/temperature/1", "7/resistance/4"}, ("7/temperature", "7/resistance")),
        ({"9/temperature/1"}, ("1/temperature", "1/resistance", "7/temperature", "7/resistance")),
    ],
)
def test_only_blocks_that_somebody_wants_are_read(wanted: set[str], kept: tuple[str, ...]) -> None:
    options = Options((1, 7), first_register=100)
    less = narrowed(options, wanted)
    assert addresses(less) == tuple(f"{block}/{i}" for block in kept for i in (1, 2, 3, 4))
    asked, every = requests_of(less), requests_of(options)
    assert asked == [request for request in every if request in asked]
    assert len(asked) == len(kept)


def requests_of(options: Options) -> list[str]:
    """All of them: each is refused with an exception."""
    return feed(poll(options), lambda payload: framed(f"{payload[0]:02X}8302"))[0]
