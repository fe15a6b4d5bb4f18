"""Probes and calibrations from the configuration to the values that are committed, and to the alarm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gateway.alarming.entry import AlarmPlace
from gateway.config.timeline import timeline_of
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.journal.journal import Journal
from gateway.model import Quality, Samples
from gateway.probes import pt100
from gateway.times import parse_rfc3339
from gateway.writing.introduction import introduce
from tests.unit.probes.wired import CURVE, configured, converted

WIRE = {  # channel: what arrives, what it is
    "platinum": (20.2465, -196.0),
    "leads": (20.6465, -196.0),
    "couple": (-5.5389, -196.0),
    "diode": (1027.594, 77.3 - 273.15),
    "plain": (77.15, -196.0),
    "certified": (
        100.0,
        0.0 - 0.1 + 0.5 * 0.1 / 196.3,
    ),  # between the points: almost the last one's correction
    "weighed": (12_500.0, 12.0),
}
DUE_NS = parse_rfc3339("2027-04-13T00:00:00Z")


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    return configured(tmp_path)


def test_every_channel_of_one_batch_by_its_own_probe(configuration: Configuration) -> None:
    rows = [(name, wire) for name, (wire, _) in WIRE.items()] * 3
    found = converted(configuration, rows)
    np.testing.assert_allclose(found.value, [value for _, value in WIRE.values()] * 3, rtol=0, atol=0.003)
    assert (found.quality == Quality.GOOD).all()


def test_the_canonical_unit_is_that_of_the_quantity(configuration: Configuration) -> None:
    assert {n: c.unit for n, c in configuration.channels.items() if c.unit != "degC"} == {"weighed": "kg"}


@pytest.mark.parametrize("name", ["platinum", "leads", "couple", "diode", "certified"])
@pytest.mark.parametrize("wire", [np.nan, np.inf, -np.inf, 1e300, -1e5, 1e5])
def test_a_signal_that_no_probe_gives_is_bad(configuration: Configuration, name: str, wire: float) -> None:
    found = converted(configuration, [(name, wire)])
    assert found.quality.tolist() == [Quality.BAD] and np.isnan(found.value[0])


def test_noise_that_a_polynomial_makes_larger_is_bad(tmp_path: Path) -> None:
    squared = configured(tmp_path, ("offset_kg = -0.5", "polynomial = [0.0, 1.0, 1.0]"))
    found = converted(squared, [("weighed", 2_000.0), ("weighed", 5e11)])
    assert found.quality.tolist() == [Quality.GOOD, Quality.BAD]
    assert found.value[0] == 6.0 and np.isnan(found.value[1])


def test_extrapolated_is_uncertain_and_nothing_makes_a_reading_better(configuration: Configuration) -> None:
    below = [("platinum", 15.0), ("certified", 15.0)]
    assert converted(configuration, below).quality.tolist() == [Quality.UNCERTAIN] * 2
    for worse in (Quality.UNCERTAIN, Quality.BAD, Quality.NO_DATA):
        fine = converted(configuration, [(name, wire) for name, (wire, _) in WIRE.items()], quality=worse)
        assert (fine.quality == worse).all()
        assert np.isnan(fine.value).all() == (worse != Quality.UNCERTAIN)


def test_overdue_by_the_time_of_the_reading(configuration: Configuration) -> None:
    row = [("certified", 100.0), ("platinum", 100.0)]
    assert converted(configuration, row, DUE_NS - 1).quality.tolist() == [Quality.GOOD] * 2
    found = converted(configuration, row, DUE_NS)
    assert found.quality.tolist() == [Quality.UNCERTAIN, Quality.GOOD]
    assert found.value.tolist() == converted(configuration, row).value.tolist()


def test_how_readings_are_cut_into_batches_changes_no_bit(configuration: Configuration) -> None:
    random = np.random.default_rng(11)
    names = list(WIRE)
    rows = [(names[i], float(random.normal(WIRE[names[i]][0], 2.0))) for i in random.integers(0, 7, 200)]
    whole = converted(configuration, rows)
    for n in (1, 7, 64):
        parts = [converted(configuration, rows[i : i + n]) for i in range(0, len(rows), n)]
        assert Samples.concatenate(parts).value.tobytes() == whole.value.tobytes()
        assert Samples.concatenate(parts).quality.tobytes() == whole.quality.tobytes()


def test_no_readings(configuration: Configuration) -> None:
    assert len(converted(configuration, [])) == 0


def placed(folder: Path, configuration: Configuration, name: str) -> AlarmPlace:
    """Where an alarm of a channel is, by a journal that was told of the configuration."""
    with Journal.open(folder / "journal.sqlite") as journal:
        number = introduce(configuration, journal, DUE_NS)[name]
        place = timeline_of(journal).place_of(number, DUE_NS)
    assert place is not None
    return AlarmPlace.of(place)


def test_an_alarm_says_how_well_it_was_measured(configuration: Configuration, tmp_path: Path) -> None:
    place = placed(tmp_path, configuration, "certified")
    assert place.uncertainty == 0.12
    assert place.calibration == {"certificate": "PTB-2026-0413", "date": "2026-04-13", "due": "2027-04-13"}
    unknown = placed(tmp_path, configuration, "platinum")
    assert unknown.uncertainty is None and unknown.calibration is None


def test_options_left_out_are_those_of_the_probe(configuration: Configuration) -> None:
    assert configuration.channels["platinum"].table.probe_options == pt100.Options()


def test_another_curve_is_another_configuration(configuration: Configuration, tmp_path: Path) -> None:
    same = configured(tmp_path).fingerprint
    (tmp_path / "diode.340").write_text(CURVE.read_text().replace("1.638370", "1.638371"))
    assert configuration.fingerprint == same != configured(tmp_path).fingerprint


PLATINUM = '[channels.platinum]\nunit = "ohm"\nprobe = "pt100"'


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            PLATINUM,
            PLATINUM.replace("ohm", "degC"),
            "channels.platinum.unit: unknown unit of temperature from probe 'pt100' 'degC'; known: ohm",
        ),
        (
            PLATINUM,
            PLATINUM + '\nquantity = "level"',
            "channels.platinum.probe: 'pt100' does not measure a level",
        ),
        (
            PLATINUM,
            PLATINUM.replace("pt100", "pt10"),
            "channels.platinum.probe: unknown probe 'pt10'; did you",
        ),
        (
            "lead_resistance_ohm = 0.4",
            "lead_resistance = 0.4",
            "channels.leads.probe_options.lead_resistance: unknown key",
        ),
        (
            "lead_resistance_ohm = 0.4",
            "r0_ohm = 0.0",
            "channels.leads.probe_options: r0_ohm must lie between 1 and 100000, found 0",
        ),
        (
            ", cold_junction_degC = 0.0",
            "",
            "channels.couple.probe_options.cold_junction_degC: missing; expected a number",
        ),
        (
            'type = "T"',
            'type = "S"',
            "channels.couple.probe_options.type: expected one of 'T', 'E', 'K', 'N', found",
        ),
        (
            'curve_file = "diode.340"',
            'curve_file = "none.340"',
            "channels.diode.probe_options.curve_file: none.340 cannot be read: No such file or directory",
        ),
        (
            'curve_file = "diode.340"',
            "curve_file = 340",
            "channels.diode.probe_options.curve_file: expected text",
        ),
        (
            'curve_file = "diode.340"',
            'curve_file = "bad.340"',
            "channels.diode.probe_options.curve_file: bad.340: Number of Breakpoints is 9, but 0 are there",
        ),
        (
            'probe_options = { curve_file = "diode.340" }',
            "",
            "channels.diode.probe_options.curve_file: missing; expected the path of a file",
        ),
        (
            "due = 2027-04-13",
            'due = "2027-04-13"',
            "channels.certified.calibration.due: expected a date without quotes, e.g. 2026-05-01, found str",
        ),
        (
            "due = 2027-04-13",
            "due = 2026-04-13",
            "channels.certified.calibration: due (2026-04-13) must be later",
        ),
        ("due = 2027-04-13\n", "", "channels.certified.calibration.due: missing; expected a date"),
        (
            "expanded_uncertainty_degC",
            "expanded_uncertainty_K",
            "channels.certified.calibration.expanded_uncertainty_K: unknown key",
        ),
        (
            "offset_kg",
            "offset_degC",
            "channels.weighed.calibration.offset_degC: unknown key 'offset_degC'; did you",
        ),
        (
            "[0.1, 0.0]]",
            '[0.1, "x"]]',
            "channels.certified.calibration.table[1][1]: expected a list of lists of numbers, found",
        ),
        (
            "[0.1, 0.0]]",
            "[0.1, -200.0]]",
            "channels.certified.calibration: the points of table, [indicated, true]",
        ),
    ],
)
def test_each_mistake_names_its_path(tmp_path: Path, old: str, new: str, problem: str) -> None:
    (tmp_path / "bad.340").write_text("Data Format: 2\nNumber of Breakpoints: 9\n")
    with pytest.raises(ConfigurationError) as caught:
        configured(tmp_path, (old, new))
    assert [p for p in caught.value.problems if p.startswith(problem)], caught.value.problems


def test_the_documented_example_is_one(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "probes.md").read_text()
    blocks = [block.split("```")[0] for block in text.split("```toml")[1:]]
    found = configured(tmp_path, ("[channels.weighed]", "\n".join([*blocks, "[channels.weighed]"])))
    channel = found.channels["freezer-1-top"]
    assert channel.table.probe_options == pt100.Options(r0_ohm=99.97)
    assert channel.calibration is not None and len(channel.calibration.table) == 3
