"""What a person reads of a call: in both languages, and in a text message of 160 or 70 characters."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.call import Back, CallKind, Guidance, Priority, TimeLeft
from gateway.notifiers.call_json import call_json
from gateway.notifiers.call_vocabulary import EN, ZH
from gateway.notifiers.call_words import call_message
from gateway.notifiers.text_message import parts_of, text_message
from gateway.notifiers.words import LONGEST_LINE, LONGEST_TITLE, UnknownSetting
from tests.system.alarm_changes import BASE_NS, fault
from tests.unit.notifiers.calls import RAISED, call, in_chinese
from tests.unit.notifiers.test_messages_to_people import Renamed, Shanghai

LINK = "https://gw.lab.example/a/x7"


def test_in_english() -> None:
    told = call_message(call(link=LINK), Shanghai())
    assert told.title == "URGENT: freezer-1/top -140.5 °C"
    assert told.text.split("\n") == [
        "Where: pudong/freezer-1/top",
        "Worst value: -140.5 °C (limit -150 °C)",
        "Time left: 40 min to 2 h 10 min until above-120 (8 of 10 cases; level trend)",
        "Do first: 1. Close the lid",
        "2. Fill liquid nitrogen",
        "Contacts: Li Na +86 21 5550 0100",
        "Plan: EP-07",
        f"Acknowledge: {LINK}",
        "Taken: nobody yet",
        "Next called: Li Na, 2026-01-05 19:07:10 +08:00 (2026-01-05 11:07:10 UTC)",
        'Units inside: BAG "1",\\n批',
        "Since: 2026-01-05 19:00:00 +08:00 (2026-01-05 11:00:00 UTC)",
        "Rule: above-150 (limit)",
        "Priority: URGENT (critical, irreplaceable product)",
        "State: unacknowledged",
        "Alarm: E-7Q2M9XKD",
    ]


def test_in_chinese() -> None:
    told = call_message(in_chinese(), Shanghai())
    assert told.title == "【特急】freezer-1/top -140.5 °C"
    assert told.text.split("\n")[:8] == [
        "位置：pudong/freezer-1/top",
        "最差值：-140.5 °C（限值 -150 °C）",
        "剩余时间：距 above-120 还有40分钟至2小时10分钟（十次中八次；液位趋势）",
        "首先：1. 关好盖子",
        "2. 补充液氮",
        "联系人：李娜 +86 21 5550 0100",
        "应急预案：EP-07",
        "接手：尚无人接手",
    ]


@pytest.mark.parametrize("make", [call, in_chinese], ids=["en", "zh"])
@pytest.mark.parametrize("kind", list(CallKind))
def test_a_drill_says_so_before_anything_else(kind: CallKind, make) -> None:
    told = call_message(make(kind=kind, drill=True), Shanghai())
    assert told.title.startswith(("DRILL - ", "【演练】"))
    assert told.text.startswith(("Drill: this is an exercise", "演练：这是演练"))
    assert text_message(make(kind=kind, drill=True), Shanghai()).startswith(("DRILL - ", "【演练】"))
    quiet = call_message(make(kind=kind), Shanghai())
    assert "DRILL" not in quiet.title and "演练" not in quiet.title + quiet.text


def test_a_call_that_is_over_asks_for_nothing() -> None:
    told = call_message(call(kind=CallKind.OVER), Shanghai())
    assert told.title == "Over: freezer-1/top -140.5 °C"
    assert told.rows[0] == ("What", "nothing is to be done any more")
    assert {"Time left", "Do first", "Next called", "Acknowledge"}.isdisjoint(dict(told.rows))
    taken = call_message(in_chinese(kind=CallKind.OVER, taken_by="李娜"), Shanghai())
    assert (taken.title, taken.rows[0][1]) == ("【李娜 已接手】freezer-1/top -140.5 °C", "李娜 已接手")


def test_a_summary_of_one_alarm_counts_nothing() -> None:
    assert call_message(call(kind=CallKind.SUMMARY), Shanghai()).title == "URGENT: freezer-1/top -140.5 °C"
    seen = {"kind": CallKind.SUMMARY, "is_answered": True, "acknowledged_by": "Li Na"}
    assert call_message(call(**seen), Shanghai()).title == "Acknowledged by Li Na: freezer-1/top -140.5 °C"
    over = call_message(in_chinese(kind=CallKind.SUMMARY, over=1, is_answered=True), Shanghai())
    assert over.title == "【已结束】freezer-1/top -140.5 °C"


def test_what_goes_on_is_never_told_as_over() -> None:
    seen = call_message(call(kind=CallKind.OVER, acknowledged_by="Li Na"), Shanghai())
    assert seen.title == "Acknowledged by Li Na: freezer-1/top -140.5 °C"
    assert seen.rows[0] == ("What", "Li Na has acknowledged it; it goes on")
    quiet = call_message(in_chinese(kind=CallKind.OVER, is_quiet=True), Shanghai())
    assert quiet.title == "【暂不呼叫】freezer-1/top -140.5 °C" and "报警仍在持续" in quiet.rows[0][1]
    for told in (seen, quiet):
        assert not {"Over", "nothing is to be done", "已结束", "无需"} & set(told.text.split())


@pytest.mark.parametrize(
    ("facts", "title", "line"),
    [
        ({"state": "returned unacknowledged"}, "Over: ", "is not acknowledged yet"),
        ({"withdrawn": True, "state": "withdrawn unacknowledged"}, "Withdrawn: ", "it never was"),
        ({"state": "ended unacknowledged", "ended_by": "moved"}, "Ended, not returned: ", "look at it"),
        ({"state": "ended acknowledged", "ended_by": "superseded"}, "Ended, not returned: ", "other limits"),
        (
            {"state": "ended unacknowledged", "ended_by": "retired"},
            "Ended, not returned: ",
            "nothing measures",
        ),
        ({"state": "closed", "drill": {"outcome": "failed"}}, "Failed: ", "nobody acknowledged it"),
        ({"state": "closed", "drill": {"outcome": "passed"}}, "Over: ", "nothing is to be done"),
    ],
)
def test_an_end_that_is_no_return_is_none_in_words(facts: dict[str, Any], title: str, line: str) -> None:
    ended = {**RAISED, "over": RAISED["start"], **facts}
    told = call(kind=CallKind.OVER, alarms=(ended,), over=1)
    assert call_message(told, Shanghai()).title.startswith(title)
    assert line in call_message(told, Shanghai()).rows[0][1]
    chinese = call_message(in_chinese(kind=CallKind.OVER, alarms=(ended,), over=1), Shanghai())
    assert ("未恢复" in chinese.title) is title.startswith("Ended")


def test_what_never_was_is_named_beside_what_goes_on() -> None:
    never = {**RAISED, "id": "E-9", "withdrawn": True, "over": RAISED["start"]}
    told = call_message(call(alarms=(RAISED, never), over=1, is_correction=True), Shanghai())
    assert told.title == "URGENT, part of it is withdrawn: freezer-1/top -140.5 °C"
    assert told.rows[0][1] == "withdrawn, it never was: freezer-1/top -140.5 °C (E-9); this goes on"


def test_what_is_quiet_says_by_whom_until_when_and_not_why() -> None:
    overlay = {"kind": "shelved", "by": "Wang Wei", "until": "2026-01-05T12:00:00Z", "reason": "of patient X"}
    told = call_message(
        call(kind=CallKind.OVER, is_quiet=True, alarms=({**RAISED, "overlay": overlay},)), Shanghai()
    )
    assert told.rows[0][1].startswith("it goes on; it is shelved by Wang Wei until 2026-01-05 20:00:00")
    assert "patient" not in told.text
    again = call_message(call(kind=CallKind.AGAIN, was_quiet=True), Shanghai())
    assert again.title == "URGENT, no longer quiet: freezer-1/top -140.5 °C"


def test_what_comes_and_goes_says_so_in_its_title_and_counts() -> None:
    swings = {"swings": 7, "swings_within_s": 1800.0}
    told = call_message(call(kind=CallKind.WORSE, **swings), Shanghai())
    assert told.title == "URGENT, comes and goes, 7 times in 30 min: freezer-1/top -140.5 °C"
    assert told.rows[0][1] == "it comes and goes, 7 times in 30 min; while it does, not every time is told"
    chinese = call_message(in_chinese(**swings), Shanghai())
    assert chinese.title == "【特急】30 分钟内反复 7 次：freezer-1/top -140.5 °C"
    assert chinese.rows[0][1].startswith("30 分钟内反复报警 7 次")
    for over in (call(kind=CallKind.OVER, **swings), call(over=1, **swings)):
        assert "comes and goes" not in call_message(over, Shanghai()).text


def test_worse_and_a_test() -> None:
    assert call_message(call(kind=CallKind.WORSE), Shanghai()).title.startswith("URGENT, worse: freezer-1")
    test = call_message(call(kind=CallKind.TEST, alarms=(), group="", guidance=None), Shanghai())
    assert test.title == "Test message for Wang Fang"
    assert test.rows == (
        ("What", "nothing is wrong; this shows that you can be reached this way"),
        ("At", "2026-01-05 11:01:10 UTC"),
    )


def test_a_group_names_what_is_not_first_and_counts_the_rest() -> None:
    others = tuple({**RAISED, "id": f"E-{n}", "asset": f"shipper-{n}"} for n in range(8))
    told = call_message(call(kind=CallKind.SUMMARY, alarms=(RAISED, *others), more=3), Shanghai())
    assert told.title == "URGENT, 12 alarms: freezer-1/top -140.5 °C, ..."
    lines = told.text.split("\n")
    begin = lines.index("Also: shipper-0/top -140.5 °C (E-0)")
    assert lines[begin + 4 : begin + 6] == ["shipper-4/top -140.5 °C (E-4)", "and 6 more"]


@pytest.mark.parametrize("kind", [CallKind.ALARM, CallKind.SUMMARY])
def test_a_link_is_never_cut(kind: CallKind) -> None:
    link = f"https://lab.example:8443/api/v1/link/cg1.{'x' * 700}"
    assert f"Acknowledge: {link}" in call_message(call(kind=kind, link=link), Shanghai()).text.split("\n")


def test_what_is_not_known_is_said() -> None:
    assert dict(call_message(call(time_left=None), Shanghai()).rows)["Time left"] == "not known"
    of_a_fault = dict(call_message(call(alarms=(fault().alarm,), time_left=None), Shanghai()).rows)
    assert "Time left" not in of_a_fault and of_a_fault["What"] == "it is away; check it"
    for_ever = call(time_left=TimeLeft("empty", 90_000.0, math.inf, "weight"))
    shown = dict(call_message(for_ever, Shanghai()).rows)["Time left"]
    assert shown == "more than 1 d 1 h until empty (weight)"


def test_a_text_message_says_what_is_wrong_with_the_gateway_even_where_it_has_to_be_cut() -> None:
    alarm = {**fault().alarm, "rule": "power:rack", "message": f"UPS rack is on battery, {'for long ' * 30}"}
    for told in (call(alarms=(alarm,), guidance=None), in_chinese(alarms=(alarm,), guidance=None)):
        said = text_message(told, Shanghai())
        assert "UPS rack is on battery, for" in said and said.endswith("...") and parts_of(said) == 1


def test_what_was_noticed_about_the_alarm_is_said() -> None:
    noticed = {
        **RAISED,
        "remarks": ["chattering: raised 4 times in 60 min", "stale: open for 30 h without anybody"],
    }
    told = dict(call_message(in_chinese(alarms=(noticed,)), Shanghai()).rows)
    assert told["备注"] == "反复报警：60 分钟内 4 次；长期未处理：已 30 小时"
    assert "Note" not in dict(call_message(call(), Shanghai()).rows)


def test_names_from_outside_drive_nothing() -> None:
    nasty = "液\r\n\x1b[2J{priority}\u202e" * 50
    alarm = {**RAISED, **dict.fromkeys(("site", "asset", "zone", "rule", "message", "id"), nasty)}
    guidance = Guidance((nasty,), (nasty,), nasty)
    told = call_message(
        call(alarms=(alarm, alarm), name=nasty, taken_by=nasty, guidance=guidance, priority_reason=nasty),
        Shanghai(),
    )
    assert len(told.title) <= LONGEST_TITLE and told.title.isprintable()
    assert all(len(said) <= LONGEST_LINE and said.isprintable() for _, said in told.rows)
    assert parts_of(text_message(call(alarms=(alarm,), name=nasty), Shanghai())) == 1


def test_every_word_stands_in_both_languages() -> None:
    assert EN.labels.keys() == ZH.labels.keys() and EN.short.keys() == ZH.short.keys()
    assert set(EN.titles) == set(ZH.titles) == {kind.value for kind in CallKind}
    assert set(EN.priorities) == set(ZH.priorities) == {priority.value for priority in Priority}


def test_a_text_message_says_what_matters_most_first() -> None:
    assert text_message(call(), Shanghai()) == (
        "URGENT: freezer-1/top -140.5 C; limit -150 C; 40 min-2 h 10 min left; first: Close the lid; "
        "plan EP-07; since 19:00+08:00"
    )
    assert text_message(in_chinese(), Shanghai()) == (
        "【特急】freezer-1/top -140.5 C；限值 -150 C；剩40分钟至2小时10分钟；首先：关好盖子；预案EP-07"
    )
    linked = text_message(in_chinese(link=LINK), Shanghai())
    assert LINK in linked and parts_of(linked) == 1
    assert "预案EP-07" in text_message(in_chinese(link=LINK), Shanghai(), 3)
    over = text_message(call(kind=CallKind.OVER, taken_by="Li Na"), Shanghai())
    assert over == "Taken by Li Na: freezer-1/top -140.5 C; limit -150 C; since 19:00+08:00"
    test = text_message(call(kind=CallKind.TEST, alarms=(), guidance=None), UnknownSetting())
    assert test.startswith("Test message for Wang Fang; nothing is wrong")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("°" + "a" * 69, 1),
        ("°" + "a" * 70, 2),
        ("液" * 134, 2),
        ("液" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_as_a_network_counts_them(text: str, parts: int) -> None:
    assert parts_of(text) == parts


@given(st.text(max_size=400), st.text(max_size=400), st.integers(1, 4), st.booleans())
def test_a_text_message_is_never_longer_than_it_may_be(asset: str, step: str, parts: int, zh: bool) -> None:
    made = in_chinese if zh else call
    told = made(alarms=({**RAISED, "asset": asset},), guidance=Guidance((step,)), drill=zh)
    assert parts_of(text_message(told, Shanghai(), parts)) <= parts


@pytest.mark.parametrize("kind", [CallKind.ALARM, CallKind.WORSE, CallKind.AGAIN])
def test_what_is_told_after_its_end_says_that_first(kind: CallKind) -> None:
    """Nobody has to get up for it."""
    over = {**RAISED, "over": "2026-01-05T11:00:40Z"}
    told = call(kind=kind, alarms=(over,), over=1)
    assert call_message(told, Shanghai()).title.startswith("Over already - URGENT")
    assert text_message(told, Shanghai()).startswith("Over already - URGENT")
    assert call_message(in_chinese(kind=kind, alarms=(over,), over=1), Shanghai()).title.startswith(
        "【已经结束】【特急"
    )
    for some in (
        call(kind=kind, alarms=(over, RAISED), over=1),
        call(kind=kind, alarms=(over,), more=1, over=1),
    ):
        assert not call_message(some, Shanghai()).title.startswith("Over")


def test_a_summary_counts_what_goes_on_and_what_is_over() -> None:
    """Of 500 alarms the first ten are with it."""
    told = call(kind=CallKind.SUMMARY, alarms=(RAISED,), more=499, over=488)
    assert (
        call_message(told, Shanghai()).title == "URGENT, 12 of 500 alarms go on: freezer-1/top -140.5 °C, ..."
    )
    assert dict(call_message(told, Shanghai()).rows)["What"] == "12 go on, 488 over"
    some = replace(told, ended=("G-1", "G-2", "G-3"), over_names=("dewar-1", "dewar-2"))
    some = replace(some, answered=2, answered_by=("Wang Wei",))
    rows = dict(call_message(some, Shanghai()).rows)
    assert rows["What"].endswith("; somebody sees to 2 of those that go on: Wang Wei")
    assert rows["Over"] == "dewar-1, dewar-2 and 1 more" and not {"Taken"} & rows.keys()
    ended = call(kind=CallKind.SUMMARY, alarms=({**RAISED, "over": RAISED["start"]},), more=499, over=500)
    unheard = call_message(ended, Shanghai()).title
    assert unheard == "Over already - URGENT, 500 alarms: freezer-1/top -140.5 °C, ..."
    ended = replace(ended, is_answered=True)
    rows = dict(call_message(ended, Shanghai()).rows)
    assert call_message(ended, Shanghai()).title == "500 alarms, all over: freezer-1/top -140.5 °C, ..."
    assert rows["What"] == "0 go on, 500 over" and not {"Over", "State"} & rows.keys()
    chinese = in_chinese(kind=CallKind.SUMMARY, alarms=(RAISED,), more=1, over=1)
    assert text_message(chinese, Shanghai()).startswith("【特急】2 个报警中 1 个仍在持续：freezer-1")


def test_a_summary_of_what_somebody_answered_meanwhile_gets_nobody_up() -> None:
    told = call(kind=CallKind.SUMMARY, alarms=(RAISED,), more=12, over=3, is_answered=True)
    title = "Somebody has answered, 10 of 13 alarms go on: freezer-1/top -140.5 °C, ..."
    assert call_message(told, Shanghai()).title == title
    chinese = in_chinese(kind=CallKind.SUMMARY, alarms=(RAISED,), more=1, is_answered=True)
    assert text_message(chinese, Shanghai()).startswith("【已有人处理】2 个报警中 2 个仍在持续：freezer-1")
    ended = call(kind=CallKind.SUMMARY, alarms=(RAISED,), more=1, over=2, is_answered=True)
    assert call_message(ended, Shanghai()).title.startswith("2 alarms, all over")


@pytest.mark.parametrize(
    ("kind", "value", "english", "chinese"),
    [
        ("no_data", None, "freezer-1/top no data", "freezer-1/top 无数据"),
        ("stuck", -196.0, "freezer-1/top -196 °C value does not change", "freezer-1/top -196 °C 数值不变"),
        ("limit", -140.5, "freezer-1/top -140.5 °C", "freezer-1/top -140.5 °C"),
    ],
)
def test_a_title_says_what_is_wrong_where_the_value_does_not(
    kind: str, value: float | None, english: str, chinese: str
) -> None:
    alarm = {**RAISED, "kind": kind, "extreme": value}
    assert call_message(call(alarms=(alarm,)), Shanghai()).title == f"URGENT: {english}"
    assert text_message(call(alarms=(alarm,)), Shanghai()).startswith(f"URGENT: {english.replace('°', '')}")
    assert text_message(in_chinese(alarms=(alarm,)), Shanghai()).startswith(
        f"【特急】{chinese.replace('°', '')}"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_name_of_200_characters_does_not_hide_the_value(language: str) -> None:
    long = {**RAISED, "asset": "長" * 200}
    told = call(language=language, alarms=(long,))
    assert "-140.5 °C" in call_message(told, Shanghai()).title
    assert "-140.5 C" in text_message(told, Shanghai())


def test_what_is_unknown_is_named() -> None:
    unknown = call(alarms=({**RAISED, "units": "unknown"},), guidance=None, time_left=None)
    assert "inside: unknown" in text_message(unknown, Shanghai())


def test_what_is_still_silent_has_the_name_that_stands_at_it_now() -> None:
    told = call(kind=CallKind.AGAIN, back=Back("source:broker", BASE_NS, 2, 3, ("freezer-1", "s-2")))
    assert "still silent: freezer-1 (now north-2), s-2" in call_message(told, Renamed()).text
    several = call(kind=CallKind.SUMMARY, group="", ended=("G-1",), over_names=("freezer-1",))
    assert dict(call_message(several, Renamed()).rows)["Over"] == "freezer-1 (now north-2)"


def test_a_cause_that_is_over_while_silences_go_on_stands_first() -> None:
    over = Back("source:broker", BASE_NS, 12, 20, ("s-1", "s-2\n\x1b[31m"))
    told = call(kind=CallKind.AGAIN, back=over)
    title = "URGENT, source:broker is back, 12 of 20 still silent: freezer-1/top -140.5 °C"
    assert call_message(told, Shanghai()).title == title
    said = dict(reversed(call_message(told, Shanghai()).rows))["What"]
    assert said.startswith("source:broker is back since ")
    assert said.endswith("; 12 of 20 are still silent: s-1, s-2\\n\\x1b[31m and 10 more")
    chinese = call_message(in_chinese(kind=CallKind.AGAIN, back=over), Shanghai())
    assert chinese.title.startswith("【特急】source:broker 已恢复，20 个中仍有 12 个无数据：freezer-1")
    assert "起已恢复；20 个中仍有 12 个无数据：s-1" in chinese.text
    assert text_message(told, Shanghai()).startswith("URGENT, source:broker is back, 12 of 20 still silent")
    unnamed = call(kind=CallKind.AGAIN, back=replace(over, what=""))
    assert call_message(unnamed, Shanghai()).title.startswith("URGENT, 12 of 20 still silent: ")
    assert "others talk again since 2026-01-05" in call_message(unnamed, Shanghai()).text
    later = call(kind=CallKind.ALARM, back=over)
    assert call_message(later, Shanghai()).title.startswith("URGENT: freezer-1/top")
    assert call_json(told, call_message(told, Shanghai()))["back"]["assets"] == ["s-1", "s-2\n\x1b[31m"]
