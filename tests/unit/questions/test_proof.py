"""The three clocks of a channel, from a real journal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal, Statement
from gateway.model import SECOND, Arrivals, Quality, Samples
from gateway.questions.proof import Proof, prove
from gateway.times import format_rfc3339
from gateway.writing.introduction import introduce

EXAMPLE = (Path(__file__).parents[3] / "docs" / "examples" / "demo.toml").read_text()
BASE_NS = 1_767_610_800 * SECOND


COLDER = f"""
[[profiles.fridge-2-8]]
version = "2"
valid_from = "{format_rfc3339(BASE_NS + 30 * SECOND)}"
[[profiles.fridge-2-8.rules]]
id = "above-4"
kind = "limit"
side = "high"
limit_degC = 4.0
severity = "major"
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "cryogate.toml").write_text(EXAMPLE)
    (tmp_path / "data").mkdir()
    return load(tmp_path / "cryogate.toml")


@pytest.fixture
def journal(configuration: Configuration) -> Iterator[Journal]:
    with Journal.open(configuration.data_dir / "journal.sqlite") as journal:
        introduce(configuration, journal, BASE_NS)
        yield journal


def fill(journal: Journal, name: str, rows: list[tuple[float, float]]) -> None:
    """(second, value); NaN is a BAD reading."""
    number = journal.channel_numbers([name])[name]
    time = BASE_NS + np.array([round(r[0] * SECOND) for r in rows], np.int64)
    value = np.array([r[1] for r in rows])
    quality = np.where(np.isnan(value), Quality.BAD, Quality.GOOD).astype(np.uint8)
    journal.commit(Arrivals(Samples(time, np.full(len(rows), number, np.int32), value, quality), time))


def ranges(proof: Proof) -> list[tuple[str | None, float | None, float | None, int]]:
    """Version, low, high and seconds of each part."""
    return [(p.version, p.low, p.high, (p.end_ns - p.start_ns) // SECOND) for p in proof.parts]


def test_the_clocks_add_up_and_use_the_limits_of_the_worst_severity(
    configuration: Configuration, journal: Journal
) -> None:
    rows = [
        (0, -190.0),
        (5, -190.0),
        (10, -140.0),
        (15, -140.0),
        (18, np.nan),
        (20, -190.0),
        (45, -190.0),
        (50, -190.0),
    ]
    fill(journal, "shipper-1-payload", rows)
    found = prove(journal, "shipper-1-payload", BASE_NS, BASE_NS + 60 * SECOND)
    (part,) = found.parts
    assert (part.low, part.high) == (None, -150.0)  # the critical rule's, not the warning's
    clocks = found.clocks
    assert clocks.out_of_range_ns == 6 * SECOND  # from 9 s, where the line crosses, to 15 s
    assert clocks.in_range_ns == 14 * SECOND
    assert clocks.in_range_ns + clocks.out_of_range_ns + clocks.unproven_ns == 60 * SECOND
    assert found.mean_kinetic_degC is None  # cryogenic product


def test_neighbouring_intervals_add_up(configuration: Configuration, journal: Journal) -> None:
    rows = [(i * 1.7, -150.0 + 20.0 * np.sin(i)) for i in range(200)]
    fill(journal, "shipper-1-payload", rows)
    cuts = [BASE_NS + round(s * SECOND) for s in (0.0, 33.3, 33.4, 120.0, 300.0)]
    whole = prove(journal, "shipper-1-payload", cuts[0], cuts[-1]).clocks
    parts = [prove(journal, "shipper-1-payload", a, b).clocks for a, b in pairwise(cuts)]
    for name in ("in_range_ns", "out_of_range_ns", "unproven_ns"):
        assert sum(getattr(p, name) for p in parts) == getattr(whole, name)


def test_a_version_that_comes_into_force_within_the_interval_is_a_part(
    configuration: Configuration, journal: Journal
) -> None:
    configuration.path.write_text(EXAMPLE.replace("[channels.", COLDER + "[channels.", 1))
    introduce(load(configuration.path), journal, BASE_NS)
    fill(journal, "box-1-air", [(i, 5.0) for i in range(60)])
    whole = prove(journal, "box-1-air", BASE_NS, BASE_NS + 60 * SECOND)
    assert ranges(whole) == [("fridge-2-8 1", 2.0, 8.0, 30), ("fridge-2-8 2", None, 4.0, 30)]
    told = [(p.clocks.in_range_ns, p.clocks.out_of_range_ns, p.clocks.unproven_ns) for p in whole.parts]
    assert told == [(30 * SECOND, 0, 0), (0, 29 * SECOND, SECOND)]
    assert (whole.clocks.in_range_ns, whole.clocks.out_of_range_ns) == (30 * SECOND, 29 * SECOND)
    second = prove(journal, "box-1-air", BASE_NS + 30 * SECOND, BASE_NS + 60 * SECOND)
    assert ranges(second) == [("fridge-2-8 2", None, 4.0, 30)]
    given = prove(journal, "box-1-air", BASE_NS, BASE_NS + 60 * SECOND, 2.0, 8.0)
    assert ranges(given) == [(None, 2.0, 8.0, 60)]


def test_the_kinetic_mean_of_a_fridge(configuration: Configuration, journal: Journal) -> None:
    fill(journal, "box-1-air", [(i, 5.0) for i in range(60)])
    found = prove(journal, "box-1-air", BASE_NS, BASE_NS + 59 * SECOND, low=2.0, high=8.0)
    assert found.mean_kinetic_degC == pytest.approx(5.0)


def test_what_can_not_be_asked(configuration: Configuration, journal: Journal) -> None:
    fill(journal, "box-1-air", [(0, 5.0)])
    with pytest.raises(InputError, match="no channel 'x'"):
        prove(journal, "x", BASE_NS, BASE_NS + 1)
    with pytest.raises(InputError, match="ends before it starts"):
        prove(journal, "box-1-air", BASE_NS, BASE_NS)
    with pytest.raises(InputError, match="73 years"):
        prove(journal, "box-1-air", -(2**63) * 10, BASE_NS)
    for low, high in ((float("nan"), None), (None, float("inf")), (1e300, None)):
        with pytest.raises(InputError, match="must be a number within"):
            prove(journal, "box-1-air", BASE_NS, BASE_NS + 1, low, high)
    with pytest.raises(InputError, match="no value lies between --low 8 and --high 2"):
        prove(journal, "box-1-air", BASE_NS, BASE_NS + 1, 8.0, 2.0)


def test_the_command(configuration: Configuration, journal: Journal) -> None:
    fill(journal, "box-1-air", [(i, 5.0) for i in range(61)])
    window = ["--from", format_rfc3339(BASE_NS), "--to", format_rfc3339(BASE_NS + 120 * SECOND)]
    common = ["clocks", "box-1-air", *window, "--config", str(configuration.path)]
    shown = json.loads(CliRunner().invoke(app, [*common, "--json"]).stdout)
    assert (shown["in_range_s"], shown["out_of_range_s"], shown["unproven_s"]) == (60.0, 0.0, 60.0)
    text = CliRunner().invoke(app, common).stdout
    assert "range from 2 degC to 8 degC (fridge-2-8 1)" in text  # one of them is critical, one major
    assert "not proven" in text and "50.00 %" in text
    assert "0 h 02 min 00.000000000 s" in text  # together
    parts = [shown[f"{name}_ns"] for name in ("in_range", "out_of_range", "unproven")]
    assert sum(parts) == shown["interval_ns"] == 120 * SECOND


def test_a_rule_of_its_own_is_called_so_and_not_by_its_number(
    configuration: Configuration, journal: Journal
) -> None:
    own = '[[channels.box-1-air.rules]]\nid = "own"\nkind = "limit"\nside = "high"\nlimit_degC = 7.0\n'
    configuration.path.write_text(f'{EXAMPLE}\n{own}severity = "critical"\n')
    introduce(load(configuration.path), journal, BASE_NS + SECOND)
    fill(journal, "box-1-air", [(i, 5.0) for i in range(61)])
    window = ["--from", format_rfc3339(BASE_NS + SECOND), "--to", format_rfc3339(BASE_NS + 60 * SECOND)]
    done = CliRunner().invoke(app, ["clocks", "box-1-air", *window, "--config", str(configuration.path)])
    assert "(own rules of the channel, its asset or its site, fridge-2-8 1)" in " ".join(done.stdout.split())


def test_times_without_a_journal_are_shown(configuration: Configuration, journal: Journal) -> None:
    fill(journal, "box-1-air", [(i, 5.0) for i in range(61)])
    for start_s, end_s in ((-50, -20), (-10, 10), (20, 30), (130, 140)):
        since, until = (format_rfc3339(BASE_NS + s * SECOND) for s in (start_s, end_s))
        body = {"from": since, "to": until, "reason": f"no room at [{start_s}]"}
        journal.commit(statements=[Statement("outage", "edge-1", BASE_NS, body)])
    window = ["--from", format_rfc3339(BASE_NS), "--to", format_rfc3339(BASE_NS + 120 * SECOND)]
    common = ["clocks", "box-1-air", *window, "--config", str(configuration.path)]
    shown = json.loads(CliRunner().invoke(app, [*common, "--json"]).stdout)
    assert [outage["reason"] for outage in shown["outages"]] == ["no room at [-10]", "no room at [20]"]
    text = CliRunner().invoke(app, common).stdout
    assert text.count("the journal could not be written") == 2 and "no room at [20]" in text


OWN = """
[[channels.box-1-air.rules]]
id = "own-6"
kind = "{kind}"
side = "high"
limit_degC = 6.0
severity = "critical"
"""


@pytest.mark.parametrize("kind", ["limit", "budget"])
def test_limits_of_a_channels_own_rules_are_found(
    configuration: Configuration, journal: Journal, kind: str
) -> None:
    own = OWN.format(kind=kind) + ("budget_s = 60.0\n" if kind == "budget" else "")
    text = EXAMPLE.replace('profile = "fridge-2-8"\n', "")
    configuration.path.write_text(text + own)
    introduce(load(configuration.path), journal, BASE_NS)
    fill(journal, "box-1-air", [(0, 5.0), (10, 7.0), (20, 7.0)])
    found = prove(journal, "box-1-air", BASE_NS + SECOND, BASE_NS + 20 * SECOND)
    ((version, low, high, _),) = ranges(found)
    assert (low, high) == (None, 6.0) and str(version).startswith("channel ")
    assert found.clocks.out_of_range_ns == 15 * SECOND
