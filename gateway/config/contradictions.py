"""Rules of one channel that contradict each other: no value is right, or one of them can never fire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.config.types import Rule
from gateway.screening.rules import LIMIT, limit_of, plausible


def contradictions(rules: Sequence[Rule]) -> Iterator[str]:
    """What is wrong with the rules that are in force together on a channel, in words."""
    limits = [(r.id, limit_of(r.kind, r.parameters)) for r in rules if r.kind == LIMIT]
    highs = [(told[1], name) for name, told in limits if told and told[0] == "high"]
    lows = [(told[1], name) for name, told in limits if told and told[0] == "low"]
    if highs and lows and min(highs)[0] < max(lows)[0]:
        (high, above), (low, below) = min(highs), max(lows)
        yield f"no value is in range: rule {above!r} allows up to {high:g}, rule {below!r} from {low:g} on"
    for rule in rules:
        if isinstance(rule.parameters, plausible.Parameters):
            yield from _never(rule.id, rule.parameters, highs, lows)


def _never(
    name: str,
    told: plausible.Parameters,
    highs: Sequence[tuple[float, str]],
    lows: Sequence[tuple[float, str]],
) -> Iterator[str]:
    """Limits beyond which every reading is BAD, so that none is ever beyond them."""
    beyond = [entry for entry in highs if entry[0] >= told.ceiling]
    beyond += [entry for entry in lows if entry[0] <= told.lowest]
    for value, rule in beyond[:3]:
        yield (
            f"rule {rule!r} can never fire: rule {name!r} takes nothing beyond {value:g} "
            f"for a reading ({told.lowest:g} to {told.ceiling:g})"
        )
