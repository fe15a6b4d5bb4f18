"""What can be said of each kind, as hypothesis draws it, and bodies as version 0.1.0 wrote them."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from gateway.model import Severity
from gateway.statements import (
    account,
    acknowledge,
    assessment,
    assign,
    attempt,
    call,
    clock,
    close,
    comment,
    configuration,
    containment,
    disposition,
    drill,
    empty,
    fault,
    filling,
    handover,
    hold,
    import_,
    look,
    notification,
    out_of_service,
    outage,
    parked,
    person,
    placement,
    progress,
    proposal,
    recovery,
    release,
    reset,
    retention,
    retry,
    roster,
    shelve,
    signature,
    stand_in,
    take,
    transition,
    unshelve,
    verdict,
    withdrawal,
    written,
)
from gateway.statements.clock_times import WEEKDAYS, Hours

LEAST_NS, MOST_NS = -(2**63) + 1, 2**63 - 1

lines = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=40)
names = lines.filter(lambda text: text.strip() != "")
comments = names
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
messages = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
moments = st.integers(LEAST_NS, MOST_NS)
counts = st.integers(0, 2**63 - 1)
zones = st.none() | names
lists = st.lists(names, max_size=4).map(tuple)
sets = st.frozensets(names, max_size=4)
numbers = st.floats(-1e9, 1e9)


@st.composite
def stays(draw: st.DrawFn) -> containment.UnitStay:
    unit = containment.Unit(draw(names), draw(names), draw(lines), draw(lines))
    from_ns, to_ns = draw(intervals())
    return containment.UnitStay(unit, draw(names), draw(zones), from_ns, to_ns)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[int, int | None]:
    from_ns = draw(st.integers(LEAST_NS, MOST_NS - 1))
    return from_ns, draw(st.none() | st.integers(from_ns + 1, MOST_NS))


@st.composite
def holds(draw: st.DrawFn) -> hold.Hold:
    from_ns, to_ns = draw(intervals())
    since = draw(st.sampled_from([None, from_ns]))
    return hold.Hold(draw(names), draw(comments), draw(sets), draw(sets), since, to_ns)


times_of_day = st.times().map(lambda time: time.replace(second=0, microsecond=0))
hours = st.builds(Hours, times_of_day, times_of_day).filter(lambda said: said.begin != said.end)
dates = st.dates(date(2020, 1, 1), date(2099, 12, 31))
priorities = st.sampled_from(person.PRIORITIES)
weekdays = st.sampled_from(WEEKDAYS)
some = st.lists(names, min_size=1, max_size=2).map(tuple)
ways = st.builds(person.Way, names, names, priorities, st.none() | hours, priorities)


@st.composite
def people(draw: st.DrawFn) -> person.Person:
    languages = tuple(draw(st.permutations(person.LANGUAGES)))[: draw(st.integers(1, 2))]
    state = draw(st.sampled_from((person.HERE, person.GONE)))
    reached = draw(st.lists(ways, max_size=1)) if state == person.HERE else []
    name_en, name_zh = draw(st.tuples(names, lines) | st.tuples(lines, names))
    return person.Person(
        draw(names), name_en, name_zh, languages, draw(names), tuple(reached), draw(lists), state
    )


@st.composite
def rotations(draw: st.DrawFn) -> roster.Rotation:
    weeks, weekday = draw(st.integers(1, 52)), draw(st.none() | weekdays)
    period_days = draw(st.integers(1, 366)) if weekday is None else 7 * weeks
    some_days = draw(st.lists(weekdays, max_size=2).map(tuple))
    return roster.Rotation(
        draw(some), period_days, draw(times_of_day), weekday, draw(dates), draw(st.none() | hours), some_days
    )


@st.composite
def holidays(draw: st.DrawFn) -> roster.Holiday:
    first, last = sorted(draw(st.tuples(dates, dates)))
    return roster.Holiday(draw(names), first, last, draw(some))


def receivers() -> st.SearchStrategy[call.Receiver]:
    ways = st.lists(st.tuples(names, messages), min_size=1, max_size=2).map(tuple)
    return st.builds(call.Receiver, names | st.just(""), ways, st.integers(0, 3))


@st.composite
def rosters(draw: st.DrawFn) -> roster.Roster:
    turns = draw(st.lists(rotations(), max_size=1))
    return roster.Roster(
        draw(names),
        draw(moments),
        draw(lists),
        draw(lists),
        draw(names),
        tuple(turns),
        tuple(draw(st.lists(holidays(), max_size=1))),
        draw(lists),
        draw(lists),
        tuple(draw(st.lists(st.builds(roster.Team, names, lists), max_size=1))),
        roster.IN_FORCE if turns else roster.ENDED,
    )


@st.composite
def stands_in(draw: st.DrawFn) -> stand_in.StandIn:
    from_ns = draw(st.integers(LEAST_NS, MOST_NS - 1))
    one, other = draw(st.lists(names, min_size=2, max_size=2, unique=True))
    return stand_in.StandIn(one, other, draw(lists), from_ns, draw(st.integers(from_ns + 1, MOST_NS)))


verdicts = st.builds(
    verdict.Verdict,
    names,
    st.none() | st.booleans(),
    st.integers(-300, 300).map(float),
    names,
    moments,
    moments,
    counts,
    st.none() | moments,
    names,
)
scopes = st.builds(out_of_service.Scope, names, st.just("")) | st.builds(
    out_of_service.Scope, st.just(""), names
)
rests = (
    st.builds(out_of_service.Requested, scopes, comments, moments, st.none())
    | st.builds(out_of_service.Requested, scopes, comments, st.none(), moments)
    | st.builds(out_of_service.Approved, scopes, names, comments)
    | st.builds(out_of_service.Ended, scopes, comments)
)
scoped = st.none() | lists.filter(lambda names: names != (account.EVERY,))
SAID: dict[str, st.SearchStrategy[Any]] = {
    "account": st.builds(
        account.Account,
        names,
        st.sampled_from(sorted(account.DONE)),
        lists,
        scoped,
        scoped,
        st.none() | moments,
        st.sampled_from((account.OPEN, account.LOCKED)),
        lines,
    ),
    "acknowledge": st.builds(acknowledge.Acknowledge, names, comments),
    "assessment": st.builds(assessment.Assessment, names, comments, lines, lines, lines),
    "clock": st.builds(
        clock.ClockChange, st.booleans(), messages, numbers, numbers, lines, st.integers(0, 2**62)
    ),
    "assign": st.builds(assign.Assign, names, names),
    "close": st.builds(close.Close, names, comments),
    "comment": st.builds(comment.Comment, names, comments),
    "configuration": st.builds(configuration.Configured, names, messages, lists, lists, lists),
    "containment": st.builds(containment.Containment, st.tuples(stays())),
    "disposition": st.builds(
        disposition.Disposition,
        names,
        names,
        names,
        st.sampled_from(disposition.DECISIONS),
        comments,
        lists,
    ),
    "drill": st.builds(drill.Drill, names, names, names, numbers, st.floats(0.1, 1e6), lines, lines, lines),
    "empty": st.builds(empty.Empty, names, zones),
    "fault": st.builds(fault.FaultRaised, names, names, st.sampled_from(Severity), messages, lists)
    | st.builds(fault.FaultCleared, names, names),
    "filling": st.builds(filling.Filling, names, moments),
    "handover": st.builds(handover.Handover, names, lines, moments, lists, lines, st.none() | moments),
    "hold": holds(),
    "import": st.builds(
        import_.Import,
        names,
        names,
        names,
        lines,
        st.dictionaries(names, messages, max_size=3),
        st.dictionaries(names, names, max_size=3),
        counts,
        moments,
        moments,
        counts,
        counts,
        counts,
        st.lists(verdicts, max_size=2).map(tuple),
        st.dictionaries(names, messages, max_size=3),
    ),
    "call": st.builds(
        call.Called,
        names,
        names,
        names | st.just(""),
        counts,
        st.lists(counts, max_size=3).map(tuple),
        names,
        lists,
        st.lists(receivers(), max_size=2).map(tuple),
        lists,
        lists,
        st.booleans(),
        lists,
    ),
    "attempt": st.builds(
        attempt.Attempt,
        names,
        names,
        names | st.just(""),
        counts,
        st.lists(counts, max_size=3).map(tuple),
        names | st.just(""),
        names,
        messages,
        st.sampled_from(attempt.OUTCOMES),
        messages,
        st.floats(0, 1000),
    ),
    "look": st.builds(look.Look, names, comments, lists),
    "notification": st.builds(
        notification.Notified, names, st.lists(counts, max_size=4).map(tuple), names, messages
    ),
    "out_of_service": rests,
    "outage": st.builds(outage.Outage, moments, moments, messages),
    "parked": st.builds(parked.ParkedDecision, names, st.sampled_from(parked.Decision)),
    "person": people(),
    "placement": st.builds(placement.Placement, names, names, zones),
    "progress": st.builds(progress.Progress, names, counts, st.binary().map(lambda b: b.hex())),
    "proposal": st.builds(proposal.Proposal, names, names, lines, comments),
    "recovery": st.builds(recovery.Recovery, messages, *[st.none() | counts] * 5),
    "release": st.builds(release.Release, names, comments),
    "retry": st.builds(
        retry.Retry, names, names, counts, counts, st.lists(names).map(tuple), moments, moments
    ),
    "roster": rosters(),
    "signature": st.builds(
        signature.Signature,
        names,
        names,
        st.binary(min_size=32, max_size=32).map(bytes.hex),
        st.sampled_from(signature.MEANINGS),
        names,
        names,
        names,
        lists,
    ),
    "stand_in": stands_in(),
    "reset": st.builds(reset.Reset, names, names, moments, comments),
    "retention": st.builds(
        retention.Removed,
        names,
        names,
        counts,
        counts,
        moments,
        moments,
        st.dictionaries(names, counts, max_size=3),
    ),
    "shelve": st.builds(shelve.Shelve, names, lines, names, st.sampled_from(Severity), moments, comments),
    "take": st.builds(take.Take, names, lines),
    "transition": st.builds(
        transition.Transition,
        names,
        st.integers(1, 2**31),
        names,
        counts,
        lines,
        lines,
        st.dictionaries(names, st.none() | counts | messages, max_size=3),
    ),
    "unshelve": st.builds(unshelve.Unshelve, names, lines, names, comments),
    "withdrawal": st.just(withdrawal.Withdrawal()),
    "written": st.builds(written.Written, lines, lines, names, digests, digests, names),
}

NOON, ONE = "2026-01-05T12:00:00.000000000Z", "2026-01-05T13:00:00.000000000Z"
BEFORE_SCHEMAS: dict[str, list[dict[str, Any]]] = {
    "acknowledge": [{"alarm": "E-7Q2M9XKD", "comment": "courier called"}],
    "clock": [
        {
            "trusted": False,
            "reason": "nothing synchronizes the clock",
            "jump_s": 0.0,
            "moved_s": 0.0,
            "boot": "b7",
            "offset_ns": 1_767_225_600_000_000_000,
        }
    ],
    "configuration": [{"fingerprint": "0123456789ab", "channels": ["a", "b"], "document": "{}"}],
    "containment": [
        {
            "units": [
                {
                    "scheme": "gs1",
                    "code": code,
                    "product": "",
                    "chain_of_identity": "",
                    "asset": "shipper-1",
                    "zone": None,
                    "from": NOON,
                    "to": to,
                }
                for code, to in (("BAG-1", None), ("BAG-2", ONE))
            ]
        }
    ],
    "fault": [
        {
            "id": "F-7Q2M9XKD",
            "state": "raised",
            "fault": "source:broker",
            "severity": 3,
            "message": "it is away\ncheck it",
            "assets": ["shipper-1"],
        },
        {"id": "F-7Q2M9XKD", "state": "cleared", "fault": "source:broker"},
    ],
    "hold": [
        {"hold": "H-1", "why": "audit", "assets": ["b", "a"], "channels": [], "from": None, "to": None},
        {"hold": "H-2", "why": "audit", "assets": [], "channels": ["x"], "from": NOON, "to": ONE},
    ],
    "import": [
        {
            "file": "april.txt",
            "sha256": "ab" * 32,
            "format": "fridgetag",
            "logger": {"serial": "17"},
            "channels": {"Temp A": "freezer-1"},
            "readings": 17,
            "first": NOON,
            "last": ONE,
        }
    ],
    "outage": [{"from": NOON, "to": ONE, "reason": "no room"}],
    "parked": [{"sink": "central", "decision": "retry"}, {"sink": "central", "decision": "accept"}],
    "recovery": [
        {"message": "entries 4 to 9 are gone", "first_seq": 4, "last_seq": 9},
        {"message": "damaged", "at": 4152, "frames": 2, "commits": 0},
    ],
    "release": [{"hold": "H-1", "why": "over"}],
    "reset": [{"channel": "box-1", "rule": "warm", "at": NOON, "comment": "new load"}],
    "retention": [
        {
            "file": "00000001.parquet",
            "sha256": "cd" * 32,
            "readings": 3,
            "kept": 0,
            "first": NOON,
            "last": ONE,
            "channels": {"x": 3},
        }
    ],
}
