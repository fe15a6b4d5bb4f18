"""Rows of CSV made at once are those that a writer of one row after the other makes."""

from __future__ import annotations

import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gateway.questions.csv_rows import moments, numbers, rows, words
from gateway.times import format_rfc3339

LEAST, MOST = -(2**63), 2**63 - 1
ANY = st.integers(LEAST, MOST) | st.sampled_from([LEAST, -1, 0, 1, 951_782_400 * 10**9, MOST])
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


def slowly(table: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().encode()


@given(st.lists(st.tuples(ANY, TEXTS, st.floats() | st.sampled_from([0.0, -0.0]), TEXTS), max_size=20))
def test_as_the_slow_twin(table: list[tuple[int, str, float, str]]) -> None:
    at, name, value, unit = zip(*table, strict=True) if table else ([], [], [], [])
    every = np.arange(len(table))
    columns = (
        moments(np.array(at, np.int64)),
        words(name)[every],
        numbers(np.array(value, np.float64)),
        words(unit)[every],
    )
    wanted = [(format_rfc3339(t), n, "" if v != v else repr(v), u) for t, n, v, u in table]
    assert rows(columns) == slowly(wanted)


def test_days_of_leap_years_and_before_1970() -> None:
    seconds = [-1, 0, 68_169_600 - 1, 951_782_400, 4_107_542_400, -2_208_988_800]
    times = np.array([second * 10**9 + 7 for second in seconds], np.int64)
    assert moments(times).tolist() == [format_rfc3339(int(t)).encode() for t in times]
