"""The checkpoint of the evidence log, as text and as QR code, and which entries are proven under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Pairs, Symbol, Table
from gateway.dossier.matrix import qr_of
from gateway.dossier.sections import Attached
from gateway.dossier.words import Text, W, joined

TITLE: Final = W("证据日志", "Evidence log")
HEAD: Final = (W("条目", "Entry"), W("内容", "What it is"), W("证明文件（附件）", "Proof, attached"))
ABOUT: Final = {
    "configuration": W("配置", "configuration"),
    "alarm": W("报警经过", "history of the alarm"),
    "placements": W("探头位置", "placement of a probe"),
    "contents": W("内容声明", "statement of contents"),
    "journal": W("日志中已入证据日志的最新条目", "the newest entry of this report that is in the log"),
}
NONE: Final = W(
    "证据日志读不出，或尚未签名：本报告内没有证明。",
    "The evidence log could not be read, or has signed nothing yet: this report carries no proof.",
)
SCAN: Final = W(
    "二维码即上述检查点全文及其签名。扫描后自行保存：日后可凭它证明，此前的一切均未更改、未遗漏。",
    "The code is this checkpoint with its signature. Scan it and keep it: it shows later whether anything "
    "before it was changed or left out.",
)
HOW: Final = W(
    "核对：cryogate verify --key 密钥 文件.pdf，或 cryogate_verify.py。密钥须另经可信途径取得。",
    "To check: cryogate verify --key KEY FILE.pdf, or cryogate_verify.py, which needs no Cryogate. Get the "
    "key by another way that you trust.",
)
MOST_NAMED: Final = 20
QR_MM: Final = 34  # 61 modules of 0.56 mm: a camera reads them from a copy


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    evidence = facts.get("evidence")
    if evidence is None:
        return
    if "problem" in evidence:
        yield Line(NONE, "warning")
        return
    yield Pairs(tuple(_checkpoint(evidence)))
    drawn = qr_of(evidence["checkpoint"])
    if drawn is not None:
        code = Symbol(drawn, W("检查点的二维码", "QR code of the checkpoint"), QR_MM)
        yield Table((W("二维码", "QR code"), W("用途", "What for")), ((code, SCAN),), (1.2, 3.0))
    if evidence["proofs"]:
        yield Table(HEAD, tuple(_row(one) for one in evidence["proofs"]), (1.4, 2.2, 1.8))
    yield from map(Line, _not_inside(evidence))
    yield Line(HOW, "note")


def _checkpoint(evidence: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    """Line by line, so that it can be typed."""
    text, _, signatures = evidence["checkpoint"].partition("\n\n")
    origin, leaves, root, *_ = text.split("\n")
    yield W("日志名称", "Log (origin)"), origin
    yield W("叶数", "Leaves"), leaves
    yield W("根散列", "Root"), root
    for line in signatures.splitlines():
        yield W("签名", "Signature"), line
    yield W("签名密钥", "Key"), evidence["key"]


def _row(one: Mapping[str, Any]) -> tuple[Text, Text, Text]:
    zh, en = ([getattr(ABOUT[about], lang) for about in one["about"]] for lang in ("zh", "en"))
    return one["entry"], W("，".join(zh), joined(en)), one["name"]


def _not_inside(evidence: Mapping[str, Any]) -> Iterator[Text]:
    later, more = evidence["not_yet"], sum(evidence["left_out"].values())
    if later:
        named = joined(later[:MOST_NAMED]) + ("" if len(later) <= MOST_NAMED else ", …")
        yield W(
            f"此检查点之后的条目，尚未证明：{named}",
            f"Later than this checkpoint, and not proven by it: {named}",
        )
    if more:
        yield W(
            f"另有 {more} 条未附证明；可用 cryogate evidence prove 取得。",
            f"{more} more have no proof inside: `cryogate evidence prove` makes one of any entry.",
        )
