"""Simulators and drivers against software that nobody here wrote.

The `lakeshore` and `cryocon` packages and pymodbus's client talk to the simulated instruments; the Modbus
driver talks to pymodbus's server.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from cryocon import CryoCon
from lakeshore import Model224, Model240, Model336
from pymodbus import FramerType
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from sockio.sio import TCP

from firmware_sim.instruments import Instrument
from gateway.drivers import modbus_rtu
from gateway.drivers.registers import Registers
from tests.system.instrument_parts import HOST, WITHIN_S, listens, on_pty, on_tcp, read, simulated
from tests.system.mosquitto import free_port
from tests.system.mqtt_parts import eventually
from tests.system.serial_parts import in_background


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
    """The other dialect it cannot read: there the standard is not kept."""
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
