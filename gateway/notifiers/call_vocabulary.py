"""The words of calls to persons in each language, and nothing else. Templates have their fields in braces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class CallVocabulary:
    """One language."""

    titles: Mapping[str, str]  # by kind of call
    priorities: Mapping[int, str]
    test_line: str
    over_line: str
    ends: Mapping[str, tuple[str, str]]  # title and line of an end that is no return
    over_already: str  # before a title: told after its end, nobody has to get up
    beside_title: str  # told after its end, while something else goes on
    ended_title: str  # its end was no return, and nobody has looked
    all_over_title: str  # of a summary
    some_over_title: str
    answered_title: str  # of a summary: it goes on, and nobody is called any more
    swings_title: str  # it comes and goes
    swings_line: str
    counts: str
    counts_answered: str  # the same where somebody sees to some of it
    back_title: str  # a cause is over, and silences that somebody had answered go on
    back_line: str
    some_back_title: str  # the same where no fault said why they were silent
    some_back_line: str
    taken_title: str
    taken_line: str
    acknowledged_title: str
    acknowledged_line: str
    quiet_title: str
    quiet_line: str
    quiet_by: str  # what stands in it
    quiet_until: str
    quiet_kinds: Mapping[str, str]
    correction_title: str  # part of it never was
    correction_line: str
    speaks_title: str  # it is no longer quiet
    nobody_line: str
    with_reason: str
    left: str
    left_at_least: str
    not_known: str
    next: str
    more: str
    hour: str
    minute: str
    day: str
    second: str
    gap: str  # between the steps of a duration
    labels: Mapping[str, str]
    short: Mapping[str, str]  # pieces of a text message


EN: Final = CallVocabulary(
    titles={
        "alarm": "{priority}: {about}",
        "worse": "{priority}, worse: {about}",
        "again": "{priority}, nobody is on it any more: {about}",
        "over": "Over: {about}",
        "summary": "{priority}, {number} alarms: {about}, ...",
        "test": "Test message for {name}",
    },
    priorities={1: "Low", 2: "Medium", 3: "HIGH", 4: "URGENT"},
    test_line="nothing is wrong; this shows that you can be reached this way",
    over_line="nothing is to be done any more",
    ends={
        "open": ("Over: {about}", "nobody has to get up any more; it is not acknowledged yet"),
        "withdrawn": ("Withdrawn: {about}", "late data or a statement show that it never was"),
        "moved": (
            "Ended, not returned: {about}",
            "it may be as it was: its probe is elsewhere since {at}; look at it, then close the alarm",
        ),
        "superseded": (
            "Ended, not returned: {about}",
            "it may be as it was: other limits hold since {at}; look at it, then close the alarm",
        ),
        "retired": (
            "Ended, not returned: {about}",
            "it may be as it was: nothing measures it since {at}; look at it, then close the alarm",
        ),
        "failed": ("Failed: {about}", "nobody acknowledged it in time"),
    },
    over_already="Over already - ",
    beside_title="{priority}, over already, another goes on: {about}",
    ended_title="{priority}, ended, not returned: {about}",
    all_over_title="{number} alarms, all over: {about}, ...",
    some_over_title="{priority}, {going_on} of {number} alarms go on: {about}, ...",
    answered_title="Somebody has answered, {going_on} of {number} alarms go on: {about}, ...",
    swings_title="{priority}, comes and goes, {swings} times in {minutes} min: {about}",
    swings_line="it comes and goes, {swings} times in {minutes} min; while it does, not every time is told",
    counts="{going_on} go on, {over} over",
    counts_answered="{going_on} go on, {over} over; somebody sees to {answered} of those that go on{by}",
    back_title="{priority}, {what} is back, {silent} of {silences} still silent: {about}",
    back_line="{what} is back since {at}; {silent} of {silences} are still silent: {assets}",
    some_back_title="{priority}, {silent} of {silences} still silent: {about}",
    some_back_line="others talk again since {at}; {silent} of {silences} are still silent: {assets}",
    taken_title="Taken by {by}: {about}",
    taken_line="{by} has taken it",
    acknowledged_title="Acknowledged by {by}: {about}",
    acknowledged_line="{by} has acknowledged it; it goes on",
    quiet_title="Quiet for now: {about}",
    quiet_line="it goes on; it is {kind}{by}{until}, so nobody is called about it",
    quiet_by=" by {by}",
    quiet_until=" until {at}",
    quiet_kinds={
        "": "shelved, suppressed or out of service",
        "shelved": "shelved",
        "suppressed": "suppressed, as the configuration says,",
        "out of service": "out of service",
    },
    correction_title="{priority}, part of it is withdrawn: {about}",
    correction_line="withdrawn, it never was: {what}; this goes on",
    speaks_title="{priority}, no longer quiet: {about}",
    nobody_line="nobody yet",
    with_reason="{what} ({reason})",
    left="{lowest} to {highest} until {until} (8 of 10 cases; {method})",
    left_at_least="more than {lowest} until {until} ({method})",
    not_known="not known",
    next="{name}, {at}",
    more="and {number} more",
    hour="{number} h",
    minute="{number} min",
    day="{number} d",
    second="{number} s",
    gap=" ",
    labels={
        "drill": "Drill",
        "what": "What",
        "place": "Where",
        "value": "Worst value",
        "left": "Time left",
        "hint": "Hint",
        "units": "Units inside",
        "since": "Since",
        "over": "Over",
        "ended": "Ended",
        "rule": "Rule",
        "priority": "Priority",
        "remarks": "Note",
        "others": "Also",
        "taken": "Taken",
        "next": "Next called",
        "state": "State",
        "link": "Acknowledge",
        "alarm": "Alarm",
        "at": "At",
    },
    short={
        "limit": "limit {limit}",
        "since": "since {at}",
        "left": "{lowest}-{highest} left",
        "left_at_least": "over {lowest} left",
        "first": "first: {step}",
        "more": "+{number} alarms",
        "plan": "plan {plan}",
        "taken": "taken by {by}",
        "inside": "inside: {units}",
    },
)
ZH: Final = CallVocabulary(
    titles={
        "alarm": "【{priority}】{about}",
        "worse": "【{priority}】恶化：{about}",
        "again": "【{priority}】已无人处理：{about}",
        "over": "【已结束】{about}",
        "summary": "【{priority}】{number} 个报警：{about} 等",
        "test": "【测试】发给{name}的测试消息",
    },
    priorities={1: "低", 2: "中", 3: "高", 4: "特急"},
    test_line="一切正常；此消息仅用于确认可以这样联系到您",
    over_line="无需再处理",
    ends={
        "open": ("【已结束】{about}", "无需再赶去处理；报警尚未确认"),
        "withdrawn": ("【已撤回】{about}", "后来的数据或声明表明该报警不成立"),
        "moved": ("【已终止，未恢复】{about}", "自 {at} 起探头测量别处，不知是否恢复；请查看后关闭报警"),
        "superseded": ("【已终止，未恢复】{about}", "自 {at} 起适用其他限值，不知是否恢复；请查看后关闭报警"),
        "retired": ("【已终止，未恢复】{about}", "自 {at} 起不再测量，不知是否恢复；请查看后关闭报警"),
        "failed": ("【未通过】{about}", "无人及时确认"),
    },
    over_already="【已经结束】",
    beside_title="【{priority}】已结束，另有报警持续：{about}",
    ended_title="【{priority}】已终止，未恢复：{about}",
    all_over_title="【已结束】{number} 个报警均已结束：{about} 等",
    some_over_title="【{priority}】{number} 个报警中 {going_on} 个仍在持续：{about} 等",
    answered_title="【已有人处理】{number} 个报警中 {going_on} 个仍在持续：{about} 等",
    swings_title="【{priority}】{minutes} 分钟内反复 {swings} 次：{about}",
    swings_line="{minutes} 分钟内反复报警 {swings} 次；反复期间不逐次通知",
    counts="{going_on} 个仍在持续，{over} 个已结束",
    counts_answered="{going_on} 个仍在持续，{over} 个已结束；持续的报警中 {answered} 个已有人处理{by}",
    back_title="【{priority}】{what} 已恢复，{silences} 个中仍有 {silent} 个无数据：{about}",
    back_line="{what} 自 {at} 起已恢复；{silences} 个中仍有 {silent} 个无数据：{assets}",
    some_back_title="【{priority}】{silences} 个中仍有 {silent} 个无数据：{about}",
    some_back_line="自 {at} 起其他设备已恢复；{silences} 个中仍有 {silent} 个无数据：{assets}",
    taken_title="【{by} 已接手】{about}",
    taken_line="{by} 已接手",
    acknowledged_title="【{by} 已确认】{about}",
    acknowledged_line="{by} 已确认；报警仍在持续",
    quiet_title="【暂不呼叫】{about}",
    quiet_line="报警仍在持续；{kind}{by}{until}，因此暂不呼叫任何人",
    quiet_by="（{by}）",
    quiet_until="，至 {at}",
    quiet_kinds={
        "": "已搁置、被抑制或停用",
        "shelved": "已搁置",
        "suppressed": "按设定静默",
        "out of service": "停用中",
    },
    correction_title="【{priority}】部分已撤回：{about}",
    correction_line="已撤回，不成立：{what}；其余仍在持续",
    speaks_title="【{priority}】恢复报警：{about}",
    nobody_line="尚无人接手",
    with_reason="{what}（{reason}）",
    left="距 {until} 还有{lowest}至{highest}（十次中八次；{method}）",
    left_at_least="距 {until} 还有{lowest}以上（{method}）",
    not_known="未知",
    next="{name}，{at}",
    more="另外 {number} 个",
    hour="{number}小时",
    minute="{number}分钟",
    day="{number}天",
    second="{number}秒",
    gap="",
    labels={
        "drill": "演练",
        "what": "内容",
        "place": "位置",
        "value": "最差值",
        "left": "剩余时间",
        "hint": "提示",
        "units": "内含产品",
        "since": "开始",
        "over": "结束",
        "ended": "终止",
        "rule": "规则",
        "priority": "优先级",
        "remarks": "备注",
        "others": "同时",
        "taken": "接手",
        "next": "下一位",
        "state": "状态",
        "link": "确认",
        "alarm": "报警编号",
        "at": "时间",
    },
    short={
        "limit": "限值 {limit}",
        "since": "始于{at}",
        "left": "剩{lowest}至{highest}",
        "left_at_least": "剩{lowest}以上",
        "first": "首先：{step}",
        "more": "另{number}个报警",
        "plan": "预案{plan}",
        "taken": "{by}已接手",
        "inside": "内含：{units}",
    },
)
