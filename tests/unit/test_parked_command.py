"""`cryogate parked`: what is shown, and what is refused with a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.parked import Parked
from gateway.journal.records import Records
from gateway.statements import parked
from gateway.statements.parked import Decision, ParkedDecision

EXAMPLE = (Path(__file__).parents[2] / "docs" / "examples" / "demo.toml").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cryogate.toml").write_text(EXAMPLE)
    (tmp_path / "data").mkdir()
    with Journal.open(tmp_path / "data" / "journal.sqlite") as journal:
        journal.channel_numbers(["top[/b]"])
    records = Records(tmp_path / "data" / "records.sqlite")
    with records.transaction():
        records.park("sink:central", [Parked(1, 7, None, 2, 8, "too old"), Parked(9, 8, -1.5, 0, 9, "[b]no")])
        records.park_changes("sink:central", {3: "type conflict"})
        records.park_changes("sink:other", {4: "type conflict"})
    records.close()
    return tmp_path


def told(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["parked", *arguments, "--config", str(folder / "cryogate.toml")])
    if isinstance(done.exception, InputError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_everything_is_shown_as_it_is(folder: Path) -> None:
    shown = told(folder)
    assert "central: 2 readings, and 1 alarm change\n" in shown
    assert "1970-01-01T00:00:00.000000007Z top[/b] bad" in shown and "number 9 -1.5" in shown
    assert "[b]no" in shown and "alarm change 3: type conflict" in shown
    assert told(folder, "--sink", "elsewhere") == "nothing is parked\n"
    (other,) = json.loads(told(folder, "--sink", "other", "--json"))
    changes = [{"number": 4, "reason": "type conflict"}]
    assert other == {
        "sink": "other",
        "follower": "sink:other",
        "readings": 0,
        "kept": 0,
        "newest": [],
        "alarm_changes": changes,
    }


def test_a_decision_is_a_statement(folder: Path) -> None:
    assert "2 readings and 1 alarm change are sent again" in told(
        folder, "--retry", "central", "--by", "Li Na"
    )
    told(folder, "--accept", "other", "--by", "Li Na")
    with Journal.open_reading(folder / "data" / "journal.sqlite") as journal:
        decided = [parked.of(statement.body) for _, statement in journal.statements(parked.KIND)]
    assert decided == [
        ParkedDecision("sink:central", Decision.RETRY),
        ParkedDecision("sink:other", Decision.ACCEPT),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--retry", "central", "--accept", "other"), "give one of them"),
        (("--accept", "central"), 'say who says it: --by "NAME"'),
        (("--retry", "central"), 'say who says it: --by "NAME"'),
        (("--retry", "central", "--by", "\x1b[2J"), "one line of printable text"),
        (("--retry", "nowhere", "--by", "x"), "there is of: sink:central, sink:other"),
    ],
)
def test_what_can_not_be_decided(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        told(folder, *arguments)


def test_before_the_first_run_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "cryogate.toml").write_text(EXAMPLE)
    with pytest.raises(InputError, match="no records yet; start a gateway"):
        told(tmp_path)
