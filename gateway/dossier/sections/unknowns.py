"""What is not known, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line
from gateway.dossier.sections import Attached
from gateway.dossier.words import W, duration, moment, numbered

TITLE: Final = W("未知之处", "What is not known")
REASONS: Final = {
    "no calibration": W(
        "没有探头在当时的校准证书", "there is no calibration certificate of the probe for that time"
    ),
    "calibration overdue": W("当时校准已过期", "the calibration was overdue then"),
    "excess within uncertainty": W(
        "超出限值的幅度不大于扩展不确定度", "the excess is not larger than the expanded uncertainty"
    ),
    "uncertain readings": W("超限的读数都存疑", "only uncertain readings lie beyond the limit"),
}


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    for one in facts["unknown"]:
        yield Line(_words(facts, one), "item")


def _words(facts: Mapping[str, Any], one: Mapping[str, Any]) -> W:
    what = one["what"]
    if what in PLAIN:
        return PLAIN[what]
    if what == "certainty":
        why = REASONS[one["reason"]]
        return W(f"是否真的超限：{why.zh}。", f"Whether it truly was beyond the limit: {why.en}.")
    if what == "gaps":
        long = duration(one["total_s"])
        return W(
            f"图中时段有 {one['count']} 段数据缺失，未证实，共 {long.zh}。",
            numbered("{} [stretch|stretches] of the time shown [proves|prove] nothing, ", one["count"])
            + f"{long.en} together.",
        )
    if what in TIMES:
        zh, en = TIMES[what]
        at = moment(facts, one["from"]), moment(facts, one["to"])
        return W(zh.format(*at), en.format(*at))
    if what == "not ended":
        asked, known = moment(facts, one["asked_to"]), moment(facts, one["known_to"])
        return W(
            f"所问时段至 {asked}，日志只到 {known}：其后一概未知。",
            f"The time asked for ends at {asked}, the journal at {known}: nothing is known of what follows.",
        )
    if what.startswith("stay "):
        at, long = (moment(facts, one["from"]), moment(facts, one["to"])), duration(one.get("s"))
        zh, en = OF_STAYS[what]
        return W(zh.format(one["asset"], *at, long.zh), en.format(one["asset"], *at, long.en))
    if what.startswith("channel "):
        long = duration(one.get("total_s"))
        zh, en = OF_CHANNELS[what]
        named = {"channel": one["channel"], "count": one.get("count", 0)}
        many = one.get("count", 0)
        en = numbered(en.replace("{count}", "{}"), many) if "{count}" in en else en
        return W(zh.format(**named, long=long.zh), en.format(**named, long=long.en))
    if what == "outage":
        at = moment(facts, one["from"]), moment(facts, one["to"])
        return W(
            f"{at[0]} 至 {at[1]} 日志无法写入：{one['reason']}",
            f"From {at[0]} to {at[1]} the journal could not be written: {one['reason']}",
        )
    many = one.get("count", one.get("counted", 0))
    zh, en = COUNTED[what]
    return W(numbered(zh, many), numbered(en, many))


PLAIN: Final = {
    "goes on": W("超限如何结束：它仍在持续。", "How it ends: it still goes on."),
    "contents": W(
        "当时其中有哪些产品：无人说明。这并不表示其中没有产品。",
        "Which units were inside: nobody has stated it. That does not mean that there were none.",
    ),
    "exposure": W(
        "部分产品的暴露时间：规则没有限值，或读数无法读取。",
        "How long some units were exposed: the rule has no limit, or readings cannot be read.",
    ),
    "no limits": W("三项计时：当时没有限值。", "The three clocks: no limits held at that time."),
    "nobody reached": W(
        "是否有人得到通知：没有成功送达的记录。", "Whether anybody was told: no delivery is recorded."
    ),
    "nobody answered": W(
        "是否有人处理：没有确认的记录。", "Whether anybody saw to it: no answer is recorded."
    ),
    "not proven in a year": W(
        "全年有多少时间得到证实：本汇总不读取读数；某容器的三项计时见其时段报告。",
        "How much of the year is proven: this summary reads no readings; the report of an asset over a time "
        "has its three clocks.",
    ),
    "nowhere": W("它曾在何处：没有有效的声明。", "Where it was: no statement about it is in effect."),
    "no chain": W(
        "日志没有链：它是否被改动，本报告无从证明。",
        "The journal has no chain: this report cannot prove that nobody changed it.",
    ),
    "not signed": W(
        "本文件未经签名。散列值只说明附件与本文件一致；所附证明（如有）只说明条目在证据日志中，此后未变。",
        "This file is not signed. Hashes show only that attachments belong to it; proofs, where some are "
        "inside, only that entries are in the evidence log, as they are.",
    ),
}
TIMES: Final = {
    "between": (
        "{} 至 {} 它在何处：无人说明。",
        "Where it was from {} to {}: nobody has stated it.",
    ),
    "unmeasured": (
        "{} 至 {} 没有探头测量它。",
        "From {} to {} no probe measured it.",
    ),
    "unreadable": (
        "{} 至 {} 的读数无法读取（归档文件缺失或损坏）：此时段的超限仍按先前的记载，是否完整未知。",
        "Readings from {} to {} cannot be read, because a file of the archive is missing or damaged: the "
        "excursions of that time are as they were stated, and nobody can tell whether they are all.",
    ),
}
OF_STAYS: Final = {
    "stay unmeasured": (
        "{}（{} 至 {}）：当时其所在处没有探头，一概未知。",
        "{} ({} to {}): no probe was where it was, so that nothing is known.",
    ),
    "stay without limits": (
        "{}（{} 至 {}）：并非始终有限值，因此无三项计时。",
        "{} ({} to {}): no limits held for some of the time, so that there are no three clocks.",
    ),
    "stay unproven": (
        "{}（{} 至 {}）：探头未证实的时间至多 {}。",
        "{} ({} to {}): a probe there proves nothing for up to {}.",
    ),
}
OF_CHANNELS: Final = {
    "channel silent": ("{channel}：没有读数。", "{channel}: there are no readings."),
    "channel gaps": (
        "{channel}：{count} 段数据缺失，未证实，共 {long}。",
        "{channel}: {count} [stretch proves|stretches prove] nothing, {long} together.",
    ),
    "channel bad": (
        "{channel}：{count} 处读数无效，不能证实任何事。",
        "{channel}: {count} [reading or group is|readings or groups of them are] bad and no proof.",
    ),
    "channel without limits": (
        "{channel}：并非始终有限值，因此无三项计时。",
        "{channel}: no limits held for some of the time, so that there are no three clocks.",
    ),
    "channel uncalibrated": (
        "{channel}：开始时没有校准证书，测量误差未知。",
        "{channel}: no calibration certificate at its start; its error of measurement is not known.",
    ),
}
COUNTED: Final = {
    "conflicts": (
        "关于它的所在有 {} 处相互矛盾的声明。",
        "Where it was: {} [contradiction|contradictions] between statements.",
    ),
    "contents of some": (
        "{} 次超限时其中有何产品：无人说明。",
        "What was inside in {} [excursion|excursions]: nobody has stated it.",
    ),
    "some go on": (
        "{} 次超限仍在持续。",
        "How {} [excursion ends: it still goes|excursions end: they still go] on.",
    ),
    "no readings": (
        "读数：图中时段已无读数可用（判定时计入 {} 个）。",
        "The readings: none of the time shown are left ({} were counted when it was found).",
    ),
    "bad readings": (
        "{} 处读数无效，不能证实任何事。",
        "{} [reading or group is|readings or groups of them are] bad and no proof.",
    ),
    "contradictions": (
        "{} 件产品的所在有相互矛盾的声明。",
        "Where {} [unit was|units were]: statements contradict each other.",
    ),
    "clock": (
        "{} 条记录的时间：当时网关时钟不可信。",
        "The [time|times] of {} [entry|entries]: the gateway's clock was not trusted then.",
    ),
}
