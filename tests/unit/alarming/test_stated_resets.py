"""A budget that people reset: stated in the journal, screened, shown on alarms, repeated, refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gateway.alarming.resets import StatedReset, stated
from gateway.cli import app
from gateway.journal.journal import Journal
from gateway.model import SECOND
from gateway.questions.preview import preview
from gateway.questions.replay import replay
from gateway.traceability.containment import Containments
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, moment, without_clock

SPENT = """
[[profiles.p.rules]]
id = "spent"
kind = "budget"
side = "high"
limit_degC = -150.0
budget_s = 20.0
severity = "major"
"""
BUDGETED = CONFIG.replace("[channels.top]", SPENT + "[channels.top]", 1)
Say = Callable[..., Any]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "cryogate.toml").write_text(
        BUDGETED.replace('name = "test"', 'name = "test"\ndata_dir = "."', 1)
    )
    return Desk(tmp_path, BUDGETED)


@pytest.fixture
def say(desk: Desk) -> Say:
    """`cryogate reset` as people type it; by default right."""

    def say(**said: str) -> Any:
        told = {"channel": "top", "rule": "spent", "by": "Li Na", "comment": "unloaded", **said}
        options = [part for key in ("by", "comment", "at") if key in told for part in (f"--{key}", told[key])]
        config = ["--config", str(desk.folder / "cryogate.toml")]
        return CliRunner().invoke(app, ["reset", told["channel"], told["rule"], *options, *config])

    return say


def warm(desk: Desk, *seconds: int) -> None:
    desk.read(*(("top", s, -140.0) for s in seconds))


def spent(desk: Desk) -> list[dict[str, Any]]:
    return [a for a in desk.alarms() if a["rule"] == "spent"]


def test_a_reset_ends_the_alarm_at_the_next_reading_and_stands_on_it(desk: Desk, say: Say) -> None:
    warm(desk, 0, 10, 20, 30)
    desk.run()
    (alarm,) = spent(desk)
    assert (alarm["start"], alarm["end"], alarm["resets"]) == (moment(20), None, [])
    done = say(at=moment(31))
    assert done.exit_code == 0
    assert f"top spent counts anew from {moment(31)[:19]}Z; in the journal as " in done.stdout
    desk.run()
    (alarm,) = spent(desk)
    assert alarm["end"] is None
    assert [(r["at"], r["by"], r["comment"]) for r in alarm["resets"]] == [(moment(31), "Li Na", "unloaded")]
    warm(desk, 40)
    desk.run()
    (alarm,) = spent(desk)
    assert (alarm["end"], alarm["revision"], len(alarm["resets"])) == (moment(40), 1, 1)
    assert [t.change for t in desk.transitions() if t.alarm == alarm["id"]] == [
        "raised",
        "amended",
        "returned",
    ]


def test_one_that_is_stated_late_amends_the_record_visibly(desk: Desk, say: Say) -> None:
    warm(desk, 0, 10, 20, 30, 40)
    desk.run()
    say(at=moment(25))
    desk.run()
    (alarm,) = spent(desk)
    assert (alarm["end"], alarm["revision"], alarm["state"]) == (moment(30), 2, "returned unacknowledged")
    first, *_, last = desk.history(alarm["id"])
    assert (first["change"], first["known"]["end"], first["known"]["resets"]) == ("raised", None, [])
    assert [r["at"] for r in last["known"]["resets"]] == [moment(25)]


def test_one_from_before_the_budget_was_spent_withdraws_and_says_why(desk: Desk, say: Say) -> None:
    warm(desk, 0, 10, 20)
    desk.run()
    say(at=moment(5))
    desk.run()
    (alarm,) = spent(desk)
    assert (alarm["withdrawn"], [r["comment"] for r in alarm["resets"]]) == (True, ["unloaded"])
    assert "budget reset at 2026-01-05 12:00:05Z by Li Na: unloaded" in shown(desk)


def shown(desk: Desk) -> str:
    config = str(desk.folder / "cryogate.toml")
    return CliRunner().invoke(app, ["alarms", "--all", "--config", config]).stdout


def test_the_same_again_is_not_written_again(desk: Desk, say: Say) -> None:
    warm(desk, 0, 10, 20, 30)
    say(at=moment(31))
    again = say(at="2026-01-05T20:00:31+08:00", by="Wang Wei", comment="me too")
    assert f"top spent counts anew from {moment(31)[:19]}Z; Li Na stated that before, at" in again.stdout
    config = ["--json", "--config", str(desk.folder / "cryogate.toml")]
    words = ["reset", "top", "spent", "--by", "x", "--comment", "y", "--at", moment(31)]
    told = json.loads(CliRunner().invoke(app, [*words, *config]).stdout)
    assert told.pop("id").endswith("-3")
    assert told == {"channel": "top", "rule": "spent", "at": moment(31), "new": False}
    assert [r.by for r in stated(desk.journal)] == ["Li Na"]


def test_two_that_say_the_same_past_the_command_count_once(desk: Desk) -> None:
    warm(desk, 0, 10, 20, 30, 40)
    said = StatedReset("top", "spent", NOON_NS + 25 * SECOND, "Li Na", time.time_ns(), "unloaded")
    for by in ("Li Na", "Wang Wei"):
        desk.say(replace(said, by=by).statement())
        desk.run()
    (alarm,) = spent(desk)
    assert ([r["by"] for r in alarm["resets"]], alarm["revision"]) == (["Li Na"], 2)


def test_without_a_time_it_is_now(desk: Desk, say: Say) -> None:
    before = time.time_ns()
    assert say().exit_code == 0
    (reset,) = stated(desk.journal)
    assert before <= reset.at_ns <= reset.stated_ns <= time.time_ns()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"channel": "topp"}, "there is no channel 'topp'; did you mean 'top'?"),
        ({"channel": "x"}, "there is no channel 'x'; `cryogate check` lists them"),
        ({"rule": "above-150"}, "channel 'top' has no budget 'above-150'; its budgets: spent"),
        ({"at": "2099-01-01T00:00:00Z"}, "2099-01-01T00:00:00Z is in the future"),
        ({"at": "1999-01-01T00:00:00Z"}, "is before 2000"),
        ({"at": "noon"}, "'noon' is not an RFC 3339 time with zone"),
        ({"by": " "}, 'say who says it: --by "NAME"'),
        ({"comment": ""}, "a reset needs a comment"),
        ({"comment": "a\x1b[2Jb"}, "one line of printable text"),
        ({"comment": "x" * 4001}, "the comment of a reset has at most 4000 characters"),
    ],
)
def test_what_can_not_be_meant_is_refused_and_not_written(
    desk: Desk, say: Say, said: dict[str, str], message: str
) -> None:
    before = desk.journal.last_seq()
    done = say(**said)
    assert message in str(done.exception)
    assert desk.journal.last_seq() == before


def test_a_channel_without_any_budget_says_so(tmp_path: Path) -> None:
    (tmp_path / "cryogate.toml").write_text(CONFIG)
    config = ["--config", str(tmp_path / "cryogate.toml")]
    done = CliRunner().invoke(app, ["reset", "top", "above-150", "--by", "a", "--comment", "b", *config])
    assert "it has no rule of kind 'budget' at all" in str(done.exception)
    with Journal.open_reading(tmp_path / "data" / "journal.sqlite") as journal:
        assert journal.last_seq() == 0


def test_one_of_a_channel_that_left_the_configuration_is_in_nobodys_way(desk: Desk, say: Say) -> None:
    say(at=moment(5))
    desk.configure(
        BUDGETED[: BUDGETED.index("[channels.top]")] + BUDGETED[BUDGETED.index("[channels.shipper]") :]
    )
    desk.read(("shipper", 0, -140.0), ("shipper", 30, -140.0))
    desk.run()
    assert [a["channel"] for a in spent(desk)] == ["shipper"]


def test_resets_of_the_configuration_and_of_people_add_up(tmp_path: Path) -> None:
    configured = BUDGETED.replace("budget_s = 20.0", f'budget_s = 20.0\nresets = ["{moment(15)}"]')
    desk = Desk(tmp_path, configured)
    warm(desk, *range(0, 50, 5))
    desk.run()
    assert [(a["start"], a["end"]) for a in spent(desk)] == [(moment(35), None)]
    desk.say(StatedReset("top", "spent", NOON_NS + 20 * SECOND, "Li Na", NOON_NS, "unloaded").statement())
    desk.run()
    assert [(a["start"], a["end"]) for a in spent(desk)] == [(moment(40), None)]


def test_preview_and_replay_count_from_the_same_reset(desk: Desk) -> None:
    warm(desk, *range(0, 50, 5))
    said = StatedReset("top", "spent", NOON_NS + 22 * SECOND, "Li Na", NOON_NS, "unloaded")
    desk.say(said.statement())
    (version,) = desk.configuration.profiles["p"]
    window = (NOON_NS, NOON_NS + 60 * SECOND)
    found = preview(desk.configuration, {"p": (version,)}, desk.journal, *window)
    ends = {(moment(20), moment(25)), (moment(45), None)}
    assert {(d.effect, d.present.start_ns) for d in found if d.present and d.present.rule == "spent"} == {
        ("stays", NOON_NS + 20 * SECOND),
        ("stays", NOON_NS + 45 * SECOND),
    }
    samples = desk.journal.read(None, 0, None).samples
    again = replay(desk.configuration, desk.numbers, [samples], Containments(), stated(desk.journal))
    assert {(e["start"], e["end"]) for e in again if e["rule"] == "spent"} == ends


LIVED = ("revision", "state", "id", "changes")  # what is known counts, not how it came to be known


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(said=[(10, 6), (6, 77)], kill=[1])
@given(
    said=st.lists(st.tuples(st.integers(0, 12), st.integers(-5, 130)), max_size=4),
    kill=st.lists(st.integers(1, 4), max_size=3),
)
def test_kills_and_order_change_nothing(
    said: list[tuple[int, int]], kill: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    final = []
    for cut in (True, False):
        desk = Desk(tmp_path_factory.mktemp("desk"), BUDGETED)
        for k in range(13):
            for _, at_s in [s for s in said if s[0] == k]:
                desk.say(
                    StatedReset(
                        "top", "spent", NOON_NS + at_s * SECOND, "Li Na", NOON_NS, "unloaded"
                    ).statement()
                )
            desk.read(("top", k * 10, -140.0 if k % 5 else -160.0))
            if cut and k % 3 == 0:
                desk.run(kill_after=kill[k // 3 % len(kill)] if kill else None)
        desk.run()
        standing = without_clock(a for a in desk.alarms() if not a["withdrawn"])
        standing.sort(key=lambda a: (a["start"], a["rule"]))  # listed as they came to be known
        final.append([{k: v for k, v in a.items() if k not in LIVED} for a in standing])
    assert final[0] == final[1]


def test_a_budget_that_the_file_has_no_more_can_be_reset_for_when_it_held(desk: Desk, say: Say) -> None:
    warm(desk, 0, 10, 20, 30, 40)
    desk.run()
    without = """[[profiles.q]]
version = "1"
[[profiles.q.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -150.0
severity = "critical"
[channels.top]"""
    other = BUDGETED.replace("[channels.top]", without).replace('profile = "p"', 'profile = "q"')
    (desk.folder / "cryogate.toml").write_text(
        other.replace('name = "test"', 'name = "test"\ndata_dir = "."', 1)
    )
    desk.configure(other)
    desk.run()
    assert say(at=moment(25)).exit_code == 0
    desk.run()
    (alarm,) = spent(desk)
    assert [r["at"] for r in alarm["resets"]] == [moment(25)]
    assert "has no rule of kind 'budget' at all" in str(say().exception)
