"""The journal as it was after one entry: nothing that was stated or received later is seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import Any

from gateway.alarming.measure import Measures
from gateway.config.timeline import Step, Timeline
from gateway.dataclass import dataclass
from gateway.dossier.heard import Heard
from gateway.errors import InputError
from gateway.journal.identity import name_of
from gateway.journal.journal import Journal
from gateway.journal.said import numbered
from gateway.model import Samples
from gateway.questions.contents import StatedContents
from gateway.questions.history import LONGEST_NUMBER
from gateway.questions.proof import Ground, ground_of
from gateway.screening.plan import Plan
from gateway.statements import Statement, configuration
from gateway.traceability.heard import KINDS, contents


@dataclass(frozen=True)
class State:
    """Up to `seq`, committed at `at_ns`. `head`: of its chain, None without. `is_now`: nothing follows."""

    journal: Journal
    seq: int
    at_ns: int
    head: str | None
    is_now: bool = True
    heard: Heard = field(default_factory=Heard)

    @cached_property
    def ground(self) -> Ground:
        """What held when, and the readings of then."""
        return ground_of(self.journal, self.seq)

    @property
    def timeline(self) -> Timeline:
        return self.ground.timeline

    @property
    def plan(self) -> Plan:
        """With every rule that ever held."""
        return self.ground.plan

    def read(self, channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        return self.heard.read(self.ground.read, channels, start_ns, end_ns)

    @cached_property
    def measures(self) -> Measures:
        """Of excursions under every rule that ever held."""
        return Measures(self.plan, self.read)

    @cached_property
    def stated(self) -> StatedContents:
        """What people had said about contents by then."""
        told = (said for seq, said in numbered(self.journal, *KINDS) if seq <= self.seq)
        return StatedContents(contents(told, self.timeline.asset_identity), self.timeline)

    def configured(self, at_ns: int) -> tuple[int, Statement]:
        """The entry with the configuration that decided at a moment."""
        step = self.step(at_ns)
        return step.stated_seq, self.journal.statement(step.stated_seq)

    def step(self, at_ns: int) -> Step:
        """Raises InputError where no gateway ever ran with a configuration."""
        step = self.timeline.step_at(at_ns)
        if step is None:
            raise InputError("the journal has no configuration yet; start `cryogate run` once with yours")
        return step

    def document(self, at_ns: int) -> Mapping[str, Any]:
        """That configuration."""
        content: dict[str, Any] = json.loads(configuration.of(self.configured(at_ns)[1].body).document)
        return content


def state_of(journal: Journal, as_of: str | None = None) -> State:
    """As it is now, or as it was after an entry: its number, or its name over all journals.

    Raises InputError where there is no such entry.
    """
    seq = journal.last_seq() if as_of is None else _entry(journal, as_of)
    link = journal.head(seq)
    last = journal.entries(seq - 1, 1)
    at_ns = last[0].committed_ns if last else 0
    return State(journal, seq, at_ns, None if link is None else link.head, as_of is None)


def _entry(journal: Journal, name: str) -> int:
    number = name.strip().rpartition("-")[2]
    if number.isdecimal() and number.isascii() and len(number) <= LONGEST_NUMBER:
        seq = int(number)
        named = name_of(journal.identities())(seq)
        if 0 < seq <= journal.last_seq() and name.strip() in (number, named):
            return seq
    raise InputError(f"the journal has no entry {name[:80]!r}; `cryogate journal verify` names the last one")
