"""Excursions, a row each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Table
from gateway.dossier.sections import Attached
from gateway.dossier.sections.verdict import OUTCOMES, SILENT, WITHDRAWN
from gateway.dossier.words import (
    ENDS,
    SEVERITIES,
    STATES,
    Text,
    W,
    duration,
    in_language,
    moment,
    number,
    one_of,
)

TITLE: Final = W("超限", "Excursions")
HEAD: Final = (
    W("报警", "Alarm"), W("期间", "Time"), W("规则与级别", "Rule, severity"),
    W("极值与限值", "Extreme, limit"), W("超限时间", "Beyond"), W("产品", "Units"),
    W("判断与报警状态", "Judged, state of the alarm"),
)  # fmt: skip
MOST: Final = 300  # on paper, some 40 pages; nobody reads more
WIDTHS: Final = (1.1, 2.1, 1.3, 1.2, 1.1, 0.7, 1.7)
NOTE: Final = W(
    "每次超限另有报告：cryogate report 报警号。",
    "Of each there is a report of its own: cryogate report ALARM.",
)


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    if facts["excursions"]:
        yield Table(HEAD, tuple(_row(facts, one) for one in facts["excursions"][:MOST]), WIDTHS)
        more = len(facts["excursions"]) - MOST
        if more > 0:
            yield Line(W(f"另有 {more} 次，见 facts.json。", f"{more} more are in facts.json."), "note")
        yield Line(NOTE, "note")


def _row(facts: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[Text, ...]:
    unit, limit = one["unit"], one["limit"]["value"]
    place = one if "place" in one else facts
    begin, end = moment(place, one["start"]), moment(place, one["end"])
    goes_on, ended = one_of(ENDS, None), one_of(ENDS, one["ended_by"])
    lasted = (
        f"{begin} – {end}"
        if one["end"]
        else W(f"{begin} 起，{_zh(goes_on)}", f"from {begin}, {_en(goes_on)}")
    )
    severity = one_of(SEVERITIES, one["severity"])
    rule = W(f"{one['rule']}，{_zh(severity)}", f"{one['rule']}, {_en(severity)}")
    reached = number(one["extreme"], unit)
    far = (
        reached
        if limit is None
        else W(f"{reached}，限值 {number(limit, unit)}", f"{reached}, limit {number(limit, unit)}")
    )
    units: Text = W("未知", "unknown") if one["units"] is None else str(one["units"])
    judged, state = _judged(one), one_of(STATES, one["state"])
    told = [judged, *([] if one["ended_by"] in (None, "returned", "withdrawn") else [ended]), state]
    where = f", {one['place']['asset']}" if "place" in one else ""
    return (
        f"{one['alarm']}{where}",
        lasted,
        rule,
        far,
        duration(one["beyond_s"]),
        units,
        W("；".join(filter(None, map(_zh, told))), "; ".join(filter(None, map(_en, told)))),
    )


def _judged(one: Mapping[str, Any]) -> Text:
    if one["withdrawn"]:
        return WITHDRAWN
    if one["kind"] == "no_data":
        return SILENT
    if "certainty" not in one:  # a year is told without readings
        return ""
    return OUTCOMES.get(one["certainty"]["outcome"], W("规则触发", "the rule fired"))


def _zh(text: Text) -> str:
    return in_language(text, "zh")


def _en(text: Text) -> str:
    return in_language(text, "en")
