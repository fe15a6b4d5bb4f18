"""The chart, with a line that says how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Picture
from gateway.dossier.chart import svg_of
from gateway.dossier.sections import Attached
from gateway.dossier.words import UNITS, W, moment, number

TITLE: Final = W("过程", "Course")


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    if not facts["line"]["readings"]:
        return
    found, probe = facts["excursion"], facts["probe"]
    extreme, at = number(found["extreme"], probe["unit"]), moment(facts, found["extreme_at"])
    alt = W(f"读数曲线，极值 {extreme}（{at}）", f"Line of the readings, extreme {extreme} at {at}")
    yield Picture(svg_of(facts), alt)
    unit = UNITS.get(probe["unit"], probe["unit"])
    yield Line(
        W(
            f"{probe['channel']}，{unit}，时间为 UTC。虚线：当时的限值；红色区域：超限；斜线区域：无法"
            "证明；圆圈：存疑读数；叉号：无效读数。",
            f"{probe['channel']}, {unit}, times are UTC. Dashed: limits of then; red: the excursion; "
            "hatched: not proven; rings: uncertain readings; crosses: bad readings.",
        )
        + _reduced(facts["line"]),
        "note",
    )


def _reduced(line: Mapping[str, Any]) -> W:
    if not line["row_s"]:
        return W("每个读数各为一点。", "Each reading is a point.")
    wide = f"{line['row_s']:.3g}"
    return W(
        f"每 {wide} 秒的最低与最高读数为一竖线。", f"The lowest and highest of each {wide} s are a line."
    )
