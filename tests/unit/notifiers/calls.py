"""Calls to persons, for tests of what they read and of what reaches them."""

from __future__ import annotations

import dataclasses
from typing import Any

from gateway.alarms.call import Call, CallKind, Guidance, Priority, TimeLeft
from gateway.model import SECOND
from tests.system.alarm_changes import BASE_NS, life

RAISED = life()[0].alarm
GUIDANCE = Guidance(("Close the lid", "Fill liquid nitrogen"), ("Li Na +86 21 5550 0100",), "EP-07")
LEFT = TimeLeft("above-120", 2400.0, 7800.0, "level trend")
CALL = Call(
    id="C-7Q2M9XKD-12.wang",
    kind=CallKind.ALARM,
    person="wang",
    name="Wang Fang",
    language="en",
    at_ns=BASE_NS + 70 * SECOND,
    priority=Priority.URGENT,
    priority_reason="critical, irreplaceable product",
    group="G-7Q2M9XKD-12",
    alarms=(RAISED,),
    guidance=GUIDANCE,
    time_left=LEFT,
    next_name="Li Na",
    next_at_ns=BASE_NS + 430 * SECOND,
)
ZH_GUIDANCE = Guidance(("关好盖子", "补充液氮"), ("李娜 +86 21 5550 0100",), "EP-07")


def call(**fields: Any) -> Call:
    return dataclasses.replace(CALL, **fields)


def in_chinese(**fields: Any) -> Call:
    usual = {"language": "zh", "name": "王芳", "guidance": ZH_GUIDANCE, "next_name": "李娜"}
    return call(**(usual | fields))
