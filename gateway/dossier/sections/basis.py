"""What the report rests on: configuration, program, journal, entries, head of the chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Pairs
from gateway.dossier.sections import Attached
from gateway.dossier.words import NONE, Text, W, joined, moment

TITLE: Final = W("依据与来源", "What it rests on")
ENTRIES: Final = {
    "alarm": W("报警条目", "Entries of alarms"),
    "contents": W("内容声明", "Statements of contents"),
    "placements": W("探头位置条目", "Placements"),
}
MOST_NAMED: Final = 60  # entries in a line; the attached JSON has all


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    yield Pairs(tuple(_rows(facts)))


def _rows(facts: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    basis = facts["basis"]
    configured, journal, entries = basis["configuration"], basis["journal"], basis["entries"]
    at = moment(facts, configured["from"])
    yield (
        W("配置指纹", "Configuration"),
        W(
            f"{configured['fingerprint']}（条目 {configured['entry']}，自 {at}）",
            f"{configured['fingerprint']} (entry {configured['entry']}, from {at})",
        ),
    )
    if configured["later"]:
        yield W("之后的配置", "Later ones"), ", ".join(configured["later"])
    judged = joined(f"Cryogate {one}" for one in basis["software"])
    if judged:
        yield W("判定软件", "Judged by"), judged
    yield W("制作软件", "Made with"), f"Cryogate {basis['made_with']}"
    yield W("日志", "Journal"), ", ".join([journal["id"], *journal["ancestors"]])
    at = moment(facts, journal["as_of"])
    yield (
        W("日志状态", "State of the journal"),
        W(f"条目 {journal['last_entry']}，{at}", f"entry {journal['last_entry']}, {at}"),
    )
    yield W("链头", "Head of the chain"), journal["chain_head"] or W("无链", "no chain")
    for name, words in ENTRIES.items():
        if entries.get(name):
            yield words, _named(entries[name])
    yield (
        W("读数", "Readings"),
        W(f"截至条目 {entries['readings_up_to']}", f"up to entry {entries['readings_up_to']}"),
    )


def _named(entries: Sequence[Any]) -> Text:
    shown, more = ", ".join(map(str, entries[:MOST_NAMED])), len(entries) - MOST_NAMED
    if more > 0:
        return W(f"{shown} 等另 {more} 条", f"{shown} and {more} more")
    return shown or NONE
