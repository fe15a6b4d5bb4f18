"""The units that were affected: code as text and as DataMatrix, and what each went through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Symbol, Table
from gateway.dossier.matrix import svg_of
from gateway.dossier.sections import Attached
from gateway.dossier.words import Text, W, beyond, moment, number

TITLE: Final = W("受影响的产品", "Affected units")
UNKNOWN: Final = W(
    "未知：无人说明当时其中有何产品。请先查明再作处置。",
    "Unknown: nobody has stated what was inside. Find out before anything is decided.",
)
NONE: Final = W("据记录，当时内无产品。", "By what was stated, no unit was inside.")
HEAD: Final = (
    W("二维码", "Code"), W("编码", "Code as text"), W("产品", "Product"), W("期间", "Inside"),
    W("超限时间", "Beyond"), W("极值", "Extreme"),
)  # fmt: skip


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    units = facts["units"]
    if not units:
        yield Line(UNKNOWN if units is None else NONE, "warning" if units is None else "plain")
        return
    yield Table(HEAD, tuple(_row(facts, unit) for unit in units), (0.9, 2.2, 1.5, 2.1, 1.1, 1.0))


def _row(facts: Mapping[str, Any], unit: Mapping[str, Any]) -> tuple[Text | Symbol, ...]:
    drawn = svg_of(unit["scheme"], unit["code"])
    symbol = "—" if drawn is None else Symbol(drawn, f"DataMatrix {unit['code']}")
    code: Text = f"{unit['code']} ({unit['scheme']})"
    if not unit["certain"]:
        code = W(f"{code}存疑：声明相互矛盾", f"{code} possibly: statements contradict each other")
    chain = unit["chain_of_identity"]
    product = f"{unit['product']}, CoI {chain}" if chain else unit["product"]
    begin, end = moment(facts, unit["from"]), moment(facts, unit["to"])
    on = W(f"{begin} 起，仍在其中", f"from {begin} on, still inside")
    inside = on if unit["to"] is None else f"{begin} – {end}"
    return (
        symbol,
        code,
        product,
        inside,
        beyond(unit),
        number(unit["extreme"], facts["probe"]["unit"]),
    )
