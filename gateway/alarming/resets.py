"""Resets of budgets as people state them: in the journal, for screening, and on the alarms they bear on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from gateway.alarms.lifecycle import check_words
from gateway.dataclass import dataclass
from gateway.journal.journal import Journal, Statement
from gateway.screening.plan import Reset
from gateway.statements import reset as resetting
from gateway.statements.effect import in_effect
from gateway.statements.reset import KIND as RESET

__all__ = ["RESET", "InEffect", "Resets", "StatedReset", "for_screening", "stated"]


@dataclass(frozen=True, slots=True)
class StatedReset:
    """Somebody's word that a budget of a channel counts anew from `at_ns` on."""

    channel: str
    rule: str
    at_ns: int
    by: str
    stated_ns: int
    comment: str

    def __post_init__(self) -> None:
        check_words("a reset", self.by, self.comment)

    @property
    def key(self) -> tuple[str, str, int]:
        """What makes two statements the same reset."""
        return self.channel, self.rule, self.at_ns

    def statement(self) -> Statement:
        body = resetting.to_body(resetting.Reset(self.channel, self.rule, self.at_ns, self.comment))
        return Statement(RESET, self.by, self.at_ns, body, stated_ns=self.stated_ns)

    @staticmethod
    def of(statement: Statement) -> StatedReset:
        """What `statement` gave, as it was."""
        said = resetting.of(statement.body)
        stated_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
        return StatedReset(said.channel, said.rule, said.at_ns, statement.by, stated_ns, said.comment)


def stated(journal: Journal, until_seq: int | None = None) -> Iterator[StatedReset]:
    """Every reset in the journal, up to an entry, in the order they were stated."""
    for seq, statement in journal.statements(RESET):
        if until_seq is None or seq <= until_seq:
            yield StatedReset.of(statement)


def for_screening(resets: Iterable[StatedReset], numbers: Mapping[str, int]) -> frozenset[Reset]:
    """As a plan takes them; those of channels that left the configuration are passed over."""
    return frozenset(Reset(numbers[r.channel], r.rule, r.at_ns) for r in resets if r.channel in numbers)


class InEffect:
    """The resets that count, heard from the journal in its order."""

    def __init__(self) -> None:
        self._told: list[Statement] = []  # resets, and what corrects or withdraws one
        self._ids: set[str] = set()

    def hear(self, statement: Statement) -> bool:
        """Whether it bears on any."""
        refers = (statement.withdraws or statement.corrects) in self._ids
        if statement.kind != RESET and not refers:
            return False
        self._told.append(statement)
        self._ids.add(statement.id)
        return True

    def for_screening(self, numbers: Mapping[str, int]) -> frozenset[Reset]:
        """As a plan takes them; `numbers` by every name that a channel ever had."""
        told = (StatedReset.of(s) for s in in_effect(self._told) if s.kind == RESET)
        return for_screening(told, numbers)


class Resets:
    """Every reset stated so far, by the statement's id; of one that is stated again the first stands."""

    def __init__(self, counts: Callable[[str], bool]) -> None:
        """`counts`: whether the statement of this id is in effect."""
        self._counts = counts
        self._stated: dict[str, StatedReset] = {}

    def state(self, identity: str, reset: StatedReset) -> None:
        self._stated.setdefault(identity, reset)

    def bearing_on(
        self, is_mine: Callable[[str], bool], rule: str, start_ns: int, end_ns: int | None
    ) -> tuple[StatedReset, ...]:
        """Of an excursion: the last one by its start, from which it counts, and those until its end.

        `is_mine`: whether a name is that of its channel, or was.
        """
        first: dict[int, StatedReset] = {}
        for identity, reset in self._stated.items():
            if reset.rule == rule and is_mine(reset.channel) and self._counts(identity):
                first.setdefault(reset.at_ns, reset)
        known = sorted(first.values(), key=lambda r: r.at_ns)
        before = [r for r in known if r.at_ns <= start_ns][-1:]
        return (*before, *(r for r in known if r.at_ns > start_ns and (end_ns is None or r.at_ns <= end_ns)))
