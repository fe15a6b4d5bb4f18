"""Nothing of a Chinese message is in English but codes, units, names and the messages of faults."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from gateway.alarms.call import CallKind, TimeLeft
from gateway.alarms.cause_words import hint_words
from gateway.alarms.causes import Cause, Evidence, Hint
from gateway.alarms.chatter import Limits, Raisings, remarks
from gateway.alarms.holdtime import EMPTY, LEVEL, RATED, WARMING, WEIGHT
from gateway.alarms.priority import Inside, Priorities, Risk, judge
from gateway.model import SECOND, Severity
from gateway.notifiers.call_words import call_message
from gateway.notifiers.phrases import in_chinese
from gateway.notifiers.text_message import text_message
from gateway.times import parse_rfc3339
from tests.unit.notifiers.calls import RAISED, call
from tests.unit.notifiers.calls import in_chinese as chinese_call
from tests.unit.notifiers.test_messages_to_people import Shanghai

BY = Priorities(risks={"血浆": Risk.ORDINARY, "细胞": Risk.IRREPLACEABLE})
NAMES = ("pudong", "freezer", "top", "above", "BAG", "EP", "UTC", "E", "Q", "M", "XKD", "n", "C", "K")
ENGLISH = re.compile(r"[A-Za-z]{2,}")
METHODS = [
    *(LEVEL, WEIGHT, RATED, WARMING),
    *(f"{base}{after}" for base in (LEVEL, WEIGHT) for after in (f", {RATED}", " before it was filled")),
]


def english(text: str) -> list[str]:
    return [word for word in ENGLISH.findall(text) if word not in NAMES]


@pytest.mark.parametrize(
    "inside",
    [
        Inside(None),
        Inside(()),
        Inside((), is_about_product=False),
        *(
            Inside(products)
            for products in [("血浆",), ("细胞", "血浆"), ("皮肤",), ("",), tuple("甲乙丙丁戊")]
        ),
    ],
)
def test_reasons(inside: Inside) -> None:
    for severity in Severity:
        reason = judge(severity, inside, BY).reason
        assert english(in_chinese(reason)) == [], reason


def test_remarks() -> None:
    raisings = Raisings({"dewar above-150": [parse_rfc3339(RAISED["raised"])] * 7})
    alarm = {**RAISED, "channel": "dewar", "rule": "above-150"}
    later_ns = parse_rfc3339(RAISED["raised"]) + 30 * 3600 * SECOND
    told = list(remarks(alarm, raisings, Limits(chatter_within_s=200_000.0), later_ns))
    assert len(told) == 2
    assert [in_chinese(one) for one in told] == ["反复报警：3333 分钟内 7 次", "长期未处理：已 30 小时"]
    assert in_chinese("stale: open for 25 min without anybody") == "长期未处理：已 25 分钟"


@pytest.mark.parametrize(("method", "until"), [*itertools.product(METHODS, (EMPTY, "above-120"))])
def test_the_time_left(method: str, until: str) -> None:
    told = call_message(chinese_call(time_left=TimeLeft(until, 2400.0, 7800.0, method)), Shanghai())
    assert english(dict(told.rows)["剩余时间"]) == []


def test_names_stay() -> None:
    assert in_chinese("Ma Yan") == "Ma Yan" and in_chinese("") == ""
    assert in_chinese("critical; CAR-T inside is irreplaceable") == "紧急；内含 CAR-T：不可替代"


EVIDENCE = (
    Evidence(Cause.LID, "warms fast", 2, {"pace": 12.6}),
    Evidence(Cause.LID, "lid contact", 2, {"minutes": 5.0}),
    Evidence(Cause.LID, "neck warm", 1, {"value": 3.0}),
)
HINTS = (
    Hint(Cause.LID, 5, EVIDENCE),
    Hint(Cause.VACUUM, 2, (Evidence(Cause.VACUUM, "falls faster", 2, {"times": 3.0}),)),
    Hint(Cause.TILT, 2, (Evidence(Cause.TILT, "tilt contact", 2, {"minutes": 1.0}),)),
)


def test_a_hint_is_a_line_with_its_evidence_and_no_verdict() -> None:
    assert hint_words(HINTS[:1], "en") == (
        "looks like an open lid or door (it warmed by 12.6 K/min, as over an open lid; the contact of the "
        "lid or door was open for 5 min); no verdict, look first"
    )
    assert hint_words(HINTS, "zh") == (
        "似乎是盖或门开着（每分钟升温 12.6 K，如同盖或门开着；盖或门开启 5 分钟），"
        "或似乎是真空失效（液位下降速度为以前的 3 倍）；仅供参考，请先查看"
    )
    assert hint_words((), "zh") == ""
    told = dict(call_message(call(hint=hint_words(HINTS[:1], "en")), Shanghai()).rows)
    assert told["Hint"].startswith("looks like an open lid")
    assert "Hint" not in dict(call_message(call(), Shanghai()).rows)
    over = call_message(call(hint="x", kind=CallKind.OVER), Shanghai())
    assert "Hint" not in dict(over.rows), "there is nothing to do any more"


@pytest.mark.parametrize("kind", list(CallKind))
@pytest.mark.parametrize("taken_by", ["", "王伟"])
def test_whole_messages(kind: CallKind, taken_by: str) -> None:
    facts: dict[str, Any] = {
        "remarks": ["chattering: raised 5 times in 30 min", "stale: open for 30 h without anybody"],
        "units": [{"code": "BAG-1", "certain": False}] * 7,
        "over": "2026-01-05T11:05:00Z",
    }
    told = chinese_call(
        kind=kind,
        taken_by=taken_by,
        hint=hint_words(HINTS, "zh"),
        priority_reason=judge(Severity.CRITICAL, Inside(None), BY).reason,
        alarms=({**RAISED, **facts},) * 9,
        more=3,
        drill=True,
    )
    for text in (call_message(told, Shanghai()).text, text_message(told, Shanghai(), 6)):
        assert english(text) == []
