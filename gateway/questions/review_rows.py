"""A review as plain JSON data, for commands, the API and reports; and the worklist of reviews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.config.types import Configuration
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import EARLIEST_NS, LATEST_NS, SECOND
from gateway.published.alarm import of_known
from gateway.published.values import moment
from gateway.questions.reviews import WORDS, Reviewed, basis_of, reviewed
from gateway.reviews.changes import changes
from gateway.reviews.model import Basis, Decided, Heard, Judged, Review, Round, Signed

SCHEMA: Final = 1
DAY_NS: Final = 86_400 * SECOND


def plain(of: Reviewed, due_days: int) -> dict[str, Any]:
    """One review, all of its revisions. `changes`: between what a revision rested on and the one before."""
    revisions = rounds(of.review)
    return {"schema": SCHEMA, **_head(of, due_days), **revisions[-1], "earlier": revisions[:-1]}


def rounds(of: Review) -> list[dict[str, Any]]:
    """Its revisions, oldest first."""
    every = (*of.earlier, of.now)
    before = (None, *(one.basis for one in every))
    return [_round(one, basis) for one, basis in zip(every, before, strict=False)]


def worklist(
    journal: Journal, records: Records, configuration: Configuration, now_ns: int, *, every: bool = False
) -> list[dict[str, Any]]:
    """Reviews that need somebody, what is due first at the top; `every`: the others, too, below them."""
    due_days = configuration.signatures.review_within_days
    spoken_of = {str(said.body["alarm"]) for kind in WORDS for _, said in journal.statements(kind)}
    rows = [_row(of, due_days, now_ns) for of in _reviews(journal, records, spoken_of)]
    return sorted(
        (row for row in rows if every or row["needs_somebody"]),
        key=lambda row: (not row["needs_somebody"], row["due"] or "", row["excursion"]),
    )


def _reviews(journal: Journal, records: Records, spoken_of: set[str]) -> Iterator[Reviewed]:
    """Of every excursion; the journal is read for those of which somebody spoke."""
    for row in records.book.raised_within(EARLIEST_NS, LATEST_NS):
        if "excursion" not in row.body:
            continue
        found = reviewed(journal, row.id) if row.id in spoken_of else None
        yield _untouched(row) if found is None else found


def _untouched(row: AlarmRow) -> Reviewed:
    basis = basis_of(row.body)
    now = Round(row.id, 1, 0, row.raised_ns, "", basis, None, (), (), None)
    return Reviewed(Review(now), row.body)


def _row(of: Reviewed, due_days: int, now_ns: int) -> dict[str, Any]:
    head, now = _head(of, due_days), of.review.now
    judged = now.assessment
    return {
        **head,
        "state": now.state.value,
        "revision": now.number,
        "overdue": head["due"] is not None and head["due"] < str(moment(now_ns)),
        "units": None if now.basis["units"] is None else len(now.units),
        "undecided": len(now.undecided),
        "in_quarantine": len(now.in_quarantine),
        "deviation": "" if judged is None else judged.said.deviation,
    }


def _head(of: Reviewed, due_days: int) -> dict[str, Any]:
    """What it is of, and until when somebody has to see to it."""
    alarm = of_known({**of.known, "units": None})
    needs = of.review.needs_somebody
    due = of.review.now.since_ns + due_days * DAY_NS
    return {
        "excursion": of.review.now.alarm,
        **{name: alarm[name] for name in ("site", "asset", "zone", "channel", "rule", "severity")},
        **{name: alarm[name] for name in ("start", "end", "ended_by", "withdrawn")},
        "needs_somebody": needs,
        "due": moment(due) if needs else None,
    }


def _round(one: Round, rests_on: Basis | None) -> dict[str, Any]:
    return {
        "state": one.state.value,
        "revision": one.number,
        "label": one.label,
        "since": moment(one.since_ns),
        "because": one.because or None,
        "changes": [] if rests_on is None else changes(rests_on, one.basis),
        "assessment": None if one.assessment is None else _judged(one.assessment),
        "contents_known": one.basis["units"] is not None,
        "units": list(_units(one)),
        "signatures": [_signed(sign, one) for sign in one.signatures],
        "digest": one.digest,
    }


def _units(one: Round) -> Iterator[dict[str, Any]]:
    decided = {word.said.key: word for word in one.decided}
    for key in one.units:
        word = decided.get(key)
        yield {"scheme": key[0], "code": key[1], "disposition": None if word is None else _decided(word)}


def _judged(one: Judged) -> dict[str, Any]:
    said = one.said
    return _stated(one.heard) | {
        "assessment": said.assessment,
        "root_cause": said.root_cause,
        "deviation": said.deviation,
        "capa": said.capa,
    }


def _decided(one: Decided) -> dict[str, Any]:
    said = one.said
    return _stated(one.heard) | {
        "decision": said.decision,
        "why": said.why,
        "references": list(said.references),
    }


def _signed(one: Signed, of: Round) -> dict[str, Any]:
    said = one.said
    return _stated(one.heard) | {
        "meaning": said.meaning,
        "printed": said.printed,
        "account": said.account,
        "authenticated": said.authenticated,
        "label": said.revision,
        "digest": said.digest,
        "is_current": one.is_current,
        "approves": of.approval is not None and of.approval.heard.seq == one.heard.seq,
    }


def _stated(heard: Heard) -> dict[str, Any]:
    said = heard.statement
    return {
        "id": said.id,
        "entry": heard.seq,
        "stated": moment(heard.at_ns),
        "clock_trusted": said.trusted,
        "by": said.by,
        "corrects": said.corrects or None,
        "reason": said.reason or None,
    }


def names_in(of: Mapping[str, Any]) -> tuple[str, ...]:
    """Whose clock a review is told by."""
    return str(of["asset"]), str(of["channel"])
