"""Packed blocks: what is written is read to the bit, a block with a flaw is refused with what is wrong."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import LATEST_NS, SECOND, Quality, Refusal
from gateway.payloads import Message
from gateway.payloads.packed import Decoder, Options, needs
from tests.unit.payloads.packed_blocks import FLOAT32, FLOAT64, INT16, block
from tests.unit.payloads.payload_cases import rows

START_NS = 1_767_610_000 * SECOND
RECEIVED_NS = START_NS + 3600 * SECOND
CHANNELS = {"top": 0, "d-1/top": 1, "é": 2}


def decode(*payloads, options=None):
    messages = [Message("cryo/d-1/block", {"device": "d-1"}, p, RECEIVED_NS) for p in payloads]
    return Decoder(options or Options()).decode(messages, CHANNELS)


def made(values, kind=FLOAT32, **more):
    return block(values, kind, start_ns=more.pop("start_ns", START_NS), **more)


def refusal(payload):
    decoded = decode(payload)
    assert len(decoded.arrivals) == 0
    [one] = decoded.refused
    return one.reason, one.detail


@settings(deadline=None)
@given(
    st.sampled_from([FLOAT32, FLOAT64]),
    st.lists(st.floats(-1e9, 1e9, width=32), min_size=1, max_size=50),
    st.integers(1, 10**12),
    st.binary(min_size=0, max_size=9),
)
def test_regular_blocks(kind, values, interval_ns, rest):
    name = b"top" + rest.hex().encode()
    channels = {name.decode(): 7}
    message = Message("t", {}, made(values, kind, name=name, interval_ns=interval_ns), RECEIVED_NS)
    decoded = Decoder(Options()).decode([message], channels)
    assert decoded.refused == ()
    meant = [float(str(np.float32(v))) for v in values] if kind == FLOAT32 else values
    assert rows(decoded) == [(START_NS + i * interval_ns, 7, v, Quality.GOOD) for i, v in enumerate(meant)]
    assert set(decoded.arrivals.received.tolist()) == {RECEIVED_NS}


@given(
    st.lists(st.integers(-32768, 32767), min_size=1, max_size=50),
    st.sampled_from([0.01, 0.005, 1.0, -2.0]),
    st.sampled_from([0.0, -273.15, 50.0]),
)
def test_scaled_integers(raw, scale, offset):
    got = rows(decode(made(raw, INT16, scale=scale, offset=offset)))
    for (_, _, value, quality), given_raw in zip(got, raw, strict=True):
        if given_raw == -32768:
            assert (value, quality) == (None, Quality.NO_DATA)
        else:
            assert (value, quality) == (given_raw * scale + offset, Quality.GOOD)


def test_four_bytes_mean_the_shortest_decimal():
    assert [r[2] for r in rows(decode(made([-195.8, 123.15, 0.1, -150.0])))] == [-195.8, 123.15, 0.1, -150.0]


def test_times_of_their_own():
    times = [START_NS, START_NS + 1, START_NS + 7 * SECOND]
    assert [r[0] for r in rows(decode(made([1, 2, 3], times=times)))] == times


def test_qualities_of_their_own():
    payload = made([1.0, 2.0, math.nan, math.inf], FLOAT64, qualities=[0, 1, 2, 3])
    assert [r[2:] for r in rows(decode(payload))] == [(1.0, 0), (2.0, 1), (None, 2), (None, 3)]


def test_fault_values_never_make_a_sample_better():
    options = Options(fault_values=(85.0,))
    payload = made([85.0, 85.0, 85.0, 4.0], qualities=[0, 1, 3, 0])
    assert [r[2:] for r in rows(decode(payload, options=options))] == [
        (None, 2),
        (None, 2),
        (None, 3),
        (4.0, 0),
    ]


@pytest.mark.parametrize(
    ("kind", "sent", "more"),
    [
        (FLOAT32, -327.67, {}),
        (FLOAT32, 9.91e37, {}),
        (FLOAT64, -327.67, {}),
        (INT16, -32767, {"scale": 0.01}),
        (INT16, -20000, {"scale": 0.01, "offset": -127.67}),
    ],
)
def test_a_fault_value_is_known_however_it_is_written(kind, sent, more):
    """Four bytes, or steps of an int16, are never exactly -327.67; 9.91e37 is SCPI's not-a-number."""
    options = Options(fault_values=(-327.67, 9.91e37))
    decoded = decode(made([sent, 4], kind, **more), options=options)
    assert [quality for *_, quality in rows(decoded)] == [Quality.BAD, Quality.GOOD]
    assert decoded.refused == ()


def test_a_neighbour_of_a_fault_value_is_a_reading():
    options = Options(fault_values=(-327.67,))
    near = made([-32766, -32765], INT16, scale=0.01)
    assert [quality for *_, quality in rows(decode(near, options=options))] == [Quality.GOOD] * 2


def test_a_thousand_samples_are_a_view_of_the_payload():
    values = np.arange(1000, dtype="<f8") / 8
    arrivals = decode(made(values.tolist(), FLOAT64)).arrivals
    assert np.array_equal(arrivals.samples.value, values)
    assert arrivals.samples.time[-1] - arrivals.samples.time[0] == 999_000_000


def test_several_blocks_keep_their_order():
    decoded = decode(made([1.0]), b"noise", made([2.0], start_ns=START_NS + 5), made([3.0], name=b"zz"))
    assert [r[2] for r in rows(decoded)] == [1.0, 2.0]
    assert [r.reason for r in decoded.refused] == [Refusal.MALFORMED, Refusal.UNKNOWN_CHANNEL]


def test_addresses():
    options = Options(address="{device}/{id}")
    assert needs(options) == {"device"}
    assert [r[1] for r in rows(decode(made([1.0]), options=options))] == [1]
    assert [r[1] for r in rows(decode(made([1.0], name="é".encode())))] == [2]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "0 bytes"),
        (made([1.0])[:51], "51 bytes"),
        (made([1.0], magic=b"CGPA"), "starts with 43475041"),
        (made([1.0], version=2), "starts with 4347504202"),
        (made([1.0])[:5] + b"\4" + made([1.0])[6:], "says nothing"),
        (made([1.0], flags=4), "says nothing"),
        (made([1.0], zero=1), "says nothing"),
        (made([1.0], name=b""), "says nothing"),
        (made([1.0], flags=1), "take 72"),
        (made([1.0]) + b"\0", "take 64"),
        (made([1.0], count=2**32 - 1), "take 17179869240"),
        (made([]), "without samples"),
        (made([1.0], interval_ns=0), "0 ns from sample to sample"),
        (made([1.0], interval_ns=-1), "-1 ns from sample to sample"),
        (made([1.0], name=b"\xff"), "is no UTF-8"),
        (made([1.0], scale=2.0), "for int16"),
        (made([1.0], offset=2.0), "for int16"),
        (made([1, 2], times=[START_NS, START_NS]), "do not ascend"),
        (made([1, 2], times=[START_NS + 1, START_NS]), "do not ascend"),
        (block([1, 2], times=[START_NS, START_NS + 1], interval=5), "an interval beside them"),
        (made([1.0], qualities=[4]), "quality 4"),
        (made([1.0])[:-1] + b"\0", "the checksum does not fit"),
        (made([1.0], padding=b"\1\0\0\0\0"), "something else than zeros"),
    ],
)
def test_a_block_is_refused(payload, words):
    reason, detail = refusal(payload)
    assert reason is Refusal.MALFORMED
    assert words in detail


@pytest.mark.parametrize(
    "payload",
    [
        made([1.0], start_ns=0),
        made([1.0], start_ns=LATEST_NS),
        made([1.0, 2.0], interval_ns=2**62),
        made([1.0, 2.0], interval_ns=LATEST_NS - START_NS),
        block([1, 2], times=[START_NS, LATEST_NS]),
        block([1, 2], times=[-(2**63), START_NS]),
    ],
)
def test_absurd_times(payload):
    assert refusal(payload)[0] is Refusal.ABSURD_TIME


@pytest.mark.parametrize("scale", [0.0, math.nan, math.inf, 1e10])
def test_a_scale_that_is_none(scale):
    assert refusal(made([1], INT16, scale=scale))[0] is Refusal.NOT_FINITE
    assert refusal(made([1], INT16, offset=math.nan))[0] is Refusal.NOT_FINITE


def test_values_that_no_instrument_has_are_bad():
    decoded = decode(made([1.0, math.nan, 3.0, -math.inf, 1e30], qualities=[0, 0, 1, 1, 3]))
    assert decoded.refused == ()
    assert [(r[0] - START_NS, *r[2:]) for r in rows(decoded)] == [
        (0, 1.0, Quality.GOOD),
        (1_000_000, None, Quality.BAD),
        (2_000_000, 3.0, Quality.UNCERTAIN),
        (3_000_000, None, Quality.BAD),
        (4_000_000, None, Quality.NO_DATA),
    ]


@settings(deadline=None)
@given(st.data())
def test_the_checksum_finds_any_three_flipped_bits(data):
    payload = bytearray(made([1.0, 2.0, 3.0], qualities=[0, 0, 0]))
    bits = data.draw(st.sets(st.integers(0, len(payload) * 8 - 1), min_size=1, max_size=3))
    for bit in bits:
        payload[bit // 8] ^= 1 << bit % 8
    reason, _ = refusal(bytes(payload))
    assert reason is Refusal.MALFORMED


def test_the_layout_as_documented():
    payload = made([7.5], name=b"abcd", interval_ns=1000)
    assert payload[:4] == b"CGPB"
    assert struct.unpack_from("<q", payload, 16) == (START_NS,)
    assert struct.unpack_from("<q", payload, 24) == (1000,)
    assert payload[48:52] == b"abcd"
    assert struct.unpack_from("<f", payload, 56) == (7.5,)
    assert len(payload) == 64
