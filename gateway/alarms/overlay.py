"""Why an alarm does not speak now: out of service, shelved, or suppressed by design. It is never hidden.

Every reason has an end, by the gateway's clock. From its end on the alarm speaks again; so it does when it is
worse than what was known to whoever shelved it. A reason that has ended so is spent: it does not come back
for that alarm, even if the clock is set back or the alarm becomes less severe.

    of several       out of service, then shelved, then suppressed; the one that ends last of each
    shelved          every alarm of the channel and rule, also one that is raised within the time
    out of service   every alarm of the channel, or every alarm that is about no other asset
    suppressed       as the configuration says: by what is stated, or in a window of time
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from gateway.alarms.design import Condition, Design
from gateway.dataclass import dataclass
from gateway.model import Severity


class OverlayKind(StrEnum):
    """As people read it; also the name of the transition."""

    OUT_OF_SERVICE = "out of service"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"


ORDER: Final = {kind: rank for rank, kind in enumerate(OverlayKind)}


@dataclass(frozen=True, slots=True)
class Overlay:
    """`source`: what it follows from, the id of a statement or the name of a suppression with its time."""

    kind: OverlayKind
    source: str
    by: str
    until_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class Subject:
    """An alarm as reasons look at it; names are identities. Of a fault `channel` is empty."""

    channel: str
    rule: str
    assets: frozenset[str]
    severity: Severity
    raised_ns: int
    is_empty: bool = False  # it is known that nothing was inside, and nothing is
    spent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Somebody's word that a rule of a channel is quiet in [from, until), while it is no worse."""

    id: str
    by: str
    channel: str
    rule: str
    severity: Severity
    from_ns: int
    until_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rest:
    """A channel or an asset that two people took out of service over [from, until)."""

    id: str
    by: str
    channel: str
    asset: str
    from_ns: int
    until_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class Fill:
    """Somebody's word that an asset is being filled over [from, until)."""

    id: str
    by: str
    asset: str
    from_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """All that may keep an alarm quiet."""

    shelves: tuple[Shelf, ...] = ()
    rests: tuple[Rest, ...] = ()
    fills: tuple[Fill, ...] = ()
    designs: tuple[Design, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiet:
    """`spent`: sources that do not keep this alarm quiet any more."""

    overlay: Overlay | None = None
    spent: frozenset[str] = frozenset()


def quiet(subject: Subject, before: Overlay | None, reasons: Reasons, now_ns: int) -> Quiet:
    """What keeps an alarm quiet now, after `before` did."""
    spent = subject.spent | {s.id for s in reasons.shelves if _is_outgrown(s, subject, now_ns)}
    if before is not None and before.until_ns <= now_ns:
        spent |= {before.source}
    found = [one for one in _applying(subject, reasons, now_ns) if one.source not in spent]
    return Quiet(
        min(found, key=lambda one: (ORDER[one.kind], -one.until_ns, one.source), default=None), spent
    )


def next_window_ns(designs: Iterable[Design], now_ns: int) -> int | None:
    """When the next window of the configuration begins."""
    begins = (design.plan.next_ns(now_ns) for design in designs)
    return min((one for one in begins if one is not None), default=None)


def _applying(subject: Subject, reasons: Reasons, now_ns: int) -> Iterable[Overlay]:
    for rest in reasons.rests:
        if rest.from_ns <= now_ns < rest.until_ns and _is_resting(rest, subject):
            yield Overlay(OverlayKind.OUT_OF_SERVICE, rest.id, rest.by, rest.until_ns, rest.reason)
    for shelf in reasons.shelves:
        if shelf.from_ns <= now_ns < shelf.until_ns and _is_meant(shelf, subject):
            yield Overlay(OverlayKind.SHELVED, shelf.id, shelf.by, shelf.until_ns, shelf.reason)
    for design in reasons.designs:
        if _is_designed(design, subject):
            designed = _designed(design, subject, reasons.fills, now_ns)
            yield from (one for one in designed if one.until_ns > now_ns)


def _is_meant(shelf: Shelf, subject: Subject) -> bool:
    return (shelf.channel, shelf.rule) == (subject.channel, subject.rule)


def _is_outgrown(shelf: Shelf, subject: Subject, now_ns: int) -> bool:
    """Whether it is worse than what was known when it was shelved."""
    in_force = shelf.from_ns <= now_ns < shelf.until_ns and _is_meant(shelf, subject)
    return in_force and subject.severity > shelf.severity


def _is_resting(rest: Rest, subject: Subject) -> bool:
    return subject.channel == rest.channel if rest.channel else subject.assets == {rest.asset}


def _is_designed(design: Design, subject: Subject) -> bool:
    return (
        bool(subject.assets)
        and (not design.assets or subject.assets <= design.assets)
        and (not design.rules or subject.rule in design.rules)
        and subject.severity <= design.up_to
    )


def _designed(design: Design, subject: Subject, fills: Iterable[Fill], now_ns: int) -> Iterable[Overlay]:
    """While its condition holds, until its longest time is over."""

    def one(since: object, until_ns: int, reason: str, by: str = "the configuration") -> Overlay:
        words = f"{design.name}: {reason}"
        return Overlay(OverlayKind.SUPPRESSED, f"{design.name} {since}", by, until_ns, words)

    if design.when is Condition.EMPTY and subject.is_empty:
        yield one(subject.raised_ns, subject.raised_ns + design.longest_ns, "stated to be empty")
    elif design.when is Condition.MAINTENANCE:
        window = design.plan.at(now_ns)
        if window is not None:
            yield one(window[0], window[1], "in its maintenance window")
    elif design.when is Condition.FILLING:
        for fill in fills:
            if fill.from_ns <= now_ns and subject.assets == {fill.asset}:
                until_ns = min(fill.until_ns, fill.from_ns + design.longest_ns)
                yield one(fill.id, until_ns, "being filled", fill.by)
