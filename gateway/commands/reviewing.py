"""What people say in the review of an excursion: assess it, decide about each unit; who may approve it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.commands.author import Author
from gateway.commands.desk import Desk, Revising, Stated
from gateway.commands.second import check_second
from gateway.commands.words import Words, correction
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.questions.contents import units_among
from gateway.questions.reviews import review_of
from gateway.reviews.model import Decided, Judged, Key, Review, Round, State
from gateway.statements import Statement
from gateway.statements import assessment as assessing
from gateway.statements import disposition as deciding
from gateway.statements.assessment import Assessment
from gateway.statements.disposition import DECISIONS, QUARANTINE, Disposition
from gateway.statements.second import account_in
from gateway.text import counted

ACTION: Final = "disposition.approve"
MOST_NAMED: Final = 5  # units in a message
UNKNOWN_CONTENTS: Final = (
    "nobody has said what was inside: state that first, by `cryogate load` or `cryogate empty`"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of units, why, and on which documents that rests."""

    decision: str
    why: str
    references: tuple[str, ...] = ()


def assess(
    desk: Desk,
    author: Author,
    row: AlarmRow,
    said: Assessment | None,
    corrects: str | None = None,
    reason: str = "",
) -> Stated:
    """Say what happened, why, and under which numbers it is kept; None: what the revision before said.

    Raises InputError where somebody has assessed this revision already: that one is corrected.
    """

    def look() -> list[Statement] | Statement:
        review = review_of(desk.journal, row)
        what = _as_before(review) if said is None else said
        revising, corrected = _correction(desk, row, assessing.KIND, corrects, reason)
        if corrected is None and review.now.assessment is not None:
            return _repeated(review.now.assessment, what)
        return [desk.draft(assessing, what, author, desk.clock.now_ns(), revising)]

    return desk.state(look)


def decide(
    desk: Desk,
    author: Author,
    row: AlarmRow,
    codes: Sequence[str],
    said: Decision | None,
    corrects: str | None = None,
    reason: str = "",
) -> Stated:
    """State a disposition for each of these units, or, without codes, for all that have none.

    None: what was decided of each in the revision before. What was decided is corrected; quarantine goes on
    to be something else; the same again changes nothing. Raises InputError for a unit that was not inside,
    and where another decision counts.
    """
    if said is not None and said.decision not in DECISIONS:
        raise InputError(f"a disposition is {', '.join(DECISIONS[:-1])} or {DECISIONS[-1]}")

    def look() -> list[Statement] | Statement:
        review = review_of(desk.journal, row)
        keys = _keys(review.now, codes)
        made = [_said(row, key, said) for key in keys] if said is not None else _decided_before(review, keys)
        revising, corrected = _correction(desk, row, deciding.KIND, corrects, reason)
        if corrected is not None:
            _check_unit(corrected, keys)
            return [_draft(desk, author, one, revising) for one in made]
        have = {one.said.key: one for one in review.now.decided}
        new = [one for one in made if one.key not in have or not _is_said(have[one.key], one)]
        drafts = [_draft(desk, author, one, revising) for one in new]
        return drafts or have[made[0].key].heard.statement

    return desk.state(look)


def check_approval(desk: Desk, account: str, actions: frozenset[str], author: Author, now: Round) -> None:
    """Raises InputError where this account may not approve the review, or nobody may yet."""
    if ACTION not in actions:
        raise InputError(
            f"{account} may not approve a review: that takes the role qualified-person; the signature may "
            "mean reviewed or responsible"
        )
    if now.approval is not None:
        by = now.approval.said.printed
        raise InputError(f"{by} approved revision {now.number} of the review of {now.alarm} already")
    if not now.is_over:
        raise InputError(f"{now.alarm} goes on: a review is approved once its excursion is over")
    if now.state is not State.DISPOSED:
        raise InputError(_missing(now))
    for word in (now.assessment, *now.decided):
        if word is not None:
            _check_other(desk, account, author, word.heard.statement)


def _check_other(desk: Desk, account: str, author: Author, said: Statement) -> None:
    if account_in(said.origin) == account:
        raise InputError(f"{said.by} ({account}) said {said.id}: somebody else has to approve it")
    check_second(desk, said, author)


def former(of: Review, key: Key) -> Decided | None:
    """What was decided of a unit in the revision before."""
    decided = of.earlier[-1].decided if of.earlier else ()
    return next((one for one in decided if one.said.key == key), None)


def _as_before(of: Review) -> Assessment:
    judged = next((one.assessment for one in reversed(of.earlier) if one.assessment is not None), None)
    if judged is None:
        raise InputError(f"no revision of the review of {of.now.alarm} before this one has an assessment")
    return judged.said


def _decided_before(of: Review, keys: Sequence[Key]) -> list[Disposition]:
    """Of those that had one in the revision before."""
    found = [one.said for one in (former(of, key) for key in keys) if one is not None]
    if not found:
        raise InputError("none of these units had a disposition in the revision before: decide anew")
    return found


def _missing(now: Round) -> str:
    if now.assessment is None:
        return f"revision {now.number} of the review of {now.alarm} has no assessment: assess it first"
    codes = [code for _, code in now.undecided]
    named = ", ".join(codes[:MOST_NAMED]) + (" ..." if codes[MOST_NAMED:] else "")
    return f"{counted(len(codes), 'unit')} have no disposition in revision {now.number}: {named}"


def _repeated(before: Judged, said: Assessment) -> Statement:
    statement = before.heard.statement
    if before.said == said:
        return statement
    raise InputError(
        f"{statement.by} has assessed {said.alarm} already: correct that with --corrects {statement.id} "
        "--reason TEXT"
    )


def _is_said(one: Decided, said: Disposition) -> bool:
    """Whether it says the same already. Raises InputError where something else counts, and no quarantine."""
    if one.said == said:
        return True
    if one.said.decision == QUARANTINE != said.decision:
        return False
    statement = one.heard.statement
    raise InputError(
        f"{statement.by} has decided of {said.code} already: {one.said.decision}; correct that with "
        f"--corrects {statement.id} --reason TEXT"
    )


def _keys(now: Round, codes: Sequence[str]) -> list[Key]:
    """Of these units, or of all that have no disposition. Raises InputError."""
    if now.basis["units"] is None:
        raise InputError(UNKNOWN_CONTENTS)
    if codes:
        return _among(now, codes)
    if not now.undecided:
        raise InputError("no unit is without a disposition: name those that you mean")
    return list(now.undecided)


def _among(now: Round, codes: Sequence[str]) -> list[Key]:
    return list(dict.fromkeys(_key(now, code) for code in codes))


def _key(now: Round, code: str) -> Key:
    found = units_among(now.units, code)
    if not found:
        raise InputError(f"{code[:80]!r} was not inside in {now.alarm}; `cryogate review` shows which were")
    if len(found) > 1:
        named = ", ".join(f"{known} ({scheme})" for scheme, known in found)
        raise InputError(f"{code[:80]!r} is the code of several units: {named[:500]}; give the whole of one")
    return found[0]


def _said(row: AlarmRow, key: Key, said: Decision) -> Disposition:
    return Disposition(row.id, *key, said.decision, said.why, said.references)


def _draft(desk: Desk, author: Author, said: Disposition, revising: Revising) -> Statement:
    return desk.draft(deciding, said, author, desk.clock.now_ns(), revising)


def _correction(
    desk: Desk, row: AlarmRow, kind: str, corrects: str | None, reason: str
) -> tuple[Revising, Statement | None]:
    """Raises InputError where it is of another review."""
    revising, corrected = correction(Words(desk.journal), kind, corrects, reason)
    if corrected is not None and corrected.body["alarm"] != row.id:
        raise InputError(f"{corrected.id} is of the review of {corrected.body['alarm']}")
    return revising, corrected


def _check_unit(corrected: Statement, keys: Sequence[Key]) -> None:
    before = deciding.of(corrected.body)
    if list(keys) != [before.key]:
        raise InputError(f"{corrected.id} is of {before.code}: a correction names that one unit")
