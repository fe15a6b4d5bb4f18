"""What people said under a former name of a channel or an asset (`was`) is about the same place."""

from __future__ import annotations

import pytest

from gateway.alarming.entry import AlarmPlace, Entry, row_of
from gateway.alarms import lifecycle
from gateway.commands import out_of_service, quieting
from gateway.commands.quieting import Until
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.journal import Journal
from gateway.model import Severity
from gateway.screening.excursion import Excursion
from gateway.statements.out_of_service import Scope
from gateway.writing.introduction import introduce
from tests.unit.commands.front_desk import CONFIG, DAY, LI, WANG, Office

REASON = ("--by", "Li Na", "--reason", "lid swap")
START_NS = 1_767_600_000 * 10**9  # 08:00 of DAY
RENAMED = (
    CONFIG.replace("[channels.probe-1]", '[channels.crown]\nwas = "probe-1"')
    .replace("[assets.shipper-1]", '[assets.dewar]\nwas = "shipper-1"')
    .replace('asset = "shipper-1"', 'asset = "dewar"')
)


def start(office: Office, config: str) -> None:
    office.config.write_text(config, encoding="utf-8")
    with Journal.open(office.path) as journal:
        introduce(office.configuration, journal, START_NS)


@pytest.fixture
def started(office: Office) -> Office:
    (office.folder / "data").mkdir()
    start(office, CONFIG)
    return office


def an_alarm(channel: str) -> AlarmRow:
    life = lifecycle.raised("E-7Q2M9XKD", 1)
    numbers = (-140.0, 0, 0, 0.0, 1, 0, False, 0, 0, 0, False)
    limit = ("spent", "budget", Severity.WARNING, ("1",))
    cause = Excursion("E-7Q2M9XKD", 0, *limit, 0, 0, None, None, "", *numbers)
    return row_of(Entry(cause, life, AlarmPlace(channel, asset="dewar"), None))


def test_a_channel_that_was_shelved_under_its_former_name_can_be_unshelved(started: Office) -> None:
    with started.desk() as desk:
        quieting.shelve(desk, LI, an_alarm("probe-1"), "ice", Until(None, "1h"))
    start(started, RENAMED)
    with started.desk() as desk:
        quieting.unshelve(desk, WANG, an_alarm("crown"), "ice is gone")
        with pytest.raises(InputError, match="is not shelved"):
            quieting.unshelve(desk, WANG, an_alarm("crown"), "again")


def test_an_asset_that_was_asked_out_of_service_under_its_former_name(started: Office) -> None:
    with started.desk() as desk:
        out_of_service.request(desk, LI, Scope("", "shipper-1"), "repair", (Until(None, "3d"), Until()))
    start(started, RENAMED)
    with started.desk() as desk:
        (rest,) = out_of_service.rests(desk, desk.clock.now_ns())
        assert rest.scope == Scope("", "dewar")
        out_of_service.approve(desk, WANG, Scope("", "dewar"), "yes")
        with pytest.raises(InputError, match="approved that shipper-1 is out of service"):
            out_of_service.approve(desk, WANG, Scope("", "shipper-1"), "yes")
        out_of_service.end(desk, LI, Scope("", "dewar"), "repaired")
        assert out_of_service.rests(desk, desk.clock.now_ns()) == []


def test_the_same_again_under_another_name_changes_nothing(started: Office) -> None:
    at = ("--at", f"{DAY}11:00:00Z", "--by", "Li Na")
    first = started.json("reset", "probe-1", "spent", "--comment", "new units", *at)
    empty = started.json("empty", "shipper-1", *at)
    start(started, RENAMED)
    again = started.json("reset", "crown", "spent", "--comment", "new units", *at)
    assert (again["new"], again["id"]) == (False, first["id"])
    again = started.json("empty", "dewar", *at)
    assert (again["new"], again["id"]) == (False, empty["id"])


def test_the_audit_trail_knows_the_value_before_under_either_name(started: Office) -> None:
    placed = started.json("place", "probe-1", "shipper-2", "--at", f"{DAY}09:00:00Z", *REASON)
    start(started, RENAMED)
    told = started.json("place", "crown", "dewar", "--at", f"{DAY}10:00:00Z", *REASON)
    actions = started.json("audit", "--people", "--about", "crown")["actions"]
    assert [one["id"] for one in actions] == [placed["id"], told["id"]]
    changes = {one["field"]: (one["old"], one["new"]) for one in actions[1]["changes"]}
    assert changes["asset"] == ("shipper-2", "dewar")


def test_what_was_said_since_under_another_name_is_to_be_looked_at_again(started: Office) -> None:
    placed = started.json("place", "probe-1", "shipper-2", "--at", f"{DAY}09:00:00Z", *REASON)
    start(started, RENAMED)
    since = started.json("place", "crown", "dewar", "--at", f"{DAY}10:00:00Z", *REASON)
    told = started.json("withdraw", placed["id"], *REASON)
    assert since["id"] in told["look_again"]["statements"]


def test_an_export_by_a_former_name_is_of_the_same_channel(started: Office) -> None:
    start(started, RENAMED)
    for name in ("probe-1", "crown"):
        out = started.folder / f"{name}.csv"
        started.run("journal", "export", str(out), "--channel", name)
        assert out.read_text(encoding="utf-8").startswith("time,channel,value")
    with pytest.raises(InputError, match="no channel probe-9 in the journal; it has"):
        started.run("journal", "export", str(started.folder / "no.csv"), "--channel", "probe-9")
