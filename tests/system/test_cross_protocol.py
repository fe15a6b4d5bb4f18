"""Simulators and drivers against software that nobody here wrote, and against each other on real lines.

The `lakeshore` and `cryocon` packages and pymodbus's client talk to the simulated instruments; the Modbus
driver talks to pymodbus's server. Then each driver reads its simulator, written without it, over a pty.
"""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryocon import CryoCon
from lakeshore import Model224, Model240, Model336
from mosquitto import free_port
from mqtt_parts import eventually
from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from serial_parts import in_background
from sockio.sio import TCP

from firmware_sim import instruments
from firmware_sim.instruments import Instrument
from firmware_sim.pty import serve_pty
from firmware_sim.tcp import serve_tcp
from gateway.drivers import (
    Readings,
    ami,
    cryocon,
    dcon,
    lakeshore,
    lakeshore218,
    modbus_rtu,
    tec3000,
    thermo_ult,
)
from gateway.drivers.registers import Registers
from gateway.ingestion.port import Port
from gateway.model import Quality

HOST = "127.0.0.1"
WITHIN_S = 5.0
SHOWN = {"cold": -195.795, "room": 21.5, "ult": -79.5, "level": 251.3, "lid": 1.0, "open": math.nan}


def simulated(kind: str, **table: Any) -> Instrument:
    module = instruments.load(kind)
    return module.build(module.Options.model_validate(table), SHOWN.__getitem__, lambda probe, wanted: None)


@contextmanager
def on_tcp(instrument: Instrument) -> Iterator[int]:
    port = free_port()
    with in_background(lambda: serve_tcp(HOST, port, instrument.receive, lambda: False)):
        eventually(lambda: listens(port), "nobody listens")
        yield port


@contextmanager
def on_pty(instrument: Instrument, path: Path) -> Iterator[str]:
    with in_background(lambda: serve_pty(path, instrument.receive, lambda: False)):
        eventually(path.exists, "there is no terminal")
        yield str(path)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@pytest.fixture
def serve() -> Iterator[Callable[[AbstractContextManager[Any]], Any]]:
    """Enters what serves an instrument; leaves it after the test."""
    with ExitStack() as stack:
        yield stack.enter_context


# Lake Shore's own package


def test_lake_shores_package_reads_a_336(serve: Callable[..., Any]) -> None:
    one = simulated("lakeshore", inputs={"A": "cold", "B": "room", "C": "open"}, sensor="pt100")
    with Model336(ip_address=HOST, tcp_port=serve(on_tcp(one)), timeout=WITHIN_S) as theirs:
        assert (theirs.model_number, theirs.serial_number) == ("MODEL336", "LSA21EA")
        assert theirs.get_kelvin_reading("A") == 77.355
        assert theirs.get_all_kelvin_reading() == [77.355, 294.65, 0.0, 0.0]
        assert theirs.get_sensor_reading("A") == 20.335
        assert theirs.get_input_reading_status("A").to_integer() == 0
        assert theirs.get_input_reading_status("C").sensor_units_overrange
    assert one.writes == 0


def test_lake_shores_package_reads_a_224(serve: Callable[..., Any]) -> None:
    one = simulated("lakeshore", model="224", inputs={"A": "cold", "D5": "room"}, sensor="pt100")
    with Model224(ip_address=HOST, tcp_port=serve(on_tcp(one)), timeout=WITHIN_S) as theirs:
        assert theirs.get_celsius_reading("D5") == 21.5
        every = theirs.get_all_inputs_celsius_reading()
        assert (every["input_a_reading"], every["input_d5_reading"]) == (-195.79, 21.5)
        assert theirs.get_reading_status("B").sensor_units_over_range


class Line:
    """A connection as Lake Shore's package takes one from its user, straight to an instrument."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument

    def write(self, command: str) -> None:
        self._instrument.receive(command.encode() + b"\n", 0.0)

    def query(self, query: str) -> str:
        return self._instrument.receive(query.encode() + b"\n", 0.0).decode().rstrip()

    def clear(self) -> None:
        pass


def test_lake_shores_package_reads_a_240() -> None:
    one = simulated("lakeshore", model="240", inputs={"1": "cold"}, sensor="pt100")
    theirs = Model240(connection=Line(one))
    assert theirs.get_identification()["model"] == "MODEL240"
    assert theirs.get_kelvin_reading(1) == 77.355
    assert float(theirs.get_celsius_reading(1)) == -195.79
    assert not any(theirs.get_channel_reading_status(1).values())
    assert theirs.get_channel_reading_status(2)["sensor units over range"]


# the cryocon package


def test_the_cryocon_package_reads_a_24c(serve: Callable[..., Any]) -> None:
    one = simulated("cryocon", inputs={"A": "cold", "B": "open"})
    theirs = CryoCon(TCP(HOST, serve(on_tcp(one)), timeout=WITHIN_S), channels="AB")
    theirs.io_period = 0.0
    assert theirs.idn() == "Cryo-con,24C,204683,1.01A"
    assert theirs["A"].temperature() == pytest.approx(77.355)
    assert theirs["A"].unit() == "K"
    with theirs as group:
        theirs["A"].temperature()
        theirs["B"].unit()
    assert group.replies == [pytest.approx(77.355), "K"]
    assert one.writes == 0
    one.receive(b":INPUT A:UNITS C\n", 0.0)  # somebody turns the unit
    assert (theirs["A"].unit(), theirs["A"].temperature()) == ("C", pytest.approx(-195.795))


# pymodbus

UNITS = [{"slave": 1, "probes": ["cold", "open", "room"]}, {"slave": 7, "model": "tb260", "probes": ["ult"]}]


def read_and_write(client: ModbusSerialClient | ModbusTcpClient, one: Instrument) -> None:
    with client:
        temperatures = client.read_holding_registers(0, count=4, device_id=1).registers
        assert client.convert_from_registers(temperatures, client.DATATYPE.INT16) == [
            -1958,
            32767,
            215,
            32767,
        ]
        raw = client.read_holding_registers(0, count=2, device_id=7).registers
        assert client.convert_from_registers(raw, client.DATATYPE.FLOAT32) == -79.5
        assert client.read_holding_registers(500, count=1, device_id=1).exception_code == 2
        assert client.read_input_registers(0, count=1, device_id=1).exception_code == 1
        assert one.writes == 0
        assert client.write_register(254, 4, device_id=1).registers == [4]
        assert one.writes == 1


def test_pymodbus_reads_the_simulated_transmitters_on_a_line(
    serve: Callable[..., Any], tmp_path: Path
) -> None:
    one = simulated("modbus_rtu", units=UNITS)
    port = serve(on_pty(one, tmp_path / "rs485.tty"))
    read_and_write(ModbusSerialClient(port, baudrate=9600, timeout=WITHIN_S, retries=0), one)


def test_pymodbus_reads_them_behind_a_serial_server(serve: Callable[..., Any]) -> None:
    one = simulated("modbus_rtu", units=UNITS)
    port = serve(on_tcp(one))
    read_and_write(ModbusTcpClient(HOST, port=port, framer=FramerType.RTU, timeout=WITHIN_S, retries=0), one)


def test_pymodbus_reads_a_freezer_that_counts_bytes(serve: Callable[..., Any]) -> None:
    """The other dialect it can not read: there the standard is not kept."""
    one = simulated("thermo_ult", freezers=[{"bus_id": 1, "dialect": "bytes", "sensors": {"TC3": "ult"}}])
    port = serve(on_tcp(one))
    with ModbusTcpClient(HOST, port=port, framer=FramerType.ASCII, timeout=WITHIN_S, retries=0) as client:
        raw = client.read_holding_registers(0x4D0, count=2, device_id=1).registers
        assert client.convert_from_registers(raw, client.DATATYPE.FLOAT32) == -79.5
        raw = client.read_holding_registers(0x530, count=2, device_id=1).registers
        assert client.convert_from_registers(raw, client.DATATYPE.INT32) == -800


def test_the_driver_reads_pymodbuss_server(serve: Callable[..., Any]) -> None:
    held = ModbusTcpClient.convert_to_registers
    kinds = ModbusTcpClient.DATATYPE
    words = [*held(-1958, kinds.INT16), *held(-195.75, kinds.FLOAT32, word_order="little")]
    words += [*held(-800, kinds.INT32), 0x8000]
    device = SimDevice(id=3, simdata=[SimData(0, values=words, datatype=DataType.REGISTERS)])
    port = free_port()

    async def work() -> None:
        server = ModbusTcpServer([device], framer=FramerType.RTU, address=(HOST, port))
        try:
            await server.serve_forever()
        finally:
            await asyncio.shield(server.shutdown())

    options = modbus_rtu.Options(
        slaves=(3,),
        registers=(
            Registers("tenths", 0, scale=0.1),
            Registers("swapped", 1, function=4, type="float32", order="CDAB"),
            Registers("whole", 3, type="int32", scale=0.1),
            Registers("missing", 900),
            Registers("broken", 5, faults=(0x8000,)),
        ),
    )
    serve(in_background(work))
    eventually(lambda: listens(port), "the server does not listen")
    readings = read(f"socket://{HOST}:{port}", modbus_rtu, options, reply_timeout_s=0.5)
    assert readings.address == ("3/tenths/1", "3/swapped/1", "3/whole/1", "3/broken/1")
    assert readings.value.tolist() == pytest.approx([-195.8, -195.75, -80.0, math.nan], nan_ok=True)
    assert [r.detail for r in readings.refused] == ["exception 2: no such register"]


# driver and simulator, each written from the manuals


def read(port_name: str, driver: Any, options: Any, reply_timeout_s: float = WITHIN_S) -> Readings:
    """One poll over a real port."""
    port = Port(port_name, driver.PORT, reply_timeout_s)
    try:
        polled = driver.poll(options)
        request = next(polled)
        while True:
            request = polled.send(port.ask(request).reply)
    except StopIteration as ended:
        assert isinstance(ended.value, Readings)
        return ended.value
    finally:
        port.close()


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
            {"A/level" if model == "286" else "level": level},
            id=f"ami-{model}-{unit}",
        )
        for model in ("185", "186", "187", "286")
        for unit, full, level in (("percent", 100.0, 50.3), ("cm", 50.0, 25.1), ("inch", 19.7, 9.9))
    ),
    pytest.param(
        ami,
        ami.Options("286", "cm", ("A", "D"), 50.0),
        {"model": "286", "sensors": {"A": "level", "D": "open"}, "length_mm": 500.0},
        {"A/level": 25.1, "D/level": math.nan},
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
    one = simulated(driver.__name__.rpartition(".")[2], **table)
    with on_pty(one, tmp_path / "line.tty") as port:
        readings = read(port, driver, options)
    assert readings.refused == ()
    assert dict(zip(readings.address, readings.value.tolist(), strict=True)) == pytest.approx(
        expected, nan_ok=True
    )
    assert [q == Quality.BAD for q in readings.quality] == [math.isnan(v) for v in readings.value]
    assert one.writes == 0
