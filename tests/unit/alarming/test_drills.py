"""A drill: an alarm of its own that leaves the product's record alone, and ends by itself."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gateway.alarming.rehearsal import input_of, rehearse, worst_signal
from gateway.alarms.priority import Priorities
from gateway.cli.alarm_screen import alarms_table
from gateway.commands.author import Author
from gateway.commands.desk import Desk as Counter
from gateway.commands.drill import Begun, Wanted, begin
from gateway.config.timeline import timeline_of
from gateway.errors import InputError
from gateway.model import SECOND
from gateway.questions.alarm_health import alarm_health
from gateway.questions.handover import report
from gateway.statements import drill, shelve, take
from gateway.statements.drill import Drill
from gateway.times import format_rfc3339
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, Still, codes

LI = Author("Li Na", "lina")
MORE = CONFIG.replace(
    'severity = "critical"\n',
    'severity = "critical"\non_delay_s = 300.0\n'
    '[[profiles.p.rules]]\nid = "above-170"\nkind = "limit"\nside = "high"\nlimit_degC = -170.0\n'
    'severity = "minor"\n[[profiles.p.rules]]\nid = "sane"\nkind = "plausible"\nceiling_degC = 60.0\n'
    'floor_degC = -210.0\nseverity = "minor"\n',
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path, MORE, NOON_NS - SECOND)
    made.clock = Still(NOON_NS + 3600 * SECOND)
    return made


def wait(desk: Desk, seconds: float) -> None:
    assert isinstance(desk.clock, Still)
    desk.clock.at_ns += round(seconds * SECOND)


def started(desk: Desk, asset: str = "freezer", **more: Any) -> Begun:
    """Somebody asks for a drill at the command line."""
    counter = Counter(desk.configuration, desk.journal, desk.clock)
    return begin(counter, LI, Wanted(asset, **more), desk.records)


def drills(desk: Desk) -> list[dict[str, Any]]:
    return [alarm for alarm in desk.alarms() if alarm["kind"] == "drill"]


def test_it_raises_what_a_real_reading_would(desk: Desk) -> None:
    desk.contain("BAG-1", "freezer", 0.0, zone="top")
    begun = started(desk, why="monthly")
    assert (begun.rehearsed.rule, begun.rehearsed.value) == ("above-150", -149.0)
    desk.run()
    [alarm] = drills(desk)
    assert alarm["id"] == begun.drill.id and alarm["id"].startswith("D-")
    assert (alarm["rule"], alarm["severity"], alarm["channel"]) == ("above-150", "critical", "top")
    assert (alarm["asset"], alarm["site"], alarm["extreme"]) == ("freezer", "s", -149.0)
    assert alarm["drill"] == {
        "by": "Li Na",
        "until": format_rfc3339(desk.now_ns() + 900 * SECOND),
        "schedule": None,
        "outcome": None,
    }
    assert codes(alarm) == ["BAG-1"] and alarm["message"].startswith("DRILL by Li Na (monthly)")
    assert desk.changes() == ["raised"]


def test_it_passes_with_an_acknowledgement_in_time(desk: Desk) -> None:
    begun = started(desk)
    desk.run()
    wait(desk, 30)
    desk.state(take.KIND, take.to_body(take.Take(begun.drill.id, "on it")))
    desk.run()
    assert drills(desk)[0]["drill"]["outcome"] is None, "to be on it is no acknowledgement"
    wait(desk, 12)
    desk.acknowledge(begun.drill.id)
    desk.run()
    [alarm] = drills(desk)
    assert (alarm["state"], alarm["drill"]["outcome"]) == ("closed", "passed")
    assert alarm["closing"]["comment"] == "drill passed: Li Na acknowledged it after 42 s"
    assert alarm["returned"] is None and alarm["over"]
    assert desk.changes() == ["raised", "taken", "acknowledged", "closed"]


def test_it_fails_by_itself(desk: Desk) -> None:
    begun = started(desk, within_s=60.0)
    desk.run()
    wait(desk, 59)
    desk.run()
    assert drills(desk)[0]["state"] == "unacknowledged"
    wait(desk, 1)
    desk.run()
    [alarm] = drills(desk)
    assert (alarm["state"], alarm["drill"]["outcome"]) == ("closed", "failed")
    assert alarm["closing"]["comment"] == "drill failed: nobody acknowledged it within 60 s"
    desk.acknowledge(begun.drill.id)
    desk.run()
    assert drills(desk)[0]["drill"]["outcome"] == "failed", "too late"


def test_what_was_said_in_time_counts_though_no_gateway_ran(desk: Desk) -> None:
    begun = started(desk)
    desk.run()
    wait(desk, 60)
    desk.acknowledge(begun.drill.id)
    wait(desk, 3600)
    desk.run()
    assert drills(desk)[0]["drill"]["outcome"] == "passed"


@pytest.mark.parametrize("loses_records", [False, True])
@pytest.mark.parametrize("moment", range(1, 8))
def test_killed_at_any_moment_there_is_one(desk: Desk, moment: int, loses_records: bool) -> None:
    begun = started(desk)
    desk.run(kill_after=moment)
    if loses_records:
        desk.lose_records()
    desk.run()
    desk.acknowledge(begun.drill.id)
    desk.run(kill_after=moment)
    if loses_records:
        desk.lose_records()
    desk.run()
    assert desk.changes() == ["raised", "acknowledged", "closed"]
    before = drills(desk)
    desk.lose_records()
    desk.run()
    assert drills(desk) == before and desk.changes() == ["raised", "acknowledged", "closed"]


def test_a_withdrawn_one_ends(desk: Desk) -> None:
    begun = started(desk)
    desk.run()
    desk.withdraw(begun.stated.id)
    desk.run()
    [alarm] = drills(desk)
    assert (alarm["state"], alarm["drill"]["outcome"]) == ("closed", "withdrawn")


def test_one_that_is_to_come_begins_at_its_time(desk: Desk) -> None:
    begun = started(desk, at=format_rfc3339(desk.now_ns() + 600 * SECOND))
    desk.run()
    assert not drills(desk)
    wait(desk, 600)
    desk.lose_records()
    desk.run()
    assert [a["id"] for a in drills(desk)] == [begun.drill.id]


def test_one_that_is_withdrawn_before_its_time_never_begins(desk: Desk) -> None:
    begun = started(desk, at=format_rfc3339(desk.now_ns() + 600 * SECOND))
    desk.withdraw(begun.stated.id)
    wait(desk, 700)
    desk.run()
    assert not drills(desk)
    started(desk)


def test_a_forged_one_is_none(desk: Desk, tmp_path: Path) -> None:
    begun = started(desk)
    for forged in (
        replace(begun.drill, id="D-FORGED00", seal="00"),
        replace(begun.drill, id="D-FORGED01", seal="ü"),
        replace(sealed_one(desk), id="D-FORGED02"),
        replace(sealed_one(desk), within_s=86_000.0, id="D-FORGED03"),
    ):
        desk.state(drill.KIND, drill.to_body(forged))
    desk.run()
    assert [a["id"] for a in drills(desk)] == [begun.drill.id]


def sealed_one(desk: Desk) -> Drill:
    """As it stands in the journal."""
    return next(drill.of(s.body) for _, s in desk.journal.statements(drill.KIND))


def test_a_copy_at_another_time_is_none(desk: Desk) -> None:
    started(desk)
    copied = replace(sealed_one(desk))
    desk.run()
    desk.acknowledge(copied.id)
    desk.run()
    wait(desk, 5)
    desk.state(drill.KIND, drill.to_body(copied))
    desk.run()
    assert len(drills(desk)) == 1 and desk.changes() == ["raised", "acknowledged", "closed"]


def test_the_products_record_knows_nothing_of_it(desk: Desk) -> None:
    desk.contain("BAG-1", "freezer", 0.0, zone="top")
    desk.read(("top", 3500.0, -195.0))
    begun = started(desk)
    screening = desk.run()
    assert [s["state"] for s in screening.channel_states(desk.now_ns()) if s["channel"] == "top"] == [
        "in range"
    ]
    assert desk.journal.read([desk.numbers["top"]], NOON_NS, None).samples.value.tolist() == [-195.0]
    assert not desk.records.book.needing()
    desk.acknowledge(begun.drill.id)
    desk.run()
    found = alarm_health(desk.journal, desk.records, desk.configuration.priorities, NOON_NS, desk.now_ns())
    assert found.all.rate.alarms == 0


def test_a_real_excursion_is_an_alarm_of_its_own(desk: Desk) -> None:
    begun = started(desk)
    desk.run()
    desk.read(
        ("top", 3000.0, -140.0),
        ("top", 3060.0, -140.0),
        *[("top", 3060.0 + 60 * k, -140.0) for k in range(1, 9)],
    )
    desk.run()
    desk.acknowledge(begun.drill.id)
    desk.run()
    real = [a for a in desk.alarms() if a["rule"] == "above-150" and a["kind"] == "limit"]
    assert [a["state"] for a in real] == ["unacknowledged"]


def test_contents_that_grow_ask_nobody_about_an_old_one(desk: Desk) -> None:
    begun = started(desk)
    desk.run()
    desk.acknowledge(begun.drill.id)
    desk.run()
    desk.contain("BAG-2", "freezer", 0.0, zone="top")
    desk.run()
    assert drills(desk)[0]["state"] == "closed"


def test_withdrawing_the_acknowledgement_does_not_begin_it_again(desk: Desk) -> None:
    begun = started(desk)
    desk.run()
    desk.acknowledge(begun.drill.id)
    desk.run()
    said = next(s for _, s in desk.journal.statements("acknowledge"))
    desk.withdraw(said.id)
    desk.run()
    assert (drills(desk)[0]["state"], drills(desk)[0]["drill"]["outcome"]) == ("closed", "passed")


def test_a_shelf_of_the_real_rule_does_not_keep_it_quiet(desk: Desk) -> None:
    body = shelve.to_body(
        shelve.Shelve("E-1", "top", "above-150", 4, desk.now_ns() + 10**13, "loading")  # type: ignore[arg-type]
    )
    desk.state(shelve.KIND, body)
    started(desk)
    desk.run()
    assert drills(desk)[0]["overlay"] is None


def test_limits_that_are_gone_are_a_failed_drill(desk: Desk) -> None:
    started(desk)
    desk.configure(MORE.replace('address = "top"\nprofile = "p"', 'address = "top"'))
    desk.run()
    [alarm] = drills(desk)
    assert (alarm["state"], alarm["drill"]["outcome"]) == ("closed", "failed")
    assert "would raise nothing" in alarm["closing"]["comment"]


@pytest.mark.parametrize(
    ("asset", "more", "why"),
    [
        ("attic", {}, "there is no asset 'attic'; known: freezer, shipper"),
        ("freezer", {"channel": "shipper"}, "channel 'shipper' is not in freezer; there: top"),
        ("freezer", {"within_s": 1.0}, "within: expected 1 min to 24 h"),
        ("freezer", {"at": "2020-01-01T00:00:00Z"}, "begins now or within 30 days"),
        ("freezer", {"at": "2027-01-01T00:00:00Z"}, "begins now or within 30 days"),
    ],
)
def test_what_cannot_be_is_refused(desk: Desk, asset: str, more: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError, match=why):
        started(desk, asset, **more)
    assert not list(desk.journal.statements(drill.KIND))


def test_one_at_a_time(desk: Desk) -> None:
    begun = started(desk)
    with pytest.raises(InputError, match=f"there is a drill on freezer: {begun.drill.id}"):
        started(desk)
    desk.run()
    with pytest.raises(InputError, match="wait until it is over"):
        started(desk)
    started(desk, "shipper")
    desk.acknowledge(begun.drill.id)
    desk.run()
    wait(desk, 1)
    started(desk)


def test_nothing_that_measures_and_nothing_that_limits(tmp_path: Path) -> None:
    bare = CONFIG.replace(
        'source = "broker"\naddress = "shipper"\nprofile = "p"', 'source = "broker"\naddress = "shipper"'
    )
    desk = Desk(tmp_path, bare + '[assets.shelf]\nsite = "s"\n', NOON_NS - SECOND)
    with pytest.raises(InputError, match="no channel that the gateway has measured is in shelf"):
        started(desk, "shelf")
    with pytest.raises(InputError, match="channel shipper has no limit in force"):
        started(desk, "shipper")


def test_what_is_not_plausible_raises_nothing(desk: Desk) -> None:
    at = input_of(desk.configuration, timeline_of(desk.journal), "top", desk.now_ns())
    assert rehearse(at, -169.0).rule == "above-170" and rehearse(at, -149.5).rule == "above-150"
    assert "would raise nothing" in rehearse(at, -180.0).problem
    assert rehearse(at, 90.0).problem
    assert worst_signal(at)[0] == -149.0


def test_the_way_of_a_probe_is_gone_back_to_its_input(tmp_path: Path) -> None:
    wired = CONFIG.replace(
        'address = "top"\n', 'address = "top"\nquantity = "temperature"\nunit = "ohm"\nprobe = "pt100"\n'
    )
    desk = Desk(tmp_path, wired, NOON_NS - SECOND)
    begun = started(desk)
    assert begun.drill.signal == pytest.approx(40.0, abs=1.0), "ohm of a Pt100 at -149 degC"
    assert begun.rehearsed.value == pytest.approx(-149.0, abs=0.01)


def test_a_handover_and_a_screen_show_it_apart(desk: Desk) -> None:
    started(desk)
    desk.read(("shipper", 3000.0, -140.0), ("shipper", 3300.0, -140.0), ("shipper", 3360.0, -140.0))
    desk.run()
    found = report(desk.journal, desk.records, Priorities(), "", NOON_NS, desk.now_ns())
    assert found.counts["raised in drills"] == 1 and "raised" in found.counts
    told = Console(width=200, record=True, file=StringIO())
    told.print(alarms_table(drills(desk), width=200))
    assert "DRILL above-150" in told.export_text()
