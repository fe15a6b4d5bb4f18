"""What a running gateway's channels say is wrong with them."""

from __future__ import annotations

from typing import Any

from gateway.doctor import Finding, Level
from gateway.doctor.running import findings

WELL: dict[str, Any] = {
    "journal": {"problem": "", "screening_problem": "", "screening_behind": 0},
    "clock": {"trusted": True, "synchronized": True},
    "disk": {"free_bytes": 1e12, "days_left": None, "is_low": False},
    "sources": [],
    "followers": [],
    "notifiers": [],
    "calls": {"going_on": 0, "nobody": [], "failing": {}, "problem": ""},
    "archive": {"problem": ""},
    "metrics": {"problem": ""},
    "refused": [],
}


def channel(name: str, clock_offset_s: float | None, quality: str = "uncertain") -> dict[str, Any]:
    state = {"channel": name, "source": "broker", "state": "in range", "age_s": 1.0, "quality": quality}
    return state | {"clock_offset_s": clock_offset_s, "waiting": 0, "ahead_s": None}


def told(*channels: dict[str, Any]) -> list[Finding]:
    return findings(WELL | {"channels": list(channels)})


def test_a_clock_that_is_ahead_is_named_with_what_to_do() -> None:
    [found] = told(channel("lid", 28_799.9), channel("core", -0.2, "good"))
    assert (found.level, found.where) == (Level.WARNING, "channels")
    assert found.what == "device clock ahead by 8 h: lid"
    assert "time zone" in found.do


def test_several_are_one_finding_and_none_of_them_is_named_twice() -> None:
    [found] = told(channel("lid", 28_800.0), channel("core", 120.0))
    assert found.what == "device clock ahead by 8 h at most: lid, core"


def test_within_tolerance_no_clock_is_wrong_and_other_doubts_have_other_reasons() -> None:
    assert told(channel("lid", 59.0, "good"), channel("core", None, "good")) == []
    [found] = told(channel("lid", 59.0))
    assert found.what == "values are uncertain: lid"


def test_what_waits_for_its_time_is_shown_and_a_second_ahead_is_no_news() -> None:
    soon = channel("core", 0.9, "good") | {"waiting": 3, "ahead_s": 0.9}
    [found] = told(soon, channel("lid", 0.0, "good") | {"waiting": 7, "ahead_s": 100 * 86_400.0})
    assert (found.level, found.what) == (Level.NOTE, "readings ahead by 100 d at most wait: lid")


def test_a_line_that_works_and_is_not_well_is_a_note_with_what_to_do() -> None:
    remarks = ["the adapter echoes: it does; switch it off", "stray bytes; check termination"]
    line = {
        "name": "freezer-port",
        "kind": "serial",
        "state": "up",
        "flapping": "",
        "detail": "",
        "remarks": remarks,
    }
    found = findings(WELL | {"sources": [line], "channels": []})
    assert [f.where for f in found] == ["line of freezer-port"] * 2
    assert [(f.level, f.what, f.do) for f in found][1] == (Level.NOTE, "stray bytes", "check termination")


def test_an_instrument_that_is_another_one_is_a_warning_with_what_to_do() -> None:
    words = (
        "the serial number is 2, and was 1: another instrument is connected here; its readings are refused"
    )
    line = {"name": "com1", "kind": "serial", "state": "up", "flapping": "", "detail": "", "remarks": []}
    (found,) = findings(WELL | {"sources": [line | {"strangers": [words]}], "channels": []})
    assert (found.level, found.where) == (Level.WARNING, "instrument of com1")
    assert f"{found.what}; {found.do}" == words


def test_a_logger_of_which_nothing_was_imported_is_no_device_that_is_silent() -> None:
    logger = {
        "name": "loggers",
        "kind": "download",
        "state": "up",
        "flapping": "",
        "detail": "",
        "remarks": [],
    }
    never = channel("box", None, "good") | {"age_s": None, "state": "unknown", "source": "loggers"}
    [found] = findings(WELL | {"sources": [logger], "channels": [never]})
    assert (found.level, found.what) == (Level.NOTE, "nothing was imported yet: box")
    [found] = told(channel("lid", None, "good") | {"age_s": None})
    assert (found.level, found.what) == (Level.WARNING, "never heard: lid")


def test_a_long_silence_is_said_as_people_say_it() -> None:
    silent = channel("lid", None, "good") | {"state": "unknown", "age_s": 25_771_854.0}
    [found] = told(silent)
    assert found.what == "silent for up to 298 d 6 h: lid"
