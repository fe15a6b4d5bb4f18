"""What the type code of an ADAM-4000 / DCON module says: which quantity its values are.

Sources: ADAM-4000 Series User Manual, tables 5.1 and 5.2 (p. 93) and appendix B-7, B-8; ICP DAS WF-2000 user
manual, A.1 (p. 59), and I-7000 manuals (thermocouples N to L DIN, Cu and Ni, thermistors of the I-7005).
"""

from __future__ import annotations

from typing import Final

THERMOCOUPLES: Final = dict(zip(range(0x0E, 0x1A), "JKTERSBNCLML", strict=True))
RESISTANCES: Final = range(0x20, 0x34)  # Pt100, Pt1000, Balco, Ni, Cu, thermistors: each module has its own
THERMISTORS: Final = range(0x60, 0x80)
WIDE_RESISTANCES: Final = range(0x80, 0x84)  # Pt100 to 600 degC, Cu50, Ni100
ELECTRICAL: Final = {  # the largest value, and its unit
    0x00: (15.0, "mV"),
    0x01: (50.0, "mV"),
    0x02: (100.0, "mV"),
    0x03: (500.0, "mV"),
    0x04: (1.0, "V"),
    0x05: (2.5, "V"),
    0x06: (20.0, "mA"),
    0x07: (20.0, "mA"),
    0x08: (10.0, "V"),
    0x09: (5.0, "V"),
    0x0A: (1.0, "V"),
    0x0B: (500.0, "mV"),
    0x0C: (150.0, "mV"),
    0x0D: (20.0, "mA"),
    0x1A: (20.0, "mA"),
}


def is_temperature(code: int) -> bool:
    """Whether values of this type are degC, or the resistance of a thermometer."""
    known = (THERMOCOUPLES, RESISTANCES, THERMISTORS, WIDE_RESISTANCES)
    return any(code in codes for codes in known)


def named(code: int) -> str:
    """The code as the manuals print it, with what it means."""
    if code in ELECTRICAL:
        largest, unit = ELECTRICAL[code]
        return f"{code:02X} (up to {largest:g} {unit})"
    if code in THERMOCOUPLES:
        return f"{code:02X} (thermocouple {THERMOCOUPLES[code]})"
    return f"{code:02X} ({'resistance thermometer' if is_temperature(code) else 'no temperature known'})"
