"""Any number at any border of any unit, by every path: payloads, registers, files, replays.

A limit is not exceeded by what is exactly at it, whatever unit and width were on the wire. A sentinel inside
an excursion neither ends it nor proves anything.
"""

from __future__ import annotations

import json
import struct
import tomllib
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import cbor2
import numpy as np
import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config.load import parse
from gateway.drivers.registers import Registers
from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Quality, Samples
from gateway.payloads import Message, packed, senml, sparkplug
from gateway.payloads import json as plain_json
from gateway.questions.replay import replay
from gateway.traceability.containment import Containments
from gateway.writing.conversion import conversions, to_canonical
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS
from tests.unit.payloads.packed_blocks import FLOAT32, FLOAT64, INT16, block
from tests.unit.payloads.sparkplug_messages import payload

LIMITS = [Decimal(tenths) / 10 for tenths in range(-2000, 361)]
SAYS: dict[str, Callable[[Decimal], Decimal]] = {
    "degC": lambda limit: limit,
    "K": lambda limit: limit + Decimal("273.15"),
    "degF": lambda limit: limit * 9 / 5 + 32,
}
NOISE = ("9.91e37", "-3.4028235e38", "1000000001", "NaN", "Infinity", "-Infinity")  # in no unit at all
SENTINELS = {
    "degC": ("-999.9", "-3276.8", "-273.2", "-273.15", "9999", "6553.5", "3276.7", *NOISE),
    "K": ("-1", "0", "-999.9", "9999", *NOISE),
    "degF": ("-459.7", "-999.9", "9999", *NOISE),
}
EVERY_UNIT = pytest.mark.parametrize("unit", SAYS)


def decoded(module: Any, options: Any, wire: bytes, address: str, topic: str = "t") -> list[float]:
    found = module.Decoder(options).decode([Message(topic, {}, wire, NOON_NS + 3600 * SECOND)], {address: 0})
    assert found.refused == ()
    return found.arrivals.samples.value.tolist()


def by_json(numbers: Sequence[Decimal]) -> list[float]:
    wire = "[" + ",".join(f'{{"v":{number}}}' for number in numbers) + "]"
    options = plain_json.Options((plain_json.Reading("a", "/v"),))
    return decoded(plain_json, options, wire.encode(), "a")


def by_text(numbers: Sequence[Decimal]) -> list[float]:
    options = plain_json.Options((plain_json.Reading("a", "/v"),), numbers_as_text=True)
    wire = json.dumps([{"v": str(number)} for number in numbers])
    return decoded(plain_json, options, wire.encode(), "a")


def by_block(kind: int, **more: float) -> Callable[[Sequence[Decimal]], list[float]]:
    def sent(numbers: Sequence[Decimal]) -> list[float]:
        step = Decimal(str(more.get("scale", 1)))
        raw = [int(n / step) if kind == INT16 else float(n) for n in numbers]
        return decoded(packed, packed.Options(), block(raw, kind, start_ns=NOON_NS, **more), "top")

    return sent


def by_sparkplug(numbers: Sequence[Decimal]) -> list[float]:
    metrics = [{"name": "T", "datatype": 9, "float_value": float(n)} for n in numbers]
    wire = payload(NOON_NS // 1_000_000, 1, metrics)
    return decoded(sparkplug, sparkplug.Options(), wire, "g/n/d/T", "spBv1.0/g/DDATA/n/d")


def by_cbor(short: bool, canonical: bool) -> Callable[[Sequence[Decimal]], list[float]]:
    def sent(numbers: Sequence[Decimal]) -> list[float]:
        values = [float(np.float32(n)) if short else float(n) for n in numbers]
        pack = [{0: "a", 1: "Cel", 2: v, 6: -i} for i, v in enumerate(values)]
        return decoded(senml, senml.Options("cbor"), cbor2.dumps(pack, canonical=canonical), "a")

    return sent


def by_registers(numbers: Sequence[Decimal]) -> list[float]:
    wire = [struct.pack(">f", float(n)) for n in numbers]
    return [Registers("t", 0, type="float32").numbers(four)[0] for four in wire]


def by_scaled_registers(numbers: Sequence[Decimal]) -> list[float]:
    block_ = Registers("t", 0, scale=0.01)
    return [block_.numbers(struct.pack(">h", int(n * 100)))[0] for n in numbers]


PATHS = {
    "json": by_json,
    "json as text": by_text,
    "packed float32": by_block(FLOAT32),
    "packed float64": by_block(FLOAT64),
    "packed int16": by_block(INT16, scale=0.01),
    "sparkplug": by_sparkplug,
    "cbor float32": by_cbor(True, True),
    "cbor float64": by_cbor(False, False),
    "cbor float32 as float64": by_cbor(True, False),
    "modbus float32": by_registers,
    "modbus int16": by_scaled_registers,
}
EVERY_PATH = pytest.mark.parametrize("path", PATHS)
HUNDREDTHS = {"packed int16", "modbus int16"}  # paths that reach from -327.67 to 327.67


def canonical(values: Sequence[float], unit: str, keys: str = "") -> Samples:
    text = CONFIG.replace("[channels.top]", f'[channels.top]\nunit = "{unit}"\n{keys}')
    configuration = parse(tomllib.loads(text), Path("x"))
    n = len(values)
    time = NOON_NS + np.arange(n) * SECOND
    samples = Samples(time, np.zeros(n, np.int32), np.array(values), np.zeros(n, np.uint8))
    numbers = {"top": 0, "shipper": 1}
    return to_canonical(
        Arrivals(samples, time), conversions(configuration.channels.values(), numbers)
    ).samples


@EVERY_UNIT
@EVERY_PATH
def test_every_limit_in_tenths_of_a_degree_holds_exactly(path: str, unit: str) -> None:
    said = [(limit, SAYS[unit](limit)) for limit in LIMITS]
    if path in HUNDREDTHS:
        said = [(limit, n) for limit, n in said if abs(n) < 327]
    found = canonical(PATHS[path]([n for _, n in said]), unit)
    assert found.value.tolist() == [float(limit) for limit, _ in said]
    assert set(found.quality.tolist()) == {Quality.GOOD}


@pytest.mark.parametrize(("unit", "sentinel"), [(u, s) for u, several in SENTINELS.items() for s in several])
@EVERY_PATH
def test_a_sentinel_is_bad_by_every_path(path: str, unit: str, sentinel: str) -> None:
    number = Decimal(sentinel)
    if path in HUNDREDTHS and not abs(float(number)) <= 327:
        return
    found = canonical(PATHS[path]([number]), unit)
    assert found.quality.tolist() == [Quality.BAD] and np.isnan(found.value).all()


def declared(unit: str) -> str:
    """Keys of a channel whose device cannot mean 85 degC, nor what is below -195 or above 120 degC."""
    fault, lowest, highest = (SAYS[unit](Decimal(t)) for t in ("85", "-195", "120"))
    return f"faults = [{fault}]\nlowest = {lowest}\nhighest = {highest}"


DECLARED = ["-195", "85", "-195.1", "84.9", "120", "120.1", "85.1"]
BELIEVED = [True, False, False, True, True, False, True]


@EVERY_UNIT
@EVERY_PATH
def test_what_a_channel_declares_is_bad_by_every_path(path: str, unit: str) -> None:
    said = [(SAYS[unit](Decimal(t)), fine) for t, fine in zip(DECLARED, BELIEVED, strict=True)]
    if path in HUNDREDTHS:
        said = [(number, fine) for number, fine in said if abs(number) < 327]
    found = canonical(PATHS[path]([number for number, _ in said]), unit, declared(unit))
    assert [q == Quality.GOOD for q in found.quality] == [fine for _, fine in said]
    assert (np.isnan(found.value) == (found.quality == Quality.BAD)).all()


@pytest.mark.parametrize(("unit", "sentinel"), [(u, s) for u, several in SENTINELS.items() for s in several])
def test_inside_an_excursion_it_neither_ends_it_nor_proves_anything(unit: str, sentinel: str) -> None:
    warm, cold = (float(SAYS[unit](Decimal(t))) for t in ("-140", "-190"))
    assert screened(canonical([cold, float(sentinel), cold], unit)) == []
    [one] = screened(canonical([warm, float(sentinel), warm], unit))
    assert (one["end"], one["extreme"], one["readings"]) == (None, -140.0, 2)
    assert one["unproven_s"] == 2.0 and one["contains_gap"]


def test_a_replay_does_not_believe_it_either() -> None:
    """A recording says its values in canonical units, and GOOD of each."""
    time = NOON_NS + np.arange(4) * SECOND
    values = np.array([-140.0, -999.9, 123.15 - 273.15 + 10.0, 9999.0])
    [one] = screened(Samples(time, np.zeros(4, np.int32), values, np.zeros(4, np.uint8)))
    assert (one["end"], one["extreme"], one["readings"]) == (None, -140.0, 2)


def test_a_replay_goes_by_what_its_configuration_declares() -> None:
    time = NOON_NS + np.arange(4) * SECOND
    values = np.array([-140.0, 85.0, -140.0, 120.1])
    samples = Samples(time, np.zeros(4, np.int32), values, np.zeros(4, np.uint8))
    [plain] = screened(samples)
    [one] = screened(samples, declared("degC"))
    assert (plain["extreme"], plain["readings"]) == (120.1, 4)
    assert (one["end"], one["extreme"], one["readings"]) == (None, -140.0, 2)


def screened(samples: Samples, keys: str = "") -> list[dict[str, Any]]:
    text = CONFIG.replace("[channels.top]", f"[channels.top]\n{keys}")
    return replay(parse(tomllib.loads(text), Path("x")), {"top": 0, "shipper": 1}, [samples], Containments())


CSV_MAP = """format = "csv"
[options]
columns = [{ column = "T", unit = "UNIT" }]
[channels]
T = "top"
"""


@pytest.mark.parametrize("unit", SENTINELS)
def test_a_loggers_file_is_not_believed_either(tmp_path: Path, unit: str) -> None:
    said = [str(SAYS[unit](Decimal("-150"))), *SENTINELS[unit], str(SAYS[unit](Decimal("-149.9")))]
    found = imported(tmp_path, unit, said, CONFIG)
    assert found.value[[0, -1]].tolist() == [-150.0, -149.9]
    assert found.quality.tolist() == [Quality.GOOD, *[Quality.BAD] * len(SENTINELS[unit]), Quality.GOOD]
    replayed = CliRunner().invoke(
        app,
        [
            *("replay", "--input", str(tmp_path / "log.csv"), "--map", str(tmp_path / "map.toml")),
            *("--config", str(tmp_path / "cryogate.toml")),
        ],
    )
    assert replayed.exit_code == 0 and f"{len(said)} readings" in replayed.output


@EVERY_UNIT
def test_nor_against_what_its_channel_declares(tmp_path: Path, unit: str) -> None:
    """The file is in a unit of its own, the keys in that of the channel."""
    config = CONFIG.replace("[channels.top]", f"[channels.top]\n{declared('degC')}")
    found = imported(tmp_path, unit, [str(SAYS[unit](Decimal(t))) for t in DECLARED], config)
    assert [q == Quality.GOOD for q in found.quality] == BELIEVED


def imported(folder: Path, unit: str, said: Sequence[str], config: str) -> Samples:
    rows = [f"2026-01-05T12:00:{i:02}Z,{number}" for i, number in enumerate(said)]
    for name, text in (
        ("cryogate.toml", config),
        ("map.toml", CSV_MAP.replace("UNIT", unit)),
        ("log.csv", "\n".join(["time,T", *rows, ""])),
    ):
        (folder / name).write_text(text)
    files = (str(folder / "log.csv"), "--map", str(folder / "map.toml"))
    done = CliRunner().invoke(
        app, ["import", *files, "--by", "me", "--config", str(folder / "cryogate.toml")]
    )
    assert done.exit_code == 0, done.output
    with Journal.open_reading(folder / "data" / "journal.sqlite") as journal:
        return journal.read(None, 0, None).samples
