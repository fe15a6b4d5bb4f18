"""The history of an alarm: what changed, who was told when by what, who answered, what people said."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from gateway.dossier.amended import differences
from gateway.dossier.case import Case
from gateway.journal.standing import Numbered, speaking_of
from gateway.published.statements import words
from gateway.questions.reviews import is_in_review
from gateway.statements import Statement, attempt, call, person, transition
from gateway.statements.call import Called
from gateway.statements.transition import Transition
from gateway.times import format_rfc3339

OF_A_BUNCH: Final = (call.KIND, attempt.KIND)  # they speak of the group that an alarm is in


def history(case: Case) -> list[dict[str, Any]]:
    """Everything that the journal says about the alarm, in its order."""
    entries = dict(_about(case))
    names = _Names(case)
    rows = [_row(seq, entries[seq], names) for seq in sorted(entries)]
    changed = {seq: differences(before.known, after.known) for before, (seq, after) in _changes(case)}
    return [{**row, "differences": found} if (found := changed.get(row["entry"])) else row for row in rows]


def _changes(case: Case) -> Iterator[tuple[Transition, tuple[int, Transition]]]:
    """Each change of the alarm after the first, with the one before it."""
    for (*_, before), (seq, _, after) in pairwise(case.changes):
        yield before, (seq, after)


def _about(case: Case) -> Iterator[Numbered]:
    """Also of its group, as far as the alarm was in it. What was said in its review stands there."""
    groups = dict[str, None]()
    for seq, said in speaking_of(case.journal, [case.alarm]):
        if seq <= case.as_of.seq and not is_in_review(said):
            yield seq, said
            if said.kind == call.KIND:
                groups[call.of(said.body).group] = None
    named = [group for group in groups if group]
    for seq, said in speaking_of(case.journal, named) if named else ():
        if seq <= case.as_of.seq and said.kind == attempt.KIND:
            yield seq, said


def _row(seq: int, said: Statement, names: _Names) -> dict[str, Any]:
    stated_ns = said.at_ns if said.stated_ns is None else said.stated_ns
    return {
        "entry": seq,
        "at": format_rfc3339(said.at_ns),
        "recorded": format_rfc3339(stated_ns),
        "clock_trusted": said.trusted,
        "kind": said.kind,
        "actor": said.actor,
        "by": said.by,
        "reason": said.reason or None,
        **_detail(said, names),
    }


def _detail(said: Statement, names: _Names) -> dict[str, Any]:
    if said.kind == transition.KIND:
        told = transition.of(said.body)
        units = told.known["units"]
        many = None if units is None else _number(units)
        return {
            "change": told.change,
            "state": told.known["alarm"]["state"],
            "units": many,
            "number": told.number,
        }
    if said.kind == call.KIND:
        return _called(call.of(said.body), names)
    if said.kind == attempt.KIND:
        tried = attempt.of(said.body)
        whom = {"person": tried.person, "name": names.of(tried.person), "notifier": tried.notifier}
        return whom | {"outcome": tried.outcome, "answer": tried.answer, "drill": tried.drill}
    comment = said.body.get("comment") or said.body.get("why") or ""
    to = said.body.get("to") if said.kind == "assign" else None
    return {"words": words(said), "comment": str(comment), "to": to, "name": names.of(said.by)}


def _called(said: Called, names: _Names) -> dict[str, Any]:
    persons = [names.of(one.person) or one.name for one in said.receivers]
    held = [names.of(one) or one for one in said.held]
    return {
        "call": said.kind,
        "priority": said.priority,
        "persons": persons,
        "held": held,
        "spared": [names.of(one) or one for one in said.spared],
        "drill": said.drill,
    }


def _number(units: Any) -> int:
    if isinstance(units, list):
        return len(units)
    return len(units["named"]["code"])


class _Names:
    """What people are called, as it was stated of them last."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._known: dict[str, str] = {}

    def of(self, identity: str) -> str:
        """Empty where nobody has said."""
        if identity and identity not in self._known:
            self._known[identity] = self._stated(identity)
        return self._known.get(identity, "")

    def _stated(self, identity: str) -> str:
        name = ""
        for seq, said in speaking_of(self._case.journal, [identity]):
            if said.kind == person.KIND and seq <= self._case.as_of.seq:
                told = person.of(said.body)
                if told.id == identity.casefold():
                    name = " ".join(filter(None, (told.name_zh, told.name_en)))
        return name
