"""The words of messages in each language, and nothing else; a word that is not here is shown as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gateway.dataclass import dataclass
from gateway.notifiers.phrases import in_chinese


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language. Templates have their fields in braces."""

    title: str
    drill: str  # before the title of a drill
    drill_line: str
    colon: str
    limit: str
    more: str
    no_value: str
    unknown: str
    nothing: str
    name_now: str
    uncertain: str
    separator: str  # of things of which each may have commas
    labels: Mapping[str, str]
    severities: Mapping[str, str]
    changes: Mapping[str, str]
    states: Mapping[str, str]
    kinds: Mapping[str, str]
    phrase: Callable[[str], str]  # of a sentence that the alarm has in English


EN: Final = Vocabulary(
    drill="DRILL - ",
    drill_line="this is an exercise; act as if it were real, nothing is in danger",
    title="{severity}, {change}: {about}",
    colon=": ",
    limit="{value} (limit {limit})",
    more=" and {number} more",
    no_value="none",
    unknown="unknown",
    nothing="nothing",
    name_now="{name} (now {now})",
    uncertain="(uncertain)",
    separator="; ",
    labels={
        "drill": "Drill",
        "message": "What",
        "place": "Where",
        "rule": "Rule",
        "value": "Worst value",
        "first": "Do first",
        "contacts": "Contacts",
        "plan": "Plan",
        "since": "Since",
        "over": "Over",
        "units": "Units inside",
        "by": "By",
        "assigned": "Assigned to",
        "state": "State",
        "alarm": "Alarm",
    },
    severities={"critical": "CRITICAL", "major": "MAJOR", "minor": "Minor", "warning": "Warning"},
    changes={},
    states={},
    kinds={
        "budget": "too long out of range",
        "rate": "changes too fast",
        "forecast": "about to pass its limit",
        "spread": "probes differ",
        "stuck": "value does not change",
        "plausible": "implausible value",
        "no_data": "no data",
    },
    phrase=str,
)
ZH: Final = Vocabulary(
    drill="【演练】",
    drill_line="这是演练；请按真实情况处理，没有任何危险",
    title="【{severity}】{change}：{about}",
    colon="：",
    limit="{value}（限值 {limit}）",
    more=" 等另外 {number} 个",
    no_value="无",
    unknown="未知",
    nothing="无",
    name_now="{name}（现名 {now}）",
    uncertain="（不确定）",
    separator="；",
    labels={
        "drill": "演练",
        "message": "内容",
        "place": "位置",
        "rule": "规则",
        "value": "最差值",
        "first": "首先",
        "contacts": "联系人",
        "plan": "应急预案",
        "since": "开始",
        "over": "结束",
        "units": "内含产品",
        "by": "操作人",
        "assigned": "指派给",
        "state": "状态",
        "alarm": "报警编号",
    },
    severities={"critical": "紧急", "major": "重要", "minor": "次要", "warning": "警告"},
    changes={
        "raised": "报警",
        "acknowledged": "已确认",
        "amended": "已更正",
        "returned": "已恢复",
        "withdrawn": "已撤回",
        "closed": "已关闭",
        "ended": "已结束",
        "asks again": "需再次确认",
        "taken back": "已收回",
        "taken": "已有人处理",
        "assigned": "已指派",
        "commented": "有新备注",
        "shelved": "已搁置",
        "suppressed": "按设定静默",
        "out of service": "停用中",
        "speaks again": "恢复报警",
    },
    states={
        "unacknowledged": "未确认",
        "acknowledged": "已确认",
        "returned unacknowledged": "已恢复，未确认",
        "withdrawn unacknowledged": "已撤回，未确认",
        "ended unacknowledged": "已结束，未确认",
        "ended acknowledged": "已结束，已确认",
        "closed": "已关闭",
    },
    kinds={
        "limit": "限值",
        "budget": "累计预算",
        "rate": "变化率",
        "forecast": "预测",
        "drift": "漂移",
        "spread": "探头差异",
        "stuck": "数值不变",
        "plausible": "数值不合理",
        "no_data": "无数据",
        "drill": "演练",
    },
    phrase=in_chinese,
)
