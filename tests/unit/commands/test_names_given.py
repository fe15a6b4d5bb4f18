"""Names in commands: one person under several names, names of nobody or of several, people who have left."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from gateway.alarms import lifecycle
from gateway.alarms.handling import Assignment
from gateway.alarms.priority import Priorities
from gateway.cli import app
from gateway.commands import alarms, handover, out_of_service
from gateway.commands.author import Author
from gateway.commands.names import names_of, namesakes
from gateway.commands.quieting import Until
from gateway.commands.rest_of_group import without
from gateway.commands.second import is_same_person, why_not_two
from gateway.errors import InputError
from gateway.journal.records import Records
from gateway.questions.duty import duty_of
from gateway.questions.handover import report
from gateway.statements import person as stating
from gateway.statements.out_of_service import Scope
from tests.unit.commands.front_desk import Office
from tests.unit.commands.test_quiet_said import a_fault

BY = ("--by", "zhao")
ZHAO = ("zhao", "Zhao Min", "赵敏", "zhao  MIN", "Ｚhao Ｍｉn")
ALARM = "F-7Q2M9XKD"
NEAREST = "remark: nobody of `cryogate people list` is called 'Li Nah'; nearest: li.na"


PEOPLE = {"zhao": ("Zhao Min", "赵敏"), "li.na": ("Li Na", "李娜"), "wang.wei": ("Wang Wei", "王伟")}


def enter(office: Office, identity: str, english: str, chinese: str = "", state: str = stating.HERE) -> None:
    said = stating.Person(identity, english, chinese, ("en",), "UTC", (), (), state)
    with office.desk() as desk:
        desk.journal.commit(statements=[desk.draft(stating, said, Author("zhao"), desk.clock.now_ns())])


@pytest.fixture
def staffed(office: Office) -> Office:
    """Zhao Min and Li Na; Wang Wei has left; one alarm."""
    for identity, names in PEOPLE.items():
        enter(office, identity, *names)
    enter(office, "wang.wei", *PEOPLE["wang.wei"], state=stating.GONE)
    with_alarm(office)
    return office


def with_alarm(office: Office) -> None:
    with Records(office.folder / "data" / "records.sqlite") as records, records.transaction():
        records.book.put_alarms([a_fault()])


def both(office: Office, *words: str) -> tuple[str, str]:
    """What stands on stdout and on stderr."""
    done = CliRunner().invoke(app, [*words, "--config", str(office.config)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout, " ".join(done.stderr.split())


def test_names_of_one_person_are_not_two_people(staffed: Office) -> None:
    scope, times = Scope("", "shipper-1"), (Until(None, "1d"), Until())
    with staffed.desk() as desk, Records(staffed.folder / "data" / "records.sqlite") as records:
        found = report(desk.journal, records, Priorities(), "", None, desk.clock.now_ns())
        for one in ZHAO:
            out_of_service.request(desk, Author(one, "a"), scope, "x", times)
            for other in ZHAO:
                assert why_not_two(desk, one, other), (one, other)
                with pytest.raises(InputError, match="asked for it"):
                    out_of_service.approve(desk, Author(other, "b"), scope, "seen")
                with pytest.raises(InputError, match="between two people"):
                    handover.hand_over(desk, Author(one, "a"), other, found, "x")


def test_who_may_be_the_same_person_by_a_shared_name_is_not_a_second_one(staffed: Office) -> None:
    enter(staffed, "x", "Li Na")
    with staffed.desk() as desk:
        for one, other in (("Li Na", "li.na"), ("x", "Li Na"), ("Li Na", "李娜")):
            assert "give the ids, li.na and x have the same name" in why_not_two(desk, one, other)
            assert not is_same_person(desk, one, other)
        for one, other in (("x", "li.na"), ("x", "李娜"), ("Li Na", "zhao"), ("Ghost", "zhao")):
            assert why_not_two(desk, one, other) == ""


def test_nothing_is_given_to_who_has_left(staffed: Office) -> None:
    with staffed.desk() as desk, Records(staffed.folder / "data" / "records.sqlite") as records:
        found = report(desk.journal, records, Priorities(), "", None, desk.clock.now_ns())
        for name in ("wang.wei", "Wang Wei", "王伟"):
            with pytest.raises(InputError, match="has left"):
                alarms.assign(desk, Author("zhao"), a_fault(), name)
            with pytest.raises(InputError, match="has left"):
                handover.hand_over(desk, Author("zhao"), name, found, "x")
    assert staffed.stated("assign", "handover") == []


def test_who_has_left_approves_nothing(staffed: Office) -> None:
    scope, times = Scope("", "shipper-1"), (Until(None, "1d"), Until())
    with staffed.desk() as desk:
        out_of_service.request(desk, Author("zhao", "a"), scope, "x", times)
        for name in ("wang.wei", "Wang Wei", "王伟"):
            with pytest.raises(InputError, match="has left"):
                out_of_service.approve(desk, Author(name, "b"), scope, "seen")
        out_of_service.approve(desk, Author("Li Na", "b"), scope, "seen")


def test_another_name_of_the_same_person_is_the_same(staffed: Office) -> None:
    with staffed.desk() as desk:
        assert is_same_person(desk, "li.na", "Li Na") and is_same_person(desk, "Li Na", "李娜")
        assert not is_same_person(desk, "li.na", "zhao") and not is_same_person(desk, "Ghost", "zhao")


def test_odd_names_are_remarked_beside_the_answer(staffed: Office) -> None:
    for words, name, remark in (
        (("take", ALARM), "王伟", "'王伟' has left"),
        (("ack", ALARM, "--comment", "x"), "Li Nah", NEAREST),
        (("shelve", ALARM, "--for", "1h", "--reason", "x"), "Li Nah", NEAREST),
        (("filling", "shipper-1", "--for", "30min"), "Li Nah", NEAREST),
        (("out-of-service", "--asset", "shipper-1", "--for", "1d", "--reason", "x"), "Li Nah", NEAREST),
        (("comment", ALARM, "--comment", "x"), "李娜", ""),
    ):
        out, err = both(staffed, *words, "--by", name, "--json")
        assert json.loads(out)["id"] and remark in err, words
        assert remark or "remark" not in err


def test_whom_something_is_given_to_is_looked_up_too(staffed: Office) -> None:
    _, err = both(staffed, "assign", ALARM, "--to", "Zhao Ming", *BY)
    assert "is called 'Zhao Ming'; nearest: zhao" in err
    _, err = both(staffed, "handover", "--to", "Somebody Quite Other", *BY, "--notes", "x")
    assert "is called 'Somebody Quite Other'" in err and "nearest" not in err


def test_alarms_are_found_under_each_name_of_whom_they_are_assigned_to(staffed: Office) -> None:
    with staffed.desk() as desk:
        every = [names_of(duty_of(desk.journal), name) for name in ("li.na", "Li Na", "李娜")]
    assert every == [("li.na", "Li Na", "李娜")] * 3
    with Records(staffed.folder / "data" / "records.sqlite") as records, records.transaction():
        life = lifecycle.assign(lifecycle.raised(ALARM, 1), Assignment("Li  Na", "zhao", 2))
        records.book.put_alarms([a_fault(life=life)])
    assert [alarm["id"] for alarm in staffed.json("alarms", "--assigned", "李娜")] == [ALARM]


def test_who_was_given_by_an_id_has_the_name_behind_it_on_a_screen(staffed: Office) -> None:
    with Records(staffed.folder / "data" / "records.sqlite") as records, records.transaction():
        life = lifecycle.assign(lifecycle.raised(ALARM, 1), Assignment("zhao", "li.na", 2))
        records.book.put_alarms([a_fault(life=life)])
    assert "assigned to zhao (" in staffed.run("alarms")
    assert staffed.json("alarms")[0]["assigned"]["to"] == "zhao"


def test_a_namesake_is_remarked_and_then_the_name_is_ambiguous(staffed: Office) -> None:
    for identity, name in (("x", ("--name", "li  na")), ("y", ("--name-zh", "李娜"))):
        _, err = both(staffed, "people", "set", identity, *name, *BY)
        assert "li.na is called" in err and f"give --by li.na or --by {identity} from now on" in err
    enter(staffed, "wang", "Wang Wei")  # the other one has left
    with staffed.desk() as desk:
        assert namesakes(duty_of(desk.journal), "wang") == []
    _, err = both(staffed, "take", ALARM, "--by", "李娜")
    assert "is the name of li.na and y: give the id" in err


def test_where_nobody_was_entered_every_name_will_do(office: Office) -> None:
    with office.desk():
        with_alarm(office)
    out, err = both(office, "assign", ALARM, "--to", "Anybody", "--by", "Somebody")
    assert "assigned to Anybody" in out and err == ""


def test_what_is_said_of_a_group_is_answered_as_data(staffed: Office) -> None:
    for words, kind in ((("take",), "take"), (("ack", "--comment", "x"), "acknowledge")):
        out, _ = both(staffed, *words, ALARM, "--group", *BY, "--json")
        (stated,) = staffed.stated(kind)
        assert json.loads(out)["alarms"] == [ALARM] and json.loads(out)["ids"] == [stated.id]
    with pytest.raises(InputError, match="give --group, too"):
        staffed.run("take", ALARM, "--but", "E-2", *BY)


def test_who_is_left_out_of_a_group_is_in_it() -> None:
    assert without("E-1", ["E-1", "E-2", "E-3"], {"E-2"}) == ["E-1", "E-3"]
    with pytest.raises(InputError, match="E-9 is not in the group of E-1; it has E-1, E-2"):
        without("E-1", ["E-1", "E-2"], {"E-2", "E-9"})
