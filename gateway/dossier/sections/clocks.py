"""Three clocks that add up to the whole: in range, out of range, not proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Table
from gateway.dossier.sections import Attached
from gateway.dossier.words import Text, W, duration, moment
from gateway.model import SECOND

TITLE: Final = W("三项计时", "Three clocks")
CLOCKS: Final = (
    ("in_range_ns", W("正常", "In range")),
    ("out_of_range_ns", W("超限", "Out of range")),
    ("unproven_ns", W("未证实", "Not proven")),
)
WHOLE: Final = 10_000  # hundredths of a per cent


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    over = {"excursion": W("超限期间", "The excursion"), "shown": W("图中时段", "The time shown")}
    told = [(words, facts["clocks"][name]) for name, words in over.items() if facts["clocks"][name]]
    if not told:
        return
    head = (W("时段", "Over"), *(words for _, words in CLOCKS), W("合计", "Together"))
    yield Table(head, tuple(_row(words, clocks) for words, clocks in told), (1.2, 1.0, 1.0, 1.0, 1.0))
    at = moment(facts, facts["shown"]["from"]), moment(facts, facts["shown"]["to"])
    yield Line(
        W(f"图中时段：{at[0]} 至 {at[1]}。", f"The time shown: {at[0]} to {at[1]}."),
        "note",
    )
    mean = facts["clocks"]["shown"] and facts["clocks"]["shown"]["mean_kinetic_temperature_degC"]
    if mean is not None:
        yield Line(W(f"平均动力学温度 {mean:.2f} °C。", f"Mean kinetic temperature {mean:.2f} °C."), "note")


def _row(words: W, clocks: Mapping[str, Any]) -> tuple[Text, ...]:
    whole = clocks["interval_ns"]
    parts = shares([clocks[name] for name, _ in CLOCKS])
    cells = [_cell(clocks[name], part) for (name, _), part in zip(CLOCKS, parts, strict=True)]
    return (words, *cells, _cell(whole, WHOLE))


def _cell(time_ns: int, share: int) -> W:
    shown, lasted = f"{share / 100:.2f} %", duration(time_ns / SECOND)
    return W(f"{shown}，{lasted.zh}", f"{shown}, {lasted.en}")


def shares(parts: Sequence[int]) -> list[int]:
    """Hundredths of a per cent that add up to 100.00 exactly: the largest remainders are rounded up."""
    whole = sum(parts)
    found = [WHOLE * part // whole for part in parts]
    by_rest = sorted(range(len(parts)), key=lambda k: -(WHOLE * parts[k] % whole))
    for k in by_rest[: WHOLE - sum(found)]:
        found[k] += 1
    return found
