"""The verifier screens readings again, and finds what the gateway found: by its own code, not by ours."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dossier.case import case_of
from gateway.dossier.facts import facts, report_of
from gateway.dossier.making import gathered
from gateway.dossier.samples import write_samples
from gateway.screening.rules.limit import Parameters
from scripts import cryogate_verify
from scripts.cryogate_verify import Reading
from tests.oracle.automaton import Force, Gap
from tests.oracle.automaton import Reading as Seen
from tests.oracle.limit import excursions
from tests.unit.alarming.alarm_desk import CONFIG, Desk

SECOND = 10**9
LIMIT = Parameters("high", -150.0, 2.0, 3.0, 2.0)
LOW = Parameters("low", -150.0, 0.5, 0.0, 4.0)
ROWS = st.lists(
    st.tuples(
        st.integers(1, 5), st.sampled_from([-153.0, -152.0, -151.0, -150.0, -149.9, -140.0]), st.booleans()
    ),
    min_size=1,
    max_size=40,
)


def rule_of(parameters, max_gap_s=3.0):
    names = ("side", "limit", "deadband", "on_delay_s", "off_delay_s")
    return {name: getattr(parameters, name) for name in names} | {"max_gap_s": max_gap_s}


@settings(max_examples=200, deadline=None)
@given(ROWS, st.sampled_from([LIMIT, LOW]))
def test_the_same_as_the_slow_twin_of_the_rule(rows, parameters):
    at, readings = 0, []
    for step, value, is_bad in rows:
        at += step * SECOND
        readings.append((at, value, not is_bad))
    force = Force(Gap(((-(2**63), 3 * SECOND),)))
    wanted = [one for one in excursions([Seen(*one) for one in readings], parameters, force) if one.end]
    mine = [Reading(time, Decimal(repr(value)), usable) for time, value, usable in readings]
    found = list(cryogate_verify.excursions_in(mine, rule_of(parameters)))
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        exact = (other.start, other.confirmed, other.end, other.cleared, other.extreme, other.extreme_at)
        names = ("start", "confirmed", "end", "cleared", "extreme", "extreme_at")
        assert tuple(one[name] for name in names) == exact
        assert one["readings"] == other.readings
        assert one["beyond_s"] == pytest.approx(other.beyond / 1e9, abs=1e-6)
        assert one["degree_seconds"] == pytest.approx(other.degree / 1e9, abs=1e-6)
        assert one["unproven_s"] == other.unproven / 1e9


def desk_with(folder, config):
    desk = Desk(folder, config)
    values = ((20.0, -160.0), (30.0, -140.0), (40.0, None), (50.0, -145.0), (60.0, -149.0), (70.0, -170.0))
    desk.read(*(("top", at, value) for at, value in values), ("top", 80.0, -171.0))
    desk.run()
    return desk


def parts_of(desk, folder):
    (folder / "files").mkdir()
    case = case_of(desk.journal, desk.records, "E-")
    write_samples(report_of(case), folder / "files")
    return gathered(report_of(case)), {path.name: path.read_bytes() for path in (folder / "files").iterdir()}


@pytest.mark.parametrize(
    "change",
    [
        "",
        "deadband_degC = 5.0",
        "on_delay_s = 15.0\noff_delay_s = 10.0",
    ],
)
def test_what_the_gateway_found_with_gaps_delays_and_a_deadband(tmp_path, change):
    config = CONFIG.replace('severity = "critical"', f'severity = "critical"\n{change}')
    told, parts = parts_of(desk_with(tmp_path, config), tmp_path)
    again, missing = cryogate_verify.rescreened(told, parts)
    assert missing == [] and "screened again under high -150.0, 6 readings of top" in again[0]


def test_what_is_not_screened_again_is_said(tmp_path):
    gap = CONFIG.replace('id = "above-150"', 'id = "speed"').replace(
        'kind = "limit"\nside = "high"\nlimit_degC = -150.0',
        'kind = "rate"\nside = "rising"\nlimit_degC_per_min = 10.0\nwindow_s = 20.0\nmin_readings = 2',
    )
    desk = desk_with(tmp_path, gap)
    told, parts = parts_of(desk, tmp_path)
    assert told["screening"] is None
    again, (why,) = cryogate_verify.rescreened(told, parts)
    assert again == [] and "only a limit that readings came back from" in why
    told["screening"] = rule_of(LIMIT) | {"from": "2026-01-05T12:00:00Z"}
    again, (why,) = cryogate_verify.rescreened(told, {})
    assert again == [] and "too many for CSV" in why
    assert cryogate_verify.rescreened({"report": "year"}, {}) == ([], [])


def test_readings_that_another_rule_makes_bad_are_not_screened_again(tmp_path):
    rule = '\n[[profiles.p.rules]]\nid = "sane"\nkind = "plausible"\nseverity = "minor"\n'
    rule += "floor_degC = -200.0\nceiling_degC = 40.0\n[channels.top]"
    desk = desk_with(tmp_path, CONFIG.replace("\n[channels.top]", rule))
    limit = next(one["id"] for one in desk.alarms() if one["rule"] == "above-150")
    assert facts(case_of(desk.journal, desk.records, limit))["screening"] is None
