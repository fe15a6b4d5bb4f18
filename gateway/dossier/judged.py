"""The review of an excursion as facts: each revision with its words and signatures, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.dossier.case import Case
from gateway.published.values import moment
from gateway.questions.review_rows import rounds
from gateway.questions.reviews import reviewed


def review(case: Case) -> dict[str, Any] | None:
    """As it was in this state of the journal; None where nobody has said anything in it."""
    found = reviewed(case.journal, case.alarm, case.as_of.seq)
    if found is None or not found.review.is_begun:
        return None
    return {"revisions": rounds(found.review)}


def decisions(case: Case, scheme: str, code: str) -> Iterator[dict[str, Any]]:
    """What was decided of a unit in the review of an excursion that it was in: a row for each revision."""
    told = review(case)
    for one in () if told is None else told["revisions"]:
        said = next(
            (u["disposition"] for u in one["units"] if (u["scheme"], u["code"]) == (scheme, code)), None
        )
        if said is not None:
            approval = next((sign for sign in one["signatures"] if sign["approves"]), None)
            found = {"alarm": case.alarm, "start": moment(case.found.start_ns), "revision": one["revision"]}
            yield {**found, "state": one["state"], **said, "approval": approval}
