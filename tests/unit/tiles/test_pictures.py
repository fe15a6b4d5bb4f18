"""A picture says what the readings say, whatever came late, was withdrawn, archived, deleted, or killed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.journal.journal import Journal
from gateway.journal.retaining import retain
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.model import SECOND, Arrivals, Samples
from gateway.statements import PERSON, Statement, import_, withdrawal
from gateway.statements.withdrawal import Withdrawal
from gateway.tiles.levels import DAY, HOUR, LEVELS, MINUTE, RAW, WIDTHS, cover, level_of, width_for
from gateway.tiles.making import Maker
from gateway.tiles.packed import pack, unpack
from gateway.tiles.picture import Picture, Pictures
from gateway.tiles.rows import Rows, of_samples, reduced
from gateway.tiles.store import FILE, Store
from tests.oracle import pictures as oracle

BEGIN_NS = 1_767_571_200 * SECOND  # 2026-01-05
CHANNELS = ("top", "bottom")
END_NS = BEGIN_NS + 3 * DAY
VALUES = st.sampled_from([-190.0, -150.12, -150.1, 0.1, 0.30000000000000004, 1e9, -0.0, math.pi])
Row = tuple[int, int, float, int]


def arrivals(rows: list[Row]) -> Arrivals:
    time, channel, value, quality = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 4
    )
    samples = Samples(
        np.array(time, np.int64),
        np.array(channel, np.int32),
        np.array([v if q <= 1 else math.nan for v, q in zip(value, quality, strict=True)], np.float64),
        np.array(quality, np.uint8),
    )
    return Arrivals(samples, samples.time)


@st.composite
def batches(draw: st.DrawFn) -> list[tuple[int, int, float, int]]:
    """Readings of two channels around one time, many or few a minute, or scattered over days."""
    time = BEGIN_NS + draw(st.integers(0, 3 * 24 * 60)) * MINUTE + draw(st.sampled_from([0, 1, SECOND // 2]))
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        rows.append(
            (time, draw(st.sampled_from([1, 2])), draw(VALUES), draw(st.sampled_from([0, 0, 0, 1, 2, 3])))
        )
        time += draw(st.sampled_from([0, 1, SECOND, 20 * SECOND, MINUTE, 7 * MINUTE, HOUR, 5 * HOUR]))
    return rows


STEPS = st.one_of(
    st.tuples(st.just("come"), batches()),
    st.tuples(st.just("import"), batches()),
    st.tuples(st.just("withdraw"), st.integers(0, 5)),
    st.tuples(st.just("archive"), st.just(0)),
    st.tuples(st.just("retain"), st.integers(0, 3 * 24)),
    st.tuples(st.just("make"), st.integers(1, 3)),
    st.tuples(st.just("kill"), st.just(0)),
    st.tuples(st.just("delete"), st.just(0)),
    st.tuples(st.just("damage"), st.just(0)),
    st.tuples(st.just("look"), st.integers(0, 3 * 24 * 60)),
)


@dataclass(frozen=True)
class Before:
    """Retention deletes what is before a time."""

    latest_ns: int
    heard_seq: int

    def may_go(self, arrivals: Arrivals) -> Any:
        return arrivals.samples.time < self.latest_ns

    def waits_for(self, seq: int) -> str:
        return ""


class World:
    """A journal, whoever makes its tiles, and what is asked of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "journal.sqlite"
        self.journal = Journal.open(self.path, now_ns=lambda: BEGIN_NS)
        self.journal.channel_numbers(CHANNELS)
        self.maker = Maker(folder)
        self.imports = list[str]()

    def come(self, rows: list[Row]) -> None:
        self.journal.commit(arrivals(rows))

    def import_(self, rows: list[Row]) -> None:
        times = [row[0] for row in rows]
        said = import_.Import(
            "f", "0" * 64, "csv", "", {}, {}, len(rows), min(times), max(times), len(rows), 0, 0
        )
        told = Statement(import_.KIND, "Li Na", BEGIN_NS, import_.to_body(said), actor=PERSON)
        done = self.journal.commit(arrivals(rows), statements=[told])
        self.imports.append(f"{self.journal.id}-{done.seqs[0]}")

    def withdraw(self, which: int) -> None:
        if which < len(self.imports):
            body = withdrawal.to_body(Withdrawal())
            told = Statement(
                withdrawal.KIND,
                "Li Na",
                BEGIN_NS,
                body,
                actor=PERSON,
                reason="r",
                withdraws=self.imports[which],
            )
            self.imports.append(f"{self.journal.id}-{self.journal.commit(statements=[told]).seqs[0]}")

    def archive(self, _: int) -> None:
        with RollOver(self.path) as roll:
            while roll.step(2**62, SegmentEnd(0, most_entries=5)):
                pass

    def retain(self, hours: int) -> None:
        retain(
            self.path,
            Before(BEGIN_NS + hours * HOUR, self.journal.last_seq()),
            "Li Na",
            BEGIN_NS,
            dry_run=False,
        )

    def make(self, steps: int) -> None:
        for _ in range(steps):
            self.maker.step()

    def kill(self, _: int) -> None:
        self.maker.close()
        self.maker = Maker(self.folder)

    def delete(self, _: int) -> None:
        for end in ("", "-wal", "-shm"):
            (self.folder / f"{FILE}{end}").unlink(missing_ok=True)

    def damage(self, _: int) -> None:
        self.maker.close()
        if (self.folder / FILE).exists():
            with Store(self.folder, writing=True) as store:
                store._connection.execute("UPDATE tile SET body = substr(body, 1, length(body) - 1)")

    def look(self, minutes: int) -> None:
        pictures = Pictures(self.folder, self.maker)
        with Journal.open_reading(self.path) as journal:
            for start, end, points in (
                (BEGIN_NS - 1, END_NS + 40 * DAY, 10),
                (BEGIN_NS + minutes * MINUTE + 17, END_NS, 100),
                (BEGIN_NS, BEGIN_NS + minutes * MINUTE + 1, 4000),
            ):
                compare(journal, pictures.of(journal, [1, 2], start, end, points), start, end, points)

    def close(self) -> None:
        self.maker.close()
        self.journal.close()


def compare(journal: Journal, found: list[Picture], start: int, end: int, points: int) -> None:
    for channel, one in enumerate(found, 1):
        assert one.holes == () and len(one.rows) <= points
        readings = journal.read([channel], start, end).samples
        if one.width_ns is None:
            assert one.rows.start.tolist() == readings.time.tolist()
            assert np.array_equal(one.rows.first, readings.value, equal_nan=True)
            continue
        twin = oracle.picture(readings, one.width_ns)
        assert one.rows.start.tolist() == sorted(twin)
        for name in (
            "good",
            "uncertain",
            "bad",
            "no_data",
            "low",
            "high",
            "first",
            "last",
            "first_ns",
            "last_ns",
            "gap_ns",
        ):
            told = [None if value != value else value for value in getattr(one.rows, name).tolist()]
            assert told == [twin[at][name] for at in sorted(twin)], name
        for mean, at in zip(one.rows.mean.tolist(), sorted(twin), strict=True):
            assert (
                mean == pytest.approx(twin[at]["mean"], abs=2e-6)
                if twin[at]["mean"] is not None
                else mean != mean
            )


@settings(max_examples=30, deadline=None)
@given(st.lists(STEPS, min_size=3, max_size=14))
@example(
    [
        ("come", [(BEGIN_NS, 1, 1.0, 0)]),
        ("archive", 0),
        ("make", 1),
        ("import", [(BEGIN_NS + 9, 1, 2.0, 0)]),
        ("archive", 0),
        ("make", 1),
        ("withdraw", 0),
        ("look", 60),
        ("make", 1),
        ("retain", 2),
    ]
)
def test_a_picture_says_what_the_readings_say(tmp_path_factory, steps):
    with ExitStack() as stack:
        world = World(tmp_path_factory.mktemp("tiles"))
        stack.callback(world.close)
        for name, what in (*steps, ("look", 100), ("make", 4), ("look", 200)):
            getattr(world, name if name != "import" else "import_")(what)


@given(batches(), st.sampled_from([level.width_ns for level in LEVELS]))
def test_rows_are_the_same_when_they_were_packed(rows, width):
    every = arrivals(rows).samples
    made = [reduced(of_samples(every.take(every.channel == one)), width) for one in (1, 2)]
    made = [one for one in made if len(one)]
    found, wanted = unpack([pack(one, width) for one in made], width), Rows.concatenate(made)
    for one in fields(Rows):
        assert np.array_equal(
            getattr(found, one.name), getattr(wanted, one.name), equal_nan=one.type == "Floats"
        )


@given(st.integers(0, 3 * DAY), st.integers(1, 900 * DAY), st.integers(2, 4000))
def test_a_time_is_covered_once_by_few_parts(start, took, points):
    start += BEGIN_NS
    width = width_for(start, start + took, points)
    assert (start + took - 1) // width - start // width < points
    parts = list(cover(start, start + took, level_of(width)))
    assert (parts[0][1], parts[-1][2]) == (start, start + took)
    assert all(a[2] == b[1] for a, b in itertools.pairwise(parts))
    for level, begin, end in parts:
        assert level == RAW or begin % LEVELS[level].width_ns == end % LEVELS[level].width_ns == 0
        assert level != RAW or end - begin <= 2 * MINUTE or level_of(width) == RAW


def test_each_width_is_made_of_whole_parts_of_a_level():
    assert sorted(WIDTHS) == list(WIDTHS)
    assert {level_of(width) for width in WIDTHS if width >= MINUTE} == {0, 1, 2}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def test_a_file_of_the_archive_that_cannot_be_read_is_a_hole_until_it_is_back(world):
    world.come([(BEGIN_NS + k * MINUTE, 1, float(k), 0) for k in range(180)])
    world.archive(0)
    file = next((world.folder / "archive").glob("*.parquet"))
    file.rename(file.with_suffix(".away"))
    pictures = Pictures(world.folder, world.maker)
    for _ in range(2):
        world.make(3)
        with Journal.open_reading(world.path) as journal:
            (found,) = pictures.of(journal, [1], BEGIN_NS, END_NS, 100)
        assert len(found.rows) == 0 and "is missing" in found.holes[0].why
    file.with_suffix(".away").rename(file)
    world.kill(0)
    world.make(3)
    pictures = Pictures(world.folder, world.maker)
    with Journal.open_reading(world.path) as journal:
        compare(journal, pictures.of(journal, [1, 2], BEGIN_NS, END_NS, 100), BEGIN_NS, END_NS, 100)
    file.rename(file.with_suffix(".away"))
    with Journal.open_reading(world.path) as journal:
        (found,) = pictures.of(journal, [1], BEGIN_NS + 1, END_NS, 100)
    assert found.rows.count.sum() >= 178, "sums outlive the file, and only the edge is a hole"
    assert [hole.end_ns - hole.start_ns for hole in found.holes] == [MINUTE - 1]
