"""Every rule with the time it held: compared, moment by moment, with what a slow reader of the story says."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.alarming.course import plan_over
from gateway.config.profiles import NO_DATA
from gateway.screening.plan import FOREVER_PAST, Instance
from tests.unit.config.told import Told, document, limit, ns, version

P1 = version("1", limit("high", -150.0))


def instances(told: Told, rule: str = "high", number: int = 0) -> list[Instance]:
    found = [i for i in plan_over(told.timeline).instances if i.rule == rule and i.channel == number]
    return sorted(found, key=lambda i: i.valid_from_ns)


def test_a_rule_that_stays_the_same_over_versions_is_one() -> None:
    second = version("2", limit("high", -150.0, "major"), limit("other", -100.0), since_s=50)
    told = Told("t").configure(0, document({"t": {"asset": "s1"}}, [P1]))
    told.configure(10, document({"t": {"asset": "s1"}}, [P1, second]))
    (one,) = instances(told)
    assert [(v.from_ns, v.name, v.severity.name) for v in one.later] == [(ns(50), "p 2", "MAJOR")]
    (other,) = instances(told, "other")
    assert (other.valid_from_ns, other.version) == (ns(50), "p 2")


def test_other_limits_supersede_and_look_back() -> None:
    second = version("2", limit("high", -140.0), since_s=50)
    told = Told("t").configure(0, document({"t": {"asset": "s1"}}, [P1]))
    told.configure(10, document({"t": {"asset": "s1"}}, [P1, second]))
    old, new = instances(told)
    assert (old.valid_to_ns, old.ends_by, new.valid_from_ns) == (ns(50), "superseded", ns(50))
    assert new.looks_from_ns < ns(0)


def test_a_move_begins_anew_and_sees_nothing_of_the_other_vessel() -> None:
    told = Told("t").configure(0, document({"t": {"asset": "s1"}}, assets={"s1": {}, "s2": {}}))
    told.place(30, "t", "s2")
    old, new = instances(told)
    assert (old.valid_to_ns, old.ends_by, new.looks_from_ns) == (ns(30), "moved", ns(30))


def test_a_removal_ends_as_retired_and_a_short_one_is_none() -> None:
    told = Told("t", "u").configure(0, document({"t": {"asset": "s1"}, "u": {"asset": "s1"}}))
    told.configure(10, document({"u": {"asset": "s1"}}))
    assert [(i.valid_to_ns, i.ends_by) for i in instances(told)] == [(ns(10), "retired")]
    told.configure(310, document({"t": {"asset": "s1"}, "u": {"asset": "s1"}}))
    assert len(instances(told)) == 1  # 300 s is max_gap
    silences = instances(told, NO_DATA)
    assert (silences[0].valid_from_ns, silences[0].valid_to_ns) == (FOREVER_PAST, ns(10))
    assert silences[0].ends_by == "retired"
    assert silences[0].silent_from_ns == ns(0)  # a hole counts also before, to be waited for does not
    assert silences[1].valid_from_ns == silences[1].looks_from_ns == ns(310)


def test_a_long_removal_is_one_and_what_was_measured_meanwhile_is_judged_anew() -> None:
    told = Told("t", "u").configure(0, document({"t": {"asset": "s1"}, "u": {"asset": "s1"}}))
    told.configure(10, document({"u": {"asset": "s1"}}))
    told.configure(311, document({"t": {"asset": "s1"}, "u": {"asset": "s1"}}))
    first, second = instances(told)
    assert (first.valid_to_ns, first.ends_by) == (ns(10), "retired")
    assert (second.valid_from_ns, second.parameters) == (ns(10), first.parameters)
    assert [one.valid_from_ns for one in instances(told, NO_DATA)] == [FOREVER_PAST, ns(311)]


def test_a_version_of_the_profile_comes_into_force_also_while_the_channel_is_left_out() -> None:
    told = Told("t", "u").configure(0, document({"t": {"asset": "s1"}, "u": {"asset": "s1"}}, [P1]))
    told.configure(10, document({"u": {"asset": "s1"}}, [P1]))
    told.configure(
        400, document({"u": {"asset": "s1"}}, [P1, version("2", limit("high", -140.0), since_s=350)])
    )
    both = {"t": {"asset": "s1"}, "u": {"asset": "s1"}}
    told.configure(911, document(both, [P1, version("2", limit("high", -140.0), since_s=350)]))
    before, meanwhile, since = instances(told)
    assert (before.ends_by, before.valid_to_ns) == ("retired", ns(10))
    assert (meanwhile.parameters, meanwhile.ends_by) == (before.parameters, "superseded")
    assert (meanwhile.valid_to_ns, since.valid_from_ns) == (ns(350), ns(350))  # not when it came back


def test_max_gap_is_a_function_of_time() -> None:
    told = Told("t").configure(0, document({"t": {"asset": "s1", "max_gap_s": 60.0}}))
    told.configure(10, document({"t": {"asset": "s1", "max_gap_s": 60.0}}))
    told.configure(20, document({"t": {"asset": "s1", "max_gap_s": 90.0}}))
    (channel,) = plan_over(told.timeline).channels
    assert (channel.max_gap_ns, channel.later_gaps) == (60 * 10**9, ((ns(20), 90 * 10**9),))


STEP = st.one_of(
    st.tuples(st.just("file"), st.sampled_from(["s1", "s2", None]), st.sampled_from([-150.0, -140.0])),
    st.tuples(st.just("place"), st.integers(-3, 12), st.sampled_from(["s1", "s2"])),
    st.tuples(st.just("version"), st.integers(1, 6), st.sampled_from([-150.0, -140.0, -130.0])),
)


@given(st.lists(STEP, max_size=8))
def test_at_every_moment_one_instance_of_each_rule_holds_and_it_is_the_right_one(steps: list[Any]) -> None:
    """Own rules, versions and places, as the story is told; the twin looks everything up for each moment."""
    story = [("file", "s1", -150.0), *steps]
    versions, told, configured, placed = [P1], Told("t", "u"), [], []
    for k, (what, one, two) in enumerate(story):
        now = 10 * k
        if what == "version":
            versions = [*versions, version(f"v{k}", limit("high", two), since_s=now + one)]
        if what == "place" and configured:
            told.place(10 * one, "t", two)
            placed.append((10 * one, k, two))
            continue
        asset, own = (one, two) if what == "file" else configured[-1][1:]
        rules = [limit("own", own)]
        channels = {"u": {"asset": "s1"}} | ({"t": {"asset": asset, "rules": rules}} if asset else {})
        told.configure(now, document(channels, versions, assets={"s1": {}, "s2": {}}))
        configured.append((now, asset, own))
    for moment in range(-45, 10 * len(story) + 20, 5):
        expected = _held(moment, configured, placed, versions)
        for rule, wanted in expected.items():
            here = [i for i in instances(told, rule) if i.valid_from_ns <= ns(moment) < i.valid_to_ns]
            assert len(here) == (wanted is not None), (moment, rule)
            if wanted is not None:
                parameters: Any = here[0].parameters
                assert parameters.limit == wanted, (moment, rule)
    borders = {b for i in instances(told, "high") for b in (i.valid_from_ns, i.valid_to_ns)}
    for move in _moves(configured, placed):
        assert ns(move) in borders


def _held(
    moment: int, configured: list[Any], placed: list[Any], versions: list[Any]
) -> dict[str, float | None]:
    began = [c for c in configured if c[0] <= moment] or configured[:1]
    asset, own = began[-1][1:]
    if asset is None:
        gone = next(c[0] for c in reversed(began) if c[1] is not None or c is began[0])
        since = min(c[0] for c in began if c[0] > gone and c[1] is None)
        back = [c[0] for c in configured if c[0] > moment and c[1] is not None]
        if not back:
            return {"own": None, "high": None}
        own = [c for c in configured if c[0] < since][-1][2]
    valid = [v for v in versions if "valid_from" not in v or _since(v) <= moment]
    return {"own": own, "high": valid[-1]["rules"][0]["limit_degC"]}


def _since(told: dict[str, Any]) -> float:
    from gateway.times import parse_rfc3339

    return (parse_rfc3339(told["valid_from"]) - ns(0)) / 10**9


def _moves(configured: list[Any], placed: list[Any]) -> list[int]:
    """When the stated placements change the asset, while the channel was configured."""
    at: dict[int, str] = {}
    for when, _, asset in sorted(placed, key=lambda p: (p[0], p[1])):
        at[when] = asset
    before, moves = configured[0][1], []
    for when, asset in sorted(at.items()):
        configured_then = ([c for c in configured if c[0] <= when] or configured[:1])[-1][1]
        if asset != before and configured_then is not None:
            moves.append(when)
        before = asset
    return moves
