"""No driver ever sends a command that changes an instrument: all it sends is on a list of what only reads.

The lists are written from the manuals, not from the drivers. A new driver without a list here fails.
"""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.drivers import Request
from gateway.drivers.registers import Registers
from tests.conformance.exchanges import cases, converse, drivers, load

READ_ONLY = {
    # 185/186 manual p. 38-40 (without "=", and neither CM, INCH, PERCENT nor SAVE); 187, 286, 1700: queries
    "ami": rb"(UNIT|LEVEL|\*IDN\?|UNITS\?|LEVEL\?|CH[1-4]:LEVEL\?|N2:UNIT\?|MEAS:N2:LEV\?)\r\n",
    # 24C manual p. 129-138: queries, chained by semicolons
    "cryocon": rb"\*IDN\?(;:INP [A-H]:(TEMP|UNIT)\?)*\n",
    # ADAM-4000 manual: $AA2 configuration, $AA8Ci type of a channel, $AAB diagnosis, #AA values; neither %,
    # ~, @ nor other $ ($AA7Ci sets a type)
    "dcon": rb"(\$[0-9A-F]{2}([2B]|8C[0-9A-F])|#[0-9A-F]{2})([0-9A-F]{2})?\r",
    # 218 and 350 manuals: queries
    "lakeshore": rb"(\*IDN\?|(CRDG|RDGST)\?( [A-D][1-5]?| [1-8])?)\r\n",
    "lakeshore218": rb"(\*IDN\?|CRDG\? 0|RDGST\? [1-8])\r\n",
    # Modbus application protocol 6.3, 6.4: functions 3 and 4, 8 bytes with the CRC
    "modbus_rtu": rb"(?s:[\x01-\xf7][\x03\x04].{6})",
    # MVE manual p. 155: what ends in "?" is answered and changes nothing; CODE? tells the password
    "tec3000": rb"(\d{3} )?(\*IDN|(?!CODE)[A-Z]{2,8})\?\r\n",
    # TDE manual appendix B: function 03
    "thermo_ult": rb":[0-9A-F]{2}03[0-9A-F]{10}\r\n",
}
MODBUS_MAP = (Registers("a", 0, count=3), Registers("b", 65_000, function=4, type="float32", count=8))
OPTIONS = {
    "ami": [
        {"model": model, "unit": unit, "channels": channels}
        for model in ("185", "186", "187", "286", "1700")
        for unit in ("percent", "inch", "cm")
        for channels in ([("CH1",), ("CH1", "CH2", "CH3", "CH4")] if model == "286" else [("CH1",)])
    ],
    "cryocon": [{}, {"inputs": tuple("ABCDEFGH")}],
    "dcon": [
        {
            "modules": (0x01, 0xDE),
            "checksum": checksum,
            "diagnose": diagnose,
            "format": unit,
            "channel_types": own,
        }
        for checksum in (False, True)
        for diagnose in (False, True)
        for unit in ("engineering", "ohm")
        for own in (False, True)
    ],
    "lakeshore": [{"model": model} for model in ("211", "224", "240", "335", "336", "340", "350")],
    "lakeshore218": [{}],
    "modbus_rtu": [
        *({"preset": preset, "first_register": 0} for preset in ("pta8c04", "pta8d08", "tb260", "mw100")),
        {"slaves": (1, 247), "registers": MODBUS_MAP},
    ],
    "tec3000": [{}, {"bus_ids": (1, 247), "queries": ("TEMPA?", "FILL?", "FILTIM?", "ALMS?")}],
    "thermo_ult": [
        {"bus_ids": (0, 255), "parameters": tuple(load("thermo_ult").PARAMETERS), "status": status}
        for status in (False, True)
    ],
}
GIVEN = [
    pytest.param(name, load(name).Options(**given), id=f"{name}-{i}")
    for name, tables in OPTIONS.items()
    for i, given in enumerate(tables)
]
RECORDED = [
    pytest.param(name, case.options, id=f"{name}-{case.name}") for name in drivers() for case in cases(name)
]


EVERY = {(name, repr(options)): param for param in GIVEN + RECORDED for name, options in [param.values]}


@cache
def answers_of(name: str) -> dict[bytes, bytes]:
    """What instruments of this kind answered in recordings, by what they were asked."""
    return dict(exchange for case in cases(name) for exchange in case.exchange)


@cache
def anything(name: str) -> st.SearchStrategy[bytes]:
    return st.sampled_from(list(answers_of(name).values())) | st.just(b"") | st.binary(max_size=30)


def test_every_driver_has_a_list() -> None:
    assert set(READ_ONLY) == set(OPTIONS) == set(drivers())


@pytest.mark.parametrize(("name", "options"), EVERY.values())
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_all_that_is_sent_only_reads(name: str, options: object, data: st.DataObject) -> None:
    """Whatever comes back: the recorded answer, that to another question, silence, noise."""
    answers = answers_of(name)

    def respond(number: int, request: Request) -> bytes:
        for sent in (request, *request.proofs):
            assert re.fullmatch(READ_ONLY[name], sent.payload), sent.payload
        given = answers.get(request.payload)
        return given if given is not None and data.draw(st.booleans()) else data.draw(anything(name))

    converse(load(name).poll(options), respond)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("ami", b"CM\r\n"),
        ("ami", b"HI=90.0\r\n"),
        ("ami", b"CONF:N2:UNIT 1\r\n"),
        ("cryocon", b"*IDN?;:INP A:UNIT C\n"),
        ("dcon", b"%0102070600\r"),
        ("dcon", b"$015\r"),
        ("dcon", b"$017C0R08\r"),
        ("lakeshore", b"RANGE 1,3\r\n"),
        ("lakeshore218", b"RELAY 1,1,1,0\r\n"),
        ("modbus_rtu", bytes.fromhex("010600FD00027A0B")),
        ("tec3000", b"FILL 1\r\n"),
        ("tec3000", b"001 CALTA\r\n"),
        ("tec3000", b"CODE?\r\n"),
        ("thermo_ult", b":1906053000029A\r\n"),
    ],
)
def test_the_lists_know_what_changes_an_instrument(name: str, command: bytes) -> None:
    assert not re.fullmatch(READ_ONLY[name], command)
