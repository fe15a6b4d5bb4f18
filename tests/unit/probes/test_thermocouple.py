"""Types T, E, K and N beside NIST's tables, at every degree and both ways, and with a cold junction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gateway.model import Floats, Quality
from gateway.probes import its90, thermocouple

DATA = Path(__file__).parents[2] / "data" / "probes"
TYPES = ("T", "E", "K", "N")
HOTTEST = {"T": 400, "E": 1000, "K": 1372, "N": 1300}
HALF_A_DIGIT_mV = 0.0005
SEEBECK_UV = {  # at degC: 0, -150, -196, -210
    "T": (38.75, 22.32, 16.30, 14.30),
    "E": (58.67, 36.23, 26.13, 22.50),
    "K": (39.45, 23.62, 15.99, 13.37),
    "N": (26.16, 16.04, 10.46, 8.57),  # from below: the reference function of type N has a kink at 0 degC
}


def nist(kind: str) -> tuple[Floats, Floats]:
    """degC, mV: every entry of the table, whose rows run down from their first column below zero."""
    found: dict[int, float] = {}
    for line in (DATA / f"nist_its90_type_{kind.lower()}.tab").read_text("latin-1").splitlines():
        fields = line.split()
        if "coefficients" in line.lower():
            break  # the table is over
        if not fields or not fields[0].lstrip("-").isdigit():
            continue
        row, sign = int(fields[0]), -1 if _is_cold(line, found) else 1
        found |= {row + sign * i: float(mV) for i, mV in enumerate(fields[1:])}
    degC = np.array(sorted(found), np.float64)
    return degC, np.array([found[int(t)] for t in degC])


def _is_cold(line: str, found: dict[int, float]) -> bool:
    """The part below zero comes first, and ends with a row that starts at zero."""
    return line.split()[0].startswith("-") or (line.split()[0] == "0" and 0 not in found)


def options(kind: str, cold_junction_degC: float = 0.0) -> thermocouple.Options:
    return thermocouple.Options(kind, cold_junction_degC)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", TYPES)
def test_the_whole_table_was_read(kind: str) -> None:
    degC, mV = nist(kind)
    assert degC.tolist() == list(range(-270, HOTTEST[kind] + 1))
    assert (np.diff(mV) >= 0).all()


@pytest.mark.parametrize("kind", TYPES)
def test_the_voltage_at_every_degree(kind: str) -> None:
    degC, mV = nist(kind)
    found = thermocouple.signal(degC, options(kind)) * 1000
    np.testing.assert_allclose(found, mV, rtol=0, atol=HALF_A_DIGIT_mV + 1e-6)


@pytest.mark.parametrize("kind", TYPES)
def test_the_temperature_at_every_voltage(kind: str) -> None:
    """Within 0.01 K, and half of the table's last digit where that digit is worth more."""
    degC, mV = nist(kind)
    slope = np.gradient(thermocouple.signal(degC, options(kind)) * 1000)
    found, quality = thermocouple.convert(mV / 1000, options(kind))
    inside = slice(1, -1)  # the rounded voltages of both ends lie beyond them
    assert (quality[inside] == Quality.GOOD).all()
    digit_K = HALF_A_DIGIT_mV / slope
    assert (np.abs(found - degC)[inside] <= 0.01 + 1.2 * digit_K[inside]).all()
    at_ln2 = degC == -196
    assert abs(found[at_ln2][0] + 196.0) <= digit_K[at_ln2][0] + 0.001


@pytest.mark.parametrize("kind", TYPES)
def test_exact_voltages_come_back_to_a_millionth_of_a_degree(kind: str) -> None:
    degC = np.linspace(-270.0, HOTTEST[kind], 30_001)
    found, quality = its90.temperature(its90.emf(degC, its90.TYPES[kind]), its90.TYPES[kind])
    assert (quality == Quality.GOOD).all()
    assert np.abs(found - degC).max() < 2e-7


@pytest.mark.parametrize("kind", TYPES)
def test_how_much_a_degree_is_worth(kind: str) -> None:
    at = np.array([0.0, -150.0, -196.0, -210.0])
    reference = its90.TYPES[kind]
    slope_uV = (its90.emf(at, reference) - its90.emf(at - 1e-3, reference)) / 1e-3 * 1000
    np.testing.assert_allclose(slope_uV, SEEBECK_UV[kind], rtol=0, atol=0.02)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("terminals_degC", [-20.0, 0.0, 25.0, 60.0])
def test_the_cold_junction_is_added(kind: str, terminals_degC: float) -> None:
    measured = options(kind, terminals_degC)
    degC = np.array([-196.0, -80.0, 5.0, 100.0])
    emf_mV = its90.emf(degC, its90.TYPES[kind])
    terminals_mV = its90.emf(np.array([terminals_degC]), its90.TYPES[kind])
    np.testing.assert_allclose(
        thermocouple.convert((emf_mV - terminals_mV) / 1000, measured)[0], degC, atol=1e-7
    )


@pytest.mark.parametrize(("kind", "error_K"), [("T", 2.4), ("E", 2.2), ("K", 2.5), ("N", 2.5)])
def test_a_degree_at_the_terminals_is_more_than_two_in_ln2(kind: str, error_K: float) -> None:
    signal = thermocouple.signal(np.array([-196.0]), options(kind, 0.0))
    found = thermocouple.convert(signal, options(kind, 0.1))[0][0]
    assert (found + 196.0) / 0.1 == pytest.approx(error_K, abs=0.06)


@pytest.mark.parametrize("kind", TYPES)
def test_a_voltage_that_no_such_wire_gives_is_a_fault(kind: str) -> None:
    lowest, highest = its90.emf(np.array([-270.0, HOTTEST[kind]]), its90.TYPES[kind])
    raw = np.array([(lowest - 0.001) / 1000, (highest + 0.001) / 1000, np.nan, np.inf, -np.inf, 10.0, -10.0])
    value, quality = thermocouple.convert(raw, options(kind))
    assert (quality == Quality.BAD).all() and np.isnan(value).all()


def test_a_short_reads_as_the_terminals() -> None:
    """No voltage shows this fault: it is why such a channel wants a rule or a second probe."""
    assert thermocouple.convert(np.array([0.0]), options("T", 23.5))[0][0] == pytest.approx(23.5, abs=1e-7)


@pytest.mark.parametrize("terminals_degC", [-60.0, 150.0, float("nan")])
def test_terminals_that_can_not_be(terminals_degC: float) -> None:
    with pytest.raises(ValueError, match="cold_junction_degC must lie between -50 and 100"):
        options("T", terminals_degC)
