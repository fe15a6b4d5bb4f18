"""What was said about a unit, in effect or not, and what became of each statement."""

from __future__ import annotations

from gateway.dataclass import dataclass
from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, second
from gateway.traceability.whereabouts import latest


@dataclass(frozen=True, slots=True)
class Mention:
    """A statement about a unit. `counts`: what follows for the unit rests on it; if not, `fate` says why."""

    said: Containment
    counts: bool
    fate: str = ""


def history_of(containments: Containments, scheme: str, code: str) -> list[Mention]:
    """Every statement about a unit, in the order in which they were said."""
    said = containments.said_of(scheme, code)
    return [_mention(containments, said, number) for number in range(len(said))]


def _mention(containments: Containments, said: tuple[Containment, ...], number: int) -> Mention:
    word = said[number]
    fate = _taken_back(containments, said, word)
    if fate:
        return Mention(word, False, fate)
    in_effect = [w for w in said if w.matter == word.matter and containments.effects.counts(w.id)]
    (counting,) = latest(in_effect)
    if counting.to_ns != word.to_ns:
        return Mention(word, False, f"superseded by {_source(counting)}")
    if counting is word:
        return Mention(word, True)
    came_later = said.index(counting) > number
    return Mention(word, True, f"{'said again in' if came_later else 'repeats'} {counting.id}")


def _taken_back(containments: Containments, said: tuple[Containment, ...], word: Containment) -> str:
    """By whom and why a statement was corrected or withdrawn; empty: by nobody."""
    answer = containments.effects.answer_to(word.id)
    if answer is None:
        return ""
    withdrawn = containments.withdrawn.get(answer.id)
    if withdrawn is not None:
        when = second(withdrawn.stated_ns)
        return f"withdrawn by {withdrawn.by} ({withdrawn.id}, {when}): {withdrawn.reason}"
    correction = next((w for w in said if w.id == answer.id), None)
    return f"corrected by {answer.id if correction is None else _source(correction)}"


def _source(word: Containment) -> str:
    why = f": {word.reason}" if word.reason else ""
    return f"{word.by} ({word.id}, {second(word.stated_ns)}){why}"
