"""People through the command: entered, changed, gone; what is refused, and what others may see of it."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.alarms.lifecycle import AlarmState
from gateway.commands.people import way_of
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.records import Records
from gateway.published.statements import statement_row
from gateway.statements import Statement, attempt
from gateway.statements.clock_times import hours
from gateway.statements.person import Way, masked
from tests.unit.commands.front_desk import CONFIG, Office

NOTIFIERS = """
[notifiers.push]
kind = "ntfy"
url = "https://ntfy.lab.example"
topic = "everybody"
[notifiers.mail]
kind = "email"
host = "mail.lab.example"
sender = "cryogate@lab.example"
receivers = ["duty@lab.example"]
[notifiers.told]
kind = "jsonl"
path = "told.jsonl"
"""
BY = ("--by", "Wang Wei")


@pytest.fixture
def staffed(office: Office) -> Office:
    office.config.write_text(CONFIG + NOTIFIERS, encoding="utf-8")
    return office


def test_somebody_is_entered_changed_and_gone(staffed: Office) -> None:
    said = ("people", "set", "li.na", "--name", "Li Na", "--name-zh", "李娜", "--way", "push li-na", *BY)
    first = staffed.json(*said)
    assert (first["new"], first["languages"], first["time_zone"]) == (True, ["zh"], "UTC")
    assert not staffed.json(*said)["new"]
    assert "nothing changes" in staffed.run(*said)
    changed = staffed.json("people", "set", "li.na", "--language", "en", "--on-site", "lab", *BY)
    assert changed["name_zh"] == "李娜" and changed["languages"] == ["en"]
    (li,) = staffed.json("people", "list")["people"]
    assert (li["ways"][0]["address"], li["on_site"], li["has_left"]) == ("li-na", ["lab"], False)
    assert "has left" in staffed.run("people", "remove", "li.na", "--reason", "moved to Suzhou", *BY)
    assert staffed.json("statements", "--kind", "person")["statements"][-1]["reason"] == "moved to Suzhou"
    assert staffed.json("people", "remove", "li.na", *BY)["new"] is False
    assert staffed.json("people", "list")["people"] == []
    assert staffed.json("people", "list", "--all")["people"][0]["has_left"]
    assert "0 people, 1 who have left (--all)" in staffed.run("people", "list")
    back = staffed.json("people", "set", "li.na", "--way", "push li-na", *BY)
    assert back["state"] == "here" and back["on_site"] == ["lab"], "where she was"
    assert staffed.json("people", "set", "li.na", "--on-site", "none", *BY)["on_site"] == []
    with pytest.raises(InputError, match=r"nobody has the id 'li\.no'; did you mean 'li\.na'\?"):
        staffed.run("people", "remove", "li.no", *BY)


def test_what_cannot_be_entered_is_told_all_at_once(staffed: Office) -> None:
    wrong = ("--way", "pusch li-na", "--way", "told x", "--way", "mail li", "--on-site", "lap")
    with pytest.raises(InputError) as told:
        staffed.run("people", "set", "Li Na", "--name", "Li", "--time-zone", "Asia/Shangai", *wrong, *BY)
    mistakes = str(told.value).split("\n")
    assert [line.split(":")[0] for line in mistakes[1:]] == [
        "time_zone", "on_site", "ways[0]", "ways[1]", "ways[2]",
    ]  # fmt: skip
    assert "is no id of a person" in mistakes[0] and "did you mean 'lab'?" in mistakes[2]
    assert "did you mean 'push'?" in mistakes[3] and "reaches no single person" in mistakes[4]
    assert mistakes[5].startswith("ways[2]: notifier 'mail': ")
    assert staffed.stated("person") == []
    with pytest.raises(InputError, match="give a name"):
        staffed.run("people", "set", "li.na", *BY)
    with pytest.raises(InputError, match="there is en and zh"):
        staffed.run("people", "set", "li.na", "--name", "Li", "--language", "fr", *BY)


def test_addresses_are_for_those_who_need_them(staffed: Office) -> None:
    ways = ("--way", "mail li.na.1984@lab.example", "--way", "push secret-topic-of-li")
    staffed.run("people", "set", "li.na", "--name", "Li Na", *ways, *BY)
    shown = staffed.run("people", "list") + staffed.run("statements") + staffed.run("statements", "--json")
    assert "1984" not in shown and "secret-topic" not in shown
    assert "l...4@lab.example" in shown and "reached by mail, push" in shown
    assert "li.na.1984@lab.example" in staffed.run("people", "list", "--json")


def test_an_attempt_shows_no_more_of_an_address_than_a_person_does() -> None:
    told = ("C-1", "alarm", "", 0, (), "li.na", "sms", "+8613812345678", "delivered", "ok", 0.1)
    stated = Statement(attempt.KIND, "edge", 0, attempt.to_body(attempt.Attempt(*told)), "J-1")
    assert statement_row(stated)["body"]["address"] == "+86...78"
    assert "13812345678" not in str(statement_row(stated))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+8613812345678", "+86...78"),
        ("li@lab.example", "l...@lab.example"),
        ("https://user:key@hook.example/long/secret", "https://hook.example/..."),
        ("abc", "a..."),
        ("", ""),
    ],
)
def test_what_is_left_of_an_address(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_ways_as_people_write_them() -> None:
    assert way_of("sms +86138 from high, quiet 22:00-07:00 unless urgent") == Way(
        "sms", "+86138", "high", hours("22:00-07:00"), "urgent"
    )
    assert way_of("hook https://x.example/a,b") == Way("hook", "https://x.example/a,b")
    for wrong in ("sms", "sms +86 from noon", "sms +86 quiet 22-7", "sms +86 always", "sms +86 from"):
        with pytest.raises(InputError, match="--way '"):
            way_of(wrong)


def test_a_person_is_corrected_and_the_correction_withdrawn(staffed: Office) -> None:
    first = staffed.json("people", "set", "li.na", "--name", "Li Na", "--name-zh", "李那", *BY)
    correct = ("--corrects", first["id"], "--reason", "a slip of the pen")
    second = staffed.json("people", "set", "li.na", "--name-zh", "李娜", *correct, *BY)
    assert staffed.json("people", "list")["people"][0]["name_zh"] == "李娜"
    done = staffed.json("withdraw", second["id"], "--reason", "it was right", *BY)
    assert done["counts_again"] == first["id"] and "holds again" in done["follows"]
    assert staffed.json("people", "list")["people"][0]["name_zh"] == "李那"


def test_the_zone_of_somebody_whose_sites_have_several(staffed: Office) -> None:
    text = staffed.config.read_text(encoding="utf-8")
    more = '[sites.paris]\ntime_zone = "Europe/Paris"\n[gateway]'
    staffed.config.write_text(text.replace("[gateway]", more, 1), encoding="utf-8")
    with pytest.raises(InputError, match="give --time-zone"):
        staffed.run("people", "set", "li.na", "--name", "Li", *BY)
    told = staffed.json("people", "set", "li.na", "--name", "Li", "--on-site", "paris", *BY)
    assert told["time_zone"] == "Europe/Paris"


def test_who_leaves_a_site_without_anybody_is_remarked(staffed: Office) -> None:
    people = ("li.na", "wang.wei", "zhao.min", "chen.jie")
    for one in people:
        staffed.run("people", "set", one, "--name", one, "--way", f"push {one[:2]}", *BY)
    named = [word for one in people for word in ("--person", one)]
    staffed.run("roster", "set", "r", "--site", "lab", *named, "--start=2026-01-05", *BY)
    remarks = [staffed.json("people", "remove", one, *BY)["remarks"] for one in people]
    assert [len(one) for one in remarks] == [1, 2, 2, 2]
    assert remarks[0] == ["li.na is still named in r: the next one takes the turns; set the roster anew"]
    assert remarks[1][1] == "for lab only zhao.min, chen.jie can be reached now, at least 3 are needed"
    assert remarks[3][1] == (
        "nobody is on duty NOW for lab: an alarm there reaches nobody; set the roster anew"
    )


def handled(name: str, **handling: Any) -> AlarmRow:
    state = AlarmState.UNACKNOWLEDGED.value
    told = {
        "id": name,
        "state": state,
        "raised_ns": 1,
        "over_ns": None,
        "ended": False,
        "acknowledgements": [],
    }
    body = {"alarm": {**told, "closing": None, "handling": handling}, "place": {"assets": []}}
    return AlarmRow(name, False, 1, 1, body)


def test_who_leaves_is_on_no_alarm_any_more(staffed: Office) -> None:
    staffed.run("people", "set", "li.na", "--name", "Li Na", "--way", "push li-na", *BY)
    staffed.run("people", "set", "chen", "--name", "Chen", "--way", "push chen", *BY)
    taken = {"takings": [{"by": "Li Na", "at_ns": 1, "comment": ""}]}
    assigned = {"assignments": [{"to": "li.na", "by": "Chen", "at_ns": 1}]}
    others = {"takings": [{"by": "Chen", "at_ns": 1, "comment": ""}]}
    with Records(staffed.config.parent / "data" / "records.sqlite") as records, records.transaction():
        rows = [handled(f"E-{k}", **taken) for k in range(7)]
        records.book.put_alarms([*rows, handled("E-8", **assigned), handled("E-9", **others)])
    remarks = staffed.json("people", "remove", "li.na", *BY)["remarks"]
    assert [one for one in remarks if "E-" in one] == [
        "nobody is on E-0, E-1, E-2, E-3, E-4 and 2 more (taken by li.na): what asks calls people again",
        "E-8 is assigned to li.na: `cryogate assign` gives it to somebody else",
    ]
