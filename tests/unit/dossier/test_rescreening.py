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
from gateway.statements import retention
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


@pytest.mark.parametrize("value", [-145.0, -141.0, -171.0, None])
def test_of_several_readings_at_one_time_the_one_counts_that_the_gateway_takes(tmp_path, value):
    desk = desk_with(tmp_path, CONFIG)
    desk.read(("top", 50.0, value))
    desk.run()
    told, parts = parts_of(desk, tmp_path)
    assert value == -145.0 or parts["samples.csv"].count(b"12:00:50.000000000Z,top") == 2
    again, missing = cryogate_verify.rescreened(told, parts)
    assert missing == [] and "4 readings of top" not in again[0]


def test_of_equal_times_the_better_quality_counts_then_the_higher_value():
    rows = ((0, "-1", "good"), (0, "-2", "good"), (1, "-3", "uncertain"), (1, "-9", "good"), (2, "", "bad"))
    more = ((2, "-5", "uncertain"), (3, "-5", "bad"), (4, "2e9", "good"))
    text = "".join(f"2026-01-05T12:00:0{at}Z,top,{value},{q}\n" for at, value, q in (*rows, *more))
    for lines in (text, "\n".join(reversed(text.split("\n")))):
        read = cryogate_verify.readings_of(f"time,channel,value,quality\n{lines}".encode(), "top", 0)
        found = [(str(one.value), one.is_usable) for one in read]
        assert found == [("-1", True), ("-9", True), ("-5", True), ("-5", False), ("2E+9", False)]


def test_a_channel_that_was_renamed_since(tmp_path):
    desk = desk_with(tmp_path, CONFIG)
    desk.configure(CONFIG.replace("[channels.top]", '[channels.upper]\nwas = "top"'))
    desk.run()
    told, parts = parts_of(desk, tmp_path)
    assert (told["excursion"]["channel"], told["screening"]["channel"]) == ("top", "upper")
    again, missing = cryogate_verify.rescreened(told, parts)
    assert missing == [] and "6 readings of upper (then top) in samples.csv give the same" in again[0]


def test_readings_that_were_deleted_are_not_screened_again(tmp_path):
    desk = desk_with(tmp_path, CONFIG)
    case = case_of(desk.journal, desk.records, "E-")
    start_ns, end_ns = case.shown
    for first_ns, last_ns, channel in (
        (start_ns - 9, start_ns - 1, "top"),
        (end_ns, end_ns + 9, "top"),
        (start_ns, end_ns, "shipper"),
    ):
        gone = retention.Removed("1.parquet", "a" * 64, 3, 0, first_ns, last_ns, {channel: 3})
        desk.state(retention.KIND, retention.to_body(gone))
    assert facts(case_of(desk.journal, desk.records, "E-"))["screening"] is not None
    gone = retention.Removed("2.parquet", "a" * 64, 1, 5, start_ns - 9, start_ns, {"top": 1})
    desk.state(retention.KIND, retention.to_body(gone))
    told, parts = parts_of(desk, tmp_path)
    again, (why,) = cryogate_verify.rescreened(told, parts)
    assert again == [] and "readings came back from, all of which are kept, is screened" in why


def test_what_is_not_screened_again_is_said(tmp_path):
    gap = CONFIG.replace('id = "above-150"', 'id = "speed"').replace(
        'kind = "limit"\nside = "high"\nlimit_degC = -150.0',
        'kind = "rate"\nside = "rising"\nlimit_degC_per_min = 10.0\nwindow_s = 20.0\nmin_readings = 2',
    )
    desk = desk_with(tmp_path, gap)
    told, parts = parts_of(desk, tmp_path)
    assert told["screening"] is None
    again, (why,) = cryogate_verify.rescreened(told, parts)
    assert again == [] and "a limit that readings came back from" in why
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
