"""The fold: events of the journal in its order -> the state of a review; one pass.

The basis decides what counts: a word counts as long as what it was said of is as it was then. Whoever spoke
of an excursion that later turned out otherwise has to speak again; what was said stays, in its revision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gateway.reviews.model import (
    Amended,
    Basis,
    Decided,
    Event,
    Heard,
    Judged,
    Key,
    Review,
    Round,
    Signed,
    State,
    units_of,
)
from gateway.statements import Statement, assessment, disposition, signature
from gateway.statements.effect import Effects
from gateway.statements.second import account_in, is_second

APPROVED = "approved"
AMENDED = "amended"


def review(alarm: str, events: Iterable[Event]) -> Review | None:
    """None before anything is known of the excursion."""
    fold = Fold(alarm)
    for event in events:
        fold.hear(event)
    return fold.review()


def at_label(alarm: str, events: Iterable[Event], label: str) -> Round | None:
    """The content that this label names, as it was then; None where the journal has none of it."""
    fold = Fold(alarm)
    for event in events:
        fold.hear(event)
        if fold.label == label:
            return fold.round()
    return None


class Fold:
    """Hear every event of one review once, in order, and ask at any time."""

    def __init__(self, alarm: str) -> None:
        self._alarm = alarm
        self._basis: Basis | None = None
        self._earlier: list[Round] = []
        self._number, self._step = 1, 0
        self._since_ns, self._because = 0, ""
        self._behind = 0  # entry of the last change of the basis that somebody had spoken of
        self._is_begun = False  # somebody spoke of this basis
        self._effects = Effects()
        self._seen: set[str] = set()
        self._words: list[Judged | Decided] = []
        self._signed: list[Signed] = []

    @property
    def label(self) -> str:
        return f"{self._number}.{self._step}"

    def hear(self, event: Event) -> None:
        if isinstance(event, Amended):
            self._amend(event)
        elif event.statement.kind == signature.KIND:
            self._sign(event)
        elif self._basis is not None and event.statement.id not in self._seen:
            self._say(event)

    def review(self) -> Review | None:
        return None if self._basis is None else Review(self.round(), tuple(self._earlier))

    def round(self) -> Round:
        """The revision that goes on."""
        assert self._basis is not None
        judged, decided = self._counting()
        order = [decided[key] for key in units_of(self._basis) if key in decided]
        what = (judged, tuple(order), (), None)
        bare = Round(self._alarm, self._number, self._step, self._since_ns, self._because, self._basis, *what)
        signed = tuple(replace(one, is_current=one.said.revision == self.label) for one in self._signed)
        approval = next((one for one in signed if _approves(one, bare)), None)
        return replace(bare, signatures=signed, approval=approval)

    def _amend(self, event: Amended) -> None:
        if self._basis is None:
            self._since_ns = event.at_ns
        elif self._is_begun and self._basis != event.basis:
            self._turn(self.round(), event.at_ns, AMENDED)
            self._behind, self._is_begun = event.seq, False
        self._basis = event.basis

    def _say(self, event: Heard) -> None:
        said = event.statement
        before = self.round() if self._signed or said.withdraws else None
        self._seen.add(said.id)
        self._effects.hear(said)
        if before is not None and said.withdraws and self._says_the_same_as(before):
            return
        if before is not None and before.approval is not None:
            self._turn(before, event.at_ns, said.id)
        self._step += 1
        self._is_begun = True
        if said.kind == assessment.KIND:
            self._words.append(Judged(event, assessment.of(said.body)))
        elif said.kind == disposition.KIND:
            self._words.append(Decided(event, disposition.of(said.body)))

    def _sign(self, event: Heard) -> None:
        said = signature.of(event.statement.body)
        if self._step and said.revision == self.label and said.digest == self.round().digest:
            self._signed.append(Signed(event, said, is_current=True))

    def _says_the_same_as(self, before: Round) -> bool:
        """Whether a word was taken back that did not count any more."""
        now = self.round()
        return (now.assessment, now.decided) == (before.assessment, before.decided)

    def _turn(self, before: Round, at_ns: int, because: str) -> None:
        """The next revision begins."""
        self._earlier.append(before)
        self._number, self._step = self._number + 1, 0
        self._since_ns, self._because = at_ns, because
        self._signed = []

    def _counting(self) -> tuple[Judged | None, dict[Key, Decided]]:
        """The last word of this basis on the whole, and on each unit."""
        judged: Judged | None = None
        decided: dict[Key, Decided] = {}
        for word in self._counted():
            if isinstance(word, Judged):
                judged = word
            else:
                decided[word.said.key] = word
        return judged, decided

    def _counted(self) -> Iterator[Judged | Decided]:
        for word in self._words:
            if word.heard.seq > self._behind and self._effects.counts(word.heard.statement.id):
                yield word


def _approves(one: Signed, of: Round) -> bool:
    """Whether this signature decides: of the content as it is, complete, by somebody who said none of it."""
    if not one.is_current or one.said.meaning != APPROVED or not of.is_over or of.state is not State.DISPOSED:
        return False
    words = (of.assessment, *of.decided)
    return all(word is None or _is_of_another(word.heard.statement, one) for word in words)


def _is_of_another(word: Statement, one: Signed) -> bool:
    """By account, too: whoever has another name meanwhile is the same person."""
    return account_in(word.origin) != one.said.account and is_second(word, one.heard.statement)
