"""Every payload format: any bytes are readings or counted refusals, never an exception.

A new format is tested as soon as it has an example here, and its absence fails.
"""

import importlib
import math
import pkgutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gateway.payloads
from gateway.model import LARGEST_VALUE, SECOND, Decoded, Quality, Refusal, believable
from gateway.payloads import Message, json

RECEIVED_NS = 1_767_610_000 * SECOND
NAMES = {"device": "d-1"}
CHANNELS = {"d-1/temperature": 0, "d-1/level": 1}

EXAMPLES = {
    "json": [
        (
            json.Options(
                (json.Reading("{device}/temperature", "/temp"), json.Reading("{device}/level", "/level/mm")),
                "/ts",
                "unix_s",
            ),
            [
                b'{"ts":1767610000.123456789,"temp":-189.25,"level":{"mm":412}}',
                b'[{"ts":1767610000,"temp":-189.25},{"ts":1767610001,"temp":null}]',
            ],
        ),
        (
            json.Options(
                (json.Reading("{device}/temperature", "/a/0"),), "/t", "rfc3339", numbers_as_text=True
            ),
            [b'{"t":"2026-01-05T10:46:40.123Z","a":["-189.25"]}'],
        ),
    ],
}
"""Options of each format, and payloads that are fine under them."""


def formats():
    files = (m.name for m in pkgutil.iter_modules(gateway.payloads.__path__))
    modules = {name: importlib.import_module(f"gateway.payloads.{name}") for name in files}
    return sorted(name for name, module in modules.items() if hasattr(module, "Options"))


CASES = [
    pytest.param(importlib.import_module(f"gateway.payloads.{name}"), *case, id=f"{name}-{i}")
    for name, cases in EXAMPLES.items()
    for i, case in enumerate(cases)
]


def decode(module, options, payloads) -> Decoded:
    messages = [Message("cryo/d-1/telemetry", NAMES, payload, RECEIVED_NS) for payload in payloads]
    return module.Decoder(options).decode(messages, CHANNELS)


def check(decoded: Decoded, payloads):
    """The contract: every message shows up, and what became a reading can be trusted to be one."""
    samples, received = decoded.arrivals.samples, decoded.arrivals.received
    assert len(decoded.refused) + len(decoded.arrivals) >= len(payloads)
    assert [c.dtype for c in (samples.time, samples.channel, samples.value, samples.quality, received)] == [
        np.int64,
        np.int32,
        np.float64,
        np.uint8,
        np.int64,
    ]
    assert {len(samples.time), len(samples.channel), len(samples.value), len(samples.quality)} == {
        len(received)
    }
    assert np.array_equal(np.isnan(samples.value), samples.quality >= Quality.BAD)
    assert np.all(np.abs(samples.value[samples.quality < Quality.BAD]) <= LARGEST_VALUE)
    assert np.all(believable(samples.time, received))
    assert set(samples.channel.tolist()) <= set(CHANNELS.values())
    for refused in decoded.refused:
        assert refused.reason in set(Refusal)
        assert 0 < len(refused.detail) < 1000
        assert refused.payload in payloads


def same(one: Decoded, other: Decoded):
    def rows(decoded):
        s = decoded.arrivals.samples
        values = [None if math.isnan(v) else v for v in s.value.tolist()]
        return s.time.tolist(), s.channel.tolist(), values, s.quality.tolist()

    return rows(one) == rows(other) and one.refused == other.refused


def test_every_format_has_an_example():
    assert formats() == sorted(EXAMPLES)


@pytest.mark.parametrize(("module", "options", "payloads"), CASES)
def test_the_examples_are_readings(module, options, payloads):
    decoded = decode(module, options, payloads)
    check(decoded, payloads)
    assert decoded.refused == ()
    assert module.needs(options) <= set(NAMES)


@pytest.mark.parametrize(("module", "options", "payloads"), CASES)
def test_no_messages_are_no_readings(module, options, payloads):
    decoded = decode(module, options, [])
    check(decoded, [])
    assert (len(decoded.arrivals), decoded.refused) == (0, ())


@pytest.mark.parametrize(("module", "options", "payloads"), CASES)
@settings(deadline=None)
@given(noise=st.lists(st.binary(max_size=100), max_size=5))
def test_any_bytes(module, options, payloads, noise):
    check(decode(module, options, noise), noise)


@pytest.mark.parametrize(("module", "options", "payloads"), CASES)
def test_every_truncation(module, options, payloads):
    cut = [payload[:length] for payload in payloads for length in range(len(payload))]
    check(decode(module, options, cut), cut)


@pytest.mark.parametrize(("module", "options", "payloads"), CASES)
def test_every_flipped_bit(module, options, payloads):
    flipped = [
        bytes([*payload[:at], payload[at] ^ 1 << bit, *payload[at + 1 :]])
        for payload in payloads
        for at in range(len(payload))
        for bit in range(8)
    ]
    check(decode(module, options, flipped), flipped)


@pytest.mark.parametrize(("module", "options", "payloads"), CASES)
@settings(deadline=None)
@given(data=st.data())
def test_noise_between_messages_changes_nothing_but_itself(module, options, payloads, data):
    noise = data.draw(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4))
    whole = decode(module, options, [*noise, *payloads, *noise])
    check(whole, [*noise, *payloads])
    alone = decode(module, options, noise)
    clean = decode(module, options, payloads)
    expected = Decoded(
        type(clean.arrivals).concatenate([alone.arrivals, clean.arrivals, alone.arrivals]),
        alone.refused + clean.refused + alone.refused,
    )
    assert same(whole, expected)
