"""Analog input modules that speak ADAM-4000 / DCON, of Advantech and ICP DAS.

For instance ADAM-4015, 4018, 4019, 4118, I-7015, 7018, 7033. ASCII on RS-485, 9600 8N1, CR both ways, an
optional checksum: two hexadecimal digits, the sum of all bytes before them. Each module is asked for its
configuration first ($AA2), because only that reply names its module and says what values are: a module set to
percent or hexadecimal gives no readings here, nor does one set to volt that nobody asked for. The channels of
some modules have types of their own, and that of the module says nothing: each is asked for its own ($AA8Ci).

A module out of range or with a broken wire answers +9999 or -0000. After anything unexpected a module is
asked nothing more in that poll: values come without an address, and must not be taken for another module's.

Sources: ADAM-4000 manual, 5-13 to 5-15 (#AA, out of range), 5-23 ($AAB), 5-29 ($AA8Ci), $AA2; ICP DAS I-7000
manuals (checksum).
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from dataclasses import replace
from typing import Final, Literal

from gateway.dataclass import dataclass
from gateway.drivers import Poll, PortSettings, Readings, Reply, Request, Row
from gateway.drivers.dcon_types import ELECTRICAL, is_temperature, named
from gateway.drivers.lines import refuse
from gateway.drivers.steady import Said
from gateway.model import Quality, Refused

PORT: Final = PortSettings(baud=9600)
MOST_MODULES: Final = 32  # unit loads of an RS-485 bus
MOST_CHANNELS: Final = 16
LONGEST_REPLY: Final = 3 + 10 * MOST_CHANNELS  # bytes; > and the checksum, fields of up to 10
LEADS: Final = (b"!", b">", b"?")  # what a reply begins with
CONFIGURATION: Final = re.compile(rb"!([0-9A-F]{2})([0-9A-F]{2})[0-9A-F]{2}([0-9A-F]{2})")  # !AATTCCFF
TYPE: Final = re.compile(rb"!([0-9A-F]{2})C([0-9A-F])R([0-9A-F]{2})")  # !AACiRrr
TYPE_CODE: Final = re.compile("[0-9A-F]{2}")
DIAGNOSIS: Final = re.compile(rb"!([0-9A-F]{2})([0-9A-F]{1,2})")  # !AANN
FORMATS: Final = {"engineering": 0b00, "ohm": 0b11}  # bits 1 and 0 of FF
FIELDS: Final = re.compile(rb">((?>[+-]\d{0,8}\.?\d{0,8})++)")  # each field is read in one way alone
FIELD: Final = re.compile(rb"[+-][\d.]*")
VALUE: Final = re.compile(rb"[+-](\d{1,6}\.\d{0,6}|\d{4,6})")
OUT_OF_RANGE: Final = re.compile(rb"[+-]9{4}(\.9*)?|-0+\.?0*")  # over range, under range
RANGES: Final = {
    "engineering": (-273.15, 1850.0),
    "ohm": (0.0, 4000.0),
}  # degC: thermocouple B; Pt1000 at 850 degC


@dataclass(frozen=True, slots=True)
class Options:
    """`modules`: bus addresses. `type_code`: what they must be set to, with `channel_types` each of their
    channels. `diagnose`: ask $AAB as well, which not every module knows."""

    modules: tuple[int, ...] = (1,)
    channels: int = 8
    format: Literal["engineering", "ohm"] = "engineering"
    type_code: str = ""
    channel_types: bool = False
    checksum: bool = False
    diagnose: bool = False

    def __post_init__(self) -> None:
        if not all(0 <= module <= 0xFF for module in self.modules):
            raise ValueError(f"modules must lie between 0 and 255, got {list(self.modules)}")
        if len(set(self.modules)) != len(self.modules) or not 1 <= len(self.modules) <= MOST_MODULES:
            raise ValueError(f"modules must name 1 to {MOST_MODULES} modules, each once")
        if not 1 <= self.channels <= MOST_CHANNELS:
            raise ValueError(f"channels must lie between 1 and {MOST_CHANNELS}")
        if self.type_code and TYPE_CODE.fullmatch(self.type_code) is None:
            raise ValueError(f"type_code must be two hexadecimal digits such as '0F', got {self.type_code!r}")
        if self.type_code and ELECTRICAL.get(int(self.type_code, 16), (0.0, ""))[1] == "mA":
            raise ValueError("type_code is that of a current, of which no channel can be made")


def addresses(options: Options) -> tuple[str, ...]:
    """Module in two hexadecimal digits, and channel as it is printed on it: 01/0, 01/1 and so on."""
    return tuple(f"{module:02X}/{n}" for module in options.modules for n in range(options.channels))


def unit_of(options: Options, address: str) -> str | None:  # noqa: ARG001
    """Engineering units are degC, unless the modules have to be set to a voltage."""
    if options.format == "ohm":
        return "ohm"
    code = int(options.type_code or "0E", 16)
    return ELECTRICAL[code][1] if code in ELECTRICAL else "degC"


def poll(options: Options) -> Poll:
    """Configuration, types of the channels and diagnosis if wanted, all values of each module."""
    rows: list[Row] = []
    refused: list[Refused] = []
    for module in options.modules:
        channels = yield from _configured(module, options, refused)
        if channels:
            broken = yield from _broken(module, options, refused)
            if broken is not None:
                rows += yield from _read(module, broken, channels, options, refused)
    return Readings.of(rows, refused)


def says(options: Options, frame: bytes) -> tuple[Said, ...]:
    """The type code of a module, or of a channel where these have types of their own."""
    plain = _plain(frame, options)
    if configuration := CONFIGURATION.fullmatch(plain):
        module, code = (int(digits, 16) for digits in configuration.groups()[:2])
        numbers, subject = range(options.channels), f"the type code of module {module:02X}"
        wanted = "" if options.channel_types else options.type_code
    elif own := TYPE.fullmatch(plain):
        module, channel, code = (int(digits, 16) for digits in own.groups())
        numbers, subject = range(channel, channel + 1), f"the type code of channel {module:02X}/{channel}"
        wanted = options.type_code
    else:
        return ()
    told = tuple(f"{module:02X}/{n}" for n in numbers)
    return (Said(subject, named(code), told, "type_code", named(int(wanted, 16)) if wanted else ""),)


def checksum(text: bytes) -> bytes:
    """Two capital hexadecimal digits: the sum of all bytes, modulo 256."""
    return b"%02X" % (sum(text) & 0xFF)


def _configured(
    module: int, options: Options, refused: list[Refused]
) -> Generator[Request, Reply, frozenset[int]]:
    """The channels whose values are what the options say."""
    request = _configuration(module, options)
    reply = yield request
    match = CONFIGURATION.fullmatch(_plain(reply.frame, options))
    if match is None or int(match[1], 16) != module:
        refused += refuse(request, reply, f"not the configuration of module {module:02X}")
        return frozenset()
    if int(match[3], 16) & 0b11 != FORMATS[options.format]:
        refused += refuse(request, reply, f"module {module:02X} is not set to the format {options.format!r}")
        return frozenset()
    code = int(match[2], 16)
    if not options.channel_types and _is_fine(code, options):
        return frozenset(range(options.channels))
    if not options.channel_types:
        detail = f"module {module:02X} is set to type {named(code)}, which is no temperature"
        refused += refuse(request, reply, f"{detail}; where its channels say their own types, they count")
    return (yield from _typed(module, options, refused))


def _typed(
    module: int, options: Options, refused: list[Refused]
) -> Generator[Request, Reply, frozenset[int]]:
    """The channels that say themselves that they are set to a temperature."""
    found = set()
    for n in range(options.channels):
        request = _request(f"${module:02X}8C{n:X}", TYPE, module, options)
        reply = yield request
        match = TYPE.fullmatch(_plain(reply.frame, options))
        if match is None or (int(match[1], 16), int(match[2], 16)) != (module, n):
            refused += refuse(request, reply, f"not the type of channel {module:02X}/{n}")
            return frozenset()
        if _is_fine(int(match[3], 16), options):
            found.add(n)
        else:
            refused += refuse(request, reply, f"its type is {named(int(match[3], 16))}, no temperature")
    return frozenset(found)


def _is_fine(code: int, options: Options) -> bool:
    """Values of any other kind than a temperature are taken only where the option says so."""
    return is_temperature(code) or f"{code:02X}" == options.type_code


def _broken(module: int, options: Options, refused: list[Refused]) -> Generator[Request, Reply, int | None]:
    """Bits of channels that are open or out of range; None when the module did not say."""
    if not options.diagnose:
        return 0
    request = _measuring(f"${module:02X}B", DIAGNOSIS, module, options)
    reply = yield request
    match = DIAGNOSIS.fullmatch(_plain(reply.frame, options))
    if match is None or int(match[1], 16) != module:
        refused += refuse(request, reply, f"not the diagnosis of module {module:02X}")
        return None
    return int(match[2], 16)


def _read(
    module: int, broken: int, channels: frozenset[int], options: Options, refused: list[Refused]
) -> Generator[Request, Reply, list[Row]]:
    request = _measuring(f"#{module:02X}", FIELDS, module, options)
    reply = yield request
    fields = _fields(_plain(reply.frame, options))
    if len(fields) != options.channels:
        found = f"{len(fields)} values" if fields else "no values of the same length"
        refused += refuse(request, reply, f"{found}; the option channels says {options.channels}")
        return []
    rows = []
    for n, field in ((n, field) for n, field in enumerate(fields) if n in channels):
        value = math.nan if broken >> n & 1 else _value(field, *_range(options))
        quality = Quality.BAD if math.isnan(value) else Quality.GOOD
        rows.append((f"{module:02X}/{n}", reply.time_ns, value, int(quality)))
    return rows


def _range(options: Options) -> tuple[float, float]:
    code = int(options.type_code or "0E", 16)
    if options.format == "ohm" or code not in ELECTRICAL:
        return RANGES[options.format]
    return -ELECTRICAL[code][0], ELECTRICAL[code][0]


def _fields(text: bytes) -> list[bytes]:
    """The values; those that are numbers are equally long, so one that is shorter lost some: then none."""
    match = FIELDS.fullmatch(text)
    fields = [] if match is None else FIELD.findall(match[1])
    values = [field for field in fields if OUT_OF_RANGE.fullmatch(field) is None]
    whole = len({len(field) for field in values}) <= 1
    return fields if whole and all(VALUE.fullmatch(field) for field in values) else []


def _value(field: bytes, lowest: float, highest: float) -> float:
    if OUT_OF_RANGE.fullmatch(field):
        return math.nan
    value = float(field)
    return value if lowest <= value <= highest else math.nan


def _plain(frame: bytes, options: Options) -> bytes:
    """The reply without its checksum; empty when that is wrong."""
    if not options.checksum:
        return frame
    text, given = frame[:-2], frame[-2:]
    return text if given == checksum(text) else b""


def _measuring(command: str, grammar: re.Pattern[bytes], module: int, options: Options) -> Request:
    request = _request(command, grammar, module, options)
    return replace(request, proofs=(_configuration(module, options),))


def _configuration(module: int, options: Options) -> Request:
    return _request(f"${module:02X}2", CONFIGURATION, module, options)


def _request(command: str, grammar: re.Pattern[bytes], module: int, options: Options) -> Request:
    text, refusal = command.encode("ascii"), b"?%02X" % module

    def fits(frame: bytes) -> bool:
        """A module that does not know a command may be answering any."""
        plain = _plain(frame, options)
        return plain == refusal or grammar.fullmatch(plain) is not None

    if not options.checksum:
        return Request(text + b"\r", b"\r", LONGEST_REPLY, fits=fits)
    return Request(text + checksum(text) + b"\r", b"\r", LONGEST_REPLY, sound=_is_sound, fits=fits)


def _is_sound(frame: bytes) -> bool:
    return frame[:1] in LEADS and frame[-2:] == checksum(frame[:-2])
