"""The first lines of a unit: what it went through, where it is, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Symbol, Table
from gateway.dossier.matrix import svg_of
from gateway.dossier.sections import Attached
from gateway.dossier.words import NONE, Text, W, duration, moment, plural

TITLE: Final = W("", "")  # the title of the report stands above it
HEAD: Final = (
    W("二维码", "Code"), W("编码", "Code as text"), W("产品", "Product"), W("身份链", "Chain of identity"),
    W("现在所在", "Is now in"),
)  # fmt: skip


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    yield Line(headline(facts), "verdict")
    if facts["preliminary"]:
        at = moment(facts, facts["as_of"])
        yield Line(
            W(
                f"初步报告：截至 {at} 产品仍在容器中，或超限仍在持续。",
                f"Preliminary: at {at} the unit was still inside, or an excursion of it went on.",
            ),
            "warning",
        )
    yield Line(_rests_on(facts))
    yield Table(HEAD, (_unit(facts),), (0.9, 2.4, 1.8, 1.8, 1.6))


def headline(facts: Mapping[str, Any]) -> W:
    """Excursions, time beyond limits, stays."""
    hit = list(dict.fromkeys(part["alarm"] for part in facts["excursions"]))
    return W(f"{_hit(facts, hit).zh}。{_places(facts).zh}。", f"{_hit(facts, hit).en}. {_places(facts).en}.")


def _hit(facts: Mapping[str, Any], hit: Sequence[str]) -> W:
    doubtful = any(not part["certain"] for part in facts["excursions"])
    maybe = W("（部分存疑）", ", some of them in doubt") if doubtful else W("", "")
    if not facts["stays"]:
        return W("没有有效的所在声明：一概未知", "No statement says where it was: nothing is known")
    if not hit:
        return W("据声明的所在，未发现经历超限", "No excursion was found where it is stated to have been")
    long, many = duration(facts["beyond_s"]), plural(len(hit), "excursion")
    if facts["beyond_s"] is None:
        return W(
            f"经历超限 {len(hit)} 次{maybe.zh}，超限时间未知",
            f"It was inside during {many}{maybe.en}; for how long beyond a limit is not known",
        )
    return W(
        f"经历超限 {len(hit)} 次{maybe.zh}，最长超出同一限值 {long.zh}",
        f"It was inside during {many}{maybe.en}, longest beyond one limit: {long.en}",
    )


def _places(facts: Mapping[str, Any]) -> W:
    stays, gaps = facts["stays"], facts["between"]
    assets = len({one["asset"] for one in stays})
    lost = W("", "")
    if gaps:
        times = plural(len(gaps), "time")
        lost = W(f"，其间 {len(gaps)} 段所在不明", f"; of {times} between, nobody has said where it was")
    return W(
        f"共 {len(stays)} 段停留，{assets} 个容器{lost.zh}",
        f"{plural(len(stays), 'stay')} in {plural(assets, 'asset')}{lost.en}",
    )


def _unit(facts: Mapping[str, Any]) -> tuple[Text | Symbol, ...]:
    unit = facts["unit"]
    drawn = svg_of(unit["scheme"], unit["code"])
    now = [
        one["asset"] + (f" / {one['zone']}" if one["zone"] else "") for one in facts["stays"] if not one["to"]
    ]
    return (
        NONE if drawn is None else Symbol(drawn, f"DataMatrix {unit['code']}"),
        f"{unit['code']} ({unit['scheme']})",
        unit["product"] or NONE,
        unit["chain_of_identity"] or NONE,
        ", ".join(now) or W("未声明", "not stated"),
    )


def _rests_on(facts: Mapping[str, Any]) -> W:
    many, entry = len(facts["statements"]), facts["basis"]["journal"]["last_entry"]
    probes = len({probe["channel"] for stay in facts["stays"] for probe in stay["probes"]})
    return W(
        f"依据：关于它的 {many} 条声明；所在处 {probes} 个探头的读数；"
        f"当时的限值；日志 {entry} 及之前的全部条目。",
        f"It rests on {plural(many, 'statement')} about it; "
        f"readings of {plural(probes, 'probe')} where it was; "
        f"limits of then; journal entries up to {entry}.",
    )
