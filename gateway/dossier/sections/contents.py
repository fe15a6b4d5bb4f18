"""What was inside an asset: each unit from when to when, by whose word, and what it went through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Symbol, Table
from gateway.dossier.matrix import svg_of
from gateway.dossier.sections import Attached
from gateway.dossier.words import Marked, Text, W, duration, joined, moment, utc

TITLE: Final = W("内容", "Contents")
UNKNOWN: Final = W(
    "未知：无人说明其中有何产品。这并不表示其中没有产品。",
    "Unknown: nobody has stated what was inside. That does not mean that there was nothing.",
)
NONE: Final = W("据记录，内无产品。", "By what was stated, no unit was inside.")
HEAD: Final = (
    W("二维码", "Code"), W("编码与产品", "Code as text, product"), W("自", "Since"), W("至", "Until"),
    W("声明", "Stated by"), W("超限", "Excursions"), W("最长超限", "Longest beyond"),
)  # fmt: skip
WIDTHS: Final = (0.9, 2.2, 1.4, 1.4, 1.7, 1.1, 1.1)
LATE: Final = W("事后声明", "stated afterwards")
DOUBTFUL: Final = W("存疑：声明相互矛盾", "possibly: statements contradict each other")
NOTE: Final = W(
    "最长超限：同一探头与规则的超限时间之和，取其中最长者；没有限值的规则（如无数据）不计。",
    "Longest beyond: times beyond the limit of one probe and rule added up; the longest of these sums. Rules "
    "without a limit, as silence, are not in it.",
)


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    contents = facts["contents"]
    if not contents["known"]:
        yield Line(UNKNOWN, "warning")
    elif not contents["units"]:
        yield Line(NONE)
    else:
        yield Table(HEAD, tuple(_row(facts, one) for one in contents["units"]), WIDTHS)
        yield Line(NOTE, "note")


def _row(facts: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[Text | Symbol, ...]:
    drawn = svg_of(one["scheme"], one["code"])
    symbol = "—" if drawn is None else Symbol(drawn, f"DataMatrix {one['code']}")
    until: Text = W("仍在其中", "still inside") if one["to"] is None else moment(facts, one["to"])
    return (
        symbol,
        unit_words(one),
        moment(facts, one["from"]),
        until,
        stated_by(one, facts["shown"]["to"]),
        joined(one["excursions"]) or W("无", "none"),
        W("未知", "unknown") if one["beyond_s"] is None else duration(one["beyond_s"]),
    )


def unit_words(one: Mapping[str, Any]) -> Text:
    """Code, product, chain of identity, zone; said where it is in doubt."""
    chain, zone = one["chain_of_identity"], one.get("zone")
    told = [f"{one['code']} ({one['scheme']})", one["product"], f"CoI {chain}" if chain else "", zone or ""]
    words = ", ".join(filter(None, told))
    if one["certain"]:
        return words
    return Marked(words, DOUBTFUL)


def stated_by(stay: Mapping[str, Any], over: str | None) -> Text:
    """Who, when, and the entry; said where that was after it was `over`."""
    late = over is not None and any(one["at"] > over for one in stay["stated"])
    told = "; ".join(f"{one['by']}, {utc(one['at'])}, {one['id']}" for one in stay["stated"])
    return Marked(told, LATE) if late else told
