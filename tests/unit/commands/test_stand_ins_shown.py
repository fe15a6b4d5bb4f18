"""Who stands in for whom, and at what time, as `duty` and `people remove` say it."""

from __future__ import annotations

from time import time_ns

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.cli.duty import asked_ns, words_of
from gateway.errors import InputError
from gateway.model import SECOND
from gateway.times import format_rfc3339, parse_rfc3339
from tests.unit.commands.front_desk import CONFIG, Office
from tests.unit.commands.test_people_stated import BY, NOTIFIERS
from tests.unit.commands.test_rosters_stated import GOOD, file


@pytest.fixture
def staffed(office: Office) -> Office:
    office.config.write_text(CONFIG + NOTIFIERS, encoding="utf-8")
    for who in ("li.na", "wang", "zhao"):
        office.run("people", "set", who, "--name", who.title(), "--way", f"push {who[:2]}", *BY)
    return office


def test_who_stands_in_for_who_stands_in_is_said(staffed: Office) -> None:
    staffed.run("roster", "set", "lab", file(staffed, GOOD), *BY)
    month = "--until", format_rfc3339(time_ns() + 30 * 86_400 * SECOND)
    staffed.run("stand-in", "wang", "--for", "li.na", *month, *BY)
    staffed.run("stand-in", "zhao", "--for", "wang", *month, *BY)
    (lab,) = staffed.json("duty")["sites"]
    told = {(one["person"], one["instead_of"]) for one in lab["stand_ins"]}
    assert told == {("wang", "li.na"), ("zhao", "wang")}
    gone = CliRunner().invoke(
        app, ["people", "remove", "wang", *BY, "--reason", "left", "--config", str(staffed.config)]
    )
    said = " ".join(gone.stderr.split())
    assert "wang stood in for li.na, zhao stands in for wang and has the turns, too, until that ends" in said
    (lab,) = staffed.json("duty")["sites"]
    assert {(one["person"], one["instead_of"]) for one in lab["stand_ins"]} == told


def test_a_time_of_the_clock_is_that_of_the_site_that_is_asked_about() -> None:
    at, now_ns = "2026-12-04 22:00", 1_780_000_000 * 10**9
    assert asked_ns(at, {"America/New_York"}, now_ns) == parse_rfc3339("2026-12-04T22:00:00-05:00")
    assert asked_ns(at, {"Asia/Shanghai"}, now_ns) == parse_rfc3339("2026-12-04T22:00:00+08:00")
    with pytest.raises(InputError, match="give --site"):
        asked_ns(at, {"America/New_York", "Asia/Shanghai"}, now_ns)
    zoned = asked_ns("2026-12-04T22:00:00Z", {"America/New_York", "Asia/Shanghai"}, now_ns)
    assert zoned == parse_rfc3339("2026-12-04T22:00:00Z")


def test_a_time_that_comes_twice_says_which_one_is_meant() -> None:
    said = {"person": "a", "instead_of": "b", "rosters": [], "to": "2026-10-25T01:45:00Z"}
    assert words_of(said, "Europe/Paris").endswith("until Sunday 2026-10-25 02:45 +01:00 Europe/Paris")
    first = {**said, "to": "2026-10-25T00:45:00Z"}
    assert words_of(first, "Europe/Paris").endswith("until Sunday 2026-10-25 02:45 +02:00 Europe/Paris")
    later = {**said, "to": "2026-10-25T02:45:00Z"}
    assert words_of(later, "Europe/Paris").endswith("until Sunday 2026-10-25 03:45 Europe/Paris")
    spring = {**said, "to": "2026-03-29T01:00:00Z"}
    assert words_of(spring, "Europe/Paris").endswith("until Sunday 2026-03-29 03:00 Europe/Paris")
