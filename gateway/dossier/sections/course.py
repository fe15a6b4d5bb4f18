"""The charts, each with a line that says how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Picture
from gateway.dossier.chart import svg_of
from gateway.dossier.sections import Attached
from gateway.dossier.views import View, views
from gateway.dossier.words import UNITS, W, moment, number

TITLE: Final = W("过程", "Course")
MOST: Final = 24  # charts; a vessel has a dozen probes at most
KEY: Final = W(
    "虚线：当时的限值；红色区域：超限；斜线区域：无法证明；圆圈：存疑读数；叉号：无效读数。",
    "Dashed: limits of then; red: the excursion; hatched: not proven; rings: uncertain readings; crosses: "
    "bad readings.",
)


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    drawn = [view for view in views(facts) if view["line"]["readings"]]
    for view in drawn[:MOST]:
        yield Picture(svg_of(view), _alt(view))
        probe = view["probe"]
        unit = UNITS.get(probe["unit"], probe["unit"])
        zone = f" / {view['place']['zone']}" if view["place"]["zone"] and len(drawn) > 1 else ""
        named = W(
            f"{probe['channel']}{zone}，{unit}，时间为 UTC。",
            f"{probe['channel']}{zone}, {unit}, times are UTC.",
        )
        key = KEY if view is drawn[0] else W("", "")
        yield Line(W(f"{named.zh}{key.zh}", f"{named.en} {key.en}".rstrip()) + _reduced(view["line"]), "note")
    if len(drawn) > MOST:
        more = len(drawn) - MOST
        yield Line(
            W(
                f"另有 {more} 个探头未绘出；附件含其读数。",
                f"{more} more are not drawn; their readings are attached.",
            ),
            "note",
        )


def _alt(view: View) -> W:
    unit, channel = view["probe"]["unit"], view["probe"]["channel"]
    if not view["excursions"]:
        return W(f"{channel} 的读数曲线，无超限", f"Line of the readings of {channel}, without an excursion")
    told = [(number(one["extreme"], unit), moment(view, one["extreme_at"])) for one in view["excursions"]]
    zh = "；".join(f"极值 {extreme}（{at}）" for extreme, at in told)
    en = "; ".join(f"extreme {extreme} at {at}" for extreme, at in told)
    return W(f"{channel} 的读数曲线，{zh}", f"Line of the readings of {channel}, {en}")


def _reduced(line: Mapping[str, Any]) -> W:
    if not line["row_s"]:
        return W("每个读数各为一点。", "Each reading is a point.")
    wide = f"{line['row_s']:.3g}"
    return W(
        f"每 {wide} 秒的最低与最高读数为一竖线。", f"The lowest and highest of each {wide} s are a line."
    )
