"""Where a unit was, by whose word, and what each probe there proves of that time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Table
from gateway.dossier.sections import Attached
from gateway.dossier.sections.clocks import CLOCKS, cells
from gateway.dossier.sections.contents import stated_by
from gateway.dossier.words import Text, W, duration, joined, moment, named

TITLE: Final = W("所在与三项计时", "Where it was, and three clocks")
HEAD: Final = (
    W("位置", "Place"), W("自", "Since"), W("至", "Until"), W("声明", "Stated by"),
    W("超限", "Excursions"), W("最长超限", "Longest beyond"),
)  # fmt: skip
WIDTHS: Final = (1.9, 1.4, 1.4, 2.0, 1.1, 1.1)
PROBES: Final = (W("位置与探头", "Place, probe"), *(words for _, words in CLOCKS), W("合计", "Together"))
NOTE: Final = W(
    "每个探头只计其与产品同在该处的时间；产品在分区内时，只计该分区与未分区的探头。",
    "Each probe counts for the time that both were there; in a zone count the probes of that zone, and those "
    "of no zone.",
)


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    if not facts["stays"]:
        return
    yield Table(HEAD, tuple(_row(stay) for stay in facts["stays"]), WIDTHS)
    rows = tuple(
        (f"{_where(stay)}, {probe['channel']}", *cells(probe["clocks"]))
        for stay in facts["stays"]
        for probe in stay["probes"]
        if probe["clocks"]
    )
    if rows:
        yield Table(PROBES, rows, (1.9, 1.0, 1.0, 1.0, 1.0))
        yield Line(NOTE, "note")


def _row(stay: Mapping[str, Any]) -> tuple[Text, ...]:
    where = _where(stay)
    until: Text = W("仍在其中", "still inside") if stay["to"] is None else moment(stay, stay["to"])
    return (
        where if stay["certain"] else W(f"{where}（存疑）", f"{where} (doubtful)"),
        moment(stay, stay["from"]),
        until,
        stated_by(stay, stay["to"]),
        joined(stay["excursions"]) or W("无", "none"),
        W("未知", "unknown") if stay["beyond_s"] is None else duration(stay["beyond_s"]),
    )


def _where(stay: Mapping[str, Any]) -> str:
    place = stay["place"]
    zone = f" / {stay['zone']}" if stay["zone"] else ""
    site = named(place["site"], place["site_name"])
    return f"{named(place['asset'], place['asset_name'])}{zone}" + (f", {site}" if site else "")
