"""The first lines: what happened, whether that is certain, to which units, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.alarming.versions import version_words
from gateway.dossier.blocks import Block, Line
from gateway.dossier.measured import CERTAIN, POSSIBLE, WITHIN
from gateway.dossier.sections import Attached
from gateway.dossier.sections.review import standing
from gateway.dossier.words import W, duration, moment, named, number, short

TITLE: Final = W("", "")  # the title of the report stands above it
OUTCOMES: Final = {
    CERTAIN: W("超限确定", "Excursion certain"),
    POSSIBLE: W("可能超限", "Excursion possible"),
    WITHIN: W("超限幅度在测量不确定度以内", "Excursion within the uncertainty of measurement"),
}
WITHDRAWN: Final = W("已撤回：后到的读数表明并未超限", "Withdrawn: late readings show that it never was")
SILENT: Final = W("未证实：没有读数", "Not proven: there are no readings")


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    yield Line(headline(facts), "verdict")
    if facts["preliminary"]:
        at = moment(facts, facts["as_of"])
        yield Line(
            W(f"初步报告：截至 {at} 超限仍在持续。", f"Preliminary: it still went on at {at}."), "warning"
        )
    yield Line(rests_on(facts))
    if facts["review"] is not None:
        yield Line(standing(facts, facts["review"]["revisions"][-1]))


def headline(facts: Mapping[str, Any]) -> W:
    """One sentence each: outcome, what was measured, units."""
    outcome, course, inside = _outcome(facts), _course(facts), _inside(facts)
    return W(f"{outcome.zh}。{course.zh}；{inside.zh}。", f"{outcome.en}. {course.en}; {inside.en}.")


def _outcome(facts: Mapping[str, Any]) -> W:
    found = facts["excursion"]
    if found["withdrawn"]:
        return WITHDRAWN
    if found["kind"] == "no_data":
        return SILENT
    rule = found["rule"]
    fired = W(f"规则“{rule}”触发", f"Rule {rule} fired")
    return OUTCOMES.get(facts["certainty"]["outcome"], fired)


def _course(facts: Mapping[str, Any]) -> W:
    found, place, unit = facts["excursion"], facts["place"], facts["probe"]["unit"]
    where = named(place["asset"], short(place["asset_name"])) + (
        f" / {place['zone']}" if place["zone"] else ""
    )
    lasted = duration(found["duration_s"])
    start = moment(facts, found["start"])
    limit, extreme = found["limit"], number(found["extreme"], unit)
    if limit["value"] is None or found["extreme"] is None:
        return W(f"{where} 自 {start} 起 {lasted.zh}", f"{where}, {lasted.en} from {start}")
    value, high = number(limit["value"], unit), limit["side"] == "high"
    beyond = duration(found["beyond_s"])
    return W(
        f"{where} {'最高' if high else '最低'} {extreme}，{'上限' if high else '下限'} {value}，"
        f"自 {start} 起 {lasted.zh}，其中超限 {beyond.zh}",
        f"{where} reached {extreme}, {'upper' if high else 'lower'} limit {value}, for {lasted.en} from "
        f"{start}, {beyond.en} of it beyond the limit",
    )


def _inside(facts: Mapping[str, Any]) -> W:
    units = facts["units"]
    if units is None:
        return W("当时内有何物：未知（无人说明）", "what was inside is unknown, nobody has stated it")
    many = len({(one["scheme"], one["code"]) for one in units})
    if not many:
        return W("据记录，当时内无产品", "by what was stated, no unit was inside")
    return W(f"涉及产品 {many} 件", f"{many} unit{'' if many == 1 else 's'} inside")


def rests_on(facts: Mapping[str, Any]) -> W:
    """Readings, limits, certificate, journal."""
    found, probe, journal = facts["excursion"], facts["probe"], facts["basis"]["journal"]
    versions = "、".join(dict.fromkeys(map(version_words, found["profile_versions"]))) or "—"
    certificate = (probe["calibration"] or {}).get("certificate") or ""
    how_well = number(probe["expanded_uncertainty"], probe["unit"])
    zh = f"校准证书 {certificate}，扩展不确定度 ±{how_well}（k = 2）" if certificate else "无校准证书"
    en = (
        f"certificate {certificate}, expanded uncertainty ±{how_well} (k = 2)"
        if certificate
        else "no certificate"
    )
    many = found["readings"]
    return W(
        f"依据：{many} 个读数；限值版本 {versions}；{zh}；日志 {journal['last_entry']} 及之前的全部条目。",
        f"It rests on {many} readings; limits of {versions}; {en}; journal entries up to "
        f"{journal['last_entry']}.",
    )
