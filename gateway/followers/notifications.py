"""What notifiers told people, as the journal states it: they go on behind it whatever becomes of the records.

A page is stated after it was told, in one commit. A crash in between repeats that page to that notifier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.followers.voice import Voice
from gateway.journal.journal import Journal
from gateway.statements import notification, parked, progress
from gateway.statements.notification import Notified
from gateway.statements.parked import Decision, ParkedDecision
from gateway.statements.progress import Progress
from gateway.text import first_words

DELIVERED, REJECTED = "delivered", "rejected"
LONGEST_ANSWER: Final = 1000  # characters; a server may answer with a page
KINDS: Final = {kind.KIND: kind for kind in (notification, parked, progress)}


@dataclass(slots=True)
class Told:
    """Where a notifier is: behind `cursor`, without what is parked, by number with the reason."""

    cursor: int = 0
    parked: dict[int, str] = field(default_factory=dict)
    is_known: bool = False  # whether the journal has heard of it

    def hear(self, follower: str, said: Any) -> None:
        """One statement, in the journal's order."""
        if isinstance(said, Notified) and f"notifier:{said.notifier}" == follower:
            self._notified(said)
        elif isinstance(said, Progress) and said.follower == follower:
            self.cursor, self.is_known = max(self.cursor, said.seq), True
        elif said == ParkedDecision(follower, Decision.ACCEPT):
            self.parked.clear()

    def _notified(self, said: Notified) -> None:
        self.cursor, self.is_known = max(self.cursor, *said.transitions), True
        for number in said.transitions:
            self.parked.pop(number, None)
            if said.outcome == REJECTED:
                self.parked[number] = said.answer


def recall(journal: Journal, follower: str, known: Told) -> Told:
    """What was stated behind the cursor that is `known`, on top of that."""
    found = [pair for kind in KINDS for pair in _statements(journal, kind, known.cursor)]
    for _, said in sorted(found, key=lambda pair: pair[0]):
        known.hear(follower, said)
    return known


def begin(voice: Voice, follower: str, cursor: int) -> None:
    """State where a new notifier begins: it hears what happens from then on."""
    voice.state([(progress.KIND, progress.to_body(Progress(follower, cursor, "")))])


def state(voice: Voice, follower: str, outcomes: Mapping[int, tuple[str, str]]) -> None:
    """By number of the transition, what came of telling it and the answer; a statement for each answer."""
    together: dict[tuple[str, str], list[int]] = {}
    for number, outcome in sorted(outcomes.items()):
        together.setdefault(outcome, []).append(number)
    name = follower.partition(":")[2]
    bodies = [
        notification.to_body(Notified(name, tuple(numbers), outcome, first_words(answer, LONGEST_ANSWER)))
        for (outcome, answer), numbers in together.items()
    ]
    voice.state([(notification.KIND, body) for body in bodies])


def _statements(journal: Journal, kind: str, after: int) -> Iterator[tuple[int, Any]]:
    for seq, statement in journal.statements(kind, after):
        yield seq, KINDS[kind].of(statement.body)
