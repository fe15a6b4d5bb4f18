"""Every serial driver: whatever comes back is a believable reading or a refusal, never an exception.

A new driver is tested as soon as it has a case under tests/cases/drivers, and its absence fails.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.drivers import PortSettings, Readings, Request
from gateway.drivers.hearing import Hearing, first_frame
from gateway.model import LARGEST_VALUE, Quality, Refusal
from gateway.units import CONVERSIONS
from tests.conformance.exchanges import T0_NS, Case, as_expected, cases, converse, drivers, load
from tests.conformance.frozen import is_frozen

DRIVERS = drivers()
CASES = {name: cases(name) for name in DRIVERS}
EVERY_CASE = [pytest.param(case, id=f"{case.driver}-{case.name}") for name in DRIVERS for case in CASES[name]]
LONGEST_REQUEST = 1024  # bytes
LONGEST_REPLY = 4096  # bytes; what a port listens to for one reply
LOST = 5  # requests; a reply that is this late never comes
NOISE = st.binary(max_size=120) | st.binary(max_size=40).map(lambda b: b + b"\r\n")
LINES = st.text("+-.,0123456789e ", max_size=70).map(lambda text: text.encode() + b"\r\n")
AROUND = st.binary(max_size=200) | st.binary(max_size=20).map(lambda b: b + b"\r\n")
NO_NUMBERS = AROUND.map(lambda b: b.translate(None, b"+-.0123456789"))
BUSES = ("dcon", "modbus_rtu", "tec3000", "thermo_ult")  # several instruments on a line: 01/..., 02/...


def asked(case: Case) -> list[Request]:
    """The requests of the recording."""
    made: list[Request] = []

    def respond(number: int, request: Request) -> bytes:
        made.append(request)
        return case.recorded(number, request)

    case.poll(respond)
    return made


def is_whole(case: Case) -> bool:
    """Nothing went wrong on the line: every reply is one frame, with nothing around it."""
    cuts = [first_frame(came, request) for (_, came), request in zip(case.exchange, asked(case), strict=True)]
    return not case.expected["refused"] and all(c.frame and not c.noise and not c.rest for c in cuts)


WHOLE = [
    pytest.param(case, id=f"{case.driver}-{case.name}")
    for name in DRIVERS
    for case in CASES[name]
    if is_whole(case)
]


def check(driver: str, options: object, readings: Readings) -> None:
    """The contract: columns of equal length, known addresses, values that may be believed."""
    time, value, quality = readings.time, readings.value, readings.quality
    assert (time.dtype, value.dtype, quality.dtype) == (np.int64, np.float64, np.uint8)
    assert len(readings.address) == len(time) == len(value) == len(quality)
    assert len(set(readings.address)) == len(readings.address)
    assert set(readings.address) <= set(load(driver).addresses(options))
    assert set(quality.tolist()) <= {Quality.GOOD, Quality.UNCERTAIN, Quality.BAD}
    assert np.array_equal(np.isnan(value), quality == Quality.BAD)
    assert np.all(np.abs(value[quality < Quality.BAD]) <= LARGEST_VALUE)
    assert np.all(time > T0_NS)
    for refused in readings.refused:
        assert refused.reason in set(Refusal)
        assert 0 < len(refused.detail) < 1000
        assert refused.topic and refused.payload
        assert len(refused.payload) <= LONGEST_REPLY


def poll_and_check(case: Case, respond) -> Readings:
    readings = case.poll(respond)
    check(case.driver, case.options, readings)
    return readings


def truth(case: Case) -> dict[str, tuple[str, int]]:
    """Value (NaN compares as text) and quality of each address when the line is sound."""
    return by_address(case.poll(case.recorded))


def by_address(readings: Readings) -> dict[str, tuple[str, int]]:
    columns = zip(readings.address, readings.value, readings.quality, strict=True)
    return {address: (repr(float(value)), int(quality)) for address, value, quality in columns}


def test_every_driver_has_a_case() -> None:
    assert {"lakeshore218", "tec3000"} <= set(DRIVERS)
    assert [name for name in DRIVERS if not CASES[name]] == []
    assert {param.values[0].driver for param in WHOLE} == set(DRIVERS)


@pytest.mark.parametrize("case", EVERY_CASE)
def test_a_recorded_exchange_gives_what_it_gave(case: Case) -> None:
    sent: list[bytes] = []

    def respond(number: int, request: Request) -> bytes:
        sent.append(request.payload)
        return case.recorded(number, request)

    readings = poll_and_check(case, respond)
    assert sent == [request for request, _ in case.exchange]
    assert as_expected(readings) == case.expected


@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_says_what_it_needs(name: str) -> None:
    driver = load(name)
    assert isinstance(driver.PORT, PortSettings)
    assert driver.PORT.parity in ("N", "E", "O")
    options = driver.Options()
    assert is_frozen(driver.Options)
    assert driver.addresses(options)
    assert len(set(driver.addresses(options))) == len(driver.addresses(options))
    assert {driver.unit_of(options, address) for address in driver.addresses(options)} <= {None, *CONVERSIONS}


@pytest.mark.parametrize("case", EVERY_CASE)
def test_requests_are_bounded_and_have_a_name(case: Case) -> None:
    def respond(number: int, request: Request) -> bytes:
        assert 0 < len(request.payload) <= LONGEST_REQUEST
        assert request.terminator or request.length is not None
        assert 0 < request.longest_reply <= LONGEST_REPLY
        assert request.name.isprintable() and request.name
        return case.recorded(number, request)

    poll_and_check(case, respond)


@pytest.mark.parametrize("name", DRIVERS)
def test_silence_is_neither_a_reading_nor_a_refusal(name: str) -> None:
    readings = converse(load(name).poll(load(name).Options()), lambda number, request: b"")
    assert (readings.address, readings.refused) == ((), ())


@pytest.mark.parametrize("case", EVERY_CASE)
def test_another_instrument_gives_refusals_and_no_readings(case: Case) -> None:
    for name in DRIVERS:
        for other in CASES[name] if name != case.driver else []:
            replies = [came for _, came in other.exchange] or [b""]
            readings = poll_and_check(case, lambda number, _, r=replies: r[number % len(r)])
            assert readings.address == ()


@pytest.mark.parametrize("case", EVERY_CASE)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_any_bytes(case: Case, data: st.DataObject) -> None:
    poll_and_check(case, lambda number, request: data.draw(NOISE))


@pytest.mark.parametrize("case", EVERY_CASE)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_lines_of_digits_and_signs(case: Case, data: st.DataObject) -> None:
    """Like any bytes, but the recording's first reply is sound and the rest looks more like numbers."""
    poll_and_check(
        case, lambda number, request: case.recorded(number, request) if number == 0 else data.draw(LINES)
    )


@pytest.mark.parametrize("case", WHOLE)
def test_every_truncation(case: Case) -> None:
    """A reply that ends early is no reading, and the others are what they were."""
    sound = truth(case)
    for broken, (_, came) in enumerate(case.exchange):
        for length in range(len(came)):

            def respond(number: int, request: Request, n=broken, piece=came[:length]) -> bytes:
                return piece if number == n else reply_to(case, request)

            readings = poll_and_check(case, respond)
            assert by_address(readings).items() <= sound.items()


@pytest.mark.parametrize("case", WHOLE)
def test_every_flipped_bit(case: Case) -> None:
    """Parity would tell; without it at most the readings of that one reply are other ones."""
    for broken, (_, came) in enumerate(case.exchange):
        for bit in range(len(came) * 8):
            flipped = bytearray(came)
            flipped[bit // 8] ^= 1 << bit % 8

            def respond(number: int, request: Request, n=broken, reply=bytes(flipped)) -> bytes:
                return reply if number == n else reply_to(case, request)

            poll_and_check(case, respond)


@pytest.mark.parametrize("case", WHOLE)
def test_every_byte_that_failed_parity(case: Case) -> None:
    """The port sees NUL in its place: that reply is refused or noise, and nothing else changes."""
    sound, requests = truth(case), asked(case)
    for broken, (_, came) in enumerate(case.exchange):
        for at in range(len(came) - 2):
            damaged = came[:at] + b"\0" + came[at + 1 :]

            def respond(number: int, request: Request, n=broken, reply=damaged) -> bytes:
                return reply if number == n else reply_to(case, request)

            readings = poll_and_check(case, respond)
            assert by_address(readings).items() <= sound.items()
            if not readings.refused and first_frame(damaged, requests[broken]).frame is not None:
                assert by_address(readings) == sound  # only an identification has a free part


@pytest.mark.parametrize("case", WHOLE)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_noise_around_frames_makes_no_wrong_reading(case: Case, data: st.DataObject) -> None:
    sound = truth(case)

    def respond(number: int, request: Request) -> bytes:
        return data.draw(NO_NUMBERS) + reply_to(case, request) + data.draw(AROUND)

    assert by_address(poll_and_check(case, respond)).items() <= sound.items()


def stray(request: Request) -> st.SearchStrategy[bytes]:
    """Bytes that may come before a frame: any, and what looks like the beginning of a number or a frame."""
    return without((request.terminator or b"\r\n")[-1:])


@cache
def without(end: bytes) -> st.SearchStrategy[bytes]:
    looks_like = st.text("+-.0123456789 !>?:", max_size=8).map(str.encode)
    return (st.binary(max_size=200) | looks_like).map(lambda before: before.translate(None, end))


@pytest.mark.parametrize("case", WHOLE)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_any_bytes_before_a_frame_cost_nothing_or_that_reply(case: Case, data: st.DataObject) -> None:
    """Where a checksum protects the frames, noise before each of them costs nothing.

    Where none does, bytes before one reply may cost that reading; the value is never another one.
    """
    sound, requests = truth(case), asked(case)
    struck = data.draw(st.integers(0, len(requests) - 1))
    protected = all(request.sound is not None for request in requests)

    def respond(number: int, request: Request) -> bytes:
        before = data.draw(stray(request)) if protected or number == struck else b""
        return before + reply_to(case, request)

    readings = by_address(poll_and_check(case, respond))
    if protected:
        assert readings == sound
    assert {a: r for a, r in readings.items() if r[1] != Quality.BAD}.items() <= sound.items()


@pytest.mark.parametrize("case", EVERY_CASE)
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_an_adapter_that_echoes_changes_nothing(case: Case, data: st.DataObject) -> None:
    """Nor does it with bytes before the echo."""

    def respond(number: int, request: Request) -> bytes:
        return data.draw(stray(request)) + request.payload + case.recorded(number, request)

    assert as_expected(poll_and_check(case, respond)) == case.expected


@pytest.mark.parametrize("case", EVERY_CASE)
def test_an_echo_alone_is_silence(case: Case) -> None:
    """The whole one, and what a cut-off one leaves."""
    whole = case.poll(lambda _, request: request.payload)
    assert (whole.address, whole.refused) == ((), ())
    for length in range(len(case.exchange[0][0])):
        assert case.poll(lambda _, request, n=length: request.payload[:n]).address == ()


@pytest.mark.parametrize("case", WHOLE)
def test_echo_and_reply_byte_by_byte(case: Case) -> None:
    """A reply is not taken before it is certain that it is not the echo."""
    for request, (sent, came) in zip(asked(case), case.exchange, strict=True):
        hearing = Hearing(request)
        heard = [hearing.hear(bytes((byte,))) for byte in sent + came]
        assert [frame for frame in heard if frame is not None] == [first_frame(came, request).frame]
        assert hearing.echoed and not hearing.noise


@pytest.mark.parametrize("case", WHOLE)
@settings(deadline=None, max_examples=80)
@given(delays=st.lists(st.integers(0, LOST) | st.just(0), max_size=60))
def test_late_and_lost_replies_make_no_wrong_reading(case: Case, delays: list[int]) -> None:
    """The n-th reply comes `delays[n]` requests late, but replies keep their order; the latest are lost.

    What comes before a request the port throws away. What comes after a poll the source waits for.
    """
    sound = truth(case)
    arrivals: list[tuple[int, bytes]] = []  # the request during which a reply comes

    def respond(number: int, request: Request) -> bytes:
        delay = delays[number] if number < len(delays) else 0
        if delay < LOST:
            earliest = arrivals[-1][0] if arrivals else 0
            arrivals.append((max(number + delay, earliest), reply_to(case, request)))
        return b"".join(reply for at, reply in arrivals if at == number)

    assert by_address(poll_and_check(case, respond)).items() <= sound.items()


@pytest.mark.parametrize("case", WHOLE)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_damaged_reply_costs_no_other_instrument_and_nothing_of_the_next_poll(
    case: Case, data: st.DataObject
) -> None:
    """Garbage, silence or the reply of another device in place of one frame."""
    others = [came for name in DRIVERS for other in CASES[name] for _, came in other.exchange]
    broken = data.draw(st.integers(0, len(case.exchange) - 1))
    instead = data.draw(st.binary(max_size=60) | st.just(b"") | st.sampled_from(others))
    sound = truth(case)
    readings = poll_and_check(case, lambda n, request: instead if n == broken else reply_to(case, request))
    lost = set(sound) - set(readings.address)
    if case.driver in BUSES:
        assert len({address.rpartition("/")[0].partition("/")[0] for address in lost}) <= 1
    assert by_address(poll_and_check(case, lambda _, request: reply_to(case, request))) == sound


@pytest.mark.parametrize("case", WHOLE)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_after_garbage_the_next_frame_is_found(case: Case, data: st.DataObject) -> None:
    """The stream is never lost: at most the frame that the garbage runs into is."""
    requests = asked(case)
    at = data.draw(st.integers(0, len(requests) - 1))
    request, reply = requests[at], case.exchange[at][1]
    garbage = data.draw(st.binary(max_size=2 * request.longest_reply + 5))
    found = frames([garbage, reply, reply], request)
    assert found and found[-1] == frames([reply], request)[-1]


@pytest.mark.parametrize("case", EVERY_CASE)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_any_split_of_the_stream_gives_the_same_frames(case: Case, data: st.DataObject) -> None:
    stream = b"".join(data.draw(st.sampled_from([b"", sent])) + came for sent, came in case.exchange)
    request = data.draw(st.sampled_from(asked(case)))
    ends = data.draw(st.lists(st.integers(0, len(stream)), max_size=20))
    pieces = [stream[start:end] for start, end in pairwise(sorted({0, len(stream), *ends}))]
    assert frames(pieces, request) == frames([stream], request)


def frames(pieces: list[bytes], request: Request) -> list[bytes]:
    found: list[bytes] = []
    rest = b""
    for piece in pieces:
        rest += piece
        while (got := first_frame(rest, request)).frame is not None:
            found.append(got.frame)
            rest = got.rest
        rest = got.rest
        assert len(rest) <= request.longest_reply + len(request.terminator)
    return found


def reply_to(case: Case, request: Request) -> bytes:
    """What the instrument of the recording answers to a request, whenever it is asked."""
    return dict(case.exchange).get(request.payload, b"")
