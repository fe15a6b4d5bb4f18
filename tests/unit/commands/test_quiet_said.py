"""Shelving, filling and taking out of service: what is defined, and what is refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.alarming.entry import AlarmPlace, Entry, row_of
from gateway.alarms import lifecycle
from gateway.alarms.fault import StatedFault
from gateway.alarms.lifecycle import Alarm
from gateway.commands import alarms, out_of_service, quieting
from gateway.commands.author import Author
from gateway.commands.quieting import Until
from gateway.commands.until import in_words, lasting_ns, until_ns
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records
from gateway.model import SECOND, Severity
from gateway.questions.handover import about
from gateway.statements import person
from gateway.statements.out_of_service import Scope
from tests.unit.commands.front_desk import LI, WANG, Office

HOUR_NS = 3600 * SECOND
FREEZER = Scope("", "shipper-1")


def a_fault(severity: Severity = Severity.MAJOR, life: Alarm | None = None) -> AlarmRow:
    cause = StatedFault("F-7Q2M9XKD", "source:in", severity, "it is away", ("shipper-1",), 1)
    return row_of(
        Entry(cause, life or lifecycle.raised("F-7Q2M9XKD", 1), AlarmPlace(assets=("shipper-1",)), None)
    )


CLOSED = lifecycle.acknowledge(
    lifecycle.return_to_normal(lifecycle.raised("F-7Q2M9XKD", 1), 2),
    lifecycle.Acknowledgement("L", 3, "seen"),
)


@pytest.mark.parametrize(
    ("severity", "lasting", "is_taken"),
    [
        (Severity.CRITICAL, "1h", True),
        (Severity.CRITICAL, "61min", False),
        (Severity.MAJOR, "4h", True),
        (Severity.MAJOR, "5h", False),
        (Severity.WARNING, "1d", True),
        (Severity.WARNING, "2d", False),
    ],
)
def test_how_long_an_alarm_may_be_shelved(
    office: Office, severity: Severity, lasting: str, is_taken: bool
) -> None:
    with office.desk() as desk:
        if is_taken:
            done = quieting.shelve(desk, LI, a_fault(severity), "repaired", Until(None, lasting))
            assert (done.channel, done.rule) == ("", "source:in")
        else:
            with pytest.raises(InputError, match="a second person approves"):
                quieting.shelve(desk, LI, a_fault(severity), "repaired", Until(None, lasting))
    assert len(office.stated("shelve")) == is_taken


@pytest.mark.parametrize(
    ("until", "what"),
    [
        (Until(), "say until when"),
        (Until("2126-01-05T12:00:00Z", "1h"), "say until when"),
        (Until("2020-01-05T12:00:00Z"), "is over"),
        (Until("2099-01-05T12:00:00Z"), "at most"),
        (Until(None, "for ever"), "is no time"),
        (Until(None, "0min"), "is no time"),
        (Until(None, "-1h"), "is no time"),
    ],
)
def test_nothing_is_shelved_for_ever_or_for_the_past(office: Office, until: Until, what: str) -> None:
    with office.desk() as desk, pytest.raises(InputError, match=what):
        quieting.shelve(desk, LI, a_fault(), "x", until)


def test_nobody_says_nothing(office: Office) -> None:
    with office.desk() as desk, pytest.raises(InputError, match="why is empty"):
        quieting.shelve(desk, LI, a_fault(), " ", Until(None, "1h"))
    with pytest.raises(InputError, match="say who"):
        Author(" ")


def test_only_what_is_shelved_can_be_unshelved(office: Office) -> None:
    with office.desk() as desk:
        with pytest.raises(InputError, match="nothing to unshelve"):
            quieting.unshelve(desk, LI, a_fault(), "done")
        first = quieting.shelve(desk, LI, a_fault(), "x", Until(None, "1h"))
        quieting.shelve(desk, WANG, a_fault(), "longer", Until(None, "2h"), first.stated.id)
        quieting.unshelve(desk, LI, a_fault(), "done")
        with pytest.raises(InputError, match="nothing to unshelve"):
            quieting.unshelve(desk, LI, a_fault(), "done")
    assert [s.reason for s in office.stated("shelve")] == ["", "longer"]


def test_taking_and_assigning(office: Office) -> None:
    with office.desk() as desk:
        alarms.take(desk, LI, a_fault())
        alarms.take(desk, LI, a_fault(), "still on it")
        assert alarms.assign(desk, LI, a_fault(), "Wang Wei").stated.is_new
        alarms.comment(desk, LI, a_fault(life=CLOSED), "written up")
        for command, text in ((alarms.take, ""), (alarms.assign, "Wang Wei")):
            with pytest.raises(InputError, match="is closed: there is nothing to"):
                command(desk, LI, a_fault(life=CLOSED), text)
        with pytest.raises(InputError, match="comment is empty"):
            alarms.comment(desk, LI, a_fault(), "")
    assert len(office.stated("take")) == 2


NEVER, FORTNIGHT = Until(), Until(None, "14d")


def ask(desk: Any, author: Author = LI, until: Until = FORTNIGHT, review: Until = NEVER) -> Any:
    return out_of_service.request(desk, author, FREEZER, "leak", (until, review))


@pytest.mark.parametrize(
    ("author", "what"),
    [
        (LI, "Li Na asked for it: somebody else"),
        (Author("LI NA", "wang"), "somebody else has to approve"),
        (Author("\uff2c\uff49 \uff2e\uff41", "wang"), "somebody else has to approve"),
        (Author("Wang Wei", "lina"), "as user 'lina' of this machine"),
    ],
)
def test_nobody_approves_what_the_same_person_asked_for(office: Office, author: Author, what: str) -> None:
    with office.desk() as desk:
        ask(desk)
        with pytest.raises(InputError, match=what):
            out_of_service.approve(desk, author, FREEZER, "seen")
        (rest,) = out_of_service.rests(desk, desk.clock.now_ns())
    assert rest.approval is None


def test_out_of_service_from_asking_to_the_end(office: Office) -> None:
    with office.desk() as desk:
        with pytest.raises(InputError, match="nobody asked"):
            out_of_service.approve(desk, WANG, FREEZER, "seen")
        with pytest.raises(InputError, match="is in service"):
            out_of_service.end(desk, LI, FREEZER, "repaired")
        ask(desk)
        out_of_service.approve(desk, WANG, FREEZER, "seen")
        with pytest.raises(InputError, match=r"Wang Wei at .* approved"):
            out_of_service.approve(desk, WANG, FREEZER, "seen")
        (rest,) = out_of_service.rests(desk, desk.clock.now_ns())
        assert rest.approval is not None and rest.approval.by == "Wang Wei"
        assert out_of_service.rests(desk, desk.clock.now_ns() + 14 * 24 * HOUR_NS) == []
        out_of_service.end(desk, LI, FREEZER, "repaired")
        assert out_of_service.rests(desk, desk.clock.now_ns()) == []


def test_it_has_an_end_or_a_review_within_a_year(office: Office) -> None:
    with office.desk() as desk:
        for times in ((Until(), Until()), (Until(None, "1d"), Until("2099-01-01T00:00:00Z"))):
            with pytest.raises(InputError, match="say how it ends"):
                ask(desk, LI, *times)
        with pytest.raises(InputError, match="is for ever"):
            ask(desk, LI, Until(None, "367d"))
        with pytest.raises(InputError, match="there is no asset 'shiper-1'; did you mean 'shipper-1'"):
            out_of_service.request(desk, LI, Scope("", "shiper-1"), "x", (Until(None, "1d"), Until()))
        with pytest.raises(InputError, match="--channel NAME or --asset NAME"):
            out_of_service.request(desk, LI, Scope("", ""), "x", (Until(None, "1d"), Until()))


def test_filling(office: Office) -> None:
    with office.desk() as desk:
        quieting.fill(desk, LI, "shipper-1", Until(None, "45min"))
        quieting.fill(desk, LI, "shipper-1", None)
        assert quieting.suppressed_while_filling(desk, "shipper-1") == []
        with pytest.raises(InputError, match="nothing is filled for 25 h"):
            quieting.fill(desk, LI, "shipper-1", Until(None, "25h"))
        with pytest.raises(InputError, match="there is no asset 'x'"):
            quieting.fill(desk, LI, "x", None)
    assert len(office.stated("filling")) == 2


@pytest.mark.parametrize(
    ("text", "seconds", "words"),
    [("30min", 1800, "30 min"), ("2h", 7200, "2 h"), ("1.5h", 5400, "90 min"), ("14d", 1209600, "14 d")],
)
def test_lengths_of_time(text: str, seconds: int, words: str) -> None:
    assert lasting_ns(text) == seconds * SECOND == until_ns(0, None, text)
    assert in_words(seconds * SECOND) == words


# From the command line


@pytest.fixture
def with_alarm(office: Office) -> Office:
    office.run("out-of-service")  # makes the data folder
    with Records(office.folder / "data" / "records.sqlite") as records, records.transaction():
        records.book.put_alarms([a_fault()])
    return office


def test_every_command_prints_what_was_done(with_alarm: Office) -> None:
    run = with_alarm.run
    assert "F-7Q2M9XKD taken by Li Na; in the journal as" in run("take", "F-7", "--by", "Li Na")
    assert "assigned to Wang Wei by Li Na" in run("assign", "F-7", "--to", "Wang Wei", "--by", "Li Na")
    assert "commented on by Li" in run("comment", "F-7", "--by", "Li", "--comment", "x")
    assert "acknowledged by Li" in run("ack", "F-7", "--by", "Li", "--comment", "x")
    shelved = run("shelve", "F-7", "--for", "1h", "--by", "Li", "--reason", "x")
    assert "F-7Q2M9XKD (source:in) is shelved until 20" in shelved
    assert "speaks again" in run("unshelve", "F-7", "--by", "Li", "--reason", "x")
    filling = run("filling", "shipper-1", "--for", "1h", "--by", "Li")
    assert "shipper-1 is being filled" in filling and "its alarms speak as before" in filling
    assert "no longer filled" in run("filling", "shipper-1", "--done", "--by", "Li")
    asked = run("out-of-service", "--asset", "shipper-1", "--for", "1d", "--by", "Li", "--reason", "leak")
    assert "a second person has to approve it" in asked
    assert "NOT APPROVED: its alarms speak: leak" in run("out-of-service")
    with pytest.raises(InputError, match="asked for it"):
        run("out-of-service", "--asset", "shipper-1", "--approve", "--by", "Wang", "--reason", "seen")
    assert "in service" in run(
        "out-of-service", "--asset", "shipper-1", "--end", "--by", "Li", "--reason", "x"
    )
    assert "nothing is out of service" in run("out-of-service")


def test_json_of_each(with_alarm: Office) -> None:
    taken = with_alarm.json("take", "F-7", "--by", "Li Na")
    assert (taken["alarm"], taken["new"]) == ("F-7Q2M9XKD", True)
    shelved = with_alarm.json("shelve", "F-7", "--for", "1h", "--by", "Li", "--reason", "x")
    assert (shelved["rule"], shelved["until"][:2]) == ("source:in", "20")
    with_alarm.run("out-of-service", "--channel", "probe-1", "--for", "1d", "--by", "Li", "--reason", "leak")
    (rest,) = with_alarm.json("out-of-service")
    assert (rest["channel"], rest["requested_by"], rest["approved_by"]) == ("probe-1", "Li", None)


def test_handing_over(with_alarm: Office) -> None:
    shown = with_alarm.run("handover")
    assert "open: 1 alarm, 0 taken, 0 quiet" in shown and "nothing happened" in shown
    for words in (("--by", "Li Na"), ("--to", "Wang Wei"), ("--notes", "x")):
        with pytest.raises(InputError, match="two names"):
            with_alarm.run("handover", *words)
    with pytest.raises(InputError, match="between two people"):
        with_alarm.run("handover", "--by", "Li Na", "--to", "li na")
    done = with_alarm.json("handover", "--by", "Li Na", "--to", "Wang Wei", "--notes", "dewar-1 is emptied")
    assert (done["new"], [a["id"] for a in done["open"]]) == (True, ["F-7Q2M9XKD"])
    (stated,) = with_alarm.stated("handover")
    assert json.loads(json.dumps(stated.body))["notes"] == "dewar-1 is emptied"
    assert "Li Na to Wang Wei: dewar-1 is emptied" in with_alarm.run("handover")
    with pytest.raises(InputError, match="no site"):
        with_alarm.run("handover", "--site", "annex")


def test_who_takes_over_reads_what_is_wrong_and_what_waits_for_approval(with_alarm: Office) -> None:
    words = ("--asset", "shipper-1", "--for", "1d", "--by", "Li", "--reason", "leak")
    with_alarm.run("out-of-service", *words)
    with_alarm.run("comment", "F-7", "--by", "Li", "--comment", "x")
    shown = with_alarm.run("handover", "--site", "lab")
    assert "out of service: shipper-1 until" in shown and "NOT APPROVED" in shown
    (waiting,) = with_alarm.json("handover")["out_of_service"]
    assert (waiting["asset"], waiting["approved_by"]) == ("shipper-1", None)
    assert waiting["request"] == with_alarm.stated("out_of_service")[0].id
    with_alarm.run("handover")
    assert "it is away (unacknowledged), not watched: shipper-1, inside:" in with_alarm.run("handover")


def test_a_change_of_a_fault_names_it_and_its_assets(with_alarm: Office) -> None:
    with Records(with_alarm.path.parent / "records.sqlite", read_only=True) as records:
        (row,) = records.book.alarms()
    assert about(row.body) == {"rule": "source:in", "asset": "shipper-1"}


def test_filters_of_alarms(with_alarm: Office) -> None:
    assert with_alarm.json("alarms", "--severity", "critical") == []
    assert [a["id"] for a in with_alarm.json("alarms", "--not-taken", "--sort", "oldest")] == ["F-7Q2M9XKD"]
    for words in (
        ("--state", "unacknowledged", "--asset", "shipper-1", "--site", "lab", "--speaking"),
        ("--rule", "source:in"),
    ):
        with_alarm.run("alarms", *words)
    with_alarm.run("assign", "F-7", "--to", "Wang Wei", "--by", "Li Na")
    assert with_alarm.json("alarms", "--rule", "spent") == []


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--severity", "bad"), "no severity 'bad'; known: warning"),
        (("--state", "open"), "no state 'open'; known: unacknowledged"),
        (("--asset", "shiper-1"), "no asset 'shiper-1'; did you mean 'shipper-1'"),
        (("--site", "nix"), "no site 'nix'; known: lab"),
        (("--rule", "spnt"), "no rule 'spnt'; did you mean 'spent'.*source:in"),
        (("--assigned", "Wang"), "nobody .* is called 'Wang'"),
        (("--taken", "--not-taken"), "--taken or --not-taken, not both"),
        (("--quiet", "--speaking"), "--quiet or --speaking, not both"),
    ],
)
def test_a_mistyped_filter_is_no_good_news(with_alarm: Office, words: tuple[str, ...], what: str) -> None:
    with pytest.raises(InputError, match=what):
        with_alarm.run("alarms", *words)


def test_two_names_of_one_person_of_the_roster_are_one_person(office: Office) -> None:
    said = person.Person("li", "Li Na", "\u674e\u5a1c", ("zh",), "Asia/Shanghai", (), ())
    with office.desk() as desk:
        desk.journal.commit(statements=[desk.draft(person, said, WANG, desk.clock.now_ns())])
        ask(desk)
        with pytest.raises(InputError, match="is Li Na, who asked for it"):
            out_of_service.approve(desk, Author("\u674e\u5a1c", "wang"), FREEZER, "seen")
