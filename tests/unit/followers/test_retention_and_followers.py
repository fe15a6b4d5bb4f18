"""Retention waits: for roll-over, and for every registered follower of readings."""

import numpy as np
import pytest

from gateway.errors import JournalError
from gateway.followers.registration import register, taken_by_followers
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import Arrivals, Samples
from gateway.writing.introduction import introduce
from tests.unit.followers.sink_bench import Notebook, caught_up
from tests.unit.questions.test_retention import (
    DAY_NS,
    FREE,
    NOW_NS,
    apply,
    configured,
    filled,
    left,
    retained,
)


def test_what_is_not_archived_stays(tmp_path):
    configuration = configured(tmp_path, FREE)
    path = tmp_path / "journal.sqlite"
    with Journal.open(path) as journal:
        numbers = introduce(configuration, journal, 0)
        at = np.array([NOW_NS - 500 * DAY_NS])
        one = Samples(at, np.array([numbers["air"]], np.int32), np.zeros(1), np.zeros(1, np.uint8))
        journal.commit(Arrivals(one, at))
    assert apply(path, configuration) == []
    assert left(path) == {("air", 0.0)}


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_file_stays_until_every_follower_has_taken_it(tmp_path, dry_run):
    configuration = configured(tmp_path, FREE)
    path = filled(
        tmp_path, configuration, [(200.0 + n, "air", 0.0) for n in range(3)] + [(200.0, "lid", 0.0)]
    )
    before, last = left(path), 4  # the configuration, then an entry for each hour
    for taken, waits in (
        ({"screening": last - 1, "sink a": 9}, f"screening (at entry {last - 1})"),
        ({"screening": 0, "sink a": 1}, "screening (at entry 0) and sink a (at entry 1)"),
    ):
        done = retained(path, configuration, taken, dry_run)
        assert done.removed == []
        assert [(one.channels, who) for one, who in done.waiting] == [({"air": 3}, waits)]
        assert left(path) == before
        with Journal.open_reading(path) as journal:
            assert list(journal.statements("retention")) == []
    done = retained(path, configuration, {"screening": last, "sink a": last}, dry_run)
    assert ([one.readings for one in done.removed], done.waiting) == ([3], [])


def test_followers_are_where_they_would_go_on(tmp_path):
    path = tmp_path / "records.sqlite"
    assert taken_by_followers(path) == {"screening": 0}
    with Records(path) as records:
        assert taken_by_followers(path) == {"screening": 0}
        with records.transaction():
            names = {"screening": True, "sink:copy": True, "alarms:copy": False, "notifier:phone": False}
            assert records.register(names | {"sink:new": True}) == []
            records.move_cursor("screening", 7)
            records.move_cursor("sink:copy", 9)
            records.move_cursor("sink:not registered", 1)
    assert taken_by_followers(path) == {"screening": 7, "sink copy": 9, "sink new": 0}
    path.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(JournalError, match="not a database"):
        taken_by_followers(path)


def test_nobody_waits_for_a_follower_that_left_the_configuration(bench, caplog):
    caplog.set_level("INFO")
    path, records = bench.folder / "records.sqlite", bench.desk.records
    bench.fill(3)
    sink = bench.sink(Notebook(bench.folder / "copy"))
    register(records, [sink], [])
    assert taken_by_followers(path) == {"screening": 0, "evidence": 0, "sink copy": 0}
    bench.desk.run()
    screened = bench.desk.journal.last_seq()
    assert taken_by_followers(path) == {"screening": screened, "evidence": 0, "sink copy": 0}
    caught_up(bench, Notebook(bench.folder / "copy"))
    register(records, [], [])
    assert taken_by_followers(path) == {"screening": screened, "evidence": 0}
    assert "sink:copy left the configuration: nobody waits for it" in caplog.text
    register(records, [sink], [])  # it came back, and goes on where it was
    last = bench.desk.journal.last_seq()  # with what the sink stated itself
    assert taken_by_followers(path) == {"screening": screened, "evidence": 0, "sink copy": last}
