"""The fold of a review: what people said counts as long as what they said it of is as it was."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.reviews.changes import changes
from gateway.reviews.fold import Fold, at_label, review
from gateway.reviews.model import Amended, Event, Heard, Review, units_of
from gateway.statements import PERSON, Statement, assessment, disposition, signature, withdrawal
from gateway.statements.assessment import Assessment
from gateway.statements.disposition import Disposition
from gateway.statements.signature import Signature
from tests.oracle.review import revisions

ALARM = "E-1"
Step = tuple[str, ...]


def basis(*codes: str, extreme: float = -140.0, end: str | None = "t", withdrawn: bool = False) -> Any:
    found = {"extreme": extreme, "end": end, "withdrawn": withdrawn}
    return {"excursion": found, "units": [{"scheme": "holder", "code": code} for code in codes]}


BASES = {
    "none": {**basis(), "units": None},
    "one": basis("A"),
    "two": basis("A", "B"),
    "warmer": basis("A", "B", extreme=-120.0),
    "goes on": basis("A", end=None),
    "withdrawn": basis("A", withdrawn=True),
}


class Story:
    """Events one after the other."""

    def __init__(self) -> None:
        self.fold = Fold(ALARM)
        self.events: list[Event] = []
        self.ids: list[str] = []
        self.digests: list[str] = []

    def tell(self, *step: str) -> None:
        """("known", basis), ("assess", who), ("dispose", who, code, decision), ("correct", who),
        ("withdraw", who), ("sign", who, meaning), ("repeat",)."""
        what, *words = step
        seq = len(self.events) + 1
        if what == "known":
            self._hear(Amended(seq, seq, BASES[words[0]]))
            return
        if what == "repeat":
            said = [event for event in self.events if isinstance(event, Heard)]
            if said:
                self._hear(Heard(seq, said[-1].statement))
            return
        statement = self._statement(f"S-{seq}", what, *words)
        if statement is not None:
            self._hear(Heard(seq, statement))
            if statement.kind != signature.KIND:
                self.ids.append(statement.id)

    def _hear(self, event: Event) -> None:
        self.digests.append(self._digest())
        self.events.append(event)
        self.fold.hear(event)

    def _digest(self) -> str:
        found = self.fold.review()
        return "0" * 64 if found is None else found.now.digest

    def _statement(self, identity: str, what: str, who: str, *words: str) -> Statement | None:
        envelope: dict[str, Any] = {"id": identity, "actor": PERSON}
        if what == "assess":
            body = assessment.to_body(Assessment(ALARM, "lid open"))
            return Statement(assessment.KIND, who, 0, body, **envelope)
        if what == "dispose":
            body = disposition.to_body(Disposition(ALARM, "holder", words[0], words[1], "stability data"))
            return Statement(disposition.KIND, who, 0, body, **envelope)
        if what == "sign":
            signed = Signature(
                f"review {ALARM}", self.fold.label, self._digest(), words[0], who, who, "password"
            )
            return Statement(signature.KIND, who, 0, signature.to_body(signed), **envelope)
        if not self.ids:
            return None
        target = self.ids[int(words[0]) % len(self.ids)]
        if what == "correct":
            body = assessment.to_body(Assessment(ALARM, "lid was shut"))
            return Statement(assessment.KIND, who, 0, body, corrects=target, reason="why", **envelope)
        body = withdrawal.to_body(withdrawal.Withdrawal())
        return Statement(withdrawal.KIND, who, 0, body, withdraws=target, reason="why", **envelope)

    @property
    def review(self) -> Review:
        found = self.fold.review()
        assert found is not None
        return found

    @property
    def states(self) -> list[str]:
        return [one.state.value for one in (*self.review.earlier, self.review.now)]


def told(*steps: Step) -> Story:
    story = Story()
    for step in steps:
        story.tell(*step)
    return story


WHOLE: tuple[Step, ...] = (
    ("known", "two"),
    ("assess", "li"),
    ("dispose", "li", "A", "use"),
    ("dispose", "li", "B", "reject"),
    ("sign", "wang", "approved"),
)


def test_from_open_to_approved() -> None:
    states = [told(*WHOLE[:n]).states for n in range(1, 6)]
    assert states == [["open"], ["assessed"], ["assessed"], ["disposed"], ["approved"]]
    assert not told(*WHOLE).review.needs_somebody


def test_who_said_part_of_it_does_not_approve_it() -> None:
    assert told(*WHOLE[:4], ("sign", "li", "approved")).states == ["disposed"]
    assert told(*WHOLE[:4], ("sign", "wang", "reviewed")).states == ["disposed"]


def test_who_has_another_name_meanwhile_is_the_same_person() -> None:
    story = told(WHOLE[0])
    said = [Assessment(ALARM, "lid open"), *(Disposition(ALARM, "holder", c, "use", "x") for c in "AB")]
    for n, one in enumerate(said):
        kind = assessment if isinstance(one, Assessment) else disposition
        origin = "api, li by password+totp" if n == 1 else "cli"
        statement = Statement(kind.KIND, "Li Na", 0, kind.to_body(one), f"S-{n}", actor=PERSON, origin=origin)
        story._hear(Heard(n + 2, statement))
    story.tell("sign", "li", "approved")
    assert story.states == ["disposed"]
    story.tell("sign", "wang", "approved")
    assert story.states == ["approved"]


def test_other_numbers_open_it_again_and_keep_what_was_approved() -> None:
    story = told(*WHOLE, ("known", "warmer"))
    assert story.states == ["approved", "re-opened"]
    assert changes(story.review.earlier[0].basis, story.review.now.basis) == [
        {"what": "extreme", "before": -140.0, "after": -120.0}
    ]
    assert story.review.now.undecided == (("holder", "A"), ("holder", "B"))
    story.tell("assess", "li")
    assert story.states == ["approved", "assessed"]
    assert [one.label for one in (*story.review.earlier, story.review.now)] == ["1.3", "2.1"]


def test_other_units_open_it_again() -> None:
    story = told(("known", "one"), *WHOLE[1:3], ("sign", "wang", "approved"), ("known", "two"))
    assert story.states == ["approved", "re-opened"]
    (change,) = changes(story.review.earlier[0].basis, story.review.now.basis)
    assert (change["before"], change["after"], change["came"], change["left"]) == (1, 2, ["B"], [])


def test_a_word_after_the_approval_is_another_revision_and_the_rest_still_counts() -> None:
    story = told(*WHOLE, ("correct", "li", "0"))
    assert story.states == ["approved", "disposed"] and story.review.now.because == "S-6"
    story.tell("sign", "wang", "approved")
    assert story.states == ["approved", "approved"]


def test_quarantine_that_is_approved_still_needs_somebody() -> None:
    story = told(("known", "one"), ("assess", "li"), ("dispose", "li", "A", "quarantine"))
    story.tell("sign", "wang", "approved")
    assert story.states == ["approved"] and story.review.needs_somebody
    story.tell("dispose", "li", "A", "use")
    assert story.states == ["approved", "disposed"]


def test_withdrawn_after_the_approval() -> None:
    story = told(*WHOLE, ("known", "withdrawn"))
    assert story.states == ["approved", "re-opened"] and story.review.now.units == ()
    story.tell("assess", "li")
    story.tell("sign", "wang", "approved")
    assert story.states == ["approved", "approved"]
    assert not told(("known", "withdrawn")).review.needs_somebody


def test_nobody_approves_while_it_goes_on() -> None:
    story = told(("known", "goes on"), ("assess", "li"), ("dispose", "li", "A", "quarantine"))
    story.tell("sign", "wang", "approved")
    assert story.states == ["disposed"]
    story.tell("known", "one")
    assert story.states == ["disposed", "re-opened"]


def test_what_was_signed_is_found_by_its_label() -> None:
    story = told(*WHOLE, ("known", "warmer"), ("assess", "li"))
    signed = story.review.earlier[0]
    found = at_label(ALARM, story.events, "1.3")
    assert found is not None and found.digest == signed.digest
    assert at_label(ALARM, story.events, "9.9") is None and review(ALARM, []) is None


def test_a_unit_that_was_inside_twice_is_decided_once() -> None:
    twice = basis("A", "A")
    twice["units"][1]["from"] = "later"
    assert Fold(ALARM).label == "1.0" and units_of(twice) == (("holder", "A"),)
    (change,) = changes(basis("A"), twice)
    assert (change["before"], change["after"], change["changed"]) == (1, 1, ["A"])


people = st.sampled_from(["li", "wang"])
steps = st.one_of(
    st.tuples(st.just("known"), st.sampled_from(sorted(BASES))),
    st.tuples(st.just("assess"), people),
    st.tuples(
        st.just("dispose"), people, st.sampled_from(["A", "B"]), st.sampled_from(disposition.DECISIONS)
    ),
    st.tuples(st.just("correct"), people, st.sampled_from("0123")),
    st.tuples(st.just("withdraw"), people, st.sampled_from("0123")),
    st.tuples(st.just("sign"), people, st.sampled_from(["approved", "reviewed"])),
    st.tuples(st.just("repeat")),
)


@given(st.lists(steps, max_size=14))
@example([*WHOLE, ("known", "warmer"), ("withdraw", "li", "0"), ("assess", "li")])
def test_the_slow_twin_says_the_same(sequence: list[Step]) -> None:
    story = told(*WHOLE[:1], *sequence)
    slow = revisions(story.events, lambda n: story.digests[n])
    fast = (*story.review.earlier, story.review.now)
    for one, plain in zip(fast, slow, strict=True):
        decided = {word.said.code: word.heard.statement.id for word in one.decided}
        judged = None if one.assessment is None else one.assessment.heard.statement.id
        approved_by = None if one.approval is None else one.approval.heard.statement.id
        assert (one.number, one.step, judged, decided, approved_by, one.state.value) == (
            *(plain.number, plain.step, plain.assessment, plain.dispositions),
            *(plain.approved_by, plain.state),
        )
