"""Each driver reads its simulator over a pty: both were written from the manuals, neither from the other."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from firmware_sim import instruments
from firmware_sim.faults import LinkFaults
from gateway.config import plugins
from gateway.drivers import ami, cryocon, dcon, lakeshore, lakeshore218, modbus_rtu, tec3000, thermo_ult
from gateway.model import Quality
from tests.system.instrument_parts import on_pty, read, simulated

PAIRS = [
    pytest.param(
        tec3000,
        tec3000.Options((1,)),
        {"units": [{"bus_id": 1, "TEMPA": "cold", "TEMPB": "open"}]},
        {"001/TEMPA": -195.79, "001/TEMPB": math.nan},
        id="tec3000",
    ),
    pytest.param(
        lakeshore218,
        lakeshore218.Options((1, 2, 8)),
        {"inputs": {"1": "cold", "2": "open", "8": "room"}, "sensor": "pt100"},
        {"1": -195.79, "2": math.nan, "8": 21.5},
        id="lakeshore218",
    ),
    *(
        pytest.param(
            lakeshore,
            lakeshore.Options(model, (first, second)),
            {"model": model, "inputs": {first: "cold", second: "open"}, "sensor": "pt100", "guard_s": 0.05},
            {first: cold, second: math.nan},
            id=f"lakeshore-{model}",
        )
        for model, first, second, cold in [
            ("224", "A", "C3", -195.79),
            ("240", "1", "8", -195.79),
            ("335", "A", "B", -195.79),
            ("336", "A", "D5", -195.79),
            ("340", "A", "B", -195.795),
            ("350", "A", "D", -195.79),
        ]
    ),
    pytest.param(
        lakeshore,
        lakeshore.Options("211"),
        {"model": "211", "inputs": {"": "room"}, "guard_s": 0.05},
        {"1": 21.5},
        id="lakeshore-211",
    ),
    *(
        pytest.param(
            dcon,
            dcon.Options((1, 0xDE), 2, checksum=checksum, diagnose=True),
            {
                "modules": [
                    {"address": 1, "inputs": {0: "cold", 1: "open"}, "channels": 2, "checksum": checksum},
                    {"address": 0xDE, "inputs": {1: "room"}, "channels": 2, "checksum": checksum},
                ]
            },
            {"01/0": -195.79, "01/1": math.nan, "DE/0": math.nan, "DE/1": 21.5},
            id=f"dcon-{'with' if checksum else 'without'}-checksum",
        )
        for checksum in (False, True)
    ),
    pytest.param(
        dcon,
        dcon.Options(channels=1, format="ohm"),
        {"modules": [{"address": 1, "inputs": {0: "cold"}, "channels": 1, "format": 3}]},
        {"01/0": 20.33},
        id="dcon-ohm",
    ),
    pytest.param(
        modbus_rtu,
        modbus_rtu.Options((1, 9)),
        {"units": [{"slave": 1, "probes": ["cold", "room"]}, {"slave": 9, "probes": ["open"] * 4}]},
        {
            f"{slave}/{name}/{i}": math.nan
            for slave in (1, 9)
            for name in ("temperature", "resistance")
            for i in (1, 2, 3, 4)
        }
        | {
            "1/temperature/1": -195.8,
            "1/temperature/2": 21.5,
            "1/resistance/1": 20.3,
            "1/resistance/2": 108.4,
        },
        id="modbus_rtu-pta8c04",
    ),
    pytest.param(
        modbus_rtu,
        modbus_rtu.Options((2,), preset="pm6rtd", first_register=1),
        {"units": [{"slave": 2, "model": "pm6rtd", "probes": ["cold", "open"], "downscale_burnout": True}]},
        {"2/temperature/1": -195.8} | {f"2/temperature/{i}": math.nan for i in (2, 3, 4, 5, 6)},
        id="modbus_rtu-pm6rtd",
    ),
    pytest.param(
        modbus_rtu,
        modbus_rtu.Options((3, 4), preset="tb260"),
        {
            "units": [
                {"slave": 3, "model": "tb260", "probes": ["ult"]},
                {"slave": 4, "model": "tb260", "probes": ["open"]},
            ]
        },
        {"3/temperature/1": -79.5, "4/temperature/1": math.nan},
        id="modbus_rtu-tb260",
    ),
    *(
        pytest.param(
            thermo_ult,
            thermo_ult.Options((25,), ("TC3", "TC5", "SETPOINT", "DOOR1", "DOOR2", "SHUTDOWN")),
            {"freezers": [{"bus_id": 25, "dialect": dialect, "sensors": {"TC3": "ult"}, "door": "lid"}]},
            {
                "25/TC3": -79.5,
                "25/TC5": math.nan,
                "25/SETPOINT": -80,
                "25/DOOR1": 1,
                "25/DOOR2": 0,
                "25/SHUTDOWN": 0,
            },
            id=f"thermo_ult-{dialect}",
        )
        for dialect in ("bytes", "characters")
    ),
    *(
        pytest.param(
            ami,
            ami.Options(model, unit, active_length=None if unit == "percent" else full),
            {"model": model, "sensors": {"A": "level"}, "length_mm": 500.0, "unit": unit},
            {"CH1/level" if model == "286" else "level": level},
            id=f"ami-{model}-{unit}",
        )
        for model in ("185", "186", "187", "286", "1700")
        for unit, full, level in (("percent", 100.0, 50.3), ("cm", 50.0, 25.1), ("inch", 19.7, 9.9))
    ),
    pytest.param(
        ami,
        ami.Options("286", "cm", ("CH1", "CH4"), 50.0),
        {"model": "286", "sensors": {"A": "level", "D": "open"}, "length_mm": 500.0},
        {"CH1/level": 25.1, "CH4/level": math.nan},
        id="ami-286-open",
    ),
    *(
        pytest.param(
            cryocon,
            cryocon.Options(("A", "B", "D")),
            {"inputs": {"A": "cold", "B": "room", "D": "open"}, "unit": unit},
            {"A": -195.795, "B": 21.5, "D": math.nan},
            id=f"cryocon-{unit}",
        )
        for unit in ("K", "C", "F")
    ),
]


@pytest.mark.parametrize(("driver", "options", "table", "expected"), PAIRS)
def test_a_driver_reads_its_simulator_and_changes_nothing(
    driver: Any, options: Any, table: dict[str, Any], expected: dict[str, float], tmp_path: Path
) -> None:
    one = simulated(kind(driver), **table)
    with on_pty(one, tmp_path / "line.tty") as port:
        readings = read(port, driver, options)
    assert readings.refused == ()
    assert dict(zip(readings.address, readings.value.tolist(), strict=True)) == pytest.approx(
        expected, nan_ok=True
    )
    assert [q == Quality.BAD for q in readings.quality] == [math.isnan(v) for v in readings.value]
    assert one.writes == 0


@pytest.mark.parametrize(("driver", "options", "table", "expected"), PAIRS)
def test_an_echo_and_stray_bytes_change_no_reading(
    driver: Any, options: Any, table: dict[str, Any], expected: dict[str, float], tmp_path: Path
) -> None:
    """Stray bytes only where a checksum protects the frames; elsewhere they cost readings."""
    protected = next(driver.poll(options)).sound is not None
    line = LinkFaults(echoes=True, stray=1.0 if protected else 0.0)
    with on_pty(simulated(kind(driver), **table), tmp_path / "line.tty", line) as port:
        readings = read(port, driver, options)
    assert readings.refused == ()
    assert dict(zip(readings.address, readings.value.tolist(), strict=True)) == pytest.approx(
        expected, nan_ok=True
    )


def test_every_driver_has_a_simulator_here() -> None:
    drivers = plugins.names("gateway.drivers", "poll")
    assert drivers == instruments.kinds()
    assert set(drivers) == {kind(pair.values[0]) for pair in PAIRS}


def kind(driver: Any) -> str:
    """The name of a driver's file."""
    name: str = driver.__name__.rpartition(".")[2]
    return name
