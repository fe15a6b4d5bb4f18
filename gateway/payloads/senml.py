"""SenML (RFC 8428) in JSON and CBOR: the address of a record is its resolved name, base name and name.

A time below 2**28 s is relative to receipt. Values keep the unit they say, which must be the one that the
configuration expects for the name: nothing is converted silently. A pack that the RFC forbids is refused
as a whole; a record with a wrong unit or no number is refused alone, and records of names without a channel
are refused together, in one refusal per pack.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NoReturn

import cbor2

from gateway.dataclass import dataclass
from gateway.model import LARGEST_VALUE, SECOND, Decoded, Quality, Refusal
from gateway.payloads import Message
from gateway.payloads.address import AddressTemplate
from gateway.payloads.compressed import uncompressed
from gateway.payloads.device_time import check_believable, receipt
from gateway.payloads.faults import as_sent
from gateway.payloads.json_values import parse
from gateway.payloads.rows import Found, decode_each
from gateway.payloads.unknown import Unlisted, refuse_unknown
from gateway.payloads.unusable import Unusable, shown
from gateway.units import shortest_of

VERSION = 10  # of RFC 8428; a pack of a later one must not be used (section 4.4)
RELATIVE_BELOW_s = 2**28  # section 4.5.3
LARGEST_TIME_s = 2**40  # far beyond any clock
LONGEST_NUMBER = 40  # characters: any number that a clock or an instrument means
LABELS = {  # CBOR map keys, section 6 table 4; RFC 8798 and later add none for plain values
    -6: "bs", -5: "bv", -4: "bu", -3: "bt", -2: "bn", -1: "bver",
    0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
VALUES = frozenset(("v", "vb", "vs", "vd"))
SELF_DESCRIBED = b"\xd9\xd9\xf7"  # RFC 8949 section 3.4.6: "this is CBOR"
_FLOAT32 = struct.Struct(">f")
FOREIGN_TAGS = (0, 1, 2, 3, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000)

Record = Mapping[str, Any]
Number = int | Fraction | float  # int or Fraction where it is exact; float for NaN and the infinities


@dataclass(frozen=True, slots=True)
class UnitOf:
    """The unit that names with this ending come in."""

    name_ends_with: str
    unit: str


@dataclass(frozen=True, slots=True)
class Options:
    """How packs are written, and which units are expected."""

    encoding: Literal["json", "cbor"] = "json"
    address: str = "{name}"  # template over the topic's named parts and the resolved name of the record
    unit: str = "Cel"  # of all names that `units` does not mention; "": the records say none
    units: tuple[UnitOf, ...] = ()  # the first that fits counts
    unlisted: Unlisted = "refuse"  # records of names without a channel
    fault_values: tuple[float, ...] = ()  # what the devices send when they have no value

    def __post_init__(self) -> None:
        AddressTemplate.parse(self.address)
        if "C" in (self.unit, *(u.unit for u in self.units)):
            raise ValueError("unit 'C' is coulomb in SenML; degrees Celsius are 'Cel'")


def needs(options: Options) -> frozenset[str]:
    """The named topic parts that the address is made of."""
    return AddressTemplate.parse(options.address).names - {"name"}


@dataclass(slots=True)
class _Base:
    """What the base fields of the records so far add to the next ones."""

    name: str = ""
    time: Number = 0
    unit: str = ""
    value: Number = 0


class Decoder:
    """See the contract in gateway.payloads."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._template = AddressTemplate.parse(options.address)
        self._faults = as_sent(options.fault_values)
        self._bare = options.address == "{name}"
        self._read_pack = _json_pack if options.encoding == "json" else _cbor_pack

    def decode(self, messages: Sequence[Message], channels: Mapping[str, int]) -> Decoded:
        def read(message: Message, found: Found) -> None:
            base, values = _Base(), 0
            unknown: list[str] = []
            for record in self._read_pack(message.payload):
                _check_labels(record)
                _rebase(base, record)
                if "s" in record or not VALUES.isdisjoint(record):
                    values += 1
                    self._take(record, base, message, channels, found, unknown)
            if not values:
                raise Unusable(Refusal.MALFORMED, "the pack has no record with a value")
            refuse_unknown(unknown, self._options.unlisted, message, found)

        return decode_each(messages, read)

    def _take(
        self,
        record: Record,
        base: _Base,
        message: Message,
        channels: Mapping[str, int],
        found: Found,
        unknown: list[str],
    ) -> None:
        """One record with a value: a reading, a refusal, or an address that has no channel."""
        name = base.name + _text(record, "n")
        time_ns, worth = _time(base.time, record, message)
        address = name if self._bare else self._template.fill({**message.names, "name": name})
        channel = channels.get(address)
        if channel is None:
            unknown.append(address)
            return
        try:
            value = self._value(record, base, name)
        except Unusable as why:
            found.alone.append(why.of(message))
        else:
            is_bad = value in self._faults or not -LARGEST_VALUE <= value <= LARGEST_VALUE
            reading = (math.nan, Quality.BAD) if is_bad else (value, worth)
            found.rows.append((time_ns, message.received_ns, channel, *reading))

    def _value(self, record: Record, base: _Base, name: str) -> float:
        if type(record.get("vb")) is bool:
            return float(record["vb"])
        if "v" not in record:
            raise Unusable(Refusal.WRONG_TYPE, f"{name}: a record without v or vb is no reading")
        self._check_unit(name, _text(record, "u") or base.unit)
        given = _meant(record["v"])
        value = _float(given, f"{name}: v") if base.value == 0 else _number(given, f"{name}: v") + base.value
        return float(value)

    def _check_unit(self, name: str, unit: str) -> None:
        expected = next(
            (u.unit for u in self._options.units if name.endswith(u.name_ends_with)), self._options.unit
        )
        if unit != expected:
            said = f"comes in {shown(unit)}" if unit else "says no unit"
            raise Unusable(
                Refusal.WRONG_TYPE,
                f"{shown(name)} {said}, expected {expected!r}; see the options unit and units",
            )


def _json_pack(payload: bytes) -> list[Record]:
    return _pack(parse(payload))


def _cbor_pack(payload: bytes) -> list[Record]:
    payload = uncompressed(payload).removeprefix(SELF_DESCRIBED)
    stream = io.BytesIO(payload)
    try:
        decoder = cbor2.CBORDecoder(stream, semantic_decoders=_FOREIGN, allow_duplicate_keys=False)
        document = decoder.decode()
    except cbor2.CBORError as error:
        raise Unusable(Refusal.MALFORMED, f"no CBOR: {error}") from None
    if stream.tell() != len(payload):
        raise Unusable(Refusal.MALFORMED, f"{len(payload) - stream.tell()} bytes after the end of the pack")
    return [_labelled(record) for record in _pack(document)]


def _pack(document: Any) -> list[Record]:
    if type(document) is not list or not document or not all(type(record) is dict for record in document):
        raise Unusable(Refusal.MALFORMED, "a SenML pack is an array of one or more maps")
    return document


def _labelled(record: Mapping[Any, Any]) -> Record:
    """A CBOR record with its labels as text; True, which Python takes for 1, is none."""
    labels = {key: LABELS.get(key, str(key)) if type(key) is int else key for key in record}
    named = {label: _no_digits(record[key]) for key, label in labels.items() if type(label) is str}
    if len(named) != len(record):
        raise Unusable(Refusal.MALFORMED, f"the labels {shown(list(record))} are no labels, or say one twice")
    return named


def _no_digits(value: Any) -> Any:
    """Bytes as something that is not taken for the digits of a JSON number, which are bytes here."""
    return bytearray(value) if type(value) is bytes else value


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("a tag that SenML does not use")


_FOREIGN: Any = dict.fromkeys(FOREIGN_TAGS, _refuse_tag)
"""Tags for which cbor2 has decoders, but SenML has no use: only decimal fractions (4) are numbers in it."""


def _check_labels(record: Record) -> None:
    for label in record:
        if label.endswith("_"):  # section 4.4: to be understood, or not to be used
            raise Unusable(Refusal.MALFORMED, f"label {shown(label)} must be understood, and is not")
    version = record.get("bver", VERSION)
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version <= VERSION:
        raise Unusable(Refusal.MALFORMED, f"bver {shown(version)}; versions up to {VERSION} are understood")
    if len(VALUES & record.keys()) > 1:
        raise Unusable(Refusal.MALFORMED, f"a record has one value, this one {shown(list(record))}")


def _rebase(base: _Base, record: Record) -> None:
    if "bn" in record:
        base.name = _text(record, "bn")
    if "bu" in record:
        base.unit = _text(record, "bu")
    if "bt" in record:
        base.time = _finite(record["bt"], "bt")
    if "bv" in record:
        base.value = _finite(_meant(record["bv"]), "bv")


def _time(base: Number, record: Record, message: Message) -> tuple[int, Quality]:
    """When it was measured, and what a reading of that time is worth at best."""
    seconds: Number = base + _finite(record["t"], "t") if "t" in record else base
    if not -LARGEST_TIME_s < seconds < LARGEST_TIME_s:
        raise Unusable(Refusal.ABSURD_TIME, f"time {shown(float(seconds))} s is none")
    time_ns = math.floor(seconds * SECOND)
    worth = Quality.GOOD
    if seconds < RELATIVE_BELOW_s:
        received_ns, worth = receipt(message)
        time_ns += received_ns
    check_believable(time_ns)
    return time_ns, worth


def _text(record: Record, label: str) -> str:
    given = record.get(label, "")
    if type(given) is not str:
        raise Unusable(Refusal.MALFORMED, f"{label} is {shown(given)}, no text")
    return given


def _meant(given: object) -> object:
    """The shortest decimal of what CBOR has in four bytes, as it has whatever loses nothing by it."""
    if type(given) is not float or not abs(given) <= LARGEST_VALUE:
        return given
    return shortest_of(given) if _FLOAT32.unpack(_FLOAT32.pack(given))[0] == given else given


def _finite(given: object, label: str) -> Number:
    try:
        value = _number(given, label)
    except Unusable as why:
        raise Unusable(Refusal.MALFORMED, str(why)) from None
    if isinstance(value, float):
        raise Unusable(Refusal.MALFORMED, f"{label} is {value}")
    return value


def _number(given: object, label: str) -> Number:
    """JSON's or CBOR's number, exactly; NaN and the infinities, and what is as good as one, as float."""
    if type(given) is int:
        return given if given.bit_length() <= 100 else math.inf  # of either sign: it is refused
    if type(given) is bytes and len(given) <= LONGEST_NUMBER:
        return _exactly(given.decode())
    if type(given) is bytes and not abs(float(given)) <= LARGEST_VALUE:
        return float(given)  # however many digits it has
    if type(given) is float or type(given) is Decimal:
        return _exactly(given)
    raise Unusable(Refusal.WRONG_TYPE, f"{label} is {shown(given)}, no number")


def _float(given: object, label: str) -> float:
    """The nearest float; infinity where there is none."""
    if type(given) is float or (type(given) is bytes and len(given) <= LONGEST_NUMBER):
        return float(given)
    return float(_number(given, label))


def _exactly(given: str | float | Decimal) -> Number:
    near = float(given)
    if near.is_integer() and abs(near) < 2**53 and type(given) is float:
        return int(near)
    if 1e-30 < abs(near) < 1e30:
        return Fraction(given)
    return 0 if abs(near) <= 1e-30 else near  # no Fraction of a huge exponent: it would cost seconds
