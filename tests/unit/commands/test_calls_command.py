"""`cryogate calls`, `notify --test`, `ack --group` and what `alarms` says of calls, without a gateway."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.alarming import entry
from gateway.alarms import lifecycle
from gateway.alarms.fault import StatedFault
from gateway.cli import app
from gateway.cli.calls_screen import group_lines
from gateway.cli.told import told_lines, told_short
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.model import SECOND, Severity
from gateway.published.labels import UNLABELLED
from gateway.statements import attempt, person, roster, transition
from gateway.statements.person import Way
from gateway.statements.transition import Transition
from tests.system.http_receiver import NTFY_TOOK, HttpReceiver, Reply
from tests.unit.alarms.staff import BEGIN_NS, made, somebody, weekly

CONFIG = """
[gateway]
name = "g"
[clock]
require_sync = false
[notifiers.push]
kind = "ntfy"
url = "{url}"
topic = "everything"
[notifiers.other]
kind = "ntfy"
url = "http://127.0.0.1:9"
topic = "everything"
"""


@pytest.fixture
def phone() -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()
    receiver.usual = NTFY_TOOK
    yield receiver
    receiver.close()


@pytest.fixture
def config(tmp_path: Path, phone: HttpReceiver) -> Path:
    path = tmp_path / "cryogate.toml"
    path.write_text(CONFIG.format(url=phone.url("")))
    (tmp_path / "data").mkdir()
    with Journal.open(tmp_path / "data" / "journal.sqlite") as journal:
        for name, ways in (("li-na", ["push"]), ("wang-wei", ["push", "other"]), ("zhou-yu", [])):
            said = somebody(name, ways=tuple(Way(notifier, name) for notifier in ways))
            journal.commit(statements=[Statement(person.KIND, "Li Na", BEGIN_NS, person.to_body(said))])
    return path


def run(config: Path, *words: str) -> Any:
    return CliRunner().invoke(app, [*words, "--config", str(config)])


def test_a_test_call_goes_out_by_each_way_and_is_stated(config: Path, phone: HttpReceiver) -> None:
    done = run(config, "notify", "--test", "Li-Na")
    assert done.exit_code == 0 and "push li-na: delivered after" in done.output
    assert json.loads(phone.posted[0].body)["topic"] == "li-na"
    with Journal.open_reading(config.parent / "data" / "journal.sqlite") as journal:
        said = [attempt.of(statement.body) for _, statement in journal.statements(attempt.KIND)]
    assert [(one.person, one.kind, one.outcome) for one in said] == [("li-na", "test", "delivered")]


def test_a_way_that_does_not_work_is_told_with_what_to_do(config: Path, phone: HttpReceiver) -> None:
    phone.replies = [Reply(400, body=b'{"error":"topic invalid"}')]
    done = run(config, "notify", "--test", "wang-wei", "--json")
    assert done.exit_code == 1
    assert [(one["notifier"], one["outcome"]) for one in json.loads(done.output)] == [
        ("push", "rejected"),
        ("other", "retry"),
    ]


@pytest.mark.parametrize(
    ("who", "words"), [("nobody", "nobody is known by 'nobody'"), ("zhou-yu", "zhou-yu has no way")]
)
def test_who_cannot_be_tested(config: Path, who: str, words: str) -> None:
    done = run(config, "notify", "--test", who)
    assert done.exit_code != 0 and (words in done.output or words in str(done.exception))


def test_who_has_left_is_said_to_have_left(config: Path) -> None:
    assert run(config, "people", "remove", "li-na", "--by", "Wang Wei", "--reason", "left").exit_code == 0
    done = run(config, "notify", "--test", "li-na")
    assert done.exit_code != 0 and "li-na has left" in f"{done.output}{done.exception}"


def test_what_is_left_out_belongs_to_a_group(config: Path) -> None:
    done = run(config, "ack", "E-1", "--by", "Li Na", "--comment", "seen", "--but", "E-2")
    assert done.exit_code != 0 and "give --group, too" in f"{done.output}{done.exception}"


def test_what_stands_beside_an_alarm() -> None:
    alarm: dict[str, Any] = {
        "id": "E-2",
        "site": "",
        "remarks": ["chattering: raised 6 times in 30 min"],
        "group": "G-1",
        "first_in_group": "E-1",
        "told": [{"person": "li-na", "name": "Li Na", "at": "2026-01-05T12:00:05Z", "by": "push"}],
        "next": {"at": "2026-01-05T12:06:00Z", "persons": ["wang-wei"], "names": ["Wang Wei"]},
        "nobody_since": None,
    }
    assert list(told_lines(alarm, UNLABELLED)) == [
        "chattering: raised 6 times in 30 min",
        "group G-1, which began with E-1; told Li Na 12:00:05Z by push; next Wang Wei 12:06:00Z",
    ]
    assert list(told_short(alarm)) == ["chattering", "told Li Na", "next Wang Wei 12:06Z"]
    nobody = {**alarm, "nobody_since": "2026-01-05T12:01:00Z", "told": [], "next": None, "remarks": []}
    assert list(told_short(nobody)) == ["nobody could be reached"]
    assert list(told_lines({**nobody, "group": None}, UNLABELLED)) == []


def test_what_is_tried_again_and_again_is_one_line() -> None:
    tried = {"at": "2026-01-05T12:00:00Z", "call": "G-1.1", "kind": "alarm", "step": 1, "person": "li-na"}
    tried |= {"name": "Li Na", "by": "push", "outcome": "retry", "answer": "busy", "took_s": 0.1}
    others = [{**tried, "by": "sms"}, {**tried, "call": "G-1.2"}, {**tried, "outcome": "delivered"}]
    group: dict[str, Any] = {
        "id": "G-1",
        "priority": "urgent",
        "priority_reason": "",
        "alarms": ["E-1"],
        "first": "E-1",
    }
    group |= {
        "since": tried["at"],
        "over": False,
        "calling": True,
        "swings": 0,
        "swinging": [],
        "no_policy": False,
    }
    group |= {"nobody_since": None, "next": None, "taken_by": []}
    group |= {"attempts": [tried, tried, others[0], tried, *others[1:]]}
    lines = [str(line) for line in group_lines(group, UNLABELLED, "2026-01-05T12:05:00Z")][2:]
    assert len(lines) == 4
    assert [line.endswith("busy (3 times so far)") for line in lines] == [True, False, False, False]


def test_who_is_next_is_asked_of_the_time_that_the_journal_has(config: Path) -> None:
    """The clock of the machine was set back by an hour; the gateway's goes on, and the roster is in force."""
    ahead_ns = time.time_ns() + 3600 * SECOND
    stated = made("r", weekly("wang-wei"), sites=(), from_ns=ahead_ns - 600 * SECOND)
    fault = StatedFault("F-1", "source:broker", Severity.CRITICAL, "away", ("dewar",), ahead_ns)
    known = entry.stored(entry.Entry(fault, lifecycle.raised("F-1", ahead_ns), entry.AlarmPlace(), None))
    said = Transition("F-1", 1, "raised", 0, "", "0.1.0", known)
    with Journal.open(config.parent / "data" / "journal.sqlite", lambda: ahead_ns) as journal:
        for kind, body in ((roster, stated), (transition, said)):
            journal.commit(statements=[Statement(kind.KIND, "g", ahead_ns, kind.to_body(body))])
    Records(config.parent / "data" / "records.sqlite").close()
    [group] = json.loads(run(config, "calls", "--json").stdout)
    assert group["next"]["names"] == ["Wang-Wei"]
