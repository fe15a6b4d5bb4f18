"""The reader of Protocol Buffers agrees with the protobuf package on what a Sparkplug payload says."""

import gzip
import math
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Refusal
from gateway.payloads.protobuf import BYTES, FIXED32, FIXED64, VARINT, fields, uint_field, varint
from gateway.payloads.sparkplug_payload import COMPRESSED, read_payload
from gateway.payloads.unusable import Unusable
from tests.unit.payloads.sparkplug_messages import DecodeError, Payload, payload


@given(st.integers(0, 2**64 - 1), st.integers(1, 2**29 - 1))
def test_what_is_written_is_read(value, number):
    assert list(fields(uint_field(number, value))) == [(number, VARINT, value)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("089601", [(1, VARINT, 150)]),  # the examples of the encoding guide
        ("120774657374696e67", [(2, BYTES, b"testing")]),
        ("0d0000803f", [(1, FIXED32, b"\0\0\x80?")]),
        ("090000000000000000", [(1, FIXED64, bytes(8))]),
        ("", []),
    ],
)
def test_fields(message, expected):
    assert list(fields(bytes.fromhex(message))) == expected


@pytest.mark.parametrize(
    "message", ["08", "0896", "12", "1202", "120261", "0d000000", "0900", "0b", "0f", "0001"]
)
def test_what_is_no_message(message):
    with pytest.raises(Unusable, match="no Protocol Buffers"):
        list(fields(bytes.fromhex(message)))


def test_a_varint_of_more_than_64_bits_is_cut_like_theirs():
    data = b"\x18" + b"\xff" * 9 + b"\x7f"
    assert read_payload(data).seq == Payload.FromString(data).seq == 2**64 - 1
    assert varint(300) == b"\xac\x02"


@pytest.mark.parametrize("compress", [zlib.compress, gzip.compress, bytes])
def test_in_the_way_of_tahu(compress):
    """One payload with the other in its body; what names the algorithm is not needed."""
    inner = payload(7, 3, [{"name": "T", "datatype": 9, "float_value": 4.5}])
    metrics = [{"name": "algorithm", "datatype": 12, "string_value": "DEFLATE"}]
    found = read_payload(Payload(uuid=COMPRESSED, body=compress(inner)).SerializeToString())
    assert found == read_payload(inner)
    whole = Payload.FromString(payload(9, 9, metrics))
    whole.uuid, whole.body = COMPRESSED, compress(inner)
    assert read_payload(whole.SerializeToString()) == found


def test_what_is_compressed_is_bounded_and_not_looked_into_twice():
    bomb = Payload(uuid=COMPRESSED, body=zlib.compress(bytes(10**7))).SerializeToString()
    with pytest.raises(Unusable, match="1 MiB") as why:
        read_payload(bomb)
    assert why.value.reason is Refusal.OVERSIZED
    inner = payload(7, 3, [{"name": "T", "datatype": 9, "float_value": 4.5}])
    once = Payload(uuid=COMPRESSED, body=inner).SerializeToString()
    assert not read_payload(Payload(uuid=COMPRESSED, body=once).SerializeToString()).metrics


U64, U32 = st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1)
METRIC = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(max_size=5),
        "alias": U64,
        "timestamp": U64,
        "datatype": U32,
        "is_historical": st.booleans(),
        "is_transient": st.booleans(),
        "is_null": st.booleans(),
        "quality": U32,
    },
).flatmap(
    lambda fields: st.one_of(
        st.just(fields),
        *(
            st.builds(lambda v, k=kind: {**fields, k: v}, given)
            for kind, given in [
                ("int_value", U32),
                ("long_value", U64),
                ("float_value", st.floats(width=32)),
                ("double_value", st.floats()),
                ("boolean_value", st.booleans()),
                ("string_value", st.text(max_size=5)),
                ("bytes_value", st.binary(max_size=5)),
            ]
        ),
    )
)


@settings(max_examples=150, deadline=None)
@given(st.none() | U64, st.none() | U64, st.lists(METRIC, max_size=4), st.binary(max_size=5))
def test_payloads_are_read_as_the_protobuf_package_writes_them(timestamp, seq, metrics, body):
    read = read_payload(payload(timestamp, seq, metrics, body=body, uuid="u"))
    assert (read.timestamp_ms, read.seq, len(read.metrics)) == (timestamp, seq, len(metrics))
    for mine, sent in zip(read.metrics, metrics, strict=True):
        assert (mine.name, mine.alias, mine.timestamp_ms, mine.datatype) == tuple(
            sent.get(key) for key in ("name", "alias", "timestamp", "datatype")
        )
        assert (mine.is_null, mine.is_historical) == (
            sent.get("is_null", False),
            sent.get("is_historical", False),
        )
        assert mine.integer == sent.get("int_value", sent.get("long_value"))
        assert mine.boolean == sent.get("boolean_value")
        short = sent.get("float_value")
        real = sent.get("double_value") if short is None else float(str(np.float32(short)))
        assert (mine.real is None) == (real is None)
        assert real is None or struct.pack("<d", mine.real) == struct.pack("<d", real) or math.isnan(real)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_bytes_that_the_protobuf_package_takes_are_read_alike(data):
    """It may be more tolerant (it keeps fields of another type as unknown); where both read, they agree."""
    try:
        theirs = Payload.FromString(data)
    except DecodeError:
        theirs = None
    try:
        mine = read_payload(data)
    except Unusable:
        return
    if theirs is not None:
        assert mine.seq == (theirs.seq if theirs.HasField("seq") else None)
        assert [m.name for m in mine.metrics] == [
            m.name if m.HasField("name") else None for m in theirs.metrics
        ]
