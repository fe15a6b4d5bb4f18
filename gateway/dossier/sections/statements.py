"""Everything that was said about a unit, in effect or not, and contradictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Table
from gateway.dossier.sections import Attached
from gateway.dossier.words import Text, W, moment

TITLE: Final = W("关于它的声明", "Statements about it")
HEAD: Final = (
    W("声明时间", "Stated at"), W("声明人与条目", "By, entry"), W("内容", "What"), W("是否有效", "In effect"),
)  # fmt: skip


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    if facts["statements"]:
        rows = tuple(_row(facts, one) for one in facts["statements"])
        yield Table(HEAD, rows, (1.6, 1.6, 2.8, 2.0))
    for words in facts["conflicts"]:
        yield Line(words, "item")


def _row(facts: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[Text, ...]:
    place = one["asset"] + (f" / {one['zone']}" if one["zone"] else "")
    begin, end = moment(facts, one["from"]), moment(facts, one["to"])
    told = (
        W(f"自 {begin} 在 {place}", f"in {place} from {begin} on")
        if one["to"] is None
        else W(f"{begin} 至 {end} 在 {place}", f"in {place} from {begin} to {end}")
    )
    why = f" ({one['reason']})" if one["reason"] else ""
    counts = W("有效", "yes") if one["counts"] else W("无效", "no")
    fate = f"{one['fate']}" if one["fate"] else ""
    return (
        moment(facts, one["at"]),
        f"{one['by']}, {one['id']}{why}",
        told,
        W(f"{counts.zh}：{fate}", f"{counts.en}: {fate}") if fate else counts,
    )
