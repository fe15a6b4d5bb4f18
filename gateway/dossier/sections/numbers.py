"""The numbers of screening, as docs/screening.md defines them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Pairs
from gateway.dossier.sections import Attached
from gateway.dossier.words import ENDS, SEVERITIES, STATES, UNITS, Text, W, duration, moment, number, one_of

TITLE: Final = W("数值", "Numbers")


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    yield Pairs(tuple(_rows(facts)))


def _rows(facts: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    found, unit = facts["excursion"], facts["probe"]["unit"]
    yield W("规则", "Rule"), f"{found['rule']} ({found['kind']})"
    yield W("级别", "Severity"), one_of(SEVERITIES, found["severity"])
    yield W("开始", "Start"), moment(facts, found["start"])
    yield W("判定", "Confirmed"), moment(facts, found["confirmed"])
    yield W("结束", "End"), moment(facts, found["end"])
    yield W("结束原因", "Ended by"), one_of(ENDS, found["ended_by"])
    yield W("历时", "Duration"), duration(found["duration_s"])
    yield (
        W("极值", "Extreme"),
        f"{number(found['extreme'], unit)}，{moment(facts, found['extreme_at'])}".replace("，—", ""),
    )
    if found["beyond_s"] is not None:
        yield W("超限时间", "Time beyond the limit"), duration(found["beyond_s"])
        yield W("度·秒", "Degree-seconds"), f"{number(found['degree_seconds'])} {UNITS.get(unit, unit)}·s"
    yield W("读数", "Readings"), str(found["readings"])
    yield W("其中未证实", "Not proven within it"), duration(found["unproven_s"])
    yield W("报警状态", "State of the alarm"), one_of(STATES, found["state"])
    if found["revision"] > 1:
        yield W("修订", "Revision"), str(found["revision"])
