"""What is screened: channels, and the rules in force on each over time, as one frozen plan.

An instance is one rule on one channel for as long as its parameters stay the same. It is fed the readings
with valid_from <= time < valid_to; what it looks back on may reach further, to `sees_from`.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from itertools import pairwise
from typing import Final

from gateway.dataclass import dataclass
from gateway.model import Severity

BUDGET: Final = "budget"  # the kind of rules that people reset
FOREVER_PAST: Final = -(2**63)
FOREVER: Final = 2**63 - 1
MOVED, SUPERSEDED, RETIRED = "moved", "superseded", "retired"
ENDS: Final = (MOVED, SUPERSEDED, RETIRED)  # why a rule goes out of force
Key = tuple[int, str]  # channel, rule: what an excursion is about, whatever instances it lived under


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """A channel and the longest silence that a straight line may bridge.

    `max_gap_ns` holds until the first of `later_gaps`, (from_ns, max_gap_ns) in order of time.
    """

    channel: int
    name: str
    max_gap_ns: int
    later_gaps: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        for gap_ns in self.gaps_ns:
            if gap_ns <= 0:
                raise ValueError(f"channel {self.name!r}: max_gap_ns must be positive, got {gap_ns}")
        if not _rises([from_ns for from_ns, _ in self.later_gaps]):
            raise ValueError(f"channel {self.name!r}: later_gaps must be in order of time")

    @property
    def gaps_ns(self) -> tuple[int, ...]:
        """All that ever held."""
        return (self.max_gap_ns, *(gap_ns for _, gap_ns in self.later_gaps))


@dataclass(frozen=True, slots=True)
class Version:
    """What a rule is called, and how severe it is, from a moment on."""

    from_ns: int
    name: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Instance:
    """One rule on one channel with one set of parameters; `rule` is its id within the channel.

    `version` and `severity` hold until the first of `later`. Windows, held partners and silences look back to
    `sees_from_ns`, None for `valid_from_ns`. A channel that was never heard is silent from `expected_from_ns`
    on, None for `sees_from_ns`. `ends_by` says why it ends at `valid_to_ns`.
    """

    channel: int
    rule: str
    kind: str
    parameters: object
    severity: Severity
    version: str
    valid_from_ns: int = FOREVER_PAST
    valid_to_ns: int = FOREVER
    sees_from_ns: int | None = None
    ends_by: str = SUPERSEDED
    later: tuple[Version, ...] = ()
    expected_from_ns: int | None = None

    def __post_init__(self) -> None:
        if self.valid_from_ns >= self.valid_to_ns:
            raise ValueError(f"rule {self.rule!r}: valid_from_ns must lie before valid_to_ns")
        if self.looks_from_ns > self.valid_from_ns:
            raise ValueError(f"rule {self.rule!r}: sees_from_ns must not lie after valid_from_ns")
        if self.silent_from_ns < self.looks_from_ns:
            raise ValueError(f"rule {self.rule!r}: expected_from_ns must not lie before sees_from_ns")
        if self.ends_by not in ENDS:
            raise ValueError(f"rule {self.rule!r}: ends_by must be one of {', '.join(ENDS)}")
        if not _rises([self.valid_from_ns, *(v.from_ns for v in self.later)]):
            raise ValueError(f"rule {self.rule!r}: later versions must be in order of time")

    @property
    def looks_from_ns(self) -> int:
        """Readings of before are not looked back on."""
        return self.valid_from_ns if self.sees_from_ns is None else self.sees_from_ns

    @property
    def silent_from_ns(self) -> int:
        """From when on a channel that was never heard is silent; FOREVER_PAST: it never is."""
        return self.looks_from_ns if self.expected_from_ns is None else self.expected_from_ns

    @property
    def key(self) -> tuple[object, ...]:
        """What makes a saved state of this instance usable: all but names, severity and how it ends."""
        return (
            self.channel,
            self.rule,
            self.kind,
            self.parameters,
            self.valid_from_ns,
            self.looks_from_ns,
            self.silent_from_ns,
        )

    def versions(self, from_ns: int, until_ns: int) -> tuple[str, ...]:
        """Those in force in [from, until], oldest first."""
        if not self.later:
            return (self.version,)
        began = [FOREVER_PAST, *(v.from_ns for v in self.later)]
        over = [*began[1:], FOREVER]
        names = (self.version, *(v.name for v in self.later))
        spans = zip(names, began, over, strict=True)
        return tuple(name for name, begin, end in spans if begin <= until_ns and end > from_ns)

    def severity_at(self, moment_ns: int) -> Severity:
        """The one in force then."""
        begun = [v.severity for v in self.later if v.from_ns <= moment_ns]
        return begun[-1] if begun else self.severity


@dataclass(frozen=True, slots=True, order=True)
class Reset:
    """From `at_ns` on a budget counts anew, under every version of the rule: what people state, beside the
    resets that are among a rule's parameters."""

    channel: int
    rule: str
    at_ns: int


@dataclass(frozen=True)
class Plan:
    """All channels, all instances, and the resets that people have stated; those of no rule have no effect.

    Several instances of one rule on one channel, each in its time, are normal. Raises ValueError when an
    instance names an unknown channel, or when two instances of a rule on a channel have a time in common.
    """

    channels: tuple[ChannelPlan, ...]
    instances: tuple[Instance, ...]
    resets: frozenset[Reset] = frozenset()

    def __post_init__(self) -> None:
        known = {c.channel for c in self.channels}
        if len(known) != len(self.channels):
            raise ValueError("a channel stands twice in the plan")
        for instance in self.instances:
            if instance.channel not in known:
                raise ValueError(f"rule {instance.rule!r} is about unknown channel {instance.channel}")
        _refuse_overlaps(self.instances)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the content, 16 hex digits."""
        return _digest(repr((self.channels, self.instances, sorted(self.resets))))

    @cached_property
    def keys(self) -> list[Key]:
        """What the excursions of every instance are about."""
        return [(instance.channel, instance.rule) for instance in self.instances]

    @cached_property
    def names(self) -> dict[int, str]:
        """Channel number to name."""
        return {c.channel: c.name for c in self.channels}

    def has_budget(self, reset: Reset) -> bool:
        """Whether there is, or was, one that a reset is about."""
        named = (reset.channel, reset.rule, BUDGET)
        return any((i.channel, i.rule, i.kind) == named for i in self.instances)


def _refuse_overlaps(instances: tuple[Instance, ...]) -> None:
    ordered = sorted(instances, key=lambda i: (i.channel, i.rule, i.valid_from_ns))
    for one, next_one in pairwise(ordered):
        same = (one.channel, one.rule) == (next_one.channel, next_one.rule)
        if same and next_one.valid_from_ns < one.valid_to_ns:
            raise ValueError(f"rule {one.rule!r} is in force twice at once on channel {one.channel}")


def _rises(moments: list[int]) -> bool:
    return all(one < other for one, other in pairwise(moments))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
