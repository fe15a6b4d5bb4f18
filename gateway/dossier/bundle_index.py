"""The index of a bundle: one page without scripts, in Chinese and English, and the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.dossier.blocks import shown
from gateway.dossier.kinds import kind_of
from gateway.dossier.state import State
from gateway.dossier.words import W, utc
from gateway.published.values import moment
from gateway.text import csv_cell

HEAD: Final = ("file", "kind", "asset", "alarm", "from", "to", "preliminary", "certainty", "bytes", "sha256")
NAMES: Final = (
    W("报告", "Report"), W("资产", "Asset"), W("自", "From"), W("至", "To"), W("结论", "Outcome"),
    W("SHA-256", "SHA-256"),
)  # fmt: skip
OUTCOMES: Final = {
    "certain": W("超限确定", "excursion, certain"),
    "possible": W("可能超限", "excursion, possible"),
    "within uncertainty": W("在测量不确定度之内", "within the uncertainty of measurement"),
    "not applicable": W("无限值可比", "no limit to compare with"),
}
PRELIMINARY: Final = W("初步", "preliminary")
STYLE: Final = (
    "body{font:15px/1.5 sans-serif;margin:2em auto;max-width:75em;padding:0 1em}"
    "table{border-collapse:collapse}"
    "td,th{border-bottom:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}"
    "code{overflow-wrap:anywhere}"
)
CHECK: Final = W(
    "核对：sha256sum -c SHA256SUMS；python3 cryogate_verify.py --key 密钥 reports/文件.pdf"
    "（需 Python 3.11 和 cryptography）。",
    "To check: sha256sum -c SHA256SUMS; python3 cryogate_verify.py --key KEY reports/FILE.pdf "
    "(Python 3.11 and the package cryptography).",
)
TRUST: Final = W(
    "log.key 是证据日志的密钥：请与经其他可信途径取得的密钥比对，一致方可采信。checkpoint 请自行保存。",
    "log.key is the key of the evidence log: compare it with the one that you got by another way that you "
    "trust. Keep the file checkpoint.",
)
NO_LOG: Final = W(
    "此网关没有证据日志：本文件包没有证明，只有校验和。",
    "This gateway has no evidence log: the bundle has checksums, and no proofs.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One report. `alarm`: empty for an asset over the period."""

    file: str
    asset: str
    alarm: str
    told: Mapping[str, Any]
    size: int
    sha256: str

    @property
    def times(self) -> tuple[str, str | None]:
        """Of the excursion, or those that are shown."""
        if self.alarm:
            return self.told["excursion"]["start"], self.told["excursion"]["end"]
        return self.told["shown"]["from"], self.told["shown"]["to"]

    @property
    def certainty(self) -> str:
        return str(self.told["certainty"]["outcome"]) if self.alarm else ""


def as_csv(rows: Sequence[Row]) -> bytes:
    """RFC 4180, in UTF-8. A cell that a spreadsheet would take for a formula has an apostrophe before it."""
    made = io.StringIO()
    lines = csv.writer(made)
    lines.writerow(HEAD)
    for one in rows:
        start, end = one.times
        preliminary = "yes" if one.told["preliminary"] else "no"
        about = (one.file, one.told["report"], one.asset, one.alarm, start, end or "", preliminary)
        lines.writerow(map(csv_cell, (*about, one.certainty, str(one.size), one.sha256)))
    return made.getvalue().encode()


def as_html(rows: Sequence[Row], state: State, start_ns: int, end_ns: int, has_log: bool) -> bytes:
    """All of it in one file: nothing is fetched, nothing runs."""
    times = f"{utc(moment(start_ns) or '')} – {utc(moment(end_ns) or '')}"
    title = W(f"检查文件包 {times}", f"Bundle for inspection {times}")
    last = moment(state.at_ns) or ""
    journal, at = state.journal.id, f"{state.seq} ({utc(last)})"
    about = W(f"日志 {journal}，截至条目 {at}。", f"Journal {journal}, up to entry {at}.")
    heads = "".join(f'<th scope="col">{_both(one)}</th>' for one in NAMES)
    body = [
        f"<h1>{_both(title)}</h1>",
        *(f"<p>{_both(one)}</p>" for one in (about, CHECK, TRUST if has_log else NO_LOG)),
        f"<table><thead><tr>{heads}</tr></thead><tbody>",
        *map(_row, rows),
        "</tbody></table>",
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
    head += f"<title>{escape(title.zh)} / {escape(title.en)}</title><style>{STYLE}</style>"
    page = f'<!doctype html>\n<html lang="zh"><head>{head}</head><body>\n' + "\n".join(body)
    return (page + "\n</body></html>\n").encode()


def _row(one: Row) -> str:
    title = kind_of(one.told).title(one.told)
    start, end = one.times
    cells = [f'<a href="{escape(one.file)}">{_both(title)}</a>', escape(shown(one.asset)), utc(start)]
    cells += ["—" if end is None else utc(end), "<br>".join(_outcome(one)), f"<code>{one.sha256}</code>"]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _outcome(one: Row) -> Iterator[str]:
    if one.certainty:
        yield _both(OUTCOMES[one.certainty])
    if one.told["preliminary"]:
        yield _both(PRELIMINARY)


def _both(text: W) -> str:
    if text.zh == text.en:
        return escape(shown(text.zh))
    return f"{escape(shown(text.zh))}<br><span lang=en>{escape(shown(text.en))}</span>"
