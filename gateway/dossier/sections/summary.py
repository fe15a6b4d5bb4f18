"""The first lines of an asset over a time: excursions, units, what is proven, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line
from gateway.dossier.measured import CERTAIN, POSSIBLE, WITHIN
from gateway.dossier.sections import Attached
from gateway.dossier.sections.clocks import shares
from gateway.dossier.words import W, joined, moment, named, percent, plural, short

TITLE: Final = W("", "")  # the title of the report stands above it
OUTCOMES: Final = (
    (CERTAIN, W("确定", "certain")),
    (POSSIBLE, W("可能", "possible")),
    (WITHIN, W("在测量不确定度以内", "within the uncertainty of measurement")),
)
SILENT: Final = ("no_data",)


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    yield Line(headline(facts), "verdict")
    if facts["preliminary"]:
        at = moment(facts, facts["as_of"])
        why = (
            W("时段尚未结束", "the time has not ended")
            if not facts["has_ended"]
            else W("有超限仍在持续", "excursions still go on")
        )
        yield Line(W(f"初步报告：截至 {at} {why.zh}。", f"Preliminary: at {at} {why.en}."), "warning")
    yield Line(_rests_on(facts))


def headline(facts: Mapping[str, Any]) -> W:
    """One sentence each: excursions, what is proven, units."""
    happened, proven, inside = _happened(facts), _proven(facts), _inside(facts)
    place, shown = facts["place"], facts["shown"]
    where = named(place["asset"], short(place["asset_name"]))
    times = moment(facts, shown["from"]), moment(facts, shown["to"])
    return W(
        f"{happened.zh}。{where}，{times[0]} 至 {times[1]}；{proven.zh}；{inside.zh}。",
        f"{happened.en}. {where}, {times[0]} to {times[1]}; {proven.en}; {inside.en}.",
    )


def _happened(facts: Mapping[str, Any]) -> W:
    real = [one for one in facts["excursions"] if not one["withdrawn"]]
    if not real:
        return W("未发现超限", "No excursion was found")
    silent = sum(one["kind"] in SILENT for one in real)
    parts = [
        (sum(one["certainty"]["outcome"] == outcome for one in real), words) for outcome, words in OUTCOMES
    ]
    parts.append((silent, W("无数据", "without readings")))
    rest = len(real) - sum(many for many, _ in parts)
    parts.append((rest, W("其他规则", "of other rules")))
    told = [(many, words) for many, words in parts if many]
    zh = "，".join(f"{words.zh} {many} 次" for many, words in told)
    en = ", ".join(f"{many} {words.en}" for many, words in told)
    return W(f"超限 {len(real)} 次：{zh}", f"{plural(len(real), 'excursion')}: {en}")


def _proven(facts: Mapping[str, Any]) -> W:
    """Of the probe that proves least, and of the one that was longest out of range."""
    if not facts["courses"]:
        return W("没有探头测量它：一概未知", "no probe measured it: nothing is known")
    clocks = [one["clocks"]["shown"] for one in facts["courses"] if one["clocks"]["shown"]]
    if not clocks:
        return W("当时没有限值，因此无法判断", "no limits held, so that nothing can be judged")
    told = [
        shares([one[f"{name}_ns"] for name in ("in_range", "out_of_range", "unproven")]) for one in clocks
    ]
    out, unproven = max(one[1] for one in told), max(one[2] for one in told)
    if not any(one["out_of_range_ns"] or one["unproven_ns"] for one in clocks) and not facts["unmeasured"]:
        return W("全程证实正常", "all of the time is proven to be in range")
    return W(
        f"各探头超限至多占 {percent(out)}，未证实至多占 {percent(unproven)}",
        f"of the time of each probe at most {percent(out)} are out of range, at most {percent(unproven)} not "
        "proven",
    )


def _inside(facts: Mapping[str, Any]) -> W:
    contents = facts["contents"]
    if not contents["known"]:
        return W("内有何物：未知（无人说明）", "what was inside is unknown, nobody has stated it")
    units = {(one["scheme"], one["code"]) for one in contents["units"]}
    if not units:
        return W("据记录，内无产品", "by what was stated, no unit was inside")
    hit = {(one["scheme"], one["code"]) for one in contents["units"] if one["excursions"]}
    return W(
        f"产品 {len(units)} 件曾在其中，其中 {len(hit)} 件经历超限",
        f"{plural(len(units), 'unit')} inside, {len(hit)} of them during an excursion",
    )


def _rests_on(facts: Mapping[str, Any]) -> W:
    """Readings, certificates, journal."""
    many = sum(one["line"]["readings"] for one in facts["courses"])
    probes = len({one["probe"]["channel"] for one in facts["courses"]})
    certified = [one["probe"]["calibration"] for one in facts["courses"] if one["probe"]["calibration"]]
    names = joined(dict.fromkeys(one["certificate"] for one in certified))
    entry = facts["basis"]["journal"]["last_entry"]
    zh, en = (f"校准证书 {names}", f"certificates {names}") if certified else ("无校准证书", "no certificate")
    return W(
        f"依据：{probes} 个探头的 {many} 个读数；当时的限值；{zh}；日志 {entry} 及之前的全部条目。",
        f"It rests on {many} readings of {plural(probes, 'probe')}; limits of then; {en}; journal entries "
        f"up to {entry}.",
    )
