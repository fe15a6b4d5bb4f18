"""Acknowledging by token: once, by its person, for its alarms, until it ends - also without the records."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from gateway.commands import tokens
from gateway.commands.desk import Revising
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records
from gateway.statements import person as stating
from gateway.statements import withdrawal
from gateway.times import format_rfc3339
from tests.unit.alarms.staff import somebody
from tests.unit.commands.front_desk import LI, Office
from tests.unit.test_records import row


@pytest.fixture
def team(office: Office) -> Office:
    """Wang Fang, Li Na, and Chen, who has left; alarms E-1 and E-2 go on, E-3 is closed."""
    with office.desk() as desk:
        for said in (
            somebody("wang", name_en="Wang Fang", name_zh="王芳", languages=("zh", "en")),
            somebody("li", name_en="Li Na"),
            somebody("chen", ways=(), state=stating.GONE),
        ):
            desk.state(lambda said=said: [desk.draft(stating, said, LI, desk.clock.now_ns())])  # type: ignore[misc]
    records = Records(office.folder / "data" / "records.sqlite")
    with records.transaction():
        records.book.put_alarms(rows())
    records.close()
    return office


def rows() -> list[AlarmRow]:
    return [row("E-1", 1), row("E-2", 2), row("E-3", 3, closed=True)]


def issued(office: Office, person: str = "wang", alarms: slice = slice(0, 2), hours: float = 2.0) -> str:
    with office.desk() as desk:
        return tokens.issue(desk, person, rows()[alarms], hours)


def use(office: Office, text: str, alarms: slice = slice(0, 2), by: str = "") -> Any:
    with office.desk() as desk:
        return tokens.acknowledge(desk, tokens.read(desk, text), rows()[alarms], by=by)


def test_all_of_them_at_once_as_its_person(team: Office) -> None:
    use(team, issued(team, "Wang Fang"))
    first, second = team.stated("acknowledge")
    assert (first.body["alarm"], second.body["alarm"]) == ("E-1", "E-2")
    assert first.by == second.by == "王芳" and first.origin == second.origin
    assert first.origin.startswith("token ") and first.body["comment"] == tokens.COMMENT


def test_what_it_is_for_is_told_as_data(team: Office) -> None:
    told = team.json("token", "Wang Fang", "E-1")
    with team.desk() as desk:
        made = tokens.read(desk, told["token"])
    assert (told["person"], told["alarms"], told["until"]) == ("wang", ["E-1"], format_rfc3339(made.until_ns))


def test_it_is_good_once_even_for_the_other_alarm_and_after_a_withdrawal(team: Office) -> None:
    text = issued(team)
    done = use(team, text, slice(1, 2), by="王芳")
    with pytest.raises(
        InputError, match=rf"was used at .* by 王芳, in the journal as {done.id}; it is good once"
    ):
        use(team, text, slice(0, 1))
    with team.desk() as desk:
        why = Revising(withdraws=done.id, reason="a slip")
        desk.state(lambda: [desk.draft(withdrawal, withdrawal.Withdrawal(), LI, desk.clock.now_ns(), why)])
    with pytest.raises(InputError, match="it is good once"):
        use(team, text, slice(1, 2))
    use(team, issued(team), slice(0, 1))
    assert len(team.stated("acknowledge")) == 2


def test_a_used_one_stays_used_in_a_copy_and_without_records(team: Office, tmp_path: Path) -> None:
    text = issued(team)
    use(team, text)
    (team.folder / "data" / "records.sqlite").unlink()
    copy = tmp_path / "copy"
    shutil.copytree(team.folder / "data", copy / "data")
    for office in (team, Office(copy)):
        with pytest.raises(InputError, match="it is good once"):
            use(office, text)


def test_ended_for_others_and_closed(team: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    text = issued(team, alarms=slice(0, 1))
    with pytest.raises(InputError, match="is for E-1, not for E-2"):
        use(team, text, slice(0, 2))
    with pytest.raises(InputError, match="is for wang, not for Li Na"):
        use(team, text, slice(0, 1), by="Li Na")
    with pytest.raises(InputError, match="ended at"):
        use(team, issued(team, hours=1e-9))
    with team.desk() as desk, pytest.raises(InputError, match="E-1: closed, there is nothing"):
        tokens.acknowledge(desk, tokens.read(desk, text), [row("E-1", 1, closed=True)])
    assert team.stated("acknowledge") == []
    use(team, text, slice(0, 1), by="wang")  # it was not used by what was refused


def test_somebody_who_has_left_meanwhile(team: Office) -> None:
    text = issued(team)
    with team.desk() as desk:
        gone = somebody("wang", ways=(), state=stating.GONE)
        desk.state(lambda: [desk.draft(stating, gone, LI, desk.clock.now_ns())])
    with pytest.raises(InputError, match="wang has left"):
        use(team, text)


@pytest.mark.parametrize(
    ("person", "alarms", "hours", "why"),
    [
        ("zhao", slice(0, 1), 1.0, "'zhao' is nobody whom the journal knows"),
        ("chen", slice(0, 1), 1.0, "'chen' has left"),
        ("wang", slice(0, 3), 1.0, "E-3 is closed"),
        ("wang", slice(0, 0), 1.0, "expected 1 to 10 alarms"),
        ("wang", slice(0, 1), 0.0, "hours: expected more than 0"),
        ("wang", slice(0, 1), 169.0, "hours: expected more than 0"),
        ("wang", slice(0, 1), float("nan"), "hours: expected more than 0"),
    ],
)
def test_what_is_not_issued(team: Office, person: str, alarms: slice, hours: float, why: str) -> None:
    with pytest.raises(InputError, match=why):
        issued(team, person, alarms, hours)


def test_the_key_is_the_gateways_alone(team: Office) -> None:
    text = issued(team)
    key = team.folder / "data" / "token.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [one.name for one in key.parent.glob("token*")] == ["token.key"]
    key.write_text("short\n")
    with pytest.raises(InputError, match="expected 64 hex digits; delete it"):
        use(team, text)
    key.unlink()
    with pytest.raises(InputError, match="no token of this gateway"):
        use(team, text)
    key.unlink()
    key.mkdir()
    with pytest.raises(InputError, match=r"token\.key: Is a directory"):
        use(team, text)


def test_from_the_command_line(team: Office) -> None:
    text = team.run("token", "wang", "E-1", "E-2", "--hours", "1")
    assert "E-1 acknowledged by 王芳; in the journal as" in team.run("ack", "E-1", "--token", text)
    with pytest.raises(InputError, match="it is good once"):
        team.run("ack", "--token", text)
    again = team.run("token", "Li Na", "E-1", "E-2")
    assert "E-1, E-2 acknowledged by Li Na" in team.run("ack", "--token", again, "--comment", "on my way")
    assert team.stated("acknowledge")[-1].body["comment"] == "on my way"
    third = team.run("token", "li", "E-2")
    told = team.json("ack", "--token", third)
    assert (told["alarms"], told["by"], told["new"]) == (["E-2"], "Li Na", True)
    for words in (("ack",), ("ack", "E-1"), ("ack", "E-1", "--by", "Li Na")):
        with pytest.raises(InputError, match="is missing; or give --token"):
            team.run(*words)
