"""What people read: in both languages, with the clock at the site, and nothing from outside as it was."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from gateway.alarming import steps
from gateway.alarms.call import Guidance, Language
from gateway.alarms.change import AlarmChange
from gateway.alarms.lifecycle import AlarmState
from gateway.config import plugins
from gateway.config.types import RULES
from gateway.model import Severity
from gateway.notifiers.vocabulary import EN, ZH
from gateway.notifiers.words import LONGEST_LINE, LONGEST_TITLE, UnknownSetting, message
from gateway.published.urgency import NEVER_WAS
from tests.system.alarm_changes import fault, life, unknown


class Shanghai(UnknownSetting):
    """A site ahead of UTC, and a rule at -150."""

    def time_zone(self, site: str, assets: Sequence[str] = ()) -> str:
        return {"pudong": "Asia/Shanghai"}.get(site, "UTC")

    def limit(self, channel: str, rule: str, version: str) -> tuple[float, str] | None:
        return (-150.0, "degC") if (channel, rule, version) == ("top", "above-150", "1") else None


def changed(change: AlarmChange, **fields: Any) -> AlarmChange:
    return dataclasses.replace(change, alarm={**change.alarm, **fields})


class Renamed(Shanghai):
    """The vessel has another name by now."""

    def name_now(self, asset: str) -> str:
        return "north-2" if asset == "freezer-1" else ""


def test_the_name_that_stands_at_the_vessel_now_is_beside_that_of_then() -> None:
    alarm = life()[0]
    assert message(alarm, "en", Renamed()).title == "CRITICAL, raised: freezer-1 (now north-2)/top -140.5 °C"
    chinese = message(alarm, "zh", Renamed())
    assert dict(chinese.rows)["位置"] == "pudong/freezer-1（现名 north-2）/top"
    several = message(changed(fault(), asset="box-1, freezer-1"), "en", Renamed())
    assert dict(several.rows)["Where"] == "box-1, freezer-1 (now north-2)"


def test_in_english() -> None:
    told = message(life()[0], "en", Shanghai())
    assert told.title == "CRITICAL, raised: freezer-1/top -140.5 °C"
    assert told.text.split("\n") == [
        "Where: pudong/freezer-1/top",
        "Rule: above-150 (limit)",
        "Worst value: -140.5 °C (limit -150 °C)",
        "Since: 2026-01-05 19:00:00 +08:00 (2026-01-05 11:00:00 UTC)",
        'Units inside: BAG "1",\\n批',
        "State: unacknowledged",
        "Alarm: E-7Q2M9XKD",
    ]


def test_in_chinese() -> None:
    told = message(life()[3], "zh", Shanghai())
    assert told.title == "【紧急】已恢复：freezer-1/top -140.5 °C"
    assert told.text.split("\n") == [
        "位置：pudong/freezer-1/top",
        "规则：above-150 (限值)",
        "最差值：-140.5 °C（限值 -150 °C）",
        "开始：2026-01-05 18:59:55 +08:00 (2026-01-05 10:59:55 UTC)",
        "结束：2026-01-05 19:01:30 +08:00 (2026-01-05 11:01:30 UTC)",
        '内含产品：BAG "1",\\n批',
        "状态：已关闭",
        "报警编号：E-7Q2M9XKD",
    ]


def test_a_fault_says_its_message_and_nothing_about_product() -> None:
    told = message(fault(), "en", Shanghai())
    assert told.title == "Warning, raised: sink:influx"
    assert dict(told.rows)["What"] == "it is away; check it"
    assert {"Where", "Rule", "Worst value", "Units inside"}.isdisjoint(dict(told.rows))


def test_what_nobody_knows_is_said() -> None:
    told = dict(message(unknown(), "zh", UnknownSetting()).rows)
    assert told["内含产品"] == "未知"
    assert told["开始"] == "2026-01-05 11:00:00 UTC"
    assert "最差值" not in told
    empty = message(changed(unknown(), units=[]), "en", UnknownSetting())
    assert dict(empty.rows)["Units inside"] == "nothing"


def test_who_acknowledged_but_not_what_they_wrote() -> None:
    told = message(life()[1], "en", Shanghai())
    assert dict(told.rows)["By"] == "Li Na"
    assert "door closed" not in told.text and "COI-1" not in told.text
    assert "By" not in dict(message(life()[2], "en", Shanghai()).rows)


def test_who_took_it_and_that_it_is_quiet_but_not_why() -> None:
    taken = {"by": "Wang Wei", "at": "2026-01-05T11:00:00.000000000Z", "comment": "door closed"}
    overlay = {"kind": "shelved", "by": "Li Na", "until": taken["at"], "reason": "COI-1"}
    change = changed(dataclasses.replace(life()[0], change="taken"), taken=taken, overlay=overlay)
    told = message(change, "en", Shanghai())
    assert (dict(told.rows)["By"], dict(told.rows)["State"]) == ("Wang Wei", "unacknowledged, shelved")
    assert "door closed" not in told.text and "COI-1" not in told.text
    assert dict(message(change, "zh", Shanghai()).rows)["状态"].endswith("已搁置")


def test_many_units_are_counted_and_uncertain_ones_said() -> None:
    units = [{"code": f"BAG-{n}", "certain": n > 0} for n in range(8)]
    told = dict(message(changed(life()[0], units=units), "en", Shanghai()).rows)
    assert told["Units inside"] == "BAG-0 (uncertain), BAG-1, BAG-2, BAG-3, BAG-4 and 3 more"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "nasty",
    ["a\r\nBcc: x@y", "\x1b[2J", "\u202etxt", "\u2028", "\x00", "\ud800", "x" * 100_000, "<b>", " \t "],
)
def test_names_from_outside_stay_on_their_line(language: Any, nasty: str) -> None:
    fields = dict.fromkeys(
        ("site", "asset", "zone", "rule", "message", "kind", "severity", "state", "unit"), nasty
    )
    change = changed(life()[1], **fields, units=[{"code": nasty}] * 9, acknowledgements=[{"by": nasty}])
    told = message(change, language, Shanghai())
    assert told.title.isprintable() and len(told.title) <= LONGEST_TITLE
    assert len(told.text.split("\n")) == len(told.rows)
    assert all(said.isprintable() and len(said) <= LONGEST_LINE for _, said in told.rows)
    told.text.encode()


def test_the_clock_of_the_site_across_daylight_saving() -> None:
    class Berlin(Shanghai):
        def time_zone(self, site: str, assets: Sequence[str] = ()) -> str:
            return "Europe/Berlin"

    for utc, local in (
        ("2026-03-29T00:59:59Z", "2026-03-29 01:59:59 +01:00"),
        ("2026-03-29T01:00:00Z", "2026-03-29 03:00:00 +02:00"),
        ("2026-10-25T00:30:00Z", "2026-10-25 02:30:00 +02:00"),
        ("2026-10-25T01:30:00Z", "2026-10-25 02:30:00 +01:00"),
    ):
        told = dict(message(changed(life()[0], start=utc), "en", Berlin()).rows)
        assert told["Since"].startswith(local)


def test_chinese_has_a_word_for_everything_that_is_said() -> None:
    changes = {v for k, v in vars(steps).items() if k.isupper() and isinstance(v, str)}
    said: tuple[tuple[set[str], Mapping[str, str]], ...] = (
        (changes, ZH.changes),
        ({state.value for state in AlarmState} | {NEVER_WAS}, ZH.states),
        ({severity.name.lower() for severity in Severity}, ZH.severities),
        (set(plugins.names(RULES, "Parameters")), ZH.kinds),
        (set(EN.labels), ZH.labels),
    )
    for wanted, there in said:
        assert not wanted - set(there)


class Advised(Shanghai):
    """Where somebody has said what to do first."""

    def guidance(self, alarm: Mapping[str, Any], language: Language) -> Guidance | None:
        return Guidance(("Close the lid", "Fill"), ("Li Na", "Gas supplier, 24 h"), f"EP-07 {language}")


def test_what_to_do_first_is_said_while_there_is_something_to_do() -> None:
    raised = message(life()[0], "en", Advised())
    begin = raised.text.split("\n").index("Do first: 1. Close the lid")
    assert raised.text.split("\n")[begin - 1 : begin + 4] == [
        "Worst value: -140.5 °C (limit -150 °C)",
        "Do first: 1. Close the lid",
        "2. Fill",
        "Contacts: Li Na; Gas supplier, 24 h",
        "Plan: EP-07 en",
    ]
    assert "应急预案：EP-07 zh" in message(life()[2], "zh", Advised()).text
    for over in (life()[1], life()[3]):
        assert "Do first" not in message(over, "en", Advised()).text


class Guided(Shanghai):
    def guidance(self, alarm: Mapping[str, Any], language: Language) -> Guidance | None:
        return Guidance(("Close the lid",), ("EHS 8120",), "EP-07")


def test_a_remark_on_what_nobody_is_on_leaves_what_to_do_first() -> None:
    assigned = {"by": "Wang Wei", "to": "Li Na", "at": "2026-01-05T11:00:00.000000000Z"}
    for change in ("commented", "assigned"):
        remark = changed(dataclasses.replace(life()[0], change=change), assigned=assigned)
        rows = dict(message(remark, "en", Guided()).rows)
        assert rows["Do first"] == "1. Close the lid" and rows["Plan"] == "EP-07"
    assert (rows["By"], rows["Assigned to"]) == ("Wang Wei", "Li Na")
    taken = changed(remark, taken={"by": "Li Na", "at": assigned["at"]})
    assert "Do first" not in dict(message(taken, "en", Guided()).rows)
