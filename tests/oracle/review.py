"""The slow twin of gateway/reviews/fold.py: after each event everything is asked of all so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.reviews.model import Amended, Event, Heard
from gateway.statements.effect import in_effect


@dataclass
class Plain:
    """What people would write on a sheet of paper for one revision."""

    number: int
    step: int
    basis: Any
    assessment: str | None
    dispositions: dict[str, str]  # code -> id of its statement
    approved_by: str | None
    state: str


def revisions(events: Sequence[Event], digest_of: Any) -> list[Plain]:
    """`digest_of(n)`: what a signature would have to be of after the first n events."""
    found: list[Plain] = []
    number, step, begun_at = 1, 0, 0  # begun_at: how many events there were when the basis last changed
    approved_by: str | None = None
    for n, event in enumerate(events):
        before = sheet(events[:n], begun_at, number, step, approved_by)
        if isinstance(event, Amended):
            if before is not None and event.basis != before.basis and spoken(events[:n], begun_at):
                found.append(before)
                number, step, approved_by, begun_at = number + 1, 0, None, n
        elif before is None or event.statement.id in [
            e.statement.id for e in events[:n] if isinstance(e, Heard)
        ]:
            continue
        elif event.statement.kind == "signature":
            said = event.statement.body
            complete = before.state == "disposed" and before.basis["excursion"]["end"] is not None
            fits = step > 0 and (said["revision"], said["digest"]) == (f"{number}.{step}", digest_of(n))
            others = speakers(events[:n], before)
            if complete and fits and said["meaning"] == "approved" and event.statement.by not in others:
                approved_by = approved_by or event.statement.id
        else:
            after = sheet(events[: n + 1], begun_at, number, step, approved_by)
            assert after is not None
            same = (after.assessment, after.dispositions) == (before.assessment, before.dispositions)
            if event.statement.withdraws and same:
                continue
            if approved_by is not None:
                found.append(before)
                number, step, approved_by = number + 1, 0, None
            step += 1
    last = sheet(events, begun_at, number, step, approved_by)
    return found if last is None else [*found, last]


def spoken(events: Sequence[Event], begun_at: int) -> bool:
    """Whether anybody's word changed anything since."""
    first = next((n for n, e in enumerate(events) if isinstance(e, Amended)), len(events))
    seen: set[str] = set()
    for n, event in enumerate(events):
        if isinstance(event, Amended) or n < first or event.statement.kind == "signature":
            continue
        is_new = event.statement.id not in seen
        seen.add(event.statement.id)
        if n < begun_at or not is_new:
            continue
        now, then = counted(events[: n + 1], begun_at), counted(events[:n], begun_at)
        if not event.statement.withdraws or now != then:
            return True
    return False


def counted(events: Sequence[Event], begun_at: int) -> tuple[str | None, dict[str, str]]:
    first = next((n for n, e in enumerate(events) if isinstance(e, Amended)), len(events))
    heard = [(n, e.statement) for n, e in enumerate(events) if isinstance(e, Heard) and n > first]
    words = [(n, s) for n, s in heard if s.kind != "signature"]
    counts = {s.id for s in in_effect(s for _, s in words)}
    numbers: dict[str, int] = {}
    for n, said in words:
        numbers.setdefault(said.id, n)
    judged: str | None = None
    decided: dict[str, str] = {}
    for n, said in words:
        if said.id in counts and numbers[said.id] == n and n >= begun_at:
            if said.kind == "assessment":
                judged = said.id
            if said.kind == "disposition":
                decided[said.body["code"]] = said.id
    return judged, decided


def sheet(
    events: Sequence[Event], begun_at: int, number: int, step: int, approved_by: str | None
) -> Plain | None:
    bases = [event.basis for event in events if isinstance(event, Amended)]
    if not bases:
        return None
    basis = bases[-1]
    judged, decided = counted(events, begun_at)
    inside = [] if basis["excursion"]["withdrawn"] else [u["code"] for u in basis["units"] or ()]
    decided = {code: decided[code] for code in inside if code in decided}
    if approved_by is not None:
        state = "approved"
    elif judged is None:
        state = "open" if number == 1 else "re-opened"
    else:
        state = "disposed" if len(decided) == len(set(inside)) else "assessed"
    return Plain(number, step, basis, judged, decided, approved_by, state)


def speakers(events: Sequence[Event], now: Plain) -> set[str]:
    ids = {now.assessment, *now.dispositions.values()}
    return {e.statement.by for e in events if isinstance(e, Heard) and e.statement.id in ids}
