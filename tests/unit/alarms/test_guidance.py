"""What to do first: inherited from kind of asset to rule to site, and every mistake in it is said."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.call import Guidance
from gateway.alarms.guidance import guidance_for, with_guidance
from gateway.config.load import load, parse
from gateway.config.toml import read_toml
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.running.setting import SettingNow
from tests.system.alarm_changes import fault, life

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "cryogate.toml"
KIND = load(EXAMPLE).assets["freezer-1"].kind
TABLES: dict[str, Any] = {
    "kinds": {KIND: {"en": ["Close the lid"], "zh": ["关好盖子"], "contacts": ["Gas"], "plan": "EP-07"}},
    "rules": {"above-150": {"en": ["Fill"]}, "sink": {"en": ["Wait"]}, "sink:influx": {"plan": "EP-99"}},
    "sites": {
        "pudong": {"contacts": ["Li Na"], "rules": {"above-150": {"plan": "EP-12"}}, "kinds": {}},
    },
}
RAISED = life()[0].alarm


def configured(guidance: object) -> Configuration:
    return parse({**read_toml(EXAMPLE), "guidance": guidance}, EXAMPLE)


def mistakes(guidance: object) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        configured(guidance)
    return caught.value.problems


def of(alarm: dict[str, Any], language: Any = "en", tables: object = None) -> Guidance | None:
    return guidance_for(configured(TABLES if tables is None else tables).guidance, alarm, language)


def test_it_is_inherited_piece_by_piece() -> None:
    assert of({**RAISED, "site": "", "rule": "other"}) == Guidance(("Close the lid",), ("Gas",), "EP-07")
    assert of({**RAISED, "site": ""}) == Guidance(("Fill",), ("Gas",), "EP-07")
    assert of({**RAISED}) == Guidance(("Fill",), ("Li Na",), "EP-12")
    assert of({**RAISED, "rule": "other"}) == Guidance(("Close the lid",), ("Li Na",), "EP-07")


def test_an_alarm_that_is_open_while_its_asset_and_site_are_renamed_keeps_its_guidance() -> None:
    document = read_toml(EXAMPLE)
    for section, name, new in (("assets", RAISED["asset"], "vessel-1"), ("sites", "pudong", "lab")):
        text = json.dumps(document).replace(f'"{name}"', f'"{new}"')
        document = json.loads(text)
        document[section][new]["was"] = name
    tables = json.loads(json.dumps(TABLES).replace('"pudong"', '"lab"'))
    found = parse({**document, "guidance": tables}, EXAMPLE).guidance
    assert guidance_for(found, RAISED, "en") == of({**RAISED}) is not None


def test_steps_are_one_thing_in_all_languages() -> None:
    """Those of the rule replace those of the kind: nobody is told to do something else in Chinese."""
    told = of({**RAISED}, "zh")
    assert told is not None and told.steps == ("Fill",)
    chinese = of({**RAISED, "rule": "other"}, "zh")
    assert chinese is not None and chinese.steps == ("关好盖子",)


def test_a_fault_has_what_its_kind_and_its_name_say() -> None:
    alarm = dict(fault().alarm)
    assert alarm["rule"] == "sink:influx"
    assert of(alarm) == Guidance(("Wait",), (), "EP-99")
    assert of({**alarm, "rule": "sink:other"}) == Guidance(("Wait",))
    assert of({**alarm, "rule": "clock"}) is None


def test_the_site_may_say_it_for_a_kind() -> None:
    tables = {"sites": {"pudong": {"kinds": {KIND: {"zh": ["先打电话"]}}}}}
    assert of({**RAISED}, "en", tables) == Guidance(("先打电话",))
    assert of({**RAISED, "site": "elsewhere"}, "en", tables) is None


def test_the_published_alarm_has_it_in_both_languages() -> None:
    shown = with_guidance({**RAISED, "rule": "other"}, configured(TABLES).guidance)
    steps = {"en": ["Close the lid"], "zh": ["关好盖子"]}
    assert shown["guidance"] == {"steps": steps, "contacts": ["Li Na"], "plan": "EP-07"}
    assert with_guidance(RAISED, configured({}).guidance)["guidance"] is None


def test_messages_have_it_from_the_configuration() -> None:
    setting = SettingNow(configured(TABLES))
    assert setting.guidance(RAISED, "en") == Guidance(("Fill",), ("Li Na",), "EP-12")


@pytest.mark.parametrize(
    ("guidance", "why"),
    [
        ([], r"guidance: expected a table"),
        ({"kind": {}}, r"guidance\.kind: unknown key 'kind'; did you mean 'kinds'"),
        ({"kinds": []}, r"guidance\.kinds: expected"),
        ({"kinds": {KIND: "Fill"}}, r"guidance\.kinds\.\S+: expected a table"),
        ({"kinds": {KIND[:-1]: {"plan": "a"}}}, r"unknown kind of asset .*; did you mean"),
        (
            {"sites": {"pudng": {"plan": "a"}}},
            r"guidance\.sites\.pudng: unknown site .*; did you mean 'pudong'",
        ),
        ({"sites": {"pudong": {}}}, r"guidance\.sites\.pudong: it says nothing; give en"),
        ({"sites": {"pudong": {"rules": 3}}}, r"guidance\.sites\.pudong\.rules: expected tables"),
        ({"rules": {"x": {}}}, r"it says nothing; give en"),
        ({"rules": {"x": {"en": []}}}, r"en: expected 1 to 9 lines, found 0"),
        ({"rules": {"x": {"en": ["a"] * 10}}}, r"en: expected 1 to 9 lines, found 10"),
        ({"rules": {"x": {"en": "Fill"}}}, r"rules\.x\.en: expected"),
        ({"rules": {"x": {"de": ["Deckel zu"], "plan": "a"}}}, r"unknown key 'de'"),
        ({"rules": {"x": {"zh": ["a\nb"]}}}, r"zh: expected printable text on one line"),
        ({"rules": {"x": {"en": [" "]}}}, r"en: expected printable text"),
        ({"rules": {"x": {"en": ["a" * 201]}}}, r"has 201 characters, at most 200"),
        ({"rules": {"x": {"contacts": ["a" * 101]}}}, r"contacts: .*at most 100"),
        ({"rules": {"x": {"plan": ""}}}, r"plan: expected printable text"),
    ],
)
def test_mistakes(guidance: object, why: str) -> None:
    (problem,) = mistakes(guidance)
    assert re.search(why, problem), problem


def test_a_rule_that_nobody_has_is_remarked() -> None:
    remarks = configured({"rules": {"abov-150": {"plan": "a"}, "sink:influx": {"plan": "b"}}}).remarks
    told = [one for one in remarks if one.startswith("guidance")]
    assert told == [
        "guidance.rules.abov-150: no rule has this id; it counts for a fault of this name alone",
    ]
