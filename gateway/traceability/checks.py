"""What cannot be stated about a unit, given what stands already: said in words, with what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from gateway.errors import InputError
from gateway.model import SECOND
from gateway.traceability.containment import Containments
from gateway.traceability.identity import chain_of_identity
from gateway.traceability.model import Containment, moment, second

CLOCKS_APART_NS: Final = 60 * SECOND  # whoever writes down a time may have another clock than the gateway


def check(containments: Containments, said: Containment) -> None:
    """Raises InputError with every mistake, one a line. `said.stated_ns`: by a trusted clock."""
    problems = list(mistakes(containments, said))
    if problems:
        raise InputError("\n".join(problems))


def news(containments: Containments, rows: Iterable[Containment]) -> list[Containment]:
    """Those of `rows` that say or correct something, in order; they are told to `containments`.

    Raises InputError with every mistake of all of them, one a line.
    """
    problems: list[str] = []
    new: list[Containment] = []
    for row in rows:
        wrong = list(mistakes(containments, row))
        problems += wrong
        is_repeat = not row.corrects and containments.says(row)
        if not (wrong or is_repeat):
            containments.state(row)
            new.append(row)
    if problems:
        raise InputError("\n".join(problems))
    return new


def mistakes(containments: Containments, said: Containment) -> Iterator[str]:
    """What is wrong with a statement that is about to be made."""
    unit = f"{said.unit.scheme} {said.unit.code}"
    if said.to_ns is not None and said.to_ns <= said.from_ns:
        yield f"{unit}: the stay ends before it begins, at {moment(said.to_ns)}"
    if is_ahead(said.from_ns, said.stated_ns):
        yield f"{unit}: {future(said.from_ns)}"
    if said.corrects and not said.reason:
        yield f"{unit}: a correction needs a reason"
    yield from _another_chain(containments, said)


def is_ahead(from_ns: int, now_ns: int) -> bool:
    """Whether a stay would begin in the future."""
    return from_ns > now_ns + CLOCKS_APART_NS


def future(from_ns: int) -> str:
    return f"{moment(from_ns)} is in the future; state what is inside, when it is"


def _another_chain(containments: Containments, said: Containment) -> Iterator[str]:
    before = containments.said_of(*said.unit.key)
    standing, _ = chain_of_identity(before, containments.effects)
    new = said.unit.chain_of_identity
    if standing is None or not new or new == standing.unit.chain_of_identity:
        return
    if said.corrects in {word.id for word in before}:
        return
    yield (
        f"{said.unit.scheme} {said.unit.code}: chain of identity {new!r} is another than "
        f"{standing.unit.chain_of_identity!r}, which {standing.by} stated at {second(standing.stated_ns)} "
        f"(statement {standing.id}). Where that was wrong, correct {standing.id} with a reason; "
        "otherwise look at the code and the bag again"
    )
