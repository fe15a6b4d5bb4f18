"""The driver of Thermo ULT freezers against every request and reply printed in the manuals."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from gateway.drivers import PortSettings
from gateway.drivers.thermo_ult import PORT, Options, addresses, lrc, poll, read_request
from gateway.model import Quality
from tests.unit.drivers.feed import feed, rows

GOOD, UNCERTAIN, BAD = int(Quality.GOOD), int(Quality.UNCERTAIN), int(Quality.BAD)
GOLDEN = [  # TDE manual appendix B, TSX manual appendix D: address 0x19
    (0x530, 2, ":190305300002AD"),
    (0x538, 2, ":190305380002A5"),
    (0x53C, 2, ":1903053C0002A1"),
    (0x570, 10, ":19030570000A65"),
    (0x598, 2, ":19030598000245"),
    (0x59C, 1, ":1903059C000142"),
    (0x4CC, 2, ":190304CC000212"),
    (0x4D0, 2, ":190304D000020E"),
    (0x4D4, 2, ":190304D400020A"),
    (0x4D8, 2, ":190304D8000206"),
    (0x4E0, 2, ":190304E00002FE"),
    (0x66F, 1, ":1903066F00016E"),
    (0x670, 2, ":1903067000026C"),
    (0x4E4, 2, ":190304E40002FA"),
    (0x4E8, 2, ":190304E80002F6"),
    (0x4EC, 2, ":190304EC0002F2"),
]


def frame(bus_id: int, data: bytes, count: int | None = None) -> bytes:
    body = bytes((bus_id, 3, len(data) if count is None else count)) + data
    return b":" + (body + bytes((lrc(body),))).hex().upper().encode()


def freezer(data: dict[int, bytes], bus_id: int = 25, status: int = 1) -> Callable[[str], bytes | None]:
    """Answers by register; 4 bytes or the status."""

    def answer(asked: str) -> bytes | None:
        register = int(asked[5:9], 16)
        return frame(bus_id, bytes((status,))) if register == 0x66F else frame(bus_id, data[register])

    return answer


def one(name: str, reply: bytes) -> tuple[list[str], list[tuple[str, int, str, int]], list[bytes]]:
    asked, readings = feed(poll(Options((0x19,), (name,), status=False)), lambda _: reply)
    return asked, rows(readings), [refused.payload for refused in readings.refused]


def test_line_settings_of_the_manual() -> None:
    assert PortSettings(9600, 7, "E", 1) == PORT


@pytest.mark.parametrize(("register", "words", "printed"), GOLDEN)
def test_requests_as_printed(register: int, words: int, printed: str) -> None:
    assert read_request(0x19, register, words).payload == printed.encode() + b"\r\n"


def test_the_isotemp_request_as_printed() -> None:
    assert read_request(1, 0x530, 2).payload == b":010305300002C5\r\n"


@pytest.mark.parametrize(
    ("name", "printed", "celsius"),
    [
        ("SETPOINT", ":010304FFFFFCE01E", "-80.0"),
        ("TC3", ":010304C28DFBE4CA", "-70.991974"),
        ("TC4", ":010304C28DF3288E", "-70.974915"),
    ],
)
def test_replies_of_the_isotemp_manual(name: str, printed: str, celsius: str) -> None:
    _, readings = feed(poll(Options((1,), (name,), status=False)), lambda _: printed.encode())
    assert rows(readings) == [(f"1/{name}", 1, celsius, GOOD)]


@pytest.mark.parametrize(
    ("name", "printed", "value"),
    [
        ("SETPOINT", ":190304FFFFFCE002", "-80.0"),
        ("WARM_ALARM", ":190304FFFFFD449D", "-70.0"),
        ("COLD_ALARM", ":190304FFFFFC7C66", "-90.0"),
        ("TC5", ":190304C2FE00001C", "nan"),
        ("DOOR1", ":19030400050000D7", "0.0"),
    ],
)
def test_printed_replies_whose_check_is_that_of_the_other_count(name: str, printed: str, value: str) -> None:
    """As printed they do not check; with the count the check was made for, they do."""
    assert one(name, printed.encode())[1:] == ([], [printed.encode()])
    sent = printed.replace(":190304", ":190308").encode()
    quality = BAD if value == "nan" else GOOD
    assert one(name, sent)[1:] == ([(f"25/{name}", 1, value, quality)], [])


def test_printed_status_counts_characters_and_checks() -> None:
    answers = iter([b":19030228BA", b":190308C28DFBE4AE", None])
    _, readings = feed(poll(Options((25,), ("SERVICE", "SHUTDOWN"))), lambda _: next(answers))
    assert rows(readings) == [("25/SERVICE", 1, "1.0", GOOD), ("25/SHUTDOWN", 1, "0.0", GOOD)]


def test_status_first_then_the_parameters() -> None:
    doors = struct.pack(">I", 1 << 10)
    data = {0x4D0: struct.pack(">f", -79.5), 0x670: doors}
    options = Options((25,), ("TC3", "DOOR1", "DOOR2", "POWER_FAILURE"))
    asked, readings = feed(poll(options), freezer(data))
    assert [line[5:9] for line in asked] == ["066F", "04D0", "0670", "0670"]
    assert rows(readings) == [
        ("25/POWER_FAILURE", 1, "0.0", GOOD),
        ("25/TC3", 2, "-79.5", GOOD),
        ("25/DOOR1", 3, "0.0", GOOD),
        ("25/DOOR2", 4, "1.0", GOOD),
    ]
    assert set(readings.address) == set(addresses(options))


@pytest.mark.parametrize(("status", "quality"), [(0x80, BAD), (0x04, UNCERTAIN), (0x84, BAD), (0x3B, GOOD)])
def test_a_failed_bus_makes_readings_worthless(status: int, quality: int) -> None:
    _, readings = feed(
        poll(Options((25,), ("TC3",))), freezer({0x4D0: struct.pack(">f", -79.5)}, status=status)
    )
    assert rows(readings) == [("25/TC3", 2, "nan" if quality == BAD else "-79.5", quality)]


@pytest.mark.parametrize("shown", [-127.0, -126.5, 150.5, float("nan"), float("inf")])
def test_what_no_sensor_can_mean_is_bad(shown: float) -> None:
    assert one("TC2", frame(25, struct.pack(">f", shown)))[1] == [("25/TC2", 1, "nan", BAD)]


@pytest.mark.parametrize(
    "reply",
    [
        frame(1, bytes(4)),  # another freezer
        frame(25, bytes(2)),
        frame(25, bytes(8)),
        frame(25, bytes(4), 5),
        frame(25, bytes(4))[1:],
        frame(25, bytes(4))[:-1],
        frame(25, b"\xab" * 4).lower(),
        b":190304" + b"00" * 4,
        b":",
        b"-79.5",
        b":1903\x0000000000",
    ],
)
def test_what_is_no_sound_reply_is_refused(reply: bytes) -> None:
    _, values, refused = one("TC2", reply)
    assert (values, refused) == ([], [reply])


def test_no_flipped_bit_passes() -> None:
    good = frame(25, struct.pack(">f", -79.5))
    for bit in range(len(good) * 8):
        broken = bytearray(good)
        broken[bit // 8] ^= 1 << bit % 8
        _, values, refused = one("TC2", bytes(broken))
        assert (values, refused) == ([], [bytes(broken)]), bit


def test_a_register_the_freezer_does_not_have_does_not_stop_the_others() -> None:
    exception = b":19830262"
    answers = iter([exception, exception, frame(25, struct.pack(">f", -79.5))])
    asked, readings = feed(poll(Options((25,), ("TC2", "TC3"))), lambda _: next(answers))
    assert len(asked) == 3
    assert rows(readings) == [("25/TC3", 3, "-79.5", UNCERTAIN)]  # its status is not known
    assert [r.detail for r in readings.refused] == ["exception 2", "exception 2"]


def test_after_silence_a_freezer_is_asked_nothing_more_but_the_next_one_is() -> None:
    late = iter([frame(1, b"\1"), None, frame(1, bytes(4)), None])
    asked, readings = feed(poll(Options((1, 2, 3), ("TC2", "TC3"))), lambda _: next(late))
    assert [line[:9] for line in asked] == [":0103066F", ":010304CC", ":0203066F", ":0303066F"]
    assert readings.address == ()
    assert [r.payload for r in readings.refused] == [frame(1, bytes(4))]


def test_a_value_is_no_status_and_a_status_no_value() -> None:
    _, readings = feed(poll(Options((25,), ("TC2",))), lambda _: frame(25, bytes(4)))
    assert readings.address == ()
    assert one("TC2", frame(25, b"\1"))[1] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"bus_ids": ()},
        {"bus_ids": (256,)},
        {"bus_ids": (1, 1)},
        {"parameters": ()},
        {"parameters": ("TC6",)},
        {"parameters": ("TC2", "TC2")},
        {"parameters": ("SERVICE",), "status": False},
    ],
)
def test_options_that_can_not_be_meant(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"bus_ids|parameters"):
        Options(**wrong)
