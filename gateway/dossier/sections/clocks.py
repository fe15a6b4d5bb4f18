"""Three clocks that add up to the whole: in range, out of range, not proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Table
from gateway.dossier.sections import Attached
from gateway.dossier.words import Text, W, duration, moment, percent
from gateway.model import SECOND

TITLE: Final = W("三项计时", "Three clocks")
CLOCKS: Final = (
    ("in_range_ns", W("正常", "In range")),
    ("out_of_range_ns", W("超限", "Out of range")),
    ("unproven_ns", W("未证实", "Not proven")),
)
WIDTHS: Final = (1.4, 1.0, 1.0, 1.0, 1.0)
WHOLE: Final = 10_000  # hundredths of a per cent


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    if "courses" in facts:
        yield from _of_channels(facts)
        return
    over = {"excursion": W("超限期间", "The excursion"), "shown": W("图中时段", "The time shown")}
    told = [(words, facts["clocks"][name]) for name, words in over.items() if facts["clocks"][name]]
    if not told:
        return
    yield Table(_head(W("时段", "Over")), tuple(_row(words, clocks) for words, clocks in told), WIDTHS)
    at = moment(facts, facts["shown"]["from"]), moment(facts, facts["shown"]["to"])
    yield Line(
        W(f"图中时段：{at[0]} 至 {at[1]}。", f"The time shown: {at[0]} to {at[1]}."),
        "note",
    )
    yield from _mean("", facts["clocks"]["shown"])


def _of_channels(facts: Mapping[str, Any]) -> Iterator[Block]:
    """Each over the time it measured there."""
    told = [one for one in facts["courses"] if one["clocks"]["shown"]]
    if told:
        rows = tuple(_row(_named(facts, one), one["clocks"]["shown"]) for one in told)
        yield Table(_head(W("探头", "Probe")), rows, WIDTHS)
    for one in told:
        yield from _mean(f"{one['probe']['channel']}: ", one["clocks"]["shown"])


def _named(facts: Mapping[str, Any], one: Mapping[str, Any]) -> Text:
    """With its time where that is not the whole."""
    zone = f" / {one['zone']}" if one["zone"] else ""
    name = f"{one['probe']['channel']}{zone}"
    if {"from": one["from"], "to": one["to"]} == facts["shown"]:
        return name
    return f"{name}, {moment(facts, one['from'])} – {moment(facts, one['to'])}"


def _mean(name: str, clocks: Mapping[str, Any] | None) -> Iterator[Block]:
    mean = clocks and clocks["mean_kinetic_temperature_degC"]
    if mean is not None:
        words = W(f"{name}平均动力学温度 {mean:.2f} °C。", f"{name}Mean kinetic temperature {mean:.2f} °C.")
        yield Line(words, "note")


def _head(first: W) -> tuple[W, ...]:
    return (first, *(words for _, words in CLOCKS), W("合计", "Together"))


def _row(words: Text, clocks: Mapping[str, Any]) -> tuple[Text, ...]:
    return (words, *cells(clocks))


def cells(clocks: Mapping[str, Any]) -> tuple[Text, ...]:
    """Share and time of each, and of the whole."""
    parts = shares([clocks[name] for name, _ in CLOCKS])
    told = [_cell(clocks[name], part) for (name, _), part in zip(CLOCKS, parts, strict=True)]
    return (*told, _cell(clocks["interval_ns"], WHOLE))


def _cell(time_ns: int, share: int) -> W:
    shown, lasted = percent(share), duration(time_ns / SECOND)
    return W(f"{shown}，{lasted.zh}", f"{shown}, {lasted.en}")


def shares(parts: Sequence[int]) -> list[int]:
    """Hundredths of a per cent that add up to 100.00 exactly: the largest remainders are rounded up."""
    whole = sum(parts)
    found = [WHOLE * part // whole for part in parts]
    by_rest = sorted(range(len(parts)), key=lambda k: -(WHOLE * parts[k] % whole))
    for k in by_rest[: WHOLE - sum(found)]:
        found[k] += 1
    return found
