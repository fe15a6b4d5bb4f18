"""The whole gateway and its sinks: outages, kills, rejected readings; in the end all is out there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gateway_process import eventually
from mosquitto import Mosquitto
from sink_site import Site

from gateway.journal.records import Records

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
    told = eventually(lambda: site.follower("influx")["parked"], "it is told")
    assert told.startswith("5 readings are parked, the last for: HTTP 400: unable to parse")
    assert site.follower("influx")["problem"] == ""
    site.influx.behave()
    site.publish(10)
    eventually(lambda: len(site.in_influx()) == 15, "those behind")
    eventually(lambda: site.at_headquarters() == site.sent, "the other sink has them all")
    assert site.gateway.stop() == 0
    records = Records(site.gateway.folder / "records.sqlite", read_only=True)
    parked = records.parked("sink:influx", 100)
    records.close()
    assert sorted((row.time_ns, row.value) for row in parked) == sorted(
        (time_ns, value) for (device, time_ns), value in list(site.sent.items())[:10] if device == "bottom"
    )
