"""The review of an excursion as facts: each revision with its words and signatures, and what changed."""

from __future__ import annotations

from typing import Any

from gateway.dossier.case import Case
from gateway.questions.review_rows import rounds
from gateway.questions.reviews import reviewed


def review(case: Case) -> dict[str, Any] | None:
    """As it was in this state of the journal; None where nobody has said anything in it."""
    found = reviewed(case.journal, case.alarm, case.as_of.seq)
    if found is None or not found.review.is_begun:
        return None
    return {"revisions": rounds(found.review)}
