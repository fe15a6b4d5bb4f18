"""What alarms look like: shapes as vessels, probes and links make them."""

from __future__ import annotations

import string

import numpy as np
import pytest

from gateway.alarms.cause_words import CAUSES, EVIDENCE, cause_words, evidence_words
from gateway.alarms.causes import Cause, Evidence, hints, hints_of_source
from gateway.alarms.scene import About, Role, Seen, facts, role_of
from gateway.model import SECOND

START_NS = 1_767_614_400 * SECOND
HOUR_S = 3600.0
EVERY_S = 60.0


def clock(hours_before=20.0, hours_after=2.0, every_s=EVERY_S):
    """Seconds from the event on."""
    return np.arange(-hours_before * HOUR_S, hours_after * HOUR_S, every_s)


def seen(name, role, value, t, *, asset="a", source="broker", kind="", percent=False, bad=None):
    noise = np.random.default_rng(7).normal(0.0, 0.03, len(t)) if role is Role.TEMPERATURE else 0.0
    value = np.round(np.asarray(value, float) + noise, 2)
    quality = np.zeros(len(t), np.uint8)
    if bad is not None:
        quality[bad], value[bad] = 2, np.nan
    time = START_NS + np.round(t * SECOND).astype(np.int64)
    return Seen(name, role, asset, "site", source, time, value, quality, percent, kind)


def looks_like(asset, others=(), rule="limit", at_s=600.0, until_s=3600.0, end_s=None, faults=()):
    end_ns = None if end_s is None else START_NS + round(end_s * SECOND)
    about = About(
        asset[0].name,
        rule,
        START_NS + round(at_s * SECOND),
        end_ns,
        START_NS + round(until_s * SECOND),
        faults,
    )
    return hints(facts(about, asset, others))


def names(found):
    return [hint.cause for hint in found]


def warming(t, rest, room, tau_s):
    return np.where(t < 0, rest, room + (rest - room) * np.exp(-np.maximum(t, 0.0) / tau_s))


def test_an_open_lid_warms_the_top_within_minutes() -> None:
    t = clock()
    (hint,) = looks_like([seen("top", Role.TEMPERATURE, warming(t, -187.0, 22.0, 900.0), t)], at_s=120.0)
    assert hint.cause is Cause.LID
    assert "K/min, as over an open lid" in evidence_words(hint.evidence[0])


def test_a_lid_between_two_rare_readings_is_no_jump_of_a_sensor() -> None:
    t = clock(every_s=300.0)
    top = np.where(t < 0, -187.0, -187.0 + 53.0 * np.exp(-np.maximum(t, 0.0) / 1500.0))
    found = names(looks_like([seen("top", Role.TEMPERATURE, top, t)], at_s=0.0, until_s=3600.0))
    assert found[0] is Cause.LID and Cause.SENSOR not in found


def test_a_contact_says_so_though_nothing_is_warm() -> None:
    t = clock()
    top = seen("top", Role.TEMPERATURE, warming(t, -187.0, 22.0, 900.0), t)
    lid = seen("lid", Role.LID, (t >= 0) & (t < 300), t)
    found = looks_like([top, lid], at_s=120.0)
    assert names(found) == [Cause.LID] and found[0].weight > 5
    assert "was open for 5 min" in evidence_words(found[0].evidence[0])


def test_a_door_of_a_cabinet_and_one_without_power() -> None:
    t = clock(hours_after=4.0)
    cycle = -80.0 + 3.0 * np.sin(t / 300.0)
    door = np.where(t < 0, cycle, warming(t, -80.0, 22.0, 320.0))
    dead = np.where(t < 0, cycle, warming(t, -80.0, 22.0, 15_000.0))
    assert names(looks_like([seen("air", Role.TEMPERATURE, door, t)], at_s=60.0)) == [Cause.LID]
    assert names(looks_like([seen("air", Role.TEMPERATURE, dead, t)], at_s=2700.0)) == [Cause.POWER]


def test_a_limit_within_the_usual_cycle_fits_nothing() -> None:
    t = clock()
    for period_s in (300.0, 2000.0):
        air = seen("air", Role.TEMPERATURE, -80.0 + 3.0 * np.sin(t / period_s), t)
        assert looks_like([air], until_s=1200.0) == ()


def test_a_cabinet_whose_compressor_runs_fits_nothing() -> None:
    t = clock(hours_after=4.0)
    air = seen("air", Role.TEMPERATURE, warming(t, -80.0, 22.0, 15_000.0), t)
    runs = seen("running", Role.COMPRESSOR, np.ones(len(t)), t)
    assert looks_like([air, runs], at_s=2700.0) == ()
    rests = seen("running", Role.COMPRESSOR, (t < 0) & (np.sin(t / 300.0) > 0), t)
    found = looks_like([air, rests], at_s=2700.0, until_s=5400.0)
    assert [e.code for e in found[0].evidence] == ["compressor off", "warms uncooled"]


def test_cabinets_of_the_site_that_warm_together_have_no_power() -> None:
    t = clock(hours_after=4.0)
    dead = warming(t, -80.0, 22.0, 15_000.0)
    others = [
        seen("b", Role.TEMPERATURE, dead, t, asset="b"),
        seen("c", Role.TEMPERATURE, dead, t, asset="c"),
    ]
    (hint,) = looks_like([seen("air", Role.TEMPERATURE, dead, t)], others, at_s=2700.0)
    assert hint.cause is Cause.POWER and hint.evidence[0].values == {"count": 2}


@pytest.mark.parametrize(
    ("tau_h", "kind", "first", "all_of_them"),
    [
        (80.0, "dry_shipper", Cause.NITROGEN, {Cause.NITROGEN}),
        (4.0, "dry_shipper", Cause.VACUUM, {Cause.VACUUM, Cause.NITROGEN}),
        (12.0, "dry_shipper", Cause.NITROGEN, {Cause.VACUUM, Cause.NITROGEN, Cause.TILT}),
        (12.0, "ln2_freezer", Cause.VACUUM, {Cause.VACUUM, Cause.NITROGEN}),
    ],
)
def test_how_fast_a_dry_vessel_warms(tau_h, kind, first, all_of_them) -> None:
    t = clock(hours_after=12.0)
    payload = seen("p", Role.TEMPERATURE, warming(t, -195.0, 22.0, tau_h * HOUR_S), t, kind=kind)
    found = looks_like([payload], at_s=8 * HOUR_S, until_s=9 * HOUR_S)
    assert names(found)[0] is first and set(names(found)) == all_of_them


def test_a_fill_is_warm_gas_then_liquid() -> None:
    t = clock()
    top = np.where((t >= 0) & (t < 150), -187.0 + 25.0 * (1 - np.exp(-np.maximum(t, 0) / 90.0)), -187.0)
    top = np.where(t >= 150, -193.0 + 26.0 * np.exp(-np.maximum(t - 150, 0) / 90.0), top)
    (hint,) = looks_like([seen("top", Role.TEMPERATURE, top, t)], at_s=120.0, until_s=1800.0)
    assert hint.cause is Cause.FILLING and hint.evidence[0].code == "dip"
    level = seen("level", Role.LEVEL, np.where(t < 0, 200.0, 200.0 + t / 5.0), t)
    found = looks_like([seen("top", Role.TEMPERATURE, top, t), level], at_s=120.0, until_s=1800.0)
    assert [e.code for e in found[0].evidence] == ["level rises", "dip"]


def test_an_open_valve_without_a_rising_level_means_no_supply() -> None:
    t = clock()
    level = seen("level", Role.LEVEL, np.full(len(t), 120.0), t)
    valve = seen("fill", Role.VALVE, t >= -1200.0, t)
    found = looks_like([level, valve], until_s=3600.0)
    assert names(found)[0] is Cause.NITROGEN and found[0].evidence[0].code == "no supply"


@pytest.mark.parametrize(
    ("times", "kind", "first"), [(2.5, "shipper", Cause.TILT), (20, "dewar", Cause.VACUUM)]
)
def test_a_level_that_falls_faster_than_it_used_to(times, kind, first) -> None:
    t = clock(hours_before=40.0, hours_after=8.0)
    level = 80.0 - 0.3 * (t + 40 * HOUR_S) / HOUR_S - np.maximum(t, 0) / HOUR_S * 0.3 * (times - 1)
    found = looks_like([seen("level", Role.LEVEL, level, t, percent=True, kind=kind)], at_s=7 * HOUR_S)
    assert (
        names(found)[0] is not first
    )  # as known an hour after the event, before two whole hours have passed
    found = looks_like(
        [seen("level", Role.LEVEL, level, t, percent=True, kind=kind)], at_s=7 * HOUR_S, until_s=7.9 * HOUR_S
    )
    assert names(found)[0] is first
    assert f"{times:g} times as fast" in evidence_words(found[0].evidence[0])


def test_liquid_that_runs_out_at_once_was_tilted() -> None:
    t = clock()
    level = np.where(t < 0, 70.0, 20.0)
    payload = seen("p", Role.TEMPERATURE, np.full(len(t), -195.0), t, kind="dry_shipper")
    found = looks_like([payload, seen("level", Role.LEVEL, level, t, percent=True)])
    assert names(found) == [Cause.TILT] and found[0].evidence[0].values == {"percent": 50}


def test_sensor_faults() -> None:
    t = clock(hours_after=3.0)
    rest = np.full(len(t), -195.0)

    def like(value, **more):
        return looks_like([seen("p", Role.TEMPERATURE, value, t, **more)], at_s=60.0, until_s=2.5 * HOUR_S)

    assert [e.code for e in like(rest, bad=t >= 0)[0].evidence] == ["bad"]
    assert [e.code for e in like(np.where(t < 0, rest, -150.0))[0].evidence] == ["jump"]
    sentinel = seen("p", Role.TEMPERATURE, rest, t)
    sentinel.value[t >= 0] = 85.0
    assert {e.code for e in looks_like([sentinel], at_s=60.0)[0].evidence} >= {"impossible", "jump"}
    still = seen("p", Role.TEMPERATURE, rest, t)
    still.value[t >= 0] = -195.01
    found = looks_like([still], rule="stuck", at_s=60.0, until_s=2.5 * HOUR_S)
    assert [e.code for e in found[0].evidence] == ["still"] and names(found) == [Cause.SENSOR]


def silent(name, t, source, *, gone, asset="b"):
    keep = (t < 0) | (t > 2 * HOUR_S) if gone else np.ones(len(t), bool)
    return seen(name, Role.TEMPERATURE, np.full(keep.sum(), -190.0), t[keep], asset=asset, source=source)


@pytest.mark.parametrize(
    ("same_source_gone", "other_gone", "first"),
    [(True, False, Cause.LINK), (False, False, Cause.LINK), (True, True, Cause.POWER)],
)
def test_who_else_is_silent(same_source_gone, other_gone, first) -> None:
    t = clock(hours_after=1.5)
    own = silent("p", t, "broker", gone=True, asset="a")
    others = [silent("q", t, "broker", gone=same_source_gone), silent("r", t, "port", gone=other_gone)]
    found = looks_like([own], others, rule="no_data", at_s=0.0)
    assert names(found)[0] is first


def test_what_falls_silent_a_minute_later_fell_silent_together() -> None:
    t = clock(hours_after=1.5)
    late = t[(t < 100.0)]
    other = seen("q", Role.TEMPERATURE, np.full(len(late), -190.0), late, asset="b")
    own = silent("p", t, "broker", gone=True, asset="a")
    found = looks_like([own], [other], rule="no_data", at_s=0.0)
    assert [e.code for e in found[0].evidence] == ["source silent"]


@pytest.mark.parametrize("until_s", [20.0, 90.0, 300.0])
def test_who_goes_on_sending_fell_silent_with_nobody(until_s: float) -> None:
    """Also in the first two minutes, in which the first call goes out."""
    t = np.arange(-600.0, until_s)
    own = seen("p", Role.TEMPERATURE, np.full(600, -190.0), t[:600], asset="a", source="broker")
    other = seen("q", Role.TEMPERATURE, np.full(len(t), -190.0), t, asset="b", source="broker")
    found = looks_like([own], [other], rule="no_data", at_s=0.0, until_s=until_s)
    assert [e.code for e in found[0].evidence] == ["device silent"]


def test_readings_that_come_and_are_bad_are_no_lost_link() -> None:
    t = clock()
    own = seen("p", Role.TEMPERATURE, np.full(len(t), -190.0), t, bad=t >= 0)
    assert names(looks_like([own], rule="no_data", at_s=0.0)) == [Cause.SENSOR]


def test_a_source_that_does_not_answer() -> None:
    t = clock(hours_after=1.5)
    found = looks_like(
        [silent("p", t, "broker", gone=True, asset="a")], rule="no_data", at_s=0.0, faults=("source:broker",)
    )
    assert [e.code for e in found[0].evidence] == ["source fault", "silent"]
    assert names(hints_of_source("broker", frozenset({"source:broker"}))) == [Cause.LINK]
    both = hints_of_source("broker", frozenset({"source:broker", "source:port"}))
    assert names(both) == [Cause.LINK, Cause.POWER]
    assert hints_of_source("broker", frozenset({"flaps:broker"}))[0].evidence[0].code == "source flaps"


def test_what_no_hint_is_about() -> None:
    t = clock()
    assert looks_like([seen("h", Role.OTHER, np.full(len(t), 40.0), t)]) == ()
    assert looks_like([seen("p", Role.TEMPERATURE, [], np.empty(0))]) == ()
    few = seen("p", Role.TEMPERATURE, [-190.0, -120.0], np.array([-60.0, 0.0]))
    assert looks_like([few]) == ()


@pytest.mark.parametrize(
    ("words", "role"),
    [
        (("", "001/FILL"), Role.VALVE),
        (("", "7/DOOR1"), Role.LID),
        (("lid", "x"), Role.LID),
        (("", "7/POWER_FAILURE"), Role.POWER_FAILURE),
        (("", "mains-ok"), Role.POWER),
        (("", "anything"), Role.OTHER),
    ],
)
def test_what_a_state_is_of(words, role) -> None:
    assert role_of("state", *words) is role


def test_every_cause_and_every_evidence_has_words_in_both_languages() -> None:
    assert set(CAUSES) == set(Cause)
    for english, chinese in EVIDENCE.values():
        fields = [{f for _, f, *_ in string.Formatter().parse(text) if f} for text in (english, chinese)]
        assert fields[0] == fields[1]
    told = Evidence(Cause.LINK, "source silent", 3, {"count": 2, "source": "broker"})
    assert evidence_words(told, "zh") == "broker 的另外 2 个通道同时无数据"
    assert cause_words(None) == "nothing fits" and cause_words(Cause.TILT, "zh") == "似乎是容器倾斜"
