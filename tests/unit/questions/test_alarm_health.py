"""Alarm health of a real journal: a limit that chatters without a deadband, and what one would have done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.statements import Statement, person, take
from tests.unit.alarming.alarm_desk import CONFIG, Desk, moment

DAY = ("--from", moment(-3600), "--to", moment(7 * 3600))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    config = CONFIG.replace('name = "test"', 'name = "test"\ndata_dir = "."', 1)
    (tmp_path / "cryogate.toml").write_text(config)
    desk = Desk(tmp_path, config)
    chatters(desk)
    return desk


def chatters(desk: Desk) -> None:
    """12 times over the limit and 1 K back; one hour later it is warm for 20 minutes."""
    swings = [("top", 60.0 * k, -149.5 if k % 2 else -150.4) for k in range(25)]
    warm = [("top", 5400.0 + 60.0 * k, -140.0 if k < 20 else -190.0) for k in range(25)]
    desk.read(*swings, ("top", 1600.0, -190.0), *warm, ("shipper", 0.0, -140.0), ("shipper", 60.0, -190.0))
    desk.run()


def shown(desk: Desk, *words: str) -> str:
    done = CliRunner().invoke(app, ["alarm-health", *words, "--config", str(desk.folder / "cryogate.toml")])
    return done.stdout or str(done.exception)


def told(desk: Desk, *words: str) -> dict:
    return json.loads(shown(desk, *words, "--json"))


def everything(desk: Desk) -> tuple[str, ...]:
    """Alarms are raised when the gateway looked, an hour after noon."""
    return ("--from", moment(0), "--to", moment(30 * 24 * 3600))


def test_figures_by_asset_and_person(desk: Desk) -> None:
    first = next(a for a in desk.alarms() if a["channel"] == "top")
    desk.acknowledge(first["id"])
    desk.run()
    taken = next(a for a in desk.alarms() if a["channel"] == "shipper")
    desk.state(take.KIND, take.to_body(take.Take(taken["id"])))
    desk.run()
    found = told(desk, *everything(desk))
    assert found["schema"] == 1 and found["all"]["rate"]["alarms"] == 14
    assert {k: v["rate"]["alarms"] for k, v in found["assets"].items()} == {"freezer": 13, "shipper": 1}
    assert {k: v["rate"]["alarms"] for k, v in found["people"].items()} == {"nobody": 12, "Li Na": 2}
    assert found["all"]["to_acknowledge"]["done"] == found["all"]["to_take"]["done"] == 1
    assert found["all"]["actors"][0] == {"cause": "top above-150", "alarms": 13, "share": 13 / 14}
    assert found["all"]["priorities"] == {"urgent": 14}  # nobody has said what is inside
    text = shown(desk, *everything(desk))
    assert "taken" in text
    assert "14 alarms raised from" in text and "flood: 14 alarms" in text


def test_advice_is_proven_on_the_readings(desk: Desk) -> None:
    found = told(desk, *everything(desk), "--advice")["advice"]
    top = next(one for one in found if one["channel"] == "top")
    assert (top["best"]["parameter"], top["best"]["after"]) == ("deadband", 0.5)
    assert top["best"]["now"] == 13 and top["best"]["then"] == 2 and top["best"]["lost"] == 0
    assert (top["best"]["delay_s"], top["best"]["return_delay_s"]) == (0.0, 160.0)
    late = next(one for one in top["tried"] if one["parameter"] == "off_delay_s" and one["after"] == 300.0)
    assert late["spared"] == 12 and late["unended"] == 1  # it would go on, and have hidden the long one
    shipper = next(one for one in found if one["channel"] == "shipper")
    assert shipper["best"] is None and shipper["tried"]
    text = shown(desk, *everything(desk), "--advice")
    assert "would have spared 11 of 13" in text and "none would have been lost" in text
    assert "no excursion said more than 0 s later" in text
    assert "shipper above-150: no change that was tried is worth it" in text


def test_one_asset_and_times_without_alarms(desk: Desk) -> None:
    assert told(desk, *everything(desk), "--asset", "shipper")["all"]["rate"]["alarms"] == 1
    assert "0 alarms raised" in shown(desk, "--to", moment(-7200))
    assert "there is no asset garage" in shown(desk, "--asset", "garage")
    assert "must lie before its end" in shown(desk, "--from", moment(10), "--to", moment(0))


def test_one_person_is_one_under_each_name(desk: Desk) -> None:
    said = person.Person("li.na", "Li Na", "李娜", ("zh",), "UTC", (), ())
    desk.state(person.KIND, person.to_body(said))
    first, second = (a["id"] for a in desk.alarms()[:2])
    for alarm, name in ((first, "Li Na"), (second, "李娜")):
        body = take.to_body(take.Take(alarm))
        desk.say(Statement(take.KIND, name, desk.now_ns(), body, actor="person"))
    desk.run()
    people = told(desk, *everything(desk))["people"]
    assert {k: v["rate"]["alarms"] for k, v in people.items()} == {"nobody": 12, "li.na": 2}


def test_time_without_the_gateway_does_not_count(desk: Desk) -> None:
    years = told(desk, "--from", "2024-01-01T00:00:00Z", "--to", moment(7 * 24 * 3600))
    days = told(desk, *everything(desk), "--to", moment(7 * 24 * 3600))
    assert years["all"]["rate"]["per_day"] == days["all"]["rate"]["per_day"] > 2
    assert years["from"] == days["from"] > moment(0)
    assert told(desk, *everything(desk)[:2], "--to", "2199-01-01T00:00:00Z")["to"] < "2199"
    for until in ((), ("--to", "2199-01-01T00:00:00Z"), ("--to", "2197-01-01T00:00:00Z")):
        assert "is in the future" in shown(desk, "--from", "2198-01-01T00:00:00Z", *until)


def test_withdrawn_alarms_stay_out(desk: Desk) -> None:
    late = ("top", 5399.0, -190.0)
    desk.read(late)
    desk.run()
    before = told(desk, *everything(desk))
    withdrawn = sum(a["withdrawn"] for a in desk.alarms())
    assert before["withdrawn"] == withdrawn
    assert before["all"]["rate"]["alarms"] == len(desk.alarms()) - withdrawn


def test_a_rule_that_is_gone_is_said(desk: Desk) -> None:
    path = desk.folder / "cryogate.toml"
    path.write_text(path.read_text().replace('id = "above-150"', 'id = "warm"'))
    found = told(desk, *everything(desk), "--advice")["advice"]
    assert {one["why_not"] for one in found} == {"the configuration has it no longer"}


def test_alarms_are_read_by_pages_each_once(desk: Desk) -> None:
    first = desk.alarms()[0]
    desk.acknowledge(first["id"])  # it has returned: now it is closed
    desk.run()
    every = sorted(a["id"] for a in desk.alarms())
    book = desk.records.book
    assert sorted(row.id for row in book.raised_within(0, 2**62, most=2)) == every
    assert book.count_within(0, 2**62) == len(every)
    raised = [row.raised_ns for row in book.raised_within(0, 2**62)]
    within = list(book.raised_within(min(raised) + 1, max(raised)))
    assert all(min(raised) < row.raised_ns < max(raised) for row in within)
    assert len(within) == book.count_within(min(raised) + 1, max(raised))


def test_a_file_of_the_archive_that_cannot_be_read_is_said(desk: Desk) -> None:
    with RollOver(desk.folder / "journal.sqlite") as roll:
        assert roll.step(2**62, SegmentEnd(0)) > 0
    assert told(desk, *everything(desk))["unreadable"] == []
    [file] = (desk.folder / "archive").glob("*.parquet")
    file.write_bytes(b"PAR1")
    [part] = told(desk, *everything(desk))["unreadable"]
    assert part["from"] == moment(0).replace("+00:00", "Z")
    assert "cannot be read, because a file of the archive is missing or damaged" in shown(
        desk, *everything(desk)
    )
