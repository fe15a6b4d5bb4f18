"""SenML: what RFC 8428 says about base fields, times, units and packs that must not be used."""

import json
import math
import struct

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import SECOND, Quality, Refusal
from gateway.payloads import Message
from gateway.payloads.senml import Decoder, Options, UnitOf, needs
from tests.unit.payloads.payload_cases import rows

RECEIVED_NS = 1_767_610_000 * SECOND
CHANNELS = {"a": 0, "b": 1, "d-1/a": 2}
CBOR = Options(encoding="cbor")


def decode(pack, options=None, channels=CHANNELS):
    """`pack` is bytes, or what is to be written in the encoding of `options`."""
    options = options or Options()
    if not isinstance(pack, bytes):
        pack = cbor2.dumps(pack) if options.encoding == "cbor" else json.dumps(pack).encode()
    message = Message("cryo/d-1/senml", {"device": "d-1"}, pack, RECEIVED_NS)
    return Decoder(options).decode([message], channels)


def read(pack, options=None):
    """(seconds after receipt, channel, value) of a pack in which nothing is refused."""
    decoded = decode(pack, options)
    assert decoded.refused == ()
    return [((time - RECEIVED_NS) / SECOND, channel, value) for time, channel, value, _ in rows(decoded)]


def refused(pack, options=None):
    """Reason and detail of the only refusal of a pack."""
    decoded = decode(pack, options)
    [one] = decoded.refused
    return one.reason, one.detail, rows(decoded)


@pytest.mark.parametrize(
    ("pack", "expected"),
    [
        ([{"n": "a", "u": "Cel", "v": -195.8}], [(0, 0, -195.8)]),
        ([{"bn": "a", "bu": "Cel", "v": 1}, {"n": "", "v": 2}], [(0, 0, 1.0), (0, 0, 2.0)]),
        ([{"bu": "Cel", "n": "a", "v": 1}, {"n": "b", "u": "Cel", "v": 2}], [(0, 0, 1.0), (0, 1, 2.0)]),
        ([{"bu": "Cel", "bv": -9, "n": "a", "v": 4.5}, {"n": "a", "v": 1}], [(0, 0, -4.5), (0, 0, -8.0)]),
        ([{"bu": "Cel", "bt": -9, "n": "a", "v": 1}, {"n": "b", "t": 1, "v": 2}], [(-9, 0, 1), (-8, 1, 2)]),
        ([{"bu": "Cel", "bv": -200, "n": "a", "v": 4.2}], [(0, 0, -195.8)]),
        ([{"bu": "Cel", "bt": 1767609990, "n": "a", "v": 1, "t": 4}], [(-6, 0, 1.0)]),
        ([{"bn": "a", "bu": "Cel", "bt": -1}, {"v": 3}], [(-1, 0, 3.0)]),  # base fields alone
        ([{"n": "a", "vb": True}, {"n": "b", "vb": False}], [(0, 0, 1.0), (0, 1, 0.0)]),
        ([{"bver": 10, "bs": 3, "n": "a", "u": "Cel", "v": 1, "s": 7, "ut": 5, "x": "?"}], [(0, 0, 1.0)]),
        ([{"n": "a", "u": "Cel", "v": 5, "t": 2**28 - 1 - 2**28}], [(-1, 0, 5.0)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("options", [Options(), CBOR], ids=["json", "cbor"])
def test_what_a_pack_means(pack, expected, options):
    assert read(pack, options) == expected


def test_times_in_json_are_exact():
    [(time_ns, *_)] = rows(decode(b'[{"n":"a","u":"Cel","v":1,"bt":1.767609999e9,"t":0.123456789}]'))
    assert time_ns == 1_767_609_999_123_456_789


def test_a_decimal_fraction_is_a_number_in_cbor():
    assert read(bytes.fromhex("81a3006161016343656c02c48221391e8d"), CBOR) == [(0, 0, -78.22)]


def test_a_pack_that_says_that_it_is_cbor():
    assert read(bytes.fromhex("d9d9f7") + cbor2.dumps([{0: "a", 1: "Cel", 2: 4}]), CBOR) == [(0, 0, 4.0)]


def test_text_labels_in_cbor_are_taken():
    assert read(cbor2.dumps([{"n": "a", "u": "Cel", "v": 4}]), CBOR) == [(0, 0, 4.0)]


GOOD = {"n": "b", "u": "Cel", "v": 1}
WHOLE = [  # (pack, reason, words)
    ([], Refusal.MALFORMED, "one or more maps"),
    ({"n": "a"}, Refusal.MALFORMED, "one or more maps"),
    ([1], Refusal.MALFORMED, "one or more maps"),
    ([GOOD, None], Refusal.MALFORMED, "one or more maps"),
    ([{"n": "a"}], Refusal.MALFORMED, "no record with a value"),
    ([GOOD, {"n": "a", "u": "Cel", "v": 1, "must_": 1}], Refusal.MALFORMED, "'must_' must be understood"),
    ([{"bver": 11, **GOOD}], Refusal.MALFORMED, "bver 11"),
    ([{"bver": "10", **GOOD}], Refusal.MALFORMED, "bver '10'"),
    ([GOOD, {"n": "a", "u": "Cel", "v": 1, "vb": True}], Refusal.MALFORMED, "one value"),
    ([GOOD, {"n": 7, "u": "Cel", "v": 1}], Refusal.MALFORMED, "n is 7"),
    ([{"bn": None, **GOOD}], Refusal.MALFORMED, "bn is None"),
    ([{"bu": 1, **GOOD}], Refusal.MALFORMED, "bu is 1"),
    ([{"bt": "now", **GOOD}], Refusal.MALFORMED, "bt is 'now'"),
    ([{"bt": True, **GOOD}], Refusal.MALFORMED, "bt is true"),
    ([{"t": "now", **GOOD}], Refusal.MALFORMED, "t is 'now'"),
    ([{"bv": [1], **GOOD}], Refusal.MALFORMED, "bv is [1]"),
    ([{"t": 2**28, **GOOD}], Refusal.ABSURD_TIME, "before 2000"),
    ([{"t": -2_000_000_000, **GOOD}], Refusal.ABSURD_TIME, "time_format"),
    ([{"t": 4_102_444_800, **GOOD}], Refusal.ABSURD_TIME, "after 2100"),
    ([{"bt": 2**62, **GOOD}], Refusal.ABSURD_TIME, "is none"),
    ([{"bt": 1767610000000, **GOOD}], Refusal.ABSURD_TIME, "is none"),  # ms, where SenML has seconds
]


@pytest.mark.parametrize(("pack", "reason", "words"), WHOLE)
@pytest.mark.parametrize("options", [Options(), CBOR], ids=["json", "cbor"])
def test_a_pack_that_must_not_be_used(pack, reason, words, options):
    got, detail, readings = refused(pack, options)
    assert (got, readings) == (reason, [])
    assert words in detail


@pytest.mark.parametrize(
    ("record", "reason", "words"),
    [
        ({"n": "a", "u": "K", "v": 77}, Refusal.WRONG_TYPE, "'a' comes in 'K', expected 'Cel'"),
        ({"n": "a", "u": "C", "v": 77}, Refusal.WRONG_TYPE, "comes in 'C'"),
        ({"n": "a", "v": 77}, Refusal.WRONG_TYPE, "'a' says no unit"),
        ({"n": "a", "u": "Cel", "v": "77"}, Refusal.WRONG_TYPE, "'77', no number"),
        ({"n": "a", "u": "Cel", "v": True}, Refusal.WRONG_TYPE, "no number"),
        ({"n": "a", "u": "Cel", "v": None}, Refusal.WRONG_TYPE, "no number"),
        ({"n": "a", "vs": "cold"}, Refusal.WRONG_TYPE, "without v or vb"),
        ({"n": "a", "u": "Cel", "s": 3}, Refusal.WRONG_TYPE, "without v or vb"),
        ({"n": "a", "vb": 1}, Refusal.WRONG_TYPE, "without v or vb"),
        ({"n": "zz", "u": "Cel", "v": 1}, Refusal.UNKNOWN_CHANNEL, "no channel has the address 'zz'"),
    ],
)
@pytest.mark.parametrize("options", [Options(), CBOR], ids=["json", "cbor"])
def test_a_record_is_refused_alone(record, reason, words, options):
    got, detail, readings = refused([record, GOOD], options)
    assert got is reason
    assert words in detail
    assert [r[1:3] for r in readings] == [(1, 1.0)]


@pytest.mark.parametrize(
    ("four_bytes", "meant"), [("fac343cccd", -195.8), ("fa42f64ccd", 123.15), ("fa4e6e6b28", 1e9)]
)
def test_a_value_of_four_bytes_is_its_shortest_decimal(four_bytes, meant):
    assert read(bytes.fromhex(f"81a3006161016343656c02{four_bytes}"), CBOR) == [(0, 0, meant)]
    pack = bytes.fromhex(f"81a4006161016343656c0200 24{four_bytes}")
    assert read(pack, CBOR) == [(0, 0, meant)]  # with a base value


@pytest.mark.parametrize("encoding", ["json", "cbor"])
def test_a_fault_value_is_bad(encoding):
    options = Options(encoding, fault_values=(-127.0, 85.0, -327.67, 9.91e37))
    pack = [{"bu": "Cel", "n": "a", "v": v} for v in (85, -127.0, -327.67, 9.91e37, 84)]
    found = [row[2:] for row in rows(decode(pack, options))]
    assert found == [(None, Quality.BAD)] * 4 + [(84.0, Quality.GOOD)]


def test_a_time_of_four_bytes_is_what_it_is():
    """Its shortest decimal, 1.76761e9, would be 16 s later."""
    pack = bytes.fromhex("81a4006161016343656c0200 22fa") + struct.pack(">f", 1_767_609_984.0)
    assert read(pack, CBOR) == [(-16, 0, 0.0)]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("label", ["bv", "t", "bt"])
def test_a_base_and_a_time_that_are_not_finite_are_no_pack(value, label):
    decoded = decode([{"n": "a", "u": "Cel", "v": 1, label: value}], CBOR)
    [one] = decoded.refused
    assert rows(decoded) == []
    assert one.reason is Refusal.MALFORMED


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 1e300, 10**18, 2**63, 3.4028234663852886e38]
)
@pytest.mark.parametrize("base", [0, 1])
def test_a_value_that_no_instrument_has_is_bad(value, base):
    for options in (Options(), CBOR):
        decoded = decode([{"n": "a", "u": "Cel", "bv": base, "v": value}, GOOD], options)
        assert decoded.refused == ()
        assert rows(decoded)[0][2:] == (None, Quality.BAD) and len(rows(decoded)) == 2


def test_the_largest_float_written_out_is_bad():
    decoded = decode(b'[{"n":"a","u":"Cel","v":340282346638528859811704183484516925440.000000}]', Options())
    assert [row[2:] for row in rows(decoded)] == [(None, Quality.BAD)]


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "ff",
        "81a1006161ff",  # bytes behind the pack
        "81a2006161f50162",  # true as a label
        "81a300616101634365" + "6c02c24101",  # a big number (tag 2)
        "81a3006161016343656c02c5822003",  # a big float (tag 5)
        "81a3006161016343656c02d823615b",  # a regular expression
        "81a401634365" + "6c0061610201" + "6176" + "02",  # v twice, as 2 and as "v"
        "81a5" + "0063633a61" + "01634365" + "6c" + "061a65920080" + "0201" + "0202",  # label 2 twice
        "d81c81d81d00",  # a pack that contains itself
        "9f" * 1000,
        "9bffffffffffffffff",
        "81a1" + "5b7fffffffffffffff",
    ],
)
def test_cbor_that_is_no_senml(payload):
    reason, detail, readings = refused(bytes.fromhex(payload), CBOR)
    assert (reason, readings) == (Refusal.MALFORMED, [])
    assert len(detail) < 300


def test_bytes_of_cbor_are_no_digits():
    for label in (2, 6, -3, -5):
        assert rows(decode([{0: "a", 1: "Cel", 2: 1, label: b"5"}], CBOR)) == []
        assert rows(decode([{0: "a", 1: "Cel", 2: 1, label: b"\x99"}], CBOR)) == []


@pytest.mark.parametrize("exponent", ["1b0000000000ffffff", "3b0000000000ffffff", "3a00ffffff", "1903e8"])
def test_a_huge_exponent_costs_nothing(exponent):
    for label in ("02", "06", "22", "24"):  # v, t, bt, bv
        pack = f"81a4 0061 61 0163 43656c {'' if label == '02' else '0201'} {label} c482 {exponent} 01"
        decode(bytes.fromhex(pack.replace("a4", "a3") if label == "02" else pack), CBOR)


def test_unknown_names_are_one_refusal_of_a_pack():
    pack = [{"bu": "Cel", "n": "a", "v": 1}, *({"n": f"x{i}", "v": i} for i in range(7))]
    reason, detail, readings = refused(pack)
    assert reason is Refusal.UNKNOWN_CHANNEL
    assert detail == "no channel has the address 'x0', 'x1', 'x2', 'x3', 'x4' and 2 more"
    assert len(readings) == 1
    assert read(pack, Options(unlisted="ignore")) == [(0, 0, 1.0)]


def test_units_by_the_ending_of_the_name():
    options = Options(unit="", units=(UnitOf("a", "K"), UnitOf("", "/")))
    assert read([{"n": "a", "u": "K", "v": 77}, {"n": "b", "u": "/", "v": 0.5}], options) == [
        (0, 0, 77.0),
        (0, 1, 0.5),
    ]
    assert refused([{"n": "b", "u": "K", "v": 1}], options)[0] is Refusal.WRONG_TYPE
    assert read([{"n": "a", "v": 3}], Options(unit="")) == [(0, 0, 3.0)]


def test_names_of_the_topic_in_the_address():
    options = Options(address="{device}/{name}")
    assert needs(options) == {"device"}
    assert read([{"n": "a", "u": "Cel", "v": 1}], options) == [(0, 2, 1.0)]


@pytest.mark.parametrize("make", [lambda: Options(unit="C"), lambda: Options(address="{")])
def test_options_that_can_not_be_meant(make):
    with pytest.raises(ValueError, match=r"coulomb|template"):
        make()


SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.decimals(allow_nan=False) | st.binary(max_size=3)
LABELS = st.integers(-8, 10) | st.sampled_from(["n", "v", "u", "t", "bt", "x_", "x"]) | SCALARS
RECORDS = st.dictionaries(LABELS, VALUES, max_size=5) | SCALARS


@settings(deadline=None, max_examples=200)
@given(st.lists(RECORDS, max_size=4) | VALUES)
def test_any_cbor_is_readings_or_refusals(document):
    decoded = decode(cbor2.dumps(document), CBOR)
    assert decoded.refused or len(decoded.arrivals)
    assert all(len(one.detail) < 1000 for one in decoded.refused)


@settings(deadline=None, max_examples=50)
@given(
    st.integers(946_688_400, 1_767_610_000),
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(-20_000, 20_000), st.integers(0, 3600)), min_size=1
    ),
)
def test_packs_of_another_library(base_time, records):
    kpn = pytest.importorskip("kpn_senml", reason="an independent SenML library: pip install kpn-senml")
    pack = kpn.SenmlPack("")
    pack.base_time = base_time
    for name, hundredths, ago in records:
        pack.add(kpn.SenmlRecord(name, unit="Cel", value=hundredths / 100, time=base_time - ago))
    expected = [
        ((base_time - ago) * SECOND, CHANNELS[name], hundredths / 100) for name, hundredths, ago in records
    ]
    for payload, options in ((pack.to_json().encode(), Options()), (pack.to_cbor(), CBOR)):
        decoded = decode(payload, options)
        assert [row[:3] for row in rows(decoded)] == expected
        assert decoded.refused == ()
