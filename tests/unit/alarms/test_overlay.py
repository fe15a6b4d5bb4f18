"""Life cycle and overlay, for every sequence of six events, against a slow twin that shares no code."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

import pytest

from gateway.alarms import lifecycle
from gateway.alarms.design import Condition, Design
from gateway.alarms.handling import MOST_REMARKS, Assignment, Handling, Remark, Taking
from gateway.alarms.lifecycle import Acknowledgement, Alarm
from gateway.alarms.overlay import (
    Fill,
    Overlay,
    OverlayKind,
    Reasons,
    Rest,
    Shelf,
    Subject,
    next_window_ns,
    quiet,
)
from gateway.errors import InputError
from gateway.model import Severity

LENGTH = 6


Story = tuple[str, ...]
One = TypeVar("One")


def every_story(
    begin: One,
    after_one_more: Callable[[One, Story], Iterator[tuple[str, One]]],
    all_of: Callable[[One], Hashable],
) -> int:
    """How many there are of up to LENGTH events. Those that end in the same in all respects go on as one."""
    ends: dict[Hashable, tuple[One, Story, int]] = {all_of(begin): (begin, (), 1)}
    seen = 1
    for _ in range(LENGTH):
        longer: dict[Hashable, tuple[One, Story, int]] = {}
        for one, story, stories in ends.values():
            for name, after in after_one_more(one, story):
                same = longer.get(all_of(after), (after, (*story, name), 0))
                longer[all_of(after)] = (*same[:2], same[2] + stories)
        ends = longer
        seen += sum(stories for _, _, stories in ends.values())
    return seen


# The life cycle. The twin knows no table: it keeps what is so, and derives the word for it.


class TwinLife:
    """goes_on, ended (no reading said so), seen (nothing newer asks), done (a person needs it no more)."""

    def __init__(self) -> None:
        self.goes_on, self.ended, self.seen, self.closed = True, False, False, False
        self.takers: list[str] = []

    def copy(self) -> TwinLife:
        other = TwinLife()
        other.__dict__ |= self.__dict__ | {"takers": list(self.takers)}
        return other

    def what_is_so(self) -> Hashable:
        return self.goes_on, self.ended, self.seen, self.closed, tuple(self.takers)

    def word(self) -> str:
        if self.closed:
            return "closed"
        if self.goes_on:
            return "acknowledged" if self.seen else "unacknowledged"
        if self.ended:
            return "ended acknowledged" if self.seen else "ended unacknowledged"
        return "returned unacknowledged"

    def _open(self, *, seen: bool) -> None:
        if self.closed:
            self.takers.clear()
        self.closed, self.seen = False, seen

    def raise_again(self) -> bool:
        if not self.goes_on:
            self._open(seen=False)
        self.goes_on, self.ended = True, False
        return True

    def acknowledge(self) -> bool:
        if self.closed:
            return False
        self.seen = True
        self.closed = not self.goes_on and not self.ended
        return True

    def return_(self) -> bool:
        self.goes_on, self.ended = False, False
        self.closed = self.closed or self.seen
        return True

    def end(self) -> bool:
        if self.closed:
            self._open(seen=False)
        elif not self.goes_on and not self.ended:
            self.seen = False
        self.goes_on, self.ended = False, True
        return True

    def look(self) -> bool:
        self._open(seen=False)
        return True

    def close(self) -> bool:
        if self.closed or self.goes_on:
            return False
        self.closed = True
        return True

    def take(self) -> bool:
        if self.closed:
            return False
        self.takers.append("Li Na")
        return True

    def take_back(self) -> bool:
        self.takers.clear()
        return True


SAID = Acknowledgement("Li Na", 5, "seen", "J-1")
LIFE: dict[str, Callable[[Alarm], Alarm]] = {
    "raise_again": lifecycle.raise_again,
    "acknowledge": lambda alarm: lifecycle.acknowledge(alarm, SAID),
    "return_": lambda alarm: lifecycle.return_to_normal(alarm, 7),
    "end": lambda alarm: lifecycle.end(alarm, 7),
    "look": lifecycle.look,
    "close": lambda alarm: lifecycle.close(alarm, SAID),
    "take": lambda alarm: lifecycle.take(alarm, Taking("Li Na", 5, "", "J-9")),
    "take_back": lambda alarm: lifecycle.take_back(alarm, "J-9"),
}


Life = tuple[Alarm, TwinLife]


def test_every_life_of_six_events_is_as_the_twin_says() -> None:
    def after_one_more(one: tuple[Alarm, TwinLife], story: Story) -> Iterator[tuple[str, Life]]:
        alarm, twin = one
        for name, happen in LIFE.items():
            other = twin.copy()
            allowed = getattr(other, name)()
            try:
                after = happen(alarm)
            except InputError:
                assert not allowed, (*story, name)
                continue
            assert allowed, (*story, name)
            assert after.state.value == other.word(), (*story, name)
            assert len(after.handling.takings) == len(other.takers), (*story, name)
            yield name, (after, other)

    begin = lifecycle.raised("E-1", 1), TwinLife()
    assert begin[0].state.value == begin[1].word()
    seen = every_story(begin, after_one_more, lambda life: (life[0], life[1].what_is_so()))
    assert seen > 100_000


# The overlay. The twin keeps each reason by itself and asks, minute by minute, which one is the first.


class TwinQuiet:
    """Minutes; one shelf at a time, one rest, one fill; a reason that ended on its alarm stays ended."""

    def __init__(self) -> None:
        self.minute, self.severity = 0, 2
        self.shelf: tuple[int, int, int] | None = None  # number, end, severity
        self.rest: tuple[int, int] | None = None
        self.fill: tuple[int, int, int] | None = None  # number, begin, end
        self.ended: set[str] = set()
        self.shown: tuple[str, str, int] | None = None
        self.number = 0

    def copy(self) -> TwinQuiet:
        other = TwinQuiet()
        other.__dict__ |= self.__dict__ | {"ended": set(self.ended)}
        return other

    def what_is_so(self) -> Hashable:
        return tuple(frozenset(value) if isinstance(value, set) else value for value in vars(self).values())

    def look(self) -> tuple[str, str, int] | None:
        if self.shown is not None and self.shown[2] <= self.minute:
            self.ended.add(self.shown[1])
        if self.shelf is not None and self.severity > self.shelf[2] and self.minute < self.shelf[1]:
            self.ended.add(f"shelf {self.shelf[0]}")
        shown = None
        if self.fill is not None:
            end = min(self.fill[2], self.fill[1] + 3)
            name = f"design fill {self.fill[0]}"
            if self.minute < end and name not in self.ended and self.severity <= 3:
                shown = ("suppressed", name, end)
        if self.shelf is not None:
            name = f"shelf {self.shelf[0]}"
            if self.minute < self.shelf[1] and name not in self.ended:
                shown = ("shelved", name, self.shelf[1])
        if self.rest is not None:
            name = f"rest {self.rest[0]}"
            if self.minute < self.rest[1] and name not in self.ended:
                shown = ("out of service", name, self.rest[1])
        self.shown = shown
        return shown


EVENTS = ("shelve", "unshelve", "rest", "fill", "wait", "set back", "worse", "better")


def happen(twin: TwinQuiet, event: str) -> None:
    twin.number += 1
    if event == "shelve":
        twin.shelf = (twin.number, twin.minute + 2, twin.severity)
    elif event == "unshelve":
        twin.shelf = None
    elif event == "rest":
        twin.rest = (twin.number, twin.minute + 2)
    elif event == "fill":
        twin.fill = (twin.number, twin.minute, twin.minute + 5)
    elif event in ("wait", "set back"):
        twin.minute += 1 if event == "wait" else -1
    else:
        twin.severity = min(4, twin.severity + 1) if event == "worse" else max(1, twin.severity - 1)


def reasons_of(twin: TwinQuiet) -> Reasons:
    """The same facts as the gateway is told of them."""
    early = -100
    shelf, rest, fill = twin.shelf, twin.rest, twin.fill
    return Reasons(
        ()
        if shelf is None
        else (Shelf(f"shelf {shelf[0]}", "L", "c", "r", Severity(shelf[2]), early, shelf[1], "x"),),
        () if rest is None else (Rest(f"rest {rest[0]}", "L", "", "a", early, rest[1], "x"),),
        () if fill is None else (Fill(f"fill {fill[0]}", "L", "a", fill[1], fill[2]),),
        (Design("design", Condition.FILLING, 3, up_to=Severity.MAJOR),),
    )


Seen = tuple[TwinQuiet, Overlay | None, frozenset[str]]


def test_every_overlay_of_six_events_is_as_the_twin_says() -> None:
    start = Subject("c", "r", frozenset({"a"}), Severity.MINOR, 0)

    def after_one_more(one: Seen, story: Story) -> Iterator[tuple[str, Seen]]:
        twin, overlay, spent = one
        for event in EVENTS:
            other = twin.copy()
            happen(other, event)
            if other.fill is not None and other.minute < other.fill[1]:
                continue  # the clock stands before a statement was made: nobody fills in the future
            subject = dataclasses.replace(start, severity=Severity(other.severity), spent=spent)
            now = quiet(subject, overlay, reasons_of(other), other.minute)
            told = now.overlay
            shown = None if told is None else (told.kind.value, told.source, told.until_ns)
            assert shown == other.look(), (*story, event)
            yield event, (other, told, now.spent)

    seen = every_story(
        (TwinQuiet(), None, frozenset()), after_one_more, lambda one: (one[0].what_is_so(), *one[1:])
    )
    assert seen > 100_000


# One by one


SUBJECT = Subject("c", "r", frozenset({"a"}), Severity.MAJOR, 10)


def shown(reasons: Reasons, now_ns: int = 20, **more: Any) -> OverlayKind | None:
    found = quiet(dataclasses.replace(SUBJECT, **more), None, reasons, now_ns).overlay
    return None if found is None else found.kind


@pytest.mark.parametrize(
    ("more", "is_quiet"),
    [
        ({}, True),
        ({"channel": "d"}, False),
        ({"rule": "s"}, False),
        ({"severity": Severity.CRITICAL}, False),
        ({"severity": Severity.WARNING}, True),
    ],
)
def test_a_shelf_is_for_a_rule_of_a_channel_that_is_no_worse(more: dict[str, Any], is_quiet: bool) -> None:
    shelf = Shelf("J-1", "Li Na", "c", "r", Severity.MAJOR, 15, 30, "lid")
    assert shown(Reasons((shelf,)), **more) == (OverlayKind.SHELVED if is_quiet else None)
    assert shown(Reasons((shelf,)), 30) is shown(Reasons((shelf,)), 14) is None


@pytest.mark.parametrize(
    ("channel", "asset", "assets", "is_quiet"),
    [
        ("", "a", {"a"}, True),
        ("", "a", {"a", "b"}, False),
        ("", "a", set(), False),
        ("c", "", {"b"}, True),
        ("d", "", {"a"}, False),
    ],
)
def test_out_of_service_is_a_channel_or_what_is_about_no_other_asset(
    channel: str, asset: str, assets: set[str], is_quiet: bool
) -> None:
    rest = Rest("J-1", "Li Na and Wang Wei", channel, asset, 0, 30, "leak")
    found = shown(Reasons(rests=(rest,)), assets=frozenset(assets))
    assert found == (OverlayKind.OUT_OF_SERVICE if is_quiet else None)


@pytest.mark.parametrize(
    ("design", "more", "until_ns"),
    [
        (Design("e", Condition.EMPTY, 15), {"is_empty": True}, 25),
        (Design("e", Condition.EMPTY, 5), {"is_empty": True}, None),
        (Design("e", Condition.EMPTY, 15), {}, None),
        (Design("e", Condition.EMPTY, 15), {"is_empty": True, "assets": frozenset()}, None),
        (Design("m", Condition.MAINTENANCE, 9, windows=((12, 40),)), {}, 21),
        (Design("m", Condition.MAINTENANCE, 90, windows=((12, 40),)), {}, 40),
        (Design("m", Condition.MAINTENANCE, 90, windows=((21, 40),)), {}, None),
        (Design("f", Condition.FILLING, 90), {}, 30),
        (Design("f", Condition.FILLING, 6), {}, 22),
        (Design("f", Condition.FILLING, 90, frozenset({"b"})), {}, None),
        (Design("f", Condition.FILLING, 90, frozenset({"a", "b"})), {}, 30),
        (Design("f", Condition.FILLING, 90, rules=frozenset({"s"})), {}, None),
        (Design("f", Condition.FILLING, 90, up_to=Severity.MINOR), {}, None),
        (Design("f", Condition.FILLING, 90), {"assets": frozenset({"a", "b"})}, None),
    ],
)
def test_designs(design: Design, more: dict[str, Any], until_ns: int | None) -> None:
    fill = Fill("J-1", "Li Na", "a", 16, 30)
    reasons = Reasons(fills=(fill,), designs=(design,))
    found = quiet(dataclasses.replace(SUBJECT, **more), None, reasons, 20).overlay
    assert (None if found is None else found.until_ns) == until_ns


def test_when_the_next_window_begins() -> None:
    designs = [Design("m", Condition.MAINTENANCE, 9, windows=((12, 40), (50, 60)))]
    assert [next_window_ns(designs, now) for now in (0, 12, 49, 50)] == [12, 50, 50, None]


def test_who_was_on_it_is_bounded_and_so_are_remarks() -> None:
    handling = Handling()
    for k in range(MOST_REMARKS):
        handling = handling.take(Taking("L", k, "", f"J-{k}")).remark(Remark("L", k, "x", f"J-{k}"))
    assert (len(handling.takings), len(handling.remarks)) == (50, MOST_REMARKS)
    with pytest.raises(InputError, match="100 comments already"):
        handling.remark(Remark("L", 0, "x"))
    assert handling.without("J-99").taken == Taking("L", 98, "", "J-98")
    assert handling.assign(Assignment("W", "L", 1)).let_go().assigned is None
