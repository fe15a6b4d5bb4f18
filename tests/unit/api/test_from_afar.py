"""`cryogate --server URL` and the Python client, with a served API: as locally, and what is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.client import Client
from gateway.errors import CryogateError, Declined, InputError, LinkDown
from tests.unit.api.far import Far, far_from
from tests.unit.api.two_sites import FROM, TwoSites

LATER = "2026-01-06T00:00:00Z"
UNITS = f"scheme,code,asset,zone,from,to\nholder,BAG-7,shipper,,{FROM},\n"
SAME = (
    ("alarms",),
    ("alarms", "--severity", "critical", "--not-taken", "--sort", "newest"),
    ("contents", "--at", LATER),
    ("contents", "shipper", "--json", "--at", LATER),
    ("contents", "--unit", "BAG-1", "--at", LATER),
    ("contents", "--conflicts"),
    ("statements", "--json"),
    ("statements", "--kind", "containment"),
    ("audit",),
    ("audit", "--kind", "containment", "--json"),
    ("audit", "--people", "--csv"),
    ("signatures",),
    ("code", "BAG-1", "--json"),
    ("code", "freezer"),
    ("out-of-service",),
    ("out-of-service", "--json"),
)
SECOND_RULE = """
[[profiles.p.rules]]
id = "above-145"
kind = "limit"
side = "high"
limit_degC = {limit}
severity = "critical"
"""
LOGGER = "Time,T\n2026-01-05 18:00:00,-190.5\n2026-01-05 18:01:00,-190.4\n"
MAPPING = """
format = "csv"
[options]
time_columns = ["Time"]
time_format = "%Y-%m-%d %H:%M:%S"
time_zone = "UTC"
columns = [{ column = "T", unit = "degC" }]
[channels]
T = "shipper"
"""


@pytest.fixture
def far(sites: TwoSites, tmp_path: Path) -> Iterator[Far]:
    sites.enter_people()
    with far_from(sites, tmp_path) as found:
        yield found


def comparable(text: str) -> list[str]:
    """Without what only the gateway's machine says of calls."""
    left_out = ("stale:", "group G-")
    return [line for line in text.splitlines() if not line.strip().startswith(left_out)]


def of_alarm(alarm: str) -> tuple[tuple[str, ...], ...]:
    return ("hints", alarm, "--at", LATER), ("hints", alarm, "--at", LATER, "--json")


def test_the_same_words_give_the_same_answer(far: Far) -> None:
    alarm = far.sites.alarms()["top"]
    for words in (*SAME, ("history", alarm), ("history", alarm[:12], "--json"), *of_alarm(alarm)):
        there, here = far.asked(*words), far.here(*words)
        assert there.exit_code == here.exit_code == 0, (words, there.output, here.output)
        assert comparable(there.stdout) == comparable(here.stdout), words


def test_what_is_said_far_away_is_in_the_journal(far: Far, tmp_path: Path) -> None:
    alarm = far.sites.alarms()["top"]
    for words in (
        ("take", alarm, "--comment", "on my way"),
        ("comment", alarm, "--comment", "lid is worn"),
        ("assign", alarm, "--to", "wang.wei"),
        ("ack", alarm, "--comment", "lid closed"),
    ):
        done = far.asked(*words, "--json")
        assert done.exit_code == 0, done.output
        said = far.sites.door.get(f"/statements/{json.loads(done.stdout)['id']}")
        assert (said["by"], said["origin"]) == ("Li.Na", "api, li.na by password+totp")
    file = tmp_path / "units.csv"
    file.write_text(UNITS, encoding="utf-8")
    loaded = far.asked("load", str(file), "--json")
    assert json.loads(loaded.stdout)["new"] == 1
    assert json.loads(far.asked("load", str(file), "--json").stdout)["new"] == 0, "again changes nothing"
    [identity] = json.loads(loaded.stdout)["ids"]
    assert "in the journal as" in far.asked("withdraw", identity, "--reason", "wrong bag").stdout
    assert "withdrawn by" in far.asked("statements", "--about", "BAG-7").stdout


def test_what_is_quiet_moved_and_emptied_far_away_is_in_the_journal(far: Far) -> None:
    alarm = far.sites.alarms()["top"]
    why = ("--reason", "lid swap")
    for words, told in (
        (("shelve", alarm, "--for", "30min", *why), " is shelved until "),
        (("unshelve", alarm, *why), " speaks again"),
        (("filling", "freezer", "--for", "45min"), "freezer is being filled"),
        (("filling", "freezer", "--done"), "freezer is no longer filled"),
        (("empty", "shipper", *why), "shipper is empty"),
        (("place", "shipper", "freezer", "--at", LATER, *why), "shipper is in freezer"),
        (("out-of-service", "--asset", "freezer", "--for", "14d", *why), "a second person has to approve it"),
    ):
        done = far.asked(*words)
        assert done.exit_code == 0, (words, done.output, done.exception)
        assert told in done.stdout and "in the journal as" in done.stdout
    listed = far.asked("out-of-service").stdout
    assert "freezer until" in listed and "NOT APPROVED" in listed
    assert listed == far.here("out-of-service").stdout
    approved = far.asked("out-of-service", "--asset", "freezer", "--approve", "--reason", "seen")
    assert isinstance(approved.exception, Declined), "who asked is no second person"
    both = far.asked("out-of-service", "--asset", "freezer", "--approve", "--end")
    assert isinstance(both.exception, InputError)


def test_who_is_called_is_said(far: Far) -> None:
    there, here = (json.loads(asked("calls", "--json").stdout) for asked in (far.asked, far.here))
    assert [one["id"] for one in there] == [one["id"] for one in here]
    if there:
        shown = far.asked("calls", there[0]["id"])
        assert there[0]["id"] in shown.stdout
    assert isinstance(far.asked("calls", "G-NONE").exception, InputError)


def test_a_loggers_file_is_looked_at_and_taken(far: Far, tmp_path: Path) -> None:
    file, mapping = tmp_path / "box.csv", tmp_path / "box.toml"
    file.write_text(LOGGER, encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    words = ("import", str(file), "--map", str(mapping))
    looked = far.asked(*words, "--dry")
    assert looked.exit_code == 0, (looked.output, looked.exception)
    assert "T -> shipper: 2 readings, 2 new" in looked.stdout and "nothing was taken" in looked.stdout
    taken = far.asked(*words)
    assert f"{file}: 2 readings, 2 of them new" in taken.stdout
    [again] = json.loads(far.asked(*words, "--json").stdout)
    assert (again["file"], again["new"]) == (str(file), 0)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("no table\n", encoding="utf-8")
    both = far.asked("import", str(wrong), *words[1:])
    assert f"{file}: 2 readings, 0 of them new" in both.stdout
    assert f"1 of 2 files cannot be taken:\n{wrong}: " in str(both.exception)
    file.unlink()
    assert isinstance(far.asked(*words).exception, InputError)
    os.mkfifo(file)
    assert "it is a pipe" in str(far.asked(*words).exception)


def test_all_of_one_happening_are_taken_and_acknowledged_or_all_but_some(far: Far) -> None:
    alarms = far.sites.alarms()
    for words in (("take", "--comment", "on my way"), ("ack", "--comment", "lid closed")):
        name, *more = words
        done = json.loads(far.asked(name, alarms["top"], "--group", *more, "--json").stdout)
        assert alarms["top"] in done["alarms"] and len(done["ids"]) == len(done["alarms"])
        told = [far.sites.door.get(f"/statements/{one}") for one in done["ids"]]
        assert {one["origin"] for one in told} == {"api, li.na by password+totp"}
    shown = far.asked("take", alarms["top"], "--group", "--comment", "still")
    assert f"{alarms['top']}" in shown.stdout and "taken; in the journal as" in shown.stdout
    none = far.asked("take", alarms["top"], "--group", "--but", alarms["top"], "--but", alarms["shipper"])
    assert isinstance(none.exception, CryogateError)


def test_the_rest_of_a_happening_is_named_that_nobody_is_on(tmp_path: Path) -> None:
    warmer = SECOND_RULE.format(limit=-145.0)
    (tmp_path / "two" / "data").mkdir(parents=True)
    sites = TwoSites(tmp_path / "two", warmer)
    sites.happen()
    sites.enter_people()
    first, second = (one["id"] for one in sites.door.get("/alarms")["items"] if one["channel"] == "top")
    with far_from(sites, tmp_path) as far:
        for verb in ("take", "ack"):
            told = far.asked(verb, first, "--comment", "on my way").stdout
            assert "nobody is on 1 alarm of the same happening: " in told
            assert f"{second} (freezer above-" in told
            assert f"`cryogate {verb} {first} --group` is about all of it" in told
        assert json.loads(far.asked("take", first, "--json").stdout)["rest"] == [second]
        sites.desk.run()
        assert json.loads(far.asked("take", second, "--json").stdout)["rest"] == []
        assert "nobody is on" not in far.asked("ack", second, "--comment", "seen").stdout


def test_readings_come_as_a_file(far: Far, tmp_path: Path) -> None:
    there, here = tmp_path / "there.csv", tmp_path / "here.csv"
    words = ("--channel", "top", "--from", FROM, "--to", LATER)
    assert far.asked("journal", "export", str(there), *words).exit_code == 0
    assert far.here("journal", "export", str(here), *words).exit_code == 0
    assert there.read_bytes() == here.read_bytes()
    assert there.stat().st_mode & 0o777 == 0o640
    assert far.asked("journal", "export", str(there)).exception is not None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("run",), "works on the machine of the gateway"),
        (("preview", "--profile", "x.toml"), "the profiles page does the same"),
        (("journal", "backup", "/tmp/x"), "leave the folder out"),
        (("account", "list"), "log in to the control room"),
        (("take", "E-1", "--by", "Li Na"), "leave --by out"),
        (("ack", "E-1", "--comment", "x", "--but", "E-2"), "give --group, too"),
        (("take", "E-NONE", "--group"), "there is no alarm"),
        (("ack", "E-1", "--token", "x"), "--token works on the machine"),
        (("alarms", "--sort", "oldest"), "works on the machine"),
        (("history", "E-NONE"), "there is no alarm"),
        (("status",), "start one with"),
    ],
)
def test_what_cannot_be_done_from_there(far: Far, words: tuple[str, ...], why: str) -> None:
    error = far.asked(*words).exception
    assert isinstance(error, CryogateError) and why in str(error)


def test_a_site_keeps_its_units_to_itself(far: Far, tmp_path: Path) -> None:
    file = tmp_path / "units.csv"
    for asset in ("freezer", "nothing"):
        file.write_text(UNITS.replace("shipper", asset), encoding="utf-8")
        before = far.sites.desk.journal.last_seq()
        error = far.asked("load", str(file), token="operator@port").exception
        assert isinstance(error, Declined) and error.status == 422
        assert f"{asset!r} is not in the configuration" in str(error), "as if it were not there"
        assert far.sites.desk.journal.last_seq() == before


def test_the_client(far: Far) -> None:
    with far.client() as gateway:
        assert [one["id"] for one in gateway.items("/alarms", limit=1)] == [
            one["id"] for one in gateway.alarms()
        ]
        alarm = far.sites.alarms()["shipper"]
        first = gateway.acknowledge(alarm, "seen", key="desk/1")
        assert first["new"] and not gateway.acknowledge(alarm, "seen", key="desk/1")["new"]
        with pytest.raises(Declined) as told:
            gateway.get("/accounts")
        assert told.value.status == 403
    with far.client() as gateway:
        heard = gateway.live(after=0)
        event = next(heard)
        assert (event.kind, event.data["change"]) == ("alarm", "raised") and event.seq > 0
        heard.close()
    with far.client("forged") as gateway, pytest.raises(Declined, match="still valid"):
        gateway.get("/health")


def test_whom_it_does_not_trust(far: Far) -> None:
    with Client(far.url, "operator") as gateway, pytest.raises(LinkDown, match="--ca-file"):
        gateway.get("/health")
    with (
        Client("http://127.0.0.1:1", "operator") as gateway,
        pytest.raises(LinkDown, match="does not answer"),
    ):
        gateway.get("/health")


@pytest.mark.parametrize(
    ("server", "token", "why"),
    [
        ("gateway:8443", "t", "expected the address"),
        ("https://gateway/api/v1", "t", "expected the address"),
        ("https://gateway:port", "t", "expected the address"),
        ("http://gateway.example:80", "t", "without TLS"),
        ("https://gateway", "", "one word"),
        ("https://gateway", "a\r\nX-Other: b", "one word"),
    ],
)
def test_an_address_or_a_token_that_cannot_be_meant(server: str, token: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        Client(server, token)
