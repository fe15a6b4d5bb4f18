"""Registers as numbers: every type and order against struct, fault codes by value and by pattern."""

from __future__ import annotations

import math
import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gateway.drivers.registers import Registers
from gateway.model import LARGEST_VALUE

CODES = {"int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "float32": ">f"}
ORDERS = {"ABCD": (0, 1, 2, 3), "CDAB": (2, 3, 0, 1), "BADC": (1, 0, 3, 2), "DCBA": (3, 2, 1, 0)}


def on_the_wire(number: float, type_: str, order: str) -> bytes:
    big = struct.pack(CODES[type_], number)
    positions = ORDERS[order]
    if len(big) == 2:
        return big if order in ("ABCD", "CDAB") else big[::-1]
    return bytes(big[position] for position in positions)


@pytest.mark.parametrize("order", sorted(ORDERS))
@pytest.mark.parametrize("type_", sorted(CODES))
@given(data=st.data())
def test_any_number_in_any_order_comes_back(order: str, type_: str, data: st.DataObject) -> None:
    limits = {
        "int16": (-(2**15), 2**15 - 1),
        "uint16": (0, 2**16 - 1),
        "int32": (-(10**9), 10**9),
        "uint32": (0, 10**9),
    }
    one = st.floats(-1e6, 1e6, width=32) if type_ == "float32" else st.integers(*limits[type_])
    numbers = data.draw(st.lists(one, min_size=1, max_size=8))
    wire = b"".join(on_the_wire(number, type_, order) for number in numbers)
    block = Registers("x", 0, len(numbers), type=type_, order=order)
    assert block.size == len(wire) // 2
    meant = [float(str(np.float32(n)) if type_ == "float32" else n) for n in numbers]
    assert block.numbers(wire) == pytest.approx(meant, rel=1e-11)


def test_the_example_of_a_tenth_of_a_degree() -> None:
    assert Registers("t", 0, scale=0.1).numbers(bytes.fromhex("F85A")) == [-195.8]
    assert Registers("t", 0, 3, scale=0.1).numbers(struct.pack(">hhh", 3, 182, 7)) == [0.3, 18.2, 0.7]
    assert Registers("t", 0, type="uint16", scale=0.1, offset=-273.15).numbers(bytes.fromhex("0306")) == [
        -195.75
    ]


def test_four_bytes_mean_the_shortest_decimal() -> None:
    wire = struct.pack(">fff", -195.8, 123.15, 0.1)
    assert Registers("t", 0, 3, type="float32").numbers(wire) == [-195.8, 123.15, 0.1]
    assert Registers("t", 0, 3, type="float32", offset=-273.15).numbers(wire)[1] == -150.0


@pytest.mark.parametrize("scale", [0.1, 0.0625, -0.01, 10.0])
@pytest.mark.parametrize("offset", [0.0, -273.15, 0.05])
@given(number=st.integers(0, 2**32 - 1), more=st.integers(-1, 1))
def test_any_number_at_the_border_of_what_is_believed(
    scale: float, offset: float, number: int, more: int
) -> None:
    """113 051 227.7875 has 13 digits; -0.05 stays below no `lowest` of -0.05."""
    scaled = [Fraction(number + k) * Fraction(str(scale)) + Fraction(str(offset)) for k in (0, more)]
    value, border = map(float, scaled)
    assume(abs(border) < LARGEST_VALUE)
    for key, is_believed in (("lowest", scaled[0] >= scaled[1]), ("highest", scaled[0] <= scaled[1])):
        block = Registers("t", 0, type="uint32", scale=scale, offset=offset, **{key: border})
        (found,) = block.numbers(struct.pack(">I", number))
        is_within = is_believed and abs(value) <= LARGEST_VALUE
        assert found == value if is_within else math.isnan(found)


@pytest.mark.parametrize("type_", sorted(CODES))
@pytest.mark.parametrize("fault", [math.inf, -math.inf, math.nan, 1e39, -1e39, 0.5, 2.0**32])
def test_a_fault_code_that_cannot_be_there_is_a_mistake_of_the_map(type_: str, fault: float) -> None:
    if type_ == "float32" and (not math.isfinite(fault) or abs(fault) < 1e39):
        Registers("t", 0, type=type_, faults=(fault,))
        return
    with pytest.raises(
        ValueError, match=f"t: fault .* is no {'float32' if type_ == 'float32' else 'number'}"
    ):
        Registers("t", 0, type=type_, faults=(fault,))


@pytest.mark.parametrize("fault", [32768, -32768, 0x8000])
def test_a_fault_may_be_said_as_a_number_or_as_its_bits(fault: int) -> None:
    assert math.isnan(Registers("t", 0, faults=(fault,)).numbers(b"\x80\x00")[0])
    assert Registers("t", 0, faults=(fault,)).numbers(b"\x80\x01") == [-32767.0]


def test_faults_in_32_bits_and_floats() -> None:
    block = Registers("t", 0, 2, type="int32", order="CDAB", faults=(0x7FFF7FFF,))
    assert [math.isnan(v) for v in block.numbers(bytes.fromhex("7FFF7FFF 00010000"))] == [True, False]
    block = Registers("t", 0, 2, type="float32", faults=(-127.0,))
    assert [math.isnan(v) for v in block.numbers(struct.pack(">ff", -127.0, -126.5))] == [True, False]


@given(pattern=st.integers(0, 2**32 - 1))
@example(0xC2FE0000)  # -127.0
@example(0x7F7FFFFF)
def test_any_pattern_of_a_float_is_a_fault_code_of_it(pattern: int) -> None:
    """Below 1e9 a whole number stays a number: as a pattern it would be 0.0047 at most."""
    sent = pattern.to_bytes(4, "big")
    assert math.isnan(Registers("t", 0, type="float32", faults=(pattern,)).numbers(sent)[0]) or pattern <= 1e9


@pytest.mark.parametrize("pattern", ["7FC00000", "FF800004", "7F800000", "7F800001", "7E967699"])
def test_what_is_no_finite_number_or_too_large_to_mean_anything(pattern: str) -> None:
    assert math.isnan(Registers("t", 0, type="float32").numbers(bytes.fromhex(pattern))[0])


def test_outside_its_range_a_value_is_not_believed() -> None:
    block = Registers("t", 0, 4, scale=0.1, lowest=-210.0, highest=850.0)
    shown = block.numbers(struct.pack(">hhhh", -2100, -2101, 8500, 8501))
    assert [math.isnan(value) for value in shown] == [False, True, False, True]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a/b"},
        {"count": 0},
        {"count": 126},
        {"count": 63, "type": "int32"},
        {"first": -1},
        {"first": 65536},
        {"first": 65535, "type": "float32"},
        {"scale": 0.0},
        {"scale": math.nan},
        {"offset": math.inf},
        {"lowest": 1.0, "highest": 1.0},
        {"faults": (65536,)},
        {"faults": (1.5,)},
    ],
)
def test_what_can_not_be_read_is_said_at_once(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"name|registers|scale|lowest|fault"):
        Registers(**{"name": "t", "first": 0, **wrong})
