"""How it was measured: limits of then with their version, probe, calibration, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.alarming.versions import version_words
from gateway.dossier.blocks import Block, Line, Pairs, Table
from gateway.dossier.sections import Attached
from gateway.dossier.sections.unknowns import REASONS
from gateway.dossier.sections.verdict import OUTCOMES
from gateway.dossier.views import views
from gateway.dossier.words import Text, W, moment, named, number

TITLE: Final = W("限值、探头与校准", "Limits, probe and calibration")
HEAD: Final = (W("自", "From"), W("至", "To"), W("下限", "Lower"), W("上限", "Upper"), W("版本", "Version"))
BEYOND: Final = W("超出限值的幅度大于扩展不确定度", "the excess is larger than the expanded uncertainty")


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    seen = views(facts)
    for view in seen:
        if len(seen) > 1:
            zone = f" / {view['place']['zone']}" if view["place"]["zone"] else ""
            yield Line(f"{view['probe']['channel']}{zone}", "name")
        unit = view["probe"]["unit"]
        held = [one for one in view["limits"] if one["low"] is not None or one["high"] is not None]
        if held:
            yield Table(HEAD, tuple(_limits(view, one, unit) for one in held), (2.0, 2.0, 1.0, 1.0, 1.4))
        yield Pairs(tuple(_rows(view)))


def _limits(facts: Mapping[str, Any], one: Mapping[str, Any], unit: str) -> tuple[Text, ...]:
    version = ", ".join(dict.fromkeys(map(version_words, (one["profile_version"] or "").split(", "))))
    ends = moment(facts, one["from"]), moment(facts, one["to"])
    return (*ends, number(one["low"], unit), number(one["high"], unit), version)


def _rows(facts: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    probe, place = facts["probe"], facts["place"]
    yield W("通道", "Channel"), f"{probe['channel']} ({probe['quantity']}, {probe['unit']})"
    yield (
        W("来源与地址", "Source, address"),
        f"{probe['source']} ({probe['source_kind']}), {probe['address']}",
    )
    where = named(place["asset"], place["asset_name"]) + (f" / {place['zone']}" if place["zone"] else "")
    since = (
        W(f"，自 {moment(facts, place['since'])}", f", since {moment(facts, place['since'])}")
        if place.get("since")
        else W("", "")
    )
    site = named(place["site"], place["site_name"])
    yield W("位置", "Place"), W(f"{site}，{where}{since.zh}", f"{site}, {where}{since.en}")
    yield W("允许的最长间隔", "Longest gap bridged"), f"{number(probe['max_gap_s'])} s"
    calibration = probe["calibration"]
    if calibration is None:
        yield W("校准", "Calibration"), W("无证书", "no certificate")
    else:
        yield (
            W("校准证书", "Calibration"),
            W(
                f"{calibration['certificate']}，日期 {calibration['date']}，有效至 {calibration['due']}",
                f"{calibration['certificate']}, of {calibration['date']}, due {calibration['due']}",
            ),
        )
        yield (
            W("扩展不确定度（k = 2）", "Expanded uncertainty (k = 2)"),
            f"±{number(probe['expanded_uncertainty'], probe['unit'])}",
        )
    if "certainty" in facts:
        yield from _judged(facts)


def _judged(facts: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    judged = facts["certainty"]
    outcome = OUTCOMES.get(judged["outcome"])
    if outcome is not None:
        why, excess = REASONS.get(judged["reason"], BEYOND), number(judged["excess"], facts["probe"]["unit"])
        yield (
            W("判断", "Judged"),
            W(f"{outcome.zh}：{why.zh}（超出 {excess}）", f"{outcome.en}: {why.en} (excess {excess})"),
        )
