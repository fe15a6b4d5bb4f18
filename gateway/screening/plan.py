"""What is screened: channels, and the rules in force on each, as one frozen plan.

An instance is one rule on one channel under one version of a profile. It sees only readings with
valid_from <= time < valid_to.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from gateway.model import Severity

FOREVER_PAST: Final = -(2**63)
FOREVER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """A channel and the longest silence that a straight line may bridge."""

    channel: int
    name: str
    max_gap_ns: int

    def __post_init__(self) -> None:
        if self.max_gap_ns <= 0:
            raise ValueError(f"channel {self.name!r}: max_gap_ns must be positive, got {self.max_gap_ns}")


@dataclass(frozen=True, slots=True)
class Instance:
    """One rule on one channel under one version; `rule` is its id within the channel."""

    channel: int
    rule: str
    kind: str
    parameters: object
    severity: Severity
    version: str
    valid_from_ns: int = FOREVER_PAST
    valid_to_ns: int = FOREVER

    def __post_init__(self) -> None:
        if self.valid_from_ns >= self.valid_to_ns:
            raise ValueError(f"rule {self.rule!r}: valid_from_ns must lie before valid_to_ns")

    @property
    def key(self) -> str:
        """What makes a saved state of this instance usable: all but severity and validity."""
        parts = (self.channel, self.rule, self.kind, self.parameters, self.version)
        return _digest(repr(parts))


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

    Raises ValueError when an instance names an unknown channel, or when two instances of a channel have the
    same rule id and either the same version or a time in common.
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
    def keys(self) -> list[str]:
        """The key of every instance."""
        return [instance.key for instance in self.instances]

    @cached_property
    def names(self) -> dict[int, str]:
        """Channel number to name."""
        return {c.channel: c.name for c in self.channels}


def _refuse_overlaps(instances: tuple[Instance, ...]) -> None:
    if len({(i.channel, i.rule, i.version) for i in instances}) < len(instances):
        raise ValueError("a rule of one channel has the same version twice")
    ordered = sorted(instances, key=lambda i: (i.channel, i.rule, i.valid_from_ns))
    for one, next_one in pairwise(ordered):
        same = (one.channel, one.rule) == (next_one.channel, next_one.rule)
        if same and next_one.valid_from_ns < one.valid_to_ns:
            raise ValueError(f"rule {one.rule!r} is in force twice at once on channel {one.channel}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
