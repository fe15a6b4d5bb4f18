"""Each asset of a year, those without an excursion by name only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Table
from gateway.dossier.sections import Attached
from gateway.dossier.words import NONE, SEVERITIES, Text, W, duration, joined, named

TITLE: Final = W("容器", "Assets")
NUMBERS: Final = (
    W("超限", "Excursions"), W("级别", "Severity"), W("其中无数据", "Silences"),
    W("超限时间", "Beyond limits"), W("最长一次", "Longest"),
    W("涉及产品", "With units"), W("未关闭", "Not closed"),
)  # fmt: skip
WIDTHS: Final = (2.1, 1.2, 1.5, 0.9, 1.5, 1.5, 1.1, 0.8)
NOTE: Final = W(
    "超限时间：各次、各探头之和。涉及产品：当时其中有产品的次数，问号前为无人说明内容的次数。",
    "Beyond limits: of all excursions and probes added up. With units: how often units were inside; before "
    "the ? how often nobody has stated the contents.",
)


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    hit = [(site, one) for site in facts["sites"] for one in site["assets"] if one["count"]]
    if hit:
        head = (W("站点与容器", "Site, asset"), *NUMBERS)
        yield Table(head, tuple((_called(site, one), *numbers(one)) for site, one in hit), WIDTHS)
        yield Line(NOTE, "note")
    for site in facts["sites"]:
        quiet = joined(one["asset"] for one in site["assets"] if not one["count"])
        if quiet:
            place = named(site["place"]["site"], site["place"]["site_name"])
            yield Line(W(f"{place}，未发现超限：{quiet}", f"{place}, no excursion found: {quiet}"))


def numbers(one: Mapping[str, Any]) -> tuple[Text, ...]:
    """Of a site or an asset."""
    severe = [(one["by_severity"][name], words) for name, words in reversed(SEVERITIES.items())]
    told = [(many, words) for many, words in severe if many]
    unknown = f" + {one['units_unknown']} ?" if one["units_unknown"] else ""
    return (
        str(one["count"]),
        W("，".join(f"{w.zh} {n}" for n, w in told), ", ".join(f"{n} {w.en}" for n, w in told))
        if told
        else NONE,
        str(one["silent"]),
        duration(one["beyond_s"]) if one["count"] else NONE,
        duration(one["longest_s"]),
        f"{one['with_units']}{unknown}",
        str(one["not_closed"]),
    )


def _called(site: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    place = named(site["place"]["site"], site["place"]["site_name"])
    return f"{place}, {named(one['asset'], one['asset_name'])}"
