"""The review: its state, decisions about each unit, signatures; and each earlier revision as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Line, Pairs, Table
from gateway.dossier.sections import Attached
from gateway.dossier.words import NONE, Text, W, duration, in_language, joined, moment, number, one_of

TITLE: Final = W("评审", "Review")
STATES: Final = {
    "open": W("尚未评估", "open: nobody has assessed it"),
    "re-opened": W("重新打开，尚未重新评估", "re-opened: not assessed anew yet"),
    "assessed": W("已评估，尚有产品未作处置", "assessed; units are without a disposition"),
    "disposed": W("已作处置，第二人尚未批准", "disposed; a second person has not approved it"),
    "approved": W("已批准", "approved"),
}
DECISIONS: Final = {
    "use": W("使用", "use"),
    "quarantine": W("隔离待定", "quarantine"),
    "reject": W("拒收", "reject"),
    "add-back": W("退回库存", "add-back"),
}
MEANINGS: Final = {
    "reviewed": W("已复核", "reviewed"),
    "approved": W("批准", "approved"),
    "responsible": W("负责", "responsible"),
}
WHAT: Final = {
    "start": W("开始", "start"),
    "end": W("结束", "end"),
    "extreme": W("极值", "extreme"),
    "extreme_at": W("极值时刻", "time of the extreme"),
    "beyond_s": W("超限时间", "time beyond the limit"),
    "degree_seconds": W("度·秒", "degree-seconds"),
    "readings": W("读数", "readings"),
    "unproven_s": W("未证实", "not proven"),
    "contains_gap": W("含缺口", "contains a gap"),
    "ended_by": W("结束原因", "ended by"),
    "severity": W("级别", "severity"),
    "versions": W("限值版本", "versions of the limits"),
    "withdrawn": W("已撤回", "withdrawn"),
    "assets": W("容器", "assets"),
    "zone": W("区域", "zone"),
    "calibration": W("校准", "calibration"),
    "uncertainty": W("不确定度", "uncertainty"),
    "units": W("产品", "units"),
}
CHANGED: Final = (W("变化", "What changed"), W("以前", "Before"), W("现在", "Now"))
UNITS: Final = (
    W("产品", "Unit"),
    W("处置", "Disposition"),
    W("理由与依据", "Reason and references"),
    W("决定人", "By"),
)
SIGNED: Final = (
    W("签名", "Signature"),
    W("含义", "Meaning"),
    W("时间", "Time"),
    W("所签版本", "Revision signed"),
)
UNDECIDED: Final = W("尚无处置", "none yet")
UNKNOWN: Final = W("内有何物未知：无人说明。", "The contents are unknown: nobody has stated them.")
AMENDED: Final = W("因已知内容修订而重新打开。", "Opened again because what is known was amended.")
THE_SAME: Final = W("修订后又恢复原状。", "It was amended, and is now as it was.")
GROUPS: Final = {"came": W("新增", "came"), "left": W("移出", "left"), "changed": W("有变", "changed")}
MOMENTS: Final = ("start", "end", "extreme_at")
DURATIONS: Final = ("beyond_s", "unproven_s")


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    if facts["review"] is None:
        return
    *earlier, now = facts["review"]["revisions"]
    yield from _revision(facts, now)
    for one in reversed(earlier):
        yield from _revision(facts, one)


def standing(facts: Mapping[str, Any], one: Mapping[str, Any]) -> W:
    """Of a revision, in one sentence."""
    state = one_of(STATES, one["state"])
    zh, en = in_language(state, "zh"), in_language(state, "en")
    approval = next((sign for sign in one["signatures"] if sign["approves"]), None)
    if approval is not None:
        who, when = _person(approval), moment(facts, approval["stated"])
        zh, en = f"{zh}：{who}，{when}", f"{en} by {who}, {when}"
    return W(f"评审第 {one['revision']} 版：{zh}。", f"Review, revision {one['revision']}: {en}.")


def decided(facts: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[Text, Text, Text]:
    """A disposition: what, why, by whom."""
    why = said["why"] + (f" [{joined(said['references'])}]" if said["references"] else "")
    corrected: Text = why
    if said["corrects"]:
        corrected = W(
            f"{why}；更正 {said['corrects']}：{said['reason']}",
            f"{why}; corrects {said['corrects']}: {said['reason']}",
        )
    return one_of(DECISIONS, said["decision"]), corrected, _by(facts, said)


def _revision(facts: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[Block]:
    yield Line(standing(facts, one), "name")
    if one["because"] is not None:
        yield from _because(facts, one)
    if one["assessment"] is not None:
        yield Pairs(tuple(_assessment(facts, one["assessment"])))
    if not one["contents_known"]:
        yield Line(UNKNOWN, "warning")
    if one["units"]:
        yield Table(UNITS, tuple(_unit(facts, unit) for unit in one["units"]), (2.0, 1.2, 3.4, 2.2))
    if one["signatures"]:
        rows = tuple(_signature(facts, sign) for sign in one["signatures"])
        yield Table(SIGNED, rows, (1.6, 1.0, 2.0, 3.6))


def _because(facts: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[Block]:
    if one["because"] != "amended":
        said = one["because"]
        zh, en = (
            f"因批准后又有声明 {said} 而重新打开。",
            f"Opened again because of {said}, stated after the approval.",
        )
        yield Line(W(zh, en))
        return
    yield Line(AMENDED if one["changes"] else AMENDED + THE_SAME)
    if one["changes"]:
        yield Table(CHANGED, tuple(_change(facts, change) for change in one["changes"]), (1.4, 2.5, 3.0))


def _change(facts: Mapping[str, Any], change: Mapping[str, Any]) -> tuple[Text, ...]:
    before, after = (_value(facts, change["what"], change[name]) for name in ("before", "after"))
    named = [(words, joined(change[name])) for name, words in GROUPS.items() if change.get(name)]
    if named:
        zh, en = "；".join(f"{w.zh}：{c}" for w, c in named), "; ".join(f"{w.en}: {c}" for w, c in named)
        after = W(f"{in_language(after, 'zh')}（{zh}）", f"{in_language(after, 'en')} ({en})")
    return one_of(WHAT, change["what"]), before, after


def _value(facts: Mapping[str, Any], what: str, value: Any) -> Text:
    if value is None:
        return W("未知", "unknown") if what == "units" else NONE
    if isinstance(value, bool):
        return W("是", "yes") if value else W("否", "no")
    if what in MOMENTS:
        return moment(facts, value)
    if what in DURATIONS:
        return duration(value)
    if what == "extreme":
        return number(value, facts["probe"]["unit"])
    if isinstance(value, float):
        return number(value)
    return joined(map(str, value)) if isinstance(value, list) else str(value)


def _assessment(facts: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[tuple[Text, Text]]:
    yield W("评估", "Assessment"), said["assessment"]
    if said["root_cause"]:
        yield W("根本原因", "Root cause"), said["root_cause"]
    if said["deviation"]:
        yield W("偏差编号", "Deviation"), said["deviation"]
    if said["capa"]:
        yield W("CAPA 编号", "CAPA"), said["capa"]
    yield W("评估人", "Assessed by"), _by(facts, said)
    if said["corrects"]:
        zh = f"{said['corrects']}（{said['reason']}）"
        yield W("更正", "Corrects"), W(zh, f"{said['corrects']} ({said['reason']})")


def _unit(facts: Mapping[str, Any], unit: Mapping[str, Any]) -> tuple[Text, ...]:
    code, said = f"{unit['code']} ({unit['scheme']})", unit["disposition"]
    return (code, UNDECIDED, NONE, NONE) if said is None else (code, *decided(facts, said))


def _signature(facts: Mapping[str, Any], sign: Mapping[str, Any]) -> tuple[Text, ...]:
    what = f"{sign['label']}, SHA-256 {sign['digest']}, {sign['id']}, {sign['authenticated']}"
    return _person(sign), one_of(MEANINGS, sign["meaning"]), moment(facts, sign["stated"]), what


def _person(sign: Mapping[str, Any]) -> str:
    return f"{sign['printed']} ({sign['account']})"


def _by(facts: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    return f"{said['by']}, {moment(facts, said['stated'])}, {said['id']}"
