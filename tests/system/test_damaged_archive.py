"""Archive files that are missing, damaged or foreign: the gateway goes on, and says which time is lost."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.model import SECOND, Arrivals, Samples
from tests.system.configurations import ABOVE_150, BROKER, DEWAR, PLAIN
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

DAY_NS = 86_400 * SECOND
READINGS = 5000  # of a day
OWN = """
[channels.dewar]
asset = "dewar"
source = "broker"
address = "dewar"
profile = "p"
no_data_after_s = 300000000.0
[sinks.copy]
kind = "csv"
folder = "copy"
"""


def missing(file: Path) -> None:
    file.unlink()


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def flipped(file: Path) -> None:
    """A bit of the readings themselves: size and footer are as they were."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)


def foreign(file: Path) -> None:
    file.write_text("time,value\n")


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def pipe(file: Path) -> None:
    """Nobody writes to it: whoever opens it waits for ever."""
    file.unlink()
    os.mkfifo(file)


DAMAGES = (missing, cut, flipped, foreign)  # and, as the fifth, what is no file at all
DAYS = len(DAMAGES) + 2


def a_day(journal: Path, begin_ns: int, number: int) -> None:
    """Warm for the second half; archived as a file of its own."""
    at_ns = begin_ns + np.arange(READINGS) * SECOND
    value = np.where(np.arange(READINGS) < READINGS // 2, -190.0, -140.0) + np.arange(READINGS) % 7 / 100
    samples = Samples(at_ns, np.full(READINGS, number, np.int32), value, np.zeros(READINGS, np.uint8))
    with Journal.open(journal, lambda: begin_ns) as opened:
        opened.commit(Arrivals(samples, at_ns))
    with RollOver(journal) as roll:
        assert roll.step(begin_ns + 2 * DAY_NS, SegmentEnd(0)) == READINGS


@pytest.fixture
def gateway(configured: Callable[[str], GatewayProcess], mosquitto: Mosquitto) -> GatewayProcess:
    """It has stopped, with an archive of a file a day; one day more than there are damages."""
    gateway = configured((DEWAR + BROKER + PLAIN + ABOVE_150 + OWN).format(port=mosquitto.port))
    gateway.start()
    gateway.wait_until_up()
    assert gateway.stop() == 0
    journal = gateway.folder / "journal.sqlite"
    with Journal.open_reading(journal) as opened:
        number = {name: number for number, name in opened.channel_names().items()}["dewar"]
    today_ns = time.time_ns() // DAY_NS * DAY_NS
    for day in range(DAYS):
        a_day(journal, today_ns - (DAYS + 1 - day) * DAY_NS, number)
    return gateway


@pytest.mark.parametrize(("without_records", "instead"), [(False, folder), (True, pipe)])
def test_it_starts_takes_new_data_and_names_each_file(
    gateway: GatewayProcess,
    publish: Callable[[str, Any], None],
    without_records: bool,
    instead: Callable[[Path], None],
) -> None:
    files = sorted((gateway.folder / "archive").iterdir())
    gateway.start()
    gateway.wait_until_up()
    before = eventually(lambda: warm_days(gateway, len(files)), "everything is screened")
    assert gateway.stop() == 0
    shutil.copytree(gateway.folder / "archive", kept := gateway.config.parent / "kept")
    for damage, file in zip((*DAMAGES, instead), files, strict=False):
        damage(file)
    if without_records:
        for path in gateway.folder.glob("records.sqlite*"):
            path.unlink()

    gateway.start()
    gateway.wait_until_up()
    publish("dewar", {"temp": -120.0})
    eventually(lambda: any(a.get("extreme") == -120.0 for a in gateway.alarms()), "new data are screened")
    seen = len(files) - 1 if without_records else len(files) - 2  # a bit is found where the file is read
    told = eventually(lambda: faults(gateway, seen), "each file is named")
    for file, start in zip(files[:2], before, strict=False):
        (message,) = [one["message"] for one in told if file.name in one["message"]]
        assert f"readings from {start[:10]}T00:00:00.000000000Z to {start[:10]}T01:23:19" in message
    status = gateway.cryogate("status").stdout
    assert re.search(r"\d alarms?, major, unacknowledged\s+-> `cryogate alarms` shows them", status), status
    assert warm_days(gateway, 0) == before  # the new ones go on with the last; what cannot be read stands

    asked = ("--from", before[0], "--to", before[-1])
    done = gateway.cryogate("clocks", "dewar", *asked)
    assert (done.returncode, done.stdout) == (1, "")
    assert files[0].name in done.stderr
    assert "Traceback" not in done.stderr

    for file in files:
        shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
        shutil.copy(kept / file.name, file)
    eventually(lambda: not faults(gateway, 0, open_only=True), "they are read again")
    assert gateway.cryogate("clocks", "dewar", *asked).returncode == 0
    eventually(lambda: warm_days(gateway, 0)[: len(before)] == before, "nothing else is said of the past")
    assert gateway.stop() == 0


def warm_days(gateway: GatewayProcess, least: int) -> list[str]:
    """Starts of the excursions."""
    found = sorted(a["start"] for a in gateway.alarms("--all") if a["kind"] == "limit" and not a["withdrawn"])
    return found if len(found) >= least else []


def faults(gateway: GatewayProcess, least: int, *, open_only: bool = False) -> list[dict[str, Any]]:
    found = [a for a in gateway.alarms() if a["kind"] == "fault" and "archive" in a["message"]]
    if open_only:
        found = [a for a in found if a["end"] is None]
    return found if len(found) >= least else []
