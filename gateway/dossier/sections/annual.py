"""The first lines of a year: how many excursions, what is still open, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line
from gateway.dossier.sections import Attached
from gateway.dossier.words import SEVERITIES, W, moment, plural

TITLE: Final = W("", "")  # the title of the report stands above it


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    yield Line(headline(facts), "verdict")
    if facts["preliminary"]:
        at = moment(facts, facts["as_of"])
        why = (
            W("年度尚未结束", "the year has not ended")
            if not facts["has_ended"]
            else W("有超限仍在持续", "excursions still go on")
        )
        yield Line(W(f"初步报告：截至 {at} {why.zh}。", f"Preliminary: at {at} {why.en}."), "warning")
    entry = facts["basis"]["journal"]["last_entry"]
    yield Line(
        W(
            f"依据：日志 {entry} 及之前的全部条目。计入各站点当地年度内开始的超限；已撤回的不计。",
            f"It rests on journal entries up to {entry}. Counted are excursions that began in the year of "
            "the clocks of each site; those that were withdrawn are not.",
        )
    )


def headline(facts: Mapping[str, Any]) -> W:
    """How many, how severe, where, and what nobody has closed."""
    sites = facts["sites"]
    total = sum(one["count"] for one in sites)
    assets = [asset for one in sites for asset in one["assets"]]
    hit = sum(asset["count"] > 0 for asset in assets)
    zh, en = (
        f"{len(sites)} 个站点的 {len(assets)} 个容器",
        f"{plural(len(assets), 'asset')} at {plural(len(sites), 'site')}",
    )
    if not total:
        return W(f"{zh}：未发现超限。", f"{en}: no excursion was found.")
    severe = [(sum(one["by_severity"][name] for one in sites), words) for name, words in SEVERITIES.items()]
    told = [(many, words) for many, words in reversed(severe) if many]
    opened = sum(one["not_closed"] for one in sites)
    return W(
        f"{zh}中 {hit} 个发生超限 {total} 次（{'，'.join(f'{w.zh} {n}' for n, w in told)}）；"
        f"{opened} 次的报警尚未关闭。",
        f"{plural(total, 'excursion')} in {hit} of {en} ({', '.join(f'{n} {w.en}' for n, w in told)}); the "
        f"alarms of {opened} of them are not closed.",
    )
