"""The history of the alarm in words: what changed, who was told, who answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Table
from gateway.dossier.sections import Attached
from gateway.dossier.words import (
    ENDS,
    SEVERITIES,
    STATES,
    Text,
    W,
    duration,
    in_language,
    joined,
    moment,
    number,
    one_of,
    plural,
)

TITLE: Final = W("报警经过", "History of the alarm")
HEAD: Final = (W("时间", "Time"), W("经过", "What happened"), W("条目", "Entry"))
CHANGES: Final = {
    "raised": W("报警产生", "The alarm was raised"),
    "acknowledged": W("报警已确认", "The alarm was acknowledged"),
    "returned": W("读数恢复", "Readings returned"),
    "amended": W("内容修订", "What is known was amended"),
    "ended": W("超限结束（非读数恢复）", "The excursion ended, not by a return"),
    "closed": W("报警关闭", "The alarm was closed"),
    "withdrawn": W("超限撤回", "The excursion was withdrawn"),
    "asks again": W("报警再次要求处理", "The alarm asks again for somebody"),
    "taken back": W("报警收回", "The alarm was taken back"),
    "taken": W("有人接手处理", "Somebody is on it"),
    "assigned": W("报警已指派", "The alarm was assigned"),
    "commented": W("有新备注", "A remark was made"),
    "shelved": W("报警搁置", "The alarm was shelved"),
    "suppressed": W("报警按设定静默", "The alarm was suppressed"),
    "out of service": W("停用，报警静默", "Out of service, the alarm is silent"),
    "speaks again": W("报警恢复", "The alarm speaks again"),
}
DEEDS: Final = {
    "acknowledge": W("确认", "acknowledged"),
    "take": W("接手处理", "took it"),
    "comment": W("备注", "remarked"),
    "close": W("关闭", "closed it"),
    "shelve": W("搁置", "shelved it"),
    "unshelve": W("取消搁置", "unshelved it"),
    "signature": W("签名", "signed it"),
}
AMENDED: Final = {
    "start": W("开始", "start"),
    "end": W("结束", "end"),
    "extreme": W("极值", "extreme"),
    "beyond_s": W("超限时间", "time beyond the limit"),
    "degree_seconds": W("度·秒", "degree-seconds"),
    "readings": W("读数", "readings"),
    "unproven_s": W("未证实", "not proven"),
    "ended_by": W("结束原因", "ended by"),
    "severity": W("级别", "severity"),
    "units": W("产品", "units"),
}
OUTCOMES: Final = {
    "delivered": W("已送达", "delivered"),
    "retry": W("未成功，将重试", "not yet, it is tried again"),
    "rejected": W("被拒绝", "rejected"),
}


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    rows = tuple(
        (moment(facts, row["recorded"]), _with_differences(facts, row), str(row["entry"]))
        for row in facts["history"]
    )
    if rows:
        yield Table(HEAD, rows, (2.0, 4.6, 0.6))


def _with_differences(facts: Mapping[str, Any], row: Mapping[str, Any]) -> Text:
    """What late readings or later statements changed stands behind what happened."""
    told = words(row)
    found = [_difference(facts, one) for one in row.get("differences", ())]
    if not found:
        return told
    zh, en = "；".join(one.zh for one in found), "; ".join(one.en for one in found)
    return W(f"{in_language(told, 'zh')}。{zh}", f"{in_language(told, 'en')}. {en}")


def _difference(facts: Mapping[str, Any], one: Mapping[str, Any]) -> W:
    name = AMENDED[one["what"]]
    before, after = _value(facts, one, one["before"]), _value(facts, one, one["after"])
    moved = (("+", one.get("came")), ("−", one.get("left")))
    named_ = [f"{sign}{joined(codes)}" for sign, codes in moved if codes]
    more = f" ({' '.join(named_)})" if named_ else ""
    return W(
        f"{name.zh}：{in_language(before, 'zh')} → {in_language(after, 'zh')}{more}",
        f"{name.en}: {in_language(before, 'en')} → {in_language(after, 'en')}{more}",
    )


def _value(facts: Mapping[str, Any], one: Mapping[str, Any], value: Any) -> Text:
    what = one["what"]
    if what in ("start", "end"):
        return moment(facts, value)
    if what in ("beyond_s", "unproven_s"):
        return duration(value)
    if what == "extreme":
        return number(value, facts["probe"]["unit"])
    if what == "units" and value is None:
        return W("未知", "unknown")
    if what == "degree_seconds":
        return number(value)
    known = ENDS if what == "ended_by" else SEVERITIES if what == "severity" else {}
    return one_of(known, value)


def words(row: Mapping[str, Any]) -> Text:
    """Of one entry."""
    kind = row["kind"]
    if kind == "transition":
        return _changed(row)
    if kind == "call":
        return _called(row)
    if kind == "attempt":
        return _tried(row)
    who = _who(row["by"], row["name"])
    comment = f"：{row['comment']}" if row["comment"] else ""
    if kind == "assign":
        return W(f"{who} 指派给 {row['to']}", f"{who} assigned it to {row['to']}")
    deed = DEEDS.get(kind)
    if deed is None:
        return f"{who} {row['words']}"
    return W(f"{who} {deed.zh}{comment}", f"{who} {deed.en}{comment.replace('：', ': ')}")


def _changed(row: Mapping[str, Any]) -> W:
    change, state = one_of(CHANGES, row["change"]), one_of(STATES, row["state"])
    many = row["units"]
    zh = "内有何物未知" if many is None else f"产品 {many} 件"
    en = "contents unknown" if many is None else plural(many, "unit")
    return W(
        f"{in_language(change, 'zh')}；状态：{in_language(state, 'zh')}；{zh}",
        f"{in_language(change, 'en')}; state: {in_language(state, 'en')}; {en}",
    )


def _called(row: Mapping[str, Any]) -> W:
    if not row["persons"] and not row["held"]:
        if row["spared"]:
            persons = ", ".join(row["spared"])
            return W(
                f"{persons} 刚已获知，未再通知",
                f"{persons} had just heard it, and nobody else was to be told",
            )
        return W("应通知，但无人可达", "People were to be told, and nobody could be reached")
    persons = ", ".join([*row["persons"], *row["held"]])
    drill = W("（演练）", " (drill)") if row["drill"] else W("", "")
    return W(f"决定通知 {persons}{drill.zh}", f"It was decided to tell {persons}{drill.en}")


def _tried(row: Mapping[str, Any]) -> W:
    who, outcome = _who(row["person"] or row["notifier"], row["name"]), one_of(OUTCOMES, row["outcome"])
    answer = f" ({row['answer']})" if row["answer"] else ""
    return W(
        f"经 {row['notifier']} 通知 {who}：{in_language(outcome, 'zh')}{answer}",
        f"{who} was told by {row['notifier']}: {in_language(outcome, 'en')}{answer}",
    )


def _who(identity: str, name: str) -> str:
    return f"{name} ({identity})" if name else identity
