"""What a unit went through: each excursion while it was inside, and budgets of its products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Table
from gateway.dossier.sections import Attached
from gateway.dossier.words import Text, W, beyond, duration, moment, number, percent

TITLE: Final = W("暴露与预算", "Exposure and budgets")
HEAD: Final = (
    W("报警", "Alarm"), W("探头与规则", "Probe, rule"), W("自", "From"), W("至", "To"),
    W("超限时间", "Beyond"), W("极值", "Extreme"),
)  # fmt: skip
BUDGETS: Final = (
    W("预算", "Budget"), W("限值", "Limit"), W("允许", "Allowed"), W("已用", "Used"), W("占比", "Share"),
)  # fmt: skip
NOTE: Final = W(
    "预算：各次停留中超出限值的时间之和；每次停留取超出最久的探头；容器预算的重置不影响产品。",
    "Budgets: times beyond the limit over all stays added up, of each stay the probe that was beyond it "
    "longest; a reset is about the vessel, and gives the unit nothing back.",
)


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    if facts["excursions"]:
        yield Table(
            HEAD, tuple(_row(facts, one) for one in facts["excursions"]), (1.2, 2.0, 1.7, 1.7, 1.2, 1.0)
        )
    if facts["budgets"]:
        yield Table(BUDGETS, tuple(_budget(one) for one in facts["budgets"]), (2.0, 1.4, 1.4, 1.4, 1.0))
        yield Line(NOTE, "note")


def _row(facts: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[Text, ...]:
    until: Text = W("仍在持续", "goes on") if one["to"] is None else moment(facts, one["to"])
    alarm = one["alarm"]
    return (
        alarm if one["certain"] else W(f"{alarm}（存疑）", f"{alarm} (possibly)"),
        f"{one['channel']}, {one['rule']}",
        moment(facts, one["from"]),
        until,
        beyond(one),
        number(one["extreme"], one["unit"]),
    )


def _budget(one: Mapping[str, Any]) -> tuple[Text, ...]:
    side = W("上限", "upper") if one["side"] == "high" else W("下限", "lower")
    limit = number(one["limit"])
    return (
        one["rule"],
        W(f"{side.zh} {limit}", f"{side.en} {limit}"),
        duration(one["budget_s"]),
        duration(one["spent_s"]),
        percent(round(10_000 * one["spent_s"] / one["budget_s"])),
    )
