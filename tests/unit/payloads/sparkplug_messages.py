"""Sparkplug B payloads written by the protobuf package from a descriptor of our own.

The descriptor is what sparkplug_b.proto (Sparkplug 3.0, 6.4.1) says of the fields that are used here.
"""

from typing import Any

import pytest

pytest.importorskip(
    "google.protobuf", reason="an independent writer of Protocol Buffers: pip install protobuf"
)

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError as DecodeError

UINT32, UINT64, FLOAT, DOUBLE, BOOL, STRING, BYTES, MESSAGE = 13, 4, 2, 1, 8, 9, 12, 11
# message -> (name, number, type, repeated, message type, in the oneof `value`)
FIELDS: dict[str, list[tuple[Any, ...]]] = {
    "PropertyValue": [
        ("type", 1, UINT32),
        ("is_null", 2, BOOL),
        ("int_value", 3, UINT32, "value"),
        ("long_value", 4, UINT64, "value"),
        ("float_value", 5, FLOAT, "value"),
        ("string_value", 8, STRING, "value"),
    ],
    "PropertySet": [("keys", 1, STRING, "repeated"), ("values", 2, "PropertyValue", "repeated")],
    "MetaData": [("description", 8, STRING)],
    "Metric": [
        ("name", 1, STRING),
        ("alias", 2, UINT64),
        ("timestamp", 3, UINT64),
        ("datatype", 4, UINT32),
        ("is_historical", 5, BOOL),
        ("is_transient", 6, BOOL),
        ("is_null", 7, BOOL),
        ("metadata", 8, "MetaData"),
        ("properties", 9, "PropertySet"),
        ("int_value", 10, UINT32, "value"),
        ("long_value", 11, UINT64, "value"),
        ("float_value", 12, FLOAT, "value"),
        ("double_value", 13, DOUBLE, "value"),
        ("boolean_value", 14, BOOL, "value"),
        ("string_value", 15, STRING, "value"),
        ("bytes_value", 16, BYTES, "value"),
    ],
    "Payload": [
        ("timestamp", 1, UINT64),
        ("metrics", 2, "Metric", "repeated"),
        ("seq", 3, UINT64),
        ("uuid", 4, STRING),
        ("body", 5, BYTES),
    ],
}


def _payload_class():
    file = descriptor_pb2.FileDescriptorProto(
        name="sparkplug_of_the_tests.proto", package="t", syntax="proto2"
    )
    for message, fields in FIELDS.items():
        described = file.message_type.add(name=message)
        for name, number, kind, *more in fields:
            field = described.field.add(name=name, number=number, label=3 if "repeated" in more else 1)
            if isinstance(kind, str):
                field.type, field.type_name = MESSAGE, f".t.{kind}"
            else:
                field.type = kind
            if "value" in more:
                field.oneof_index = 0
        if any("value" in more for _, _, _, *more in fields):
            described.oneof_decl.add(name="value")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Payload"))


Payload = _payload_class()


def payload(timestamp=None, seq=None, metrics=(), **more) -> bytes:
    """A payload; a metric is a dict of its fields, `quality` being its property of that name."""
    made = Payload(**more)
    if timestamp is not None:
        made.timestamp = timestamp
    if seq is not None:
        made.seq = seq
    for fields in metrics:
        fields = dict(fields)
        quality = fields.pop("quality", None)
        metric = made.metrics.add(**fields)
        if quality is not None:
            metric.properties.keys.append("Quality")
            metric.properties.values.add(type=3, int_value=quality)
    return made.SerializeToString()
