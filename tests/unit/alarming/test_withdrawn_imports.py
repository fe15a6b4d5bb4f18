"""An import that is withdrawn: its readings stay in the journal, and nothing follows from them any more."""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Samples
from gateway.questions.journal_replay import replay_journal
from gateway.statements import Statement, import_
from gateway.statements.import_ import Import
from tests.unit.alarming.alarm_desk import NOON_NS, Desk, without_clock
from tests.unit.journal.test_rollover import rolled

Row = tuple[str, float, float | None]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def bring(desk: Desk, *rows: Row) -> str:
    """As `cryogate import` does: readings and statement in one commit; its id."""
    time_ns = np.array([NOON_NS + round(s * SECOND) for _, s, _ in rows], np.int64)
    value = np.array([np.nan if v is None else v for *_, v in rows])
    channel = np.array([desk.numbers[name] for name, *_ in rows], np.int32)
    samples = Samples(time_ns, channel, value, np.where(np.isnan(value), 2, 0).astype(np.uint8))
    channels = {name: name for name, *_ in rows}
    said = Import(
        "a.csv", "0" * 64, "csv", "1" * 64, {}, channels, len(rows), int(time_ns.min()), int(time_ns.max()),
        len(rows), 1, 0,
    )  # fmt: skip
    statement = Statement(import_.KIND, "Li Na", desk.now_ns(), import_.to_body(said), actor="person")
    done = desk.journal.commit(Arrivals(samples, np.full(len(rows), desk.now_ns())), statements=[statement])
    return f"{desk.journal.id}-{done.seqs[0]}"


def stored(desk: Desk) -> list[float]:
    return desk.journal.read(None, 0, None).samples.value.tolist()


def screened(desk: Desk) -> list[tuple[str, str, str | None]]:
    """What the live gateway's record says counts, as a replay would."""
    return [(a["channel"], a["start"], a["end"]) for a in desk.alarms() if not a["withdrawn"]]


def replayed(desk: Desk) -> list[tuple[str, str, str | None]]:
    return [(e["channel"], e["start"], e["end"]) for e in replay_journal(desk.journal).excursions]


def test_its_alarm_is_withdrawn_and_its_readings_are_left_out(desk: Desk) -> None:
    desk.read(("top", 0, -190.0), ("top", 60, -190.0))
    identity = bring(desk, ("top", 20, -100.0), ("top", 30, -190.0))
    desk.run()
    assert len(desk.alarms()) == 1
    desk.withdraw(identity)
    desk.run()
    (alarm,) = desk.alarms()
    assert alarm["withdrawn"]
    assert stored(desk) == [-190.0, -190.0]
    assert replayed(desk) == []
    assert sum(len(e.arrivals) for e in desk.journal.entries(0) if e.arrivals is not None) == 4


def test_it_counts_again_when_the_withdrawal_is_withdrawn(desk: Desk) -> None:
    desk.read(("top", 0, -190.0), ("top", 60, -190.0))
    identity = bring(desk, ("top", 20, -100.0), ("top", 30, -190.0))
    desk.run()
    before = screened(desk)
    desk.withdraw(identity)
    desk.run()
    desk.withdraw(f"{desk.journal.id}-{withdrawals(desk)[-1]}")
    desk.run()
    assert screened(desk) == before == replayed(desk)
    assert len(stored(desk)) == 4


@pytest.mark.parametrize("runs", [0, 1, 2, 3])
def test_what_counts_again_can_be_the_newest_of_its_channel(desk: Desk, runs: int) -> None:
    """Without it the channel had shown less, or nothing: what comes back is no late reading."""
    desk.read(("top", 0, -190.0))
    identity = bring(desk, ("top", 20, -190.0), ("top", 30, -100.0), ("shipper", 28, -100.0))
    for run, withdrawn in enumerate((lambda: identity, lambda: f"{desk.journal.id}-{withdrawals(desk)[-1]}")):
        if runs >> run & 1:
            desk.run()
        desk.withdraw(withdrawn())
    bring(desk, ("top", 10, -120.0))
    desk.run()
    assert screened(desk) == replayed(desk)
    assert [(channel, start[17:19]) for channel, start, _ in screened(desk)] == [
        ("top", "10"), ("shipper", "28"), ("top", "30"),
    ]  # fmt: skip


def withdrawals(desk: Desk) -> list[int]:
    return [seq for seq, _ in desk.journal.statements("withdrawal")]


def test_an_alarm_that_only_its_readings_ended_goes_on(desk: Desk) -> None:
    desk.read(("top", 0, -100.0))
    identity = bring(desk, ("top", 20, -190.0))
    desk.run()
    assert desk.alarms()[0]["end"] is not None
    desk.withdraw(identity)
    screening = desk.run()
    assert desk.alarms()[0]["end"] is None
    state = next(c for c in screening.channel_states(desk.now_ns()) if c["channel"] == "top")
    assert state["value"] == -100.0  # what is newest is what counts


def test_it_can_be_imported_again(desk: Desk) -> None:
    rows: list[Row] = [("top", 20, -100.0), ("top", 30, -190.0)]
    desk.withdraw(bring(desk, *rows))
    assert stored(desk) == []
    bring(desk, *rows)
    assert stored(desk) == [-100.0, -190.0]


def test_as_it_was_before_the_withdrawal(desk: Desk) -> None:
    identity = bring(desk, ("top", 20, -100.0))
    seq = desk.journal.last_seq()
    desk.withdraw(identity)
    assert len(desk.journal.read(None, 0, None, seq)) == 1
    assert len(desk.journal.read(None, 0, None)) == 0


def test_the_readings_just_before_it_are_others(desk: Desk) -> None:
    desk.read(("top", 10, -191.0))
    bring(desk, ("top", 15, -192.0))
    identity = bring(desk, *[("top", 3600.0 * h, -193.0) for h in range(5)])
    desk.read(("top", 25, -194.0))
    desk.withdraw(identity)
    assert stored(desk) == [-191.0, -192.0, -194.0]


def test_records_that_are_lost_are_made_again(desk: Desk) -> None:
    desk.read(("top", 0, -190.0), ("shipper", 0, -140.0), ("top", 60, -190.0))
    identity = bring(desk, ("top", 20, -100.0), ("top", 30, -190.0), ("shipper", 40, -190.0))
    desk.run()
    desk.withdraw(identity)
    desk.run()
    before = without_clock(desk.alarms())
    desk.lose_records()
    desk.run()
    assert without_clock(desk.alarms()) == before


def test_what_came_live_after_it_is_not_lost_with_it(desk: Desk) -> None:
    """A gateway that was away, a person who brought the file, and then the logger's own memory."""
    identity = bring(desk, ("top", 20, -100.0), ("top", 30, -190.0), ("shipper", 20, -190.0))
    for _ in range(2):  # a redelivery is a repeat of what came live
        desk.read(("top", 20, -100.0), ("top", 30, -190.0))
    desk.run()
    before = screened(desk)
    assert len(stored(desk)) == 5 and len(before) == 1
    desk.withdraw(identity)
    desk.run()
    assert stored(desk) == [-100.0, -190.0]
    assert screened(desk) == before == replayed(desk)


def test_nor_what_came_live_after_it_was_archived(desk: Desk) -> None:
    identity = bring(desk, ("top", 15, -192.0), ("top", 3700, -193.0))
    desk.read(("top", 10, -191.0), ("top", 3600.0 * 24 * 30, -195.0))
    assert rolled(desk.folder / "journal.sqlite") > 0
    for _ in range(2):
        desk.read(("top", 15, -192.0), ("top", 10, -191.0))
    assert stored(desk) == [-191.0, -192.0, -192.0, -193.0, -195.0]
    desk.withdraw(identity)
    assert stored(desk) == [-191.0, -192.0, -195.0]
    with Journal.open(desk.folder / "journal.sqlite") as journal:  # that has seen none of it
        assert journal.commit(live(desk, ("top", 15, -192.0), ("top", 10, -191.0))).fresh == 0


def test_nor_what_a_device_with_a_wrong_clock_sent_after_it(desk: Desk) -> None:
    identity = bring(desk, ("top", 15, -192.0))
    one = live(desk, ("top", 15, -192.0))
    shifted = replace(
        one,
        samples=replace(one.samples, time=one.samples.time - SECOND, quality=np.array([1], np.uint8)),
        shift=np.array([SECOND], np.int64),
    )
    assert [desk.journal.commit(shifted).fresh for _ in range(2)] == [1, 0]
    desk.withdraw(identity)
    assert stored(desk) == [-192.0]


def test_an_import_is_the_repeat_of_another_one(desk: Desk) -> None:
    """The file can be brought again, and a growing memory is not kept once for each time."""
    first = bring(desk, ("top", 20, -191.0), ("top", 30, -192.0))
    bring(desk, ("top", 20, -191.0), ("top", 30, -192.0), ("top", 40, -193.0))
    assert stored(desk) == [-191.0, -192.0, -193.0]
    desk.withdraw(first)
    assert stored(desk) == [-193.0]


def live(desk: Desk, *rows: Row) -> Arrivals:
    time_ns = np.array([NOON_NS + round(s * SECOND) for _, s, _ in rows], np.int64)
    channel = np.array([desk.numbers[name] for name, *_ in rows], np.int32)
    value = np.array([v for *_, v in rows], np.float64)
    return Arrivals(Samples(time_ns, channel, value, np.zeros(len(rows), np.uint8)), time_ns)


values = st.sampled_from([-190.0, -190.0, -151.0, -100.0, None])
row = st.tuples(st.sampled_from(["top", "shipper"]), st.integers(0, 40).map(float), values)
rows = st.lists(row, min_size=1, max_size=6)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("read"), rows),
        st.tuples(st.just("bring"), rows),
        st.tuples(st.just("withdraw"), st.integers(0, 5)),
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(steps, st.lists(st.booleans(), min_size=8, max_size=8))
def test_live_equals_replay_whatever_is_brought_and_withdrawn(steps, runs) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk, identities = Desk(Path(folder)), []
        for (what, said), runs_now in zip(steps, runs, strict=False):
            if what == "read":
                desk.read(*said)
            elif what == "bring":
                identities.append(bring(desk, *said))
            elif identities:
                identity = identities[said % len(identities)]
                desk.withdraw(identity)
                identities.append(f"{desk.journal.id}-{desk.journal.last_seq()}")
            if runs_now:
                desk.run()
        desk.run()
        assert sorted(screened(desk), key=str) == sorted(replayed(desk), key=str)
        arrived = {(desk.numbers[c], s, str(v)) for what, said in steps if what == "read" for c, s, v in said}
        assert arrived <= kept(desk)  # whatever was brought and taken back


def kept(desk: Desk) -> set[tuple[int, float, str]]:
    """Channel, seconds after noon and value of all readings that count."""
    found = desk.journal.read(None, 0, None).samples
    value = [None if math.isnan(v) else v for v in found.value.tolist()]
    seconds = ((found.time - NOON_NS) / SECOND).tolist()
    return {(c, s, str(v)) for c, s, v in zip(found.channel.tolist(), seconds, value, strict=True)}


def test_readings_that_are_archived_do_not_count_either(desk: Desk) -> None:
    desk.read(("top", 10, -191.0))
    identity = bring(desk, ("top", 15, -192.0), ("top", 3700, -193.0))
    desk.read(("top", 25, -194.0))
    desk.read(("top", 3600.0 * 24 * 30, -195.0))
    assert rolled(desk.folder / "journal.sqlite") > 0
    desk.withdraw(identity)
    assert stored(desk) == [-191.0, -194.0, -195.0]
    bring(desk, ("top", 15, -192.0))
    assert stored(desk) == [-191.0, -192.0, -194.0, -195.0]
