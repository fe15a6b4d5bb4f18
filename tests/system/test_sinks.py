"""The whole gateway and its sinks: outages, kills, rejected readings; in the end all is out there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.journal.journal import Journal
from gateway.statements import parked
from gateway.times import parse_rfc3339
from tests.system.gateway_process import eventually
from tests.system.mosquitto import Mosquitto
from tests.system.sink_site import Site

SEED = 20_260_105


@pytest.fixture
def site(tmp_path: Path, start_mosquitto: Callable[..., Mosquitto]) -> Iterator[Site]:
    site = Site(tmp_path, start_mosquitto)
    yield site
    site.end()


def test_what_came_in_during_an_outage_is_out_there_afterwards(site: Site) -> None:
    site.start()
    site.publish(100)
    eventually(site.everything_is_out, "the first readings are out")
    site.influx.kill()
    site.central.stop()
    site.publish(300)
    for name in ("influx", "headquarters"):
        problem = eventually(lambda name=name: site.follower(name)["problem"], f"{name} says what is wrong")
        assert "; check" in problem
        assert site.follower(name)["behind"] > 0
        eventually(lambda name=name: site.follower(name)["behind_s"] > 1, "it says for how long")
    site.gateway.kill()
    site.gateway.start()
    site.publish(100)
    site.influx.start()
    site.central.start()
    eventually(site.everything_is_out, "all of them are out")
    for name in ("influx", "headquarters"):
        eventually(
            lambda name=name: (
                site.follower(name)
                == {
                    "name": f"sink:{name}",
                    "behind": 0,
                    "behind_s": 0.0,
                    "alarm_changes_behind": 0,
                    "problem": "",
                    "parked": "",
                    "parked_readings": 0,
                    "parked_alarm_changes": 0,
                }
            ),
            name,
        )
    assert site.gateway.stop() == 0


def test_kills_between_a_write_and_its_cursor_lose_nothing(site: Site) -> None:
    dice = random.Random(SEED)
    for _ in range(5):
        site.start()
        before = len(site.influx.requests())
        site.excursion()
        site.publish(dice.randint(20, 200))
        eventually(lambda before=before: len(site.influx.requests()) > before, "it writes")
        site.gateway.kill()
    site.start()
    eventually(site.everything_is_out, "all of them are out")
    eventually(lambda: site.alarms_are_out(10), "what happened to five excursions is out, each change")
    assert site.gateway.stop() == 0


def test_readings_that_the_server_rejects_are_parked_and_hold_up_nothing(site: Site) -> None:
    site.influx.behave(unparseable="bottom")
    site.start()
    site.publish(10)
    wanted = {key: value for key, value in site.sent.items() if key[0] == "top"}
    eventually(lambda: site.in_influx() == wanted, "the others are there")
    told = "5 readings are parked, the last for: HTTP 400: unable to parse"
    eventually(lambda: site.follower("influx")["parked"].startswith(told), "it is told")
    assert site.follower("influx")["problem"] == ""
    eventually(lambda: site.fault("parked:influx"), "and it is an alarm")
    site.influx.behave()
    site.publish(10)
    eventually(lambda: len(site.in_influx()) == 15, "those behind")
    eventually(lambda: site.at_headquarters() == site.sent, "the other sink has them all")
    first = sorted((key, value) for key, value in list(site.sent.items())[:10] if key[0] == "bottom")
    (parked,) = site.parked()
    assert (parked["sink"], parked["readings"], parked["kept"]) == ("influx", 5, 5)
    kept = [((r["channel"], parse_rfc3339(r["time"])), r["value"]) for r in parked["newest"]]
    assert sorted(kept) == first
    shown = site.gateway.cryogate("parked").stdout
    assert "influx: 5 readings" in shown and "HTTP 400: unable to parse" in shown
    site.gateway.kill()
    done = site.gateway.cryogate("parked", "--retry", "influx", "--by", "Li Na")
    assert "influx: 5 readings and 0 alarm changes are sent again" in done.stdout
    site.gateway.start()
    eventually(site.everything_is_out, "what was parked too")
    eventually(lambda: site.gateway.cryogate("parked").stdout == "nothing is parked\n", "no more")
    assert site.gateway.stop() == 0


def test_what_stays_rejected_is_accepted_by_somebody(site: Site) -> None:
    site.influx.behave(unparseable="bottom")
    site.start()
    site.publish(10)
    eventually(site.parked, "it is parked")
    assert 'say who says it: --by "NAME"' in site.gateway.cryogate("parked", "--accept", "influx").stderr
    wrong = site.gateway.cryogate("parked", "--retry", "elsewhere", "--by", "Li Na").stderr
    assert "nothing is parked of 'elsewhere'; there is of: sink:influx" in wrong
    before = site.rejections()
    site.gateway.cryogate("parked", "--retry", "influx", "--by", "Wang Wei")
    eventually(lambda: site.rejections() > before, "it was tried again, in vain")
    assert site.parked()[0]["readings"] == 5
    assert site.gateway.cryogate("parked", "--accept", "influx", "--by", "Li Na").returncode == 0
    eventually(lambda: site.parked() == [], "it is accepted")
    eventually(lambda: not site.fault("parked:influx"), "and no alarm any more")
    with Journal.open_reading(site.gateway.folder / "journal.sqlite") as journal:
        assert [(s.by, parked.of(s.body).decision) for _, s in journal.statements(parked.KIND)] == [
            ("Wang Wei", "retry"),
            ("Li Na", "accept"),
        ]
    assert site.gateway.stop() == 0
