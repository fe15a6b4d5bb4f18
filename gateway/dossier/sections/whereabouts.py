"""Where each unit was, since when, by whose word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Table
from gateway.dossier.sections import Attached
from gateway.dossier.sections.contents import stated_by
from gateway.dossier.words import Text, W, moment

TITLE: Final = W("产品所在", "Where the units were")
HEAD: Final = (
    W("产品", "Unit"),
    W("位置", "Place"),
    W("自", "From"),
    W("至", "To"),
    W("声明人与条目", "Stated by, entry"),
)


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    seen = {(unit["scheme"], unit["code"]): unit for unit in facts["units"] or ()}
    rows = tuple(row for unit in seen.values() for row in _rows(facts, unit))
    if rows:
        yield Table(HEAD, rows, (2.3, 1.3, 1.6, 1.6, 1.6))


def _rows(facts: Mapping[str, Any], unit: Mapping[str, Any]) -> Iterator[tuple[Text, ...]]:
    for stay in unit["stays"]:
        place = stay["asset"] + (f" / {stay['zone']}" if stay["zone"] else "")
        until: Text = W("仍在其中", "still inside") if stay["to"] is None else moment(facts, stay["to"])
        said = stated_by(stay, facts["excursion"]["start"])
        where: Text = place if stay["certain"] else W(f"{place}（存疑）", f"{place} (doubtful)")
        yield unit["code"], where, moment(facts, stay["from"]), until, said
