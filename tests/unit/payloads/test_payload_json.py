"""The JSON payload: what becomes a reading, what is refused and why, and that batches change nothing."""

import math
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.model import SECOND, Quality, Refusal
from gateway.payloads import Message
from gateway.payloads.json import Decoder, Options, Reading, needs

RECEIVED_NS = 1_767_610_000 * SECOND
TEMPERATURE = Reading("{device}/temperature", "/temp")
LEVEL = Reading("{device}/level", "/level/mm")
CHANNELS = {"d-1/temperature": 3, "d-1/level": 4, "d-2/temperature": 5}
PLAIN = Options((TEMPERATURE, LEVEL))
TIMED = Options((TEMPERATURE, LEVEL), "/ts", "unix_ms")
AS_TEXT = Options((TEMPERATURE,), "/ts", "unix_s", numbers_as_text=True)


def message(payload, device="d-1"):
    return Message(f"cryo/{device}/telemetry", {"device": device}, payload, RECEIVED_NS)


def rows(decoded):
    """(time, channel, value, quality) of each reading; NaN as None, which equals itself."""
    s = decoded.arrivals.samples
    values = [None if math.isnan(v) else v for v in s.value.tolist()]
    return list(zip(s.time.tolist(), s.channel.tolist(), values, s.quality.tolist(), strict=True))


def decode(payload, options=PLAIN, device="d-1"):
    return Decoder(options).decode([message(payload, device)], CHANNELS)


@pytest.mark.parametrize("sent", [b"9.91e37", b"4294967295", b"-327.67", b"-327.6700134277344"])
def test_a_fault_value_is_bad_even_beyond_what_an_instrument_means(sent):
    reading = Reading("{device}/temperature", "/temp", (9.91e37, 4294967295.0, -327.67))
    decoded = decode(b'{"temp":%b}' % sent, Options((reading,)))
    assert rows(decoded) == [(RECEIVED_NS, 3, None, Quality.BAD)]
    assert decoded.refused == ()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"temp":-189.25}', [(3, -189.25)]),
        (b'{"temp":-189}', [(3, -189.0)]),
        (b'{"temp":-1.8925e2}', [(3, -189.25)]),
        (b' {"temp" : 0.1 , "x": [1, {}, "y"]}\n', [(3, 0.1)]),
        (b'{"level":{"mm":412}}', [(4, 412.0)]),
        (b'{"temp":-189.25,"level":{"mm":412}}', [(3, -189.25), (4, 412.0)]),
        (b'{"temp":-189.25,"level":412}', [(3, -189.25)]),
        (b'{"temp":1e9}', [(3, 1e9)]),
        (b'{"temp":1e-400}', [(3, 0.0)]),
        (b'[{"temp":1},{"temp":2},{"other":3}]', [(3, 1.0), (3, 2.0)]),
        (b'{"temp":0.1000000000000000055511151231257827021181583404541015625}', [(3, 0.1)]),
    ],
)
def test_values(payload, expected):
    decoded = decode(payload)
    assert rows(decoded) == [(RECEIVED_NS, channel, value, Quality.GOOD) for channel, value in expected]
    assert decoded.arrivals.received.tolist() == [RECEIVED_NS] * len(expected)
    assert decoded.refused == ()


def test_null_says_that_there_is_no_reading():
    assert rows(decode(b'{"temp":null}')) == [(RECEIVED_NS, 3, None, Quality.NO_DATA)]


@pytest.mark.parametrize(
    ("payload", "options", "value"),
    [
        (b"-189.25", Options((Reading("{device}/temperature", ""),)), -189.25),
        (b'{"a":[{"t":1},{"t":2}]}', Options((Reading("{device}/temperature", "/a/1/t"),)), 2.0),
        (b'{"ts":"1767610000.5","temp":" -189.25 "}', AS_TEXT, -189.25),
        (b'{"ts":1767610000,"temp":"+2e1"}', AS_TEXT, 20.0),
    ],
)
def test_other_shapes(payload, options, value):
    assert [r[1:] for r in rows(decode(payload, options))] == [(3, value, Quality.GOOD)]


@pytest.mark.parametrize(
    ("time_format", "given", "time_ns"),
    [
        ("rfc3339", b'"2026-01-05T10:46:40.123456789Z"', 1_767_610_000_123_456_789),
        ("rfc3339", b'"2026-01-05T18:46:40+08:00"', 1_767_610_000_000_000_000),
        ("unix_s", b"1767610000", 1_767_610_000_000_000_000),
        ("unix_s", b"1767610000.123456789", 1_767_610_000_123_456_789),
        ("unix_s", b"1.7676100001e9", 1_767_610_000_100_000_000),
        ("unix_ms", b"1767610000123", 1_767_610_000_123_000_000),
        ("unix_ms", b"1767610000123.5", 1_767_610_000_123_500_000),
        ("unix_us", b"1767610000123456", 1_767_610_000_123_456_000),
        ("unix_ns", b"1767610000123456789", 1_767_610_000_123_456_789),
    ],
)
def test_times(time_format, given, time_ns):
    decoded = decode(b'{"ts":%s,"temp":1}' % given, Options((TEMPERATURE,), "/ts", time_format))
    assert [r[0] for r in rows(decoded)] == [time_ns]
    assert decoded.arrivals.received.tolist() == [RECEIVED_NS]


def test_every_object_of_an_array_has_its_own_time():
    decoded = decode(b'[{"ts":1767610000001,"temp":1},{"ts":1767610000002,"temp":2}]', TIMED)
    assert [r[0] - RECEIVED_NS for r in rows(decoded)] == [1_000_000, 2_000_000]


def test_an_object_without_readings_needs_no_time():
    assert len(decode(b'[{"ts":1767610000001,"temp":1},{"status":"ok"}]', TIMED).arrivals) == 1


WHOLE = [  # (payload, options, reason, words)
    (b"", PLAIN, Refusal.MALFORMED, "not JSON: it is truncated, or empty; check what the device sends"),
    (b"{'temp':1}", PLAIN, Refusal.MALFORMED, "names in an object must stand in double quotes (at byte 1)"),
    (b"{", PLAIN, Refusal.MALFORMED, ""),
    (b'{"temp":1}{', PLAIN, Refusal.MALFORMED, "trailing"),
    (b"\xff\xfe", PLAIN, Refusal.MALFORMED, ""),
    (b'{"temp":"\xff"}', PLAIN, Refusal.MALFORMED, ""),
    (b'\xef\xbb\xbf{"temp":1}', PLAIN, Refusal.MALFORMED, ""),
    (b'{"temp":NaN', PLAIN, Refusal.MALFORMED, "truncated"),
    (b'{"temp":nan}', PLAIN, Refusal.MALFORMED, ""),
    (b'{"temp":NaNa}', PLAIN, Refusal.MALFORMED, ""),
    (b'{"temp":"NaN}', PLAIN, Refusal.MALFORMED, ""),
    (b"{NaN:1}", PLAIN, Refusal.MALFORMED, ""),
    (b"[" * 100_000, PLAIN, Refusal.MALFORMED, "too deep; check what the device sends"),
    (
        b'{"temp":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        PLAIN,
        Refusal.MALFORMED,
        "too deep; check what the device sends",
    ),
    (b'{"temp":1,"temp":2}', PLAIN, Refusal.MALFORMED, "'temp' stands twice in one object: nobody knows"),
    (b'{"temp":NaN,"level":{"mm":1,"m\\u006d":2}}', PLAIN, Refusal.MALFORMED, "'mm' stands twice"),
    (b"{}", PLAIN, Refusal.WRONG_TYPE, "nothing at '/temp', '/level/mm'"),
    (b'{"Temp":1}', PLAIN, Refusal.WRONG_TYPE, "keys ['Temp']"),
    (b"[]", PLAIN, Refusal.WRONG_TYPE, "the payload is []"),
    (b"21.5", PLAIN, Refusal.WRONG_TYPE, "the payload is 21.5"),
    (b"NaN", PLAIN, Refusal.WRONG_TYPE, "the payload is NaN"),
    (b"-Infinity", PLAIN, Refusal.WRONG_TYPE, "the payload is -Infinity"),
    (b"null", PLAIN, Refusal.WRONG_TYPE, "the payload is None"),
    (b'"21.5"', PLAIN, Refusal.WRONG_TYPE, "the payload is '21.5'"),
    (b'[[{"temp":1}]]', PLAIN, Refusal.WRONG_TYPE, "nothing at"),
    (b'{"temp":1}', TIMED, Refusal.MALFORMED, "no time at /ts"),
    (b'{"ts":NaN,"temp":1}', TIMED, Refusal.ABSURD_TIME, ""),
    (b'{"ts":null,"temp":1}', TIMED, Refusal.MALFORMED, "no time at /ts"),
    (b'{"ts":"1767610000000","temp":1}', TIMED, Refusal.WRONG_TYPE, "is not a number"),
    (b'{"ts":true,"temp":1}', TIMED, Refusal.WRONG_TYPE, "is not a number"),
    (b'{"ts":{},"temp":1}', TIMED, Refusal.WRONG_TYPE, "is not a number"),
    (b'{"ts":1767610000,"temp":1}', Options((TEMPERATURE,), "/ts"), Refusal.WRONG_TYPE, "RFC 3339 text"),
    (b'{"ts":1.5,"temp":1}', Options((TEMPERATURE,), "/ts"), Refusal.WRONG_TYPE, "time 1.5 is not RFC 3339"),
    (
        b'{"ts":"2026-01-05T10:46:40","temp":1}',
        Options((TEMPERATURE,), "/ts"),
        Refusal.MALFORMED,
        "with zone",
    ),
    (b'{"ts":"noon","temp":1}', AS_TEXT, Refusal.MALFORMED, "no count of time"),
    (b'{"ts":0,"temp":1}', TIMED, Refusal.ABSURD_TIME, "time_format"),
    (b'{"ts":-1767610000000,"temp":1}', TIMED, Refusal.ABSURD_TIME, ""),
    (b'{"ts":1767610000,"temp":1}', TIMED, Refusal.ABSURD_TIME, ""),  # seconds where ms were announced
    (b'{"ts":7267610000000,"temp":1}', TIMED, Refusal.ABSURD_TIME, ""),
    (b'{"ts":1e999999999,"temp":1}', TIMED, Refusal.ABSURD_TIME, ""),
    (b'{"ts":1e-999999999,"temp":1}', TIMED, Refusal.ABSURD_TIME, ""),
    (b'{"ts":' + b"9" * 300 + b',"temp":1}', TIMED, Refusal.ABSURD_TIME, ""),
    (b'{"ts":"1970-01-01T00:00:00Z","temp":1}', Options((TEMPERATURE,), "/ts"), Refusal.ABSURD_TIME, ""),
    (b'{"ts":"9999-12-31T23:59:59Z","temp":1}', Options((TEMPERATURE,), "/ts"), Refusal.ABSURD_TIME, ""),
    (b'[{"ts":1767610000001,"temp":1},{"temp":2}]', TIMED, Refusal.MALFORMED, "no time"),
]


@pytest.mark.parametrize(("payload", "options", "reason", "words"), WHOLE)
def test_refused_as_a_whole(payload, options, reason, words):
    decoded = decode(payload, options)
    assert rows(decoded) == []
    [refused] = decoded.refused
    assert refused.reason is reason
    assert words in refused.detail
    assert len(refused.detail) < 300
    assert (refused.topic, refused.payload, refused.received_ns) == (
        "cryo/d-1/telemetry",
        payload,
        RECEIVED_NS,
    )


def test_a_day_ahead_is_still_believed():
    assert len(decode(b'{"ts":1767696400000,"temp":1}', TIMED).arrivals) == 1


@pytest.mark.parametrize(
    ("value", "options", "reason", "words"),
    [
        (b"true", PLAIN, Refusal.WRONG_TYPE, "true is no number"),
        (b"{}", PLAIN, Refusal.WRONG_TYPE, "{} is no number"),
        (b"[1]", PLAIN, Refusal.WRONG_TYPE, "[1] is no number"),
        (b'"-189.25"', PLAIN, Refusal.WRONG_TYPE, "set numbers_as_text"),
        (b'"NaNs"', AS_TEXT, Refusal.WRONG_TYPE, "'NaNs' is no number"),
        (b'"ERR"', AS_TEXT, Refusal.WRONG_TYPE, "'ERR' is no number"),
        (b'""', PLAIN, Refusal.WRONG_TYPE, "no number"),
        (b'"1_0"', AS_TEXT, Refusal.WRONG_TYPE, "no number"),
    ],
)
def test_a_bad_value_is_refused_alone(value, options, reason, words):
    payload = b'[{"ts":1767610000,"temp":1},{"ts":1767610000,"temp":%s}]' % value
    decoded = decode(payload, options)
    assert [r[2] for r in rows(decoded)] == [1.0]
    [refused] = decoded.refused
    assert refused.reason is reason
    assert words in refused.detail
    assert len(refused.detail) < 300


NOISE = [
    *(b"NaN", b"Infinity", b"-Infinity", b"1000000001", b"-1e300", b"1e400", b"9.91e37", b"3.4028235e38"),
    *(b"9" * 400, b"9" * 10_000, b"-" + b"9" * 10_000, b'"NaN"', b'"-inf"', b'" Infinity "', b'"1e999"'),
]


@pytest.mark.parametrize("value", NOISE)
def test_a_number_that_no_instrument_has_is_bad_and_nothing_beside_it_is_lost(value):
    payload = b'[{"ts":1767610000,"temp":1,"x":"NaN \\" NaN"},{"ts":1767610001,"temp":%s}]' % value
    decoded = decode(payload, AS_TEXT)
    assert decoded.refused == ()
    assert [r[2:] for r in rows(decoded)] == [(1.0, Quality.GOOD), (None, Quality.BAD)]


@pytest.mark.parametrize("value", [b"null", b'""', b'"  "'])
def test_null_and_an_empty_text_say_that_there_is_no_reading(value):
    decoded = decode(b'{"ts":1767610000,"temp":%s}' % value, AS_TEXT)
    assert decoded.refused == ()
    assert [r[2:] for r in rows(decoded)] == [(None, Quality.NO_DATA)]


@pytest.mark.parametrize("unit", [b'"', b'\\"', b'NaN"', b'"\\', b"9" * 1000 + b" "])
def test_looking_for_nan_costs_by_the_length(unit):
    """Even in a mebibyte of quotes that never end."""
    payload = b'{"temp":NaN,"x":' + unit * (2**20 // len(unit))
    began = time.process_time()
    decode(payload)
    assert time.process_time() - began < 2.0


def test_an_unknown_channel_is_named():
    decoded = decode(b'{"temp":1,"level":{"mm":2}}', device="d-2")
    assert [r[1] for r in rows(decoded)] == [5]
    assert [(r.reason, r.detail) for r in decoded.refused] == [
        (Refusal.UNKNOWN_CHANNEL, "no channel has the address 'd-2/level'")
    ]


def test_many_invented_topics_cost_no_memory_for_ever():
    decoder = Decoder(PLAIN)
    decoded = decoder.decode([message(b'{"temp":1}', f"{i:030000}") for i in range(2000)], CHANNELS)
    assert len(decoded.refused) == 2000
    cache = decoder._object._addresses._cache
    assert 0 < sum(len(text) for key, value in cache._values.items() for text in (*key, *value)) < 2**24
    assert rows(decoder.decode([message(b'{"temp":1}')], CHANNELS))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Options(()),
        lambda: Options((TEMPERATURE,), "ts"),
        lambda: Reading("{device", "/temp"),
        lambda: Reading("{device}", "temp"),
    ],
)
def test_options_that_can_not_be_meant(make):
    with pytest.raises(ValueError, match=r"expected|pointer|template"):
        make()


def test_what_the_addresses_need():
    assert needs(PLAIN) == {"device"}
    assert needs(Options((Reading("a", "/a"), Reading("{site}/{device}", "/b")))) == {"site", "device"}


PAYLOADS = st.one_of(
    st.sampled_from([payload for payload, _, _, _ in WHOLE if len(payload) < 1000]),
    st.binary(max_size=40),
    st.builds(lambda t, v: b'{"ts":%d,"temp":%s}' % (t, v), st.integers(1767600000000, 1767610000000),
              st.sampled_from([b"1", b"-189.25", b"null", b"true", b"1e99", b'"x"'])),
)  # fmt: skip


@given(st.lists(st.tuples(PAYLOADS, st.sampled_from(["d-1", "d-2", "d-3"])), max_size=12), st.data())
@example([(b'{"temp":1}', "d-1")], None)
def test_how_messages_are_cut_into_batches_changes_nothing(sent, data):
    messages = [message(payload, device) for payload, device in sent]
    at = 0 if data is None else data.draw(st.integers(0, len(messages)))
    for options in (PLAIN, TIMED):
        together = Decoder(options).decode(messages, CHANNELS)
        one = Decoder(options)
        singly = [one.decode([m], CHANNELS) for m in messages]
        halves = [one.decode(messages[:at], CHANNELS), one.decode(messages[at:], CHANNELS)]
        for parts in (singly, halves):
            assert [r for part in parts for r in rows(part)] == rows(together)
            assert tuple(r for part in parts for r in part.refused) == together.refused


@given(st.binary(max_size=200))
def test_any_bytes_are_readings_or_one_refusal(payload):
    for options in (PLAIN, TIMED, AS_TEXT):
        decoded = decode(payload, options)
        assert decoded.refused or len(decoded.arrivals)
