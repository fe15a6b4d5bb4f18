"""What is attached inside the file, with hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Table
from gateway.dossier.sections import Attached
from gateway.dossier.words import W, joined, moment

TITLE: Final = W("附件", "Attached inside this file")
PROOFS: Final = W(
    "*.tlog-proof：证据日志中的证明（C2SP tlog-proof）；statements.json：所证明的声明原文。",
    "*.tlog-proof: proofs of the evidence log (C2SP tlog-proof); statements.json: what is proven, as stored.",
)
HEAD: Final = (W("文件", "File"), W("字节", "Bytes"), W("SHA-256", "SHA-256"))


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:
    yield Table(HEAD, tuple((one.name, str(one.size), one.sha256) for one in attached), (1.4, 0.8, 4.6))
    if any(one.relationship == "source" for one in attached):
        yield Line(_samples(facts), "note")
    yield Line(
        W(
            "facts.json：本报告的全部事实（键已排序，无空格，UTF-8）。",
            "facts.json: all facts of this report (keys sorted, no blanks, UTF-8).",
        ),
        "note",
    )
    if any(one.relationship == "supplement" for one in attached):
        yield Line(PROOFS, "note")
    tables = [one.name.removesuffix(".parquet") for one in attached if one.name.endswith(".parquet")]
    if any(f"{name}.csv" not in {one.name for one in attached} for name in tables):
        yield Line(
            W(
                "读数过多，不附 CSV；Parquet 文件含全部读数。",
                "Too many readings for CSV; the Parquet file has all.",
            ),
            "note",
        )


def _samples(facts: Mapping[str, Any]) -> W:
    channels, shown = joined(facts["channels"]), facts["shown"]
    begin, end = moment(facts, shown["from"]), moment(facts, shown["to"])
    return W(
        f"读数：{channels}，{begin} 至 {end}，如日志所载。",
        f"Samples: {channels}, {begin} to {end}, as the journal has them.",
    )
