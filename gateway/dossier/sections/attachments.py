"""What is attached inside the file, with hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Table
from gateway.dossier.sections import Attached
from gateway.dossier.words import W

TITLE: Final = W("附件", "Attached inside this file")
HEAD: Final = (W("文件", "File"), W("字节", "Bytes"), W("SHA-256", "SHA-256"))


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:
    yield Table(HEAD, tuple((one.name, str(one.size), one.sha256) for one in attached), (1.4, 0.8, 4.6))
    channels = ", ".join(facts["channels"])
    yield Line(
        W(
            f"读数：{channels}，图中时段，如日志所载。facts.json：本报告的全部事实（键已排序，"
            "无空格，UTF-8）。",
            f"Samples: {channels}, over the time shown, as the journal has them. facts.json: all facts of "
            "this report (keys sorted, no blanks, UTF-8).",
        ),
        "note",
    )
    if not any(one.name.endswith(".csv") for one in attached):
        yield Line(
            W(
                "读数过多，不附 CSV；Parquet 文件含全部读数。",
                "Too many readings for CSV; the Parquet file has all.",
            ),
            "note",
        )
