"""A journal of version 0.1.0 under this one: what happened is stated, nobody is told of it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np

from gateway.alarming.legacy import old_ids
from gateway.followers.transitions import Transitions
from gateway.journal.journal import Journal, Statement
from gateway.model import SECOND, Arrivals, Samples
from gateway.published.alarm import of_known
from gateway.statements import acknowledge, configuration, transition
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk


def before(folder: Path) -> None:
    """As 0.1.0 left it: its configuration has no schema."""
    document = json.dumps(tomllib.loads(CONFIG), sort_keys=True)
    told = {"fingerprint": "old", "channels": ["top", "shipper"], "document": document}
    with Journal.open(folder / "journal.sqlite") as journal:
        journal.channel_numbers(["top", "shipper"])
        journal.commit(statements=[Statement(configuration.KIND, "test", NOON_NS - SECOND, told)])


def test_readings_and_words_of_then(tmp_path: Path) -> None:
    before(tmp_path)
    identity = old_ids("top", "above-150", NOON_NS + 10 * SECOND)[0]
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        number = {name: n for n, name in journal.channel_names().items()}["top"]
        time = NOON_NS + np.array([0, 10], np.int64) * SECOND
        channel, good = np.full(2, number, np.int32), np.zeros(2, np.uint8)
        journal.commit(Arrivals(Samples(time, channel, np.array([-190.0, -140.0]), good), time))
        body = {"alarm": identity, "comment": "seen then"}
        journal.commit(statements=[Statement(acknowledge.KIND, "Li Na", NOON_NS, body)])
    desk = Desk(tmp_path, CONFIG + "\n[journal]\ncommit_interval_s = 0.1\n")
    desk.run()
    (alarm,) = desk.alarms()
    assert (alarm["state"], alarm["acknowledgements"][0]["comment"]) == ("acknowledged", "seen then")
    assert {t.because for t in desk.transitions()} == {transition.UPGRADE}
    feed = Transitions(desk.journal, desk.records, of_known)
    page = feed.page(0, 10)
    assert page is not None and list(page.items) == []
    desk.read(("top", 20, -190.0))
    desk.run()
    page = feed.page(page.last, 10)
    assert page is not None and [c.change for c in page.items] == ["returned"]
