"""Every payload format: any bytes are readings or counted refusals, never an exception.

A new format is tested as soon as there is a case for it in tests/cases/payloads, and its absence fails.
"""

import gzip
import importlib
import pkgutil
import re
import struct
import tracemalloc
import zlib
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gateway.payloads
from gateway.model import LARGEST_VALUE, Arrivals, Decoded, Quality, Refusal, believable
from tests.unit.payloads.payload_cases import CASES, rows

EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
LYING = [  # few bytes that say they are many
    b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",  # CBOR: an array of 2**64 - 1
    b"\x9a\x7f\xff\xff\xff\x01",
    b"\xbb\x00\x00\xff\xff\xff\xff\xff\xff",  # a map
    b"\x81\xa1\x00\x7b\x00\x00\x7f\xff\xff\xff\xff\xff",  # text
    b"\x81\xa1\x02\x5a\x7f\xff\xff\xff",  # bytes
    b"\x9f" * 5000,  # arrays in arrays
    b"[" * 5000,
    b'{"a":' * 5000,
    b"\x12\xff\xff\xff\xff\x07",  # Protocol Buffers: a metric of 2 GB
    b"\x12\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    struct.pack("<4sBBBBIIqqdd", b"CGPB", 1, 2, 3, 255, 2**32 - 1, 0, 0, 1, 1.0, 0.0),
    b"9" * 5000,
    b'{"temp":1e' + b"9" * 5000 + b"}",
    gzip.compress(b'{"temp":' + b" " * 10**7),  # compressed bombs
    zlib.compress(bytes(10**7)),
    gzip.compress(b"[" * 10**7),
]
NUMBER = re.compile(
    rb"(?<![\w.+-])(?<![0-9a-z]:)-?[0-9]+(?:\.[0-9]+)?(?![\w.:-])"
)  # in JSON; no part of a time or a name
MOST_MEMORY = 4 * 2**20  # bytes, for any of them
NOISE = (b"9.91e37", b"-3.4028235e38", b"1000000001", b"1e400", b"9" * 350, b"NaN", b"Infinity", b"-Infinity")
MOST_FLIPPED = 400  # bytes of a message; longer ones are flipped where they begin and end


def formats():
    files = (m.name for m in pkgutil.iter_modules(gateway.payloads.__path__))
    modules = {name: importlib.import_module(f"gateway.payloads.{name}") for name in files}
    return {name for name, module in modules.items() if hasattr(module, "Options")}


def check(decoded: Decoded, messages, case):
    """The contract: every message shows up, and what became a reading can be trusted to be one."""
    samples, received = decoded.arrivals.samples, decoded.arrivals.received
    columns = (samples.time, samples.channel, samples.value, samples.quality, received)
    assert case.silent or len(decoded.refused) + len(decoded.arrivals) >= len(messages)
    assert [c.dtype for c in columns] == [np.int64, np.int32, np.float64, np.uint8, np.int64]
    assert {len(c) for c in columns} == {len(received)}
    assert np.array_equal(np.isnan(samples.value), samples.quality >= Quality.BAD)
    assert np.all(np.abs(samples.value[samples.quality < Quality.BAD]) <= LARGEST_VALUE)
    assert np.all(believable(samples.time))
    assert set(samples.quality.tolist()) <= set(Quality)
    assert set(samples.channel.tolist()) <= set(case.channels.values())
    came = {(message.topic, message.payload) for message in messages}
    for refused in decoded.refused:
        assert isinstance(refused.reason, Refusal)
        assert 0 < len(refused.detail) < 1000
        assert (refused.topic, refused.payload) in came


def decode_checked(messages, case) -> Decoded:
    decoded = case.decode(messages)
    check(decoded, messages, case)
    return decoded


def test_every_format_has_a_case():
    assert formats() == {case.module.__name__.rpartition(".")[2] for case in CASES}


@EVERY_CASE
def test_the_case_itself(case):
    decode_checked(case.messages, case)


@EVERY_CASE
def test_no_messages_are_no_readings(case):
    decoded = decode_checked([], case)
    assert (len(decoded.arrivals), decoded.refused) == (0, ())


@EVERY_CASE
@settings(deadline=None, max_examples=30)
@given(noise=st.lists(st.binary(max_size=100), max_size=5))
def test_any_bytes(case, noise):
    decode_checked(case.with_payloads(noise), case)


@EVERY_CASE
def test_every_truncation(case):
    for message in case.messages:
        cut = [replace(message, payload=message.payload[:n]) for n in range(len(message.payload))]
        decode_checked(cut, case)


@EVERY_CASE
def test_every_flipped_bit(case):
    for message in case.messages:
        payload = message.payload
        ends = [
            *range(min(len(payload), MOST_FLIPPED)),
            *range(max(MOST_FLIPPED, len(payload) - 40), len(payload)),
        ]
        flipped = [
            replace(message, payload=bytes([*payload[:at], payload[at] ^ 1 << bit, *payload[at + 1 :]]))
            for at in ends
            for bit in range(8)
        ]
        decode_checked(flipped, case)


@EVERY_CASE
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_damage_anywhere(case, data):
    """Bytes replaced, put in or taken out, on the topic they belong to, between good messages."""
    damaged = []
    for message in case.messages:
        at = data.draw(st.integers(0, len(message.payload)))
        until = data.draw(st.integers(at, min(len(message.payload), at + 12)))
        noise = data.draw(st.binary(max_size=12))
        damaged += [message, replace(message, payload=message.payload[:at] + noise + message.payload[until:])]
    decode_checked(damaged, case)


@EVERY_CASE
@settings(deadline=None, max_examples=30)
@given(noise=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4))
def test_noise_between_messages_changes_nothing_but_itself(case, noise):
    between = case.with_payloads(noise)
    whole = decode_checked([*between, *case.messages, *between], case)
    alone, clean = case.decode(between), case.decode(case.messages)
    arrivals = Arrivals.concatenate([alone.arrivals, clean.arrivals, alone.arrivals])
    assert rows(whole) == rows(Decoded(arrivals))
    assert whole.refused == alone.refused + clean.refused + alone.refused


@EVERY_CASE
@pytest.mark.parametrize(
    "compress", [gzip.compress, *(partial(zlib.compress, level=n) for n in (0, 1, 6, 9))]
)
def test_compressed_it_is_the_same(case, compress):
    small = [replace(m, payload=compress(m.payload)) for m in case.messages]
    assert rows(decode_checked(small, case)) == rows(case.decode(case.messages))
    cut = [replace(m, payload=m.payload[:-1]) for m in small]
    more = [replace(m, payload=m.payload + b"x") for m in small]
    for broken in (cut, more):
        assert {r.reason for r in decode_checked(broken, case).refused} == {Refusal.MALFORMED}


@EVERY_CASE
def test_compressed_with_a_small_window_it_is_the_same(case):
    for bits in range(9, 15):  # as compressors choose for small messages
        small = [replace(m, payload=zlib.compress(m.payload, 6, bits)) for m in case.messages]
        assert rows(decode_checked(small, case)) == rows(case.decode(case.messages))


@EVERY_CASE
@pytest.mark.parametrize("later_ns", [0, 3_600_000_000_000])
def test_what_the_broker_retained_gets_no_time_from_its_receipt(case, later_ns):
    """Delivered sooner or later, its readings are the same ones; what has no time of its own is refused."""
    live = case.decode(case.messages)
    kept = [
        replace(message, retained=True, received_ns=message.received_ns + later_ns)
        for message in case.messages
    ]
    decoded = decode_checked(kept, case)
    assert set(rows(decoded)) <= {row for row in rows(live) if row[0] != case.messages[0].received_ns}
    assert len(rows(decoded)) == len(rows(live)) or decoded.refused


@EVERY_CASE
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_any_split_into_batches_gives_the_same(case, data):
    """Sound messages, damaged ones and noise, decoded at once and in pieces by one decoder."""
    noise = data.draw(st.lists(st.binary(min_size=1, max_size=40), max_size=3))
    messages = data.draw(st.permutations([*case.messages, *case.with_payloads(noise)]))
    cut = data.draw(st.integers(0, len(messages)))
    whole = decode_checked(messages, case)
    decoder = case.module.Decoder(case.options)
    pieces = [decoder.decode(part, case.channels) for part in (messages[:cut], messages[cut:])]
    assert rows(whole) == [row for piece in pieces for row in rows(piece)]
    assert whole.refused == tuple(refused for piece in pieces for refused in piece.refused)


@EVERY_CASE
def test_payloads_of_other_devices(case):
    """They come on the topic of this one, because somebody mistyped a configuration."""
    for other in CASES:
        decode_checked(case.with_payloads([message.payload for message in other.messages]), case)


@EVERY_CASE
def test_a_message_costs_memory_by_what_it_is_not_by_what_it_says(case):
    begun = [message.payload[:60] + lie for message in case.messages for lie in LYING]
    decode_checked(case.with_payloads(LYING), case)
    tracemalloc.start()
    try:
        for payload in (*LYING, *begun):
            decode_checked(case.with_payloads([payload]), case)
            peak = tracemalloc.get_traced_memory()[1]
            assert peak < MOST_MEMORY, (payload[:40], peak)
            tracemalloc.reset_peak()
    finally:
        tracemalloc.stop()


@EVERY_CASE
def test_a_number_that_no_instrument_has_is_bad_and_at_its_time(case):
    """What is left out, and not BAD, would prove the time around it. Formats of bytes: test_numbers.py."""
    for message in case.messages if case.is_text else ():
        before = case.decode([message])
        for at in NUMBER.finditer(message.payload):
            for noise in NOISE:
                sent = message.payload[: at.start()] + noise + message.payload[at.end() :]
                check_noise(case.decode([replace(message, payload=sent)]), before, float(at[0]))


def check_noise(after: Decoded, before: Decoded, number: float) -> None:
    """Where `number` was the value of one reading, that one is BAD; elsewhere it may be anything but lost."""
    is_value = [row for row in rows(before) if row[2] == number]
    if len(is_value) == 1:
        expected = [(*r[:2], None, Quality.BAD) if r in is_value else r for r in rows(before)]
        assert rows(after) == expected
    assert len(rows(after)) >= len(rows(before)) or after.refused
    assert Refusal.NOT_FINITE not in {refused.reason for refused in after.refused}


def test_every_format_of_text_has_a_value_that_was_replaced():
    texts = [case for case in CASES if case.is_text]
    held = {
        case.module.__name__.rpartition(".")[2]
        for case in texts
        for message in case.messages
        for at in NUMBER.finditer(message.payload)
        if [row[2] for row in rows(case.decode([message]))].count(float(at[0])) == 1
    }
    assert held == {case.module.__name__.rpartition(".")[2] for case in texts}


@EVERY_CASE
def test_what_the_broker_kept_is_uncertain_where_its_time_is_that_of_delivery(case):
    """What has a time of its own is what it would have been."""
    hour_later = [replace(m, received_ns=m.received_ns + 3_600_000_000_000) for m in case.messages]
    dated = set(rows(case.decode(case.messages))) & set(rows(case.decode(hour_later)))
    late = rows(decode_checked([replace(m, late=True) for m in case.messages], case))
    assert dated <= set(late)
    assert all(row[3] != Quality.GOOD for row in late if row not in dated)
