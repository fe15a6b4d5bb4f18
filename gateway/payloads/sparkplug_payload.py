"""A Sparkplug B payload, parsed: the fields of sparkplug_b.proto that a monitor needs, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Final

from gateway.dataclass import dataclass
from gateway.model import Quality, Refusal
from gateway.payloads.compressed import uncompressed
from gateway.payloads.protobuf import as_bytes, as_float, as_text, as_uint, bytes_field, fields, uint_field
from gateway.payloads.unusable import Unusable

BOOLEAN: Final = 11
SIGNED_BITS: Final = {1: 8, 2: 16, 3: 32, 4: 64}  # Int8..Int64 (Sparkplug 3.0, 6.4.16)
UNSIGNED_BITS: Final = {5: 8, 6: 16, 7: 32, 8: 64}  # UInt8..UInt64
REAL: Final = frozenset((9, 10))  # Float, Double
QUALITIES: Final = {192: Quality.GOOD, 500: Quality.NO_DATA}  # 500 is stale; 0 and all others: BAD
MOST_METRICS: Final = 10_000  # in one payload
COMPRESSED: Final = "SPBV1.0_COMPRESSED"  # the uuid by which Eclipse Tahu says that the payload is in `body`


@dataclass(slots=True)
class Metric:
    """One metric as it stands in the payload; None where a field is left out."""

    name: str | None = None
    alias: int | None = None
    timestamp_ms: int | None = None
    datatype: int | None = None
    is_historical: bool = False
    is_null: bool = False
    quality: Quality = Quality.GOOD
    integer: int | None = None  # as it came: signed ones are two's complement
    real: float | None = None
    boolean: bool | None = None


@dataclass(slots=True)
class Payload:
    """What a message carries."""

    timestamp_ms: int | None = None
    seq: int | None = None
    metrics: list[Metric] = field(default_factory=list)
    uuid: str = ""
    body: bytes = b""


def read_payload(message: bytes) -> Payload:
    """Of `message`, compressed as a whole or in the way of Tahu, or not. Raises Unusable."""
    payload = _payload(uncompressed(message))
    return payload if payload.uuid != COMPRESSED else _payload(uncompressed(payload.body))


def _payload(message: bytes) -> Payload:
    payload = Payload()
    for number, wire_type, value in fields(message):
        if number == 1:
            payload.timestamp_ms = as_uint(wire_type, value)
        elif number == 2:
            payload.metrics.append(_metric(as_bytes(wire_type, value)))
        elif number == 3:
            payload.seq = as_uint(wire_type, value)
        elif number == 4:
            payload.uuid = as_text(wire_type, value)
        elif number == 5:
            payload.body = as_bytes(wire_type, value)
    if len(payload.metrics) > MOST_METRICS:
        raise Unusable(Refusal.MALFORMED, f"{len(payload.metrics)} metrics; at most {MOST_METRICS} are taken")
    return payload


def _metric(message: bytes) -> Metric:
    metric = Metric()
    for number, wire_type, value in fields(message):
        if number == 1:
            metric.name = as_text(wire_type, value)
        elif number == 2:
            metric.alias = as_uint(wire_type, value)
        elif number == 3:
            metric.timestamp_ms = as_uint(wire_type, value)
        elif number == 4:
            metric.datatype = as_uint(wire_type, value)
        elif number == 5:
            metric.is_historical = as_uint(wire_type, value) != 0
        elif number == 7:
            metric.is_null = as_uint(wire_type, value) != 0
        elif number == 9:
            metric.quality = _quality(as_bytes(wire_type, value))
        elif 10 <= number <= 19:
            metric.integer = metric.real = metric.boolean = None  # of a oneof the last counts
            if number in (10, 11):
                metric.integer = as_uint(wire_type, value)
            elif number in (12, 13):
                metric.real = as_float(wire_type, value)
            elif number == 14:
                metric.boolean = as_uint(wire_type, value) != 0
    return metric


def _quality(message: bytes) -> Quality:
    """Of a PropertySet: the property Quality; GOOD where there is none."""
    keys: list[str] = []
    values: list[bytes] = []
    for number, wire_type, value in fields(message):
        if number == 1:
            keys.append(as_text(wire_type, value))
        elif number == 2:
            values.append(as_bytes(wire_type, value))
    if len(keys) != len(values):
        raise Unusable(Refusal.MALFORMED, f"{len(keys)} names of properties, but {len(values)} values")
    for key, property_value in zip(keys, values, strict=True):
        if key.lower() == "quality":
            return QUALITIES.get(_code(property_value), Quality.BAD)
    return Quality.GOOD


def _code(message: bytes) -> int:
    """Of a PropertyValue: its integer; -1 where it is something else."""
    code = -1
    for number, wire_type, value in fields(message):
        if number in (3, 4):
            code = as_uint(wire_type, value)
    return code


def value_of(metric: Metric, datatype: int | None) -> float:
    """The value as a number, two's complement undone. Raises Unusable where it is none."""
    if metric.real is not None and (datatype is None or datatype in REAL):
        return metric.real
    if metric.boolean is not None and datatype in (None, BOOLEAN):
        return float(metric.boolean)
    if metric.integer is not None and datatype in UNSIGNED_BITS:
        return float(_unsigned(metric.integer, UNSIGNED_BITS[datatype]))
    if metric.integer is not None and datatype in SIGNED_BITS:
        return float(_signed(metric.integer, SIGNED_BITS[datatype]))
    if metric.integer is not None and datatype is None:
        raise Unusable(Refusal.WRONG_TYPE, "an integer whose datatype no birth has said: its sign is unknown")
    raise Unusable(Refusal.WRONG_TYPE, f"a metric of datatype {datatype} that holds no such value")


def _unsigned(given: int, bits: int) -> int:
    if given >> bits:
        raise Unusable(Refusal.WRONG_TYPE, f"{given} does not fit into {bits} bits")
    return given


def _signed(given: int, bits: int) -> int:
    """Two's complement of `bits`, also when the sign is extended to 32 or 64 bits on the wire."""
    low = given & (1 << bits) - 1
    signed = low - (1 << bits) if low >> bits - 1 else low
    if given not in (low, signed & 0xFFFF_FFFF, signed & 0xFFFF_FFFF_FFFF_FFFF):
        raise Unusable(Refusal.WRONG_TYPE, f"{given} does not fit into {bits} bits")
    return signed


def rebirth_command(time_ms: int) -> bytes:
    """The payload of an NCMD that asks an edge node for its births (Sparkplug 3.0, 6.4.22)."""
    metric = b"".join(_rebirth_metric(time_ms))
    return uint_field(1, time_ms) + bytes_field(2, metric)


def _rebirth_metric(time_ms: int) -> Iterator[bytes]:
    yield bytes_field(1, b"Node Control/Rebirth")
    yield uint_field(3, time_ms)
    yield uint_field(4, BOOLEAN)
    yield uint_field(14, 1)
