"""What decoding costs per payload format, on one core, beside parsers that do nothing with what they parse.

    python -m benchmarks.ingest [--messages N] [--batch N] [--repeat N]

A message is decoded from bytes to columns with everything that is checked on the way. Beside a format stand
bounds: what json, orjson and msgspec (or cbor2, protobuf, numpy) need to parse the same bytes and throw the
result away. The ratio says how many times as long the format takes; below 1 it is the faster one. orjson and
protobuf are only measured where they are installed.
"""

from __future__ import annotations

import argparse
import base64
import importlib
import io
import json
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import cbor2
import msgspec
import numpy as np

from gateway.model import SECOND
from gateway.payloads import Message, chirpstack, packed, senml, sparkplug, tasmota, thingsboard, ttn
from gateway.payloads import json as plain_json
from gateway.payloads.keys import Key
from gateway.payloads.protobuf import bytes_field, uint_field

START_NS = 1_767_610_000 * SECOND
DEVICES = 100
Parser = Callable[[bytes], object]


@dataclass(frozen=True)
class Subject:
    """One format with payloads of a fleet; `payload` makes the one of a device at a millisecond."""

    name: str
    module: Any
    options: Any
    topic: str  # with {device}
    payload: Callable[[str, int], bytes]
    channels: Callable[[str], list[str]]  # the addresses of a device
    bounds: Mapping[str, Parser]


def main() -> None:
    options = _options()
    print(f"{options.messages} messages of {DEVICES} devices, {options.batch} in a batch")
    print(f"the best of {options.repeat} runs\n")
    print("format                 bytes | messages/s   readings/s | times as long as")
    for subject in _subjects():
        _measure(subject, options.messages, options.batch, options.repeat)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=20_000, help="per format")
    parser.add_argument("--batch", type=int, default=1_000, help="messages that a decoder gets at once")
    parser.add_argument("--repeat", type=int, default=3, help="runs, of which the best counts")
    return parser.parse_args()


def _measure(subject: Subject, count: int, batch: int, repeat: int) -> None:
    messages = list(_messages(subject, count))
    addresses = [address for i in range(DEVICES) for address in subject.channels(f"d-{i}")]
    channels = {address: number for number, address in enumerate(addresses)}
    batches = [messages[at : at + batch] for at in range(0, count, batch)]
    decoder = subject.module.Decoder(subject.options)
    readings = _decode(decoder, batches, channels)
    runs: dict[str, Callable[[], object]] = {"": lambda: _decode(decoder, batches, channels)}
    for name, parse in subject.bounds.items():
        runs[name] = partial(_parse, parse, messages)
    best = _best(runs, repeat)
    seconds = best.pop("")
    size = sum(len(m.payload) for m in messages) / count
    bounds = "  ".join(f"{name} {seconds / bound:.1f}" for name, bound in best.items())
    print(f"{subject.name:20} {size:7.0f} | {count / seconds:10,.0f} {readings / seconds:12,.0f} | {bounds}")


def _messages(subject: Subject, count: int) -> Iterator[Message]:
    for i in range(count):
        device = f"d-{i % DEVICES}"
        time_ms = START_NS // 1_000_000 + i
        payload = subject.payload(device, time_ms)
        yield Message(
            subject.topic.format(device=device), {"device": device}, payload, START_NS + count * 1_000_000
        )


def _decode(decoder: Any, batches: Sequence[Sequence[Message]], channels: Mapping[str, int]) -> int:
    """How many readings; nothing may be refused."""
    readings = 0
    for batch in batches:
        decoded = decoder.decode(batch, channels)
        assert not decoded.refused, decoded.refused[0]
        readings += len(decoded.arrivals)
    return readings


def _parse(parse: Parser, messages: Sequence[Message]) -> None:
    for message in messages:
        parse(message.payload)


def _best(runs: Mapping[str, Callable[[], object]], repeat: int) -> dict[str, float]:
    """Seconds of the fastest of `repeat` turns, all runs in each: what disturbs one disturbs the others."""
    turns = [{name: _seconds(run) for name, run in runs.items()} for _ in range(repeat)]
    return {name: min(turn[name] for turn in turns) for name in runs}


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _subjects() -> Iterator[Subject]:
    of_json = _json_bounds()
    temperature = "{device}/temperature"
    yield Subject(
        "json",
        plain_json,
        plain_json.Options((plain_json.Reading(temperature, "/temp"),), "/ts", "unix_ms"),
        "cryo/{device}/telemetry",
        lambda _, t: b'{"ts":%d,"temp":%.2f,"level":412,"lid":false}' % (t, _celsius(t)),
        lambda device: [f"{device}/temperature"],
        of_json,
    )
    yield Subject(
        "json, 20 in an array",
        plain_json,
        plain_json.Options((plain_json.Reading(temperature, "/temp"),), "/ts", "unix_ms"),
        "cryo/{device}/telemetry",
        lambda _, t: b"[%s]" % b",".join(b'{"ts":%d,"temp":%.2f}' % (t - i, _celsius(t)) for i in range(20)),
        lambda device: [f"{device}/temperature"],
        of_json,
    )
    yield Subject(
        "thingsboard",
        thingsboard,
        thingsboard.Options((Key(temperature, "temp"),)),
        "tb/{device}",
        lambda _, t: b'{"ts":%d,"values":{"temp":%.2f,"door":false}}' % (t, _celsius(t)),
        lambda device: [f"{device}/temperature"],
        of_json,
    )
    yield Subject(
        "tasmota",
        tasmota,
        tasmota.Options((tasmota.Reading(temperature, "MAX31865"),), "Europe/Berlin"),
        "tele/{device}/SENSOR",
        lambda _, t: (
            b'{"Time":"2026-01-05T11:%02d:%02d","MAX31865":{"Temperature":%.1f},"TempUnit":"C"}'
            % (t // 60_000 % 40, t // 1000 % 60, _celsius(t))
        ),
        lambda device: [f"{device}/temperature"],
        of_json,
    )
    for name, module in (("chirpstack", chirpstack), ("ttn", ttn)):
        yield Subject(
            f"{name}, LTC2",
            module,
            chirpstack.Options(probe="dragino-ltc2"),
            "up/{device}",
            _chirpstack if module is chirpstack else _ttn,
            lambda device: [f"{device}/temperature-1", f"{device}/temperature-2"],
            of_json,
        )
    yield Subject(
        "senml, json",
        senml,
        senml.Options(),
        "cryo/{device}/senml",
        lambda device, t: json.dumps(_pack(device, t)).encode(),
        lambda device: [f"urn:dev:mac:{device}:{i}" for i in range(4)],
        of_json,
    )
    yield Subject(
        "senml, cbor",
        senml,
        senml.Options(encoding="cbor"),
        "cryo/{device}/senml",
        lambda device, t: cbor2.dumps(
            [{_LABELS[label]: value for label, value in record.items()} for record in _pack(device, t)]
        ),
        lambda device: [f"urn:dev:mac:{device}:{i}" for i in range(4)],
        {"cbor2": cbor2.loads},
    )
    yield Subject(
        "sparkplug",
        sparkplug,
        sparkplug.Options(),
        "spBv1.0/plant/DDATA/edge-{device}/dewar",
        _sparkplug,
        lambda device: [f"plant/edge-{device}/dewar/T{i}" for i in range(4)],
        _protobuf_bounds(),
    )
    for kind, what in ((1, "float32"), (2, "float64"), (3, "int16")):
        yield Subject(
            f"packed {what}, 1000",
            packed,
            packed.Options(),
            "cryo/{device}/block",
            lambda device, t, kind=kind: _block(device, t, kind),  # type: ignore[misc]
            lambda device: [device],
            {"crc32 + float64": lambda p, kind=kind: _view(p, kind)},  # type: ignore[misc]
        )


def _celsius(time_ms: int) -> float:
    return -195.8 + time_ms % 997 / 100


def _json_bounds() -> dict[str, Parser]:
    bounds: dict[str, Parser] = {"json": json.loads, "msgspec": msgspec.json.Decoder().decode}
    orjson = _installed("orjson")
    return bounds if orjson is None else {**bounds, "orjson": orjson.loads}


def _protobuf_bounds() -> dict[str, Parser]:
    """protobuf itself, with a schema of the few fields that the messages here have."""
    described = _installed("google.protobuf.descriptor_pb2")
    if described is None:
        return {}
    pool = importlib.import_module("google.protobuf.descriptor_pool").DescriptorPool()
    factory = importlib.import_module("google.protobuf.message_factory")
    file = described.FileDescriptorProto(name="bound.proto", package="b", syntax="proto2")
    metric, payload = file.message_type.add(name="Metric"), file.message_type.add(name="Payload")
    for message, name, number, kind in (
        (metric, "name", 1, 9),
        (metric, "timestamp", 3, 4),
        (metric, "datatype", 4, 13),
        (metric, "double", 13, 1),
        (payload, "timestamp", 1, 4),
        (payload, "seq", 3, 4),
    ):
        message.field.add(name=name, number=number, type=kind, label=1)
    payload.field.add(name="metrics", number=2, type=11, label=3, type_name=".b.Metric")
    pool.Add(file)
    return {"protobuf": factory.GetMessageClass(pool.FindMessageTypeByName("b.Payload")).FromString}


def _installed(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


_LABELS = {"bn": -2, "bt": -3, "bu": -4, "n": 0, "v": 2, "t": 6}


def _pack(device: str, time_ms: int) -> list[dict[str, Any]]:
    base = {"bn": f"urn:dev:mac:{device}:", "bt": time_ms // 1000, "bu": "Cel"}
    records = [{"n": str(i), "v": round(_celsius(time_ms + i), 2), "t": -i} for i in range(4)]
    return [{**base, **records[0]}, *records[1:]]


def _frame(time_ms: int) -> str:
    raw = round(_celsius(time_ms) * 100)
    return base64.b64encode(struct.pack(">HBhhI", 3644, 1, raw, raw, time_ms // 1000)).decode()


def _chirpstack(device: str, time_ms: int) -> bytes:
    uplink = {
        "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        "time": "2026-01-05T10:46:40.123+00:00",
        "deviceInfo": {"applicationName": "cryo", "deviceName": device, "devEui": "a84041000181c061"},
        "devAddr": "01a2b3c4", "adr": True, "dr": 5, "fCnt": 42, "fPort": 2, "data": _frame(time_ms),
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -36, "snr": 10.5}],
        "txInfo": {"frequency": 868100000},
    }  # fmt: skip
    return json.dumps(uplink).encode()


def _ttn(device: str, time_ms: int) -> bytes:
    uplink = {
        "end_device_ids": {"device_id": device, "dev_eui": "A84041000181C061"},
        "received_at": "2026-01-05T10:46:40.600000000Z",
        "uplink_message": {
            "f_port": 2, "f_cnt": 7, "frm_payload": _frame(time_ms), "rx_metadata": [{"rssi": -60}],
            "received_at": "2026-01-05T10:46:40.123456789Z",
        },
    }  # fmt: skip
    return json.dumps(uplink).encode()


def _sparkplug(_: str, time_ms: int) -> bytes:
    metrics = (
        bytes_field(1, b"T%d" % i)
        + uint_field(3, time_ms)
        + uint_field(4, 10)
        + b"\x69"  # field 13, a double
        + struct.pack("<d", _celsius(time_ms + i))
        for i in range(4)
    )
    body = b"".join(bytes_field(2, metric) for metric in metrics)
    return uint_field(1, time_ms) + body + uint_field(3, time_ms // DEVICES % 256)


def _block(device: str, time_ms: int, kind: int) -> bytes:
    name = device.encode()
    scale = 0.01 if kind == packed.INT16 else 1.0
    header = packed.HEADER.pack(
        packed.MAGIC, 1, kind, 0, len(name), 1000, 0, time_ms * 1_000_000 - SECOND, 1_000_000, scale, 0.0
    )
    stream = io.BytesIO(header + name)
    stream.seek(0, io.SEEK_END)
    stream.write(bytes(-stream.tell() % packed.ALIGNMENT))
    celsius = np.full(1000, _celsius(time_ms))
    raw = np.rint(celsius / scale) if kind == packed.INT16 else celsius
    stream.write(raw.astype(_dtype(kind)).tobytes())
    return stream.getvalue() + packed.CRC.pack(zlib.crc32(stream.getvalue()))


def _dtype(kind: int) -> np.dtype[Any]:
    return packed.VALUE_TYPES[kind]


def _view(payload: bytes, kind: int) -> object:
    zlib.crc32(payload)
    return np.frombuffer(payload, _dtype(kind), 1000, 56).astype(np.float64)


if __name__ == "__main__":
    main()
