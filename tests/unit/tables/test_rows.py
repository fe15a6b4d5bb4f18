"""The shape of a table: rows of any length, in any order, that end anywhere, never give a wrong number."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.downloads import Download, csv
from gateway.errors import InputError
from gateway.model import SECOND, Quality
from gateway.tables.cells import Column
from gateway.tables.options import Options

START = 1_767_610_800  # 2026-01-05T11:00:00Z
PLAIN = Options((Column("A"), Column("B")), time_format="unix_s")


def read(text: str, options: Options = PLAIN) -> Download:
    return csv.read(text.encode(), options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"time,A,B\n{START},-195,8,-80,2\n", "line 2: 5 cells where the header has 3"),
        (f"time,A,B\n{START},-195,-80\n{START},-195\n", "line 3: 2 cells where the header has 3"),
        (f"time,A,B\n{START},-195,-80\n\n{START},-1\n", "line 4: 2 cells"),
        (f'time,A,B\n{START},"-195,-80\n', "line 2: not CSV: unexpected end of data"),
        (f"time,A,B\n{START},-195.0,-80", "line 2: the file ends within this line"),
        (f"time,A,B\n{START},-195.0,-80.1\n{START},-195,-80.", "line 3: the file ends within this line"),
        (f"time,A,B\n{START},-195.0,", "line 2: the file ends within this line"),
        ("", "no line has the columns"),
        (f"time,A,B\n{START},-195 .0,-80\n", "line 2: A: '-195 .0' is not a number"),
        (f"time,A,B\n{START},-195.0,-80,,\n", "line 2: 5 cells where the header has 3"),
        (f"time,A,B\n{START},8,9,\n", "line 2: 4 cells where the header has 3"),  # 8,9 of A alone
        (f"time,A,B\n{START},8,9\n{START},8,9,\n", "line 3: 4 cells where the header has 3"),
        (f"time,A,B,\n{START},8,9\n", "line 2: 3 cells where the header has 4"),
        (f"time,A,B,\n{START},8,9,5\n", "line 2: 4 cells where the header has 3"),
        (f'time,A,B\n{START},5,"\n{START},20,"\n', "line 2: a cell goes on in the next line, up to line 3"),
        (f'time,A,B,n\n{START},5,5,"\n{START},20,20,"\n', "line 2: a cell goes on in the next line"),
        (f'time,A,B,"n\n{START},20,20,"\n{START},5,5,\n', "line 1: a cell goes on in the next line"),
    ],
)
def test_a_shape_that_is_a_mistake(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f"time,A,B\n{START},-195.0,-80.1\n{START},-195.0,-79.5",  # as many decimals as each row before
        f'time,A,B\n{START},-195.0,"-80"',
        f"time,A,B,note\n{START},-195.0,-80,o",  # what could be cut is not read
        f"time,A,B,\n{START},-195.0,-80,\n",
        f"time,A,B,,\n{START},-195.0,-80,,\n",
    ],
)
def test_a_shape_that_is_sound(text: str) -> None:
    a, b = read(text).series
    assert len(a.value) == len(b.value) > 0


def test_who_has_looked_can_say_that_the_last_line_is_whole() -> None:
    text = f"time,A,B\n{START},-195,-80"
    assert read(text, replace(PLAIN, last_line_complete=True)).series[1].value.tolist() == [-80]


def test_an_empty_cell_is_no_reading_and_a_word_of_missing_is_a_bad_one() -> None:
    a, b = read(f"time,A,B\n{START},,---\n{START + 60},-195,\n").series
    assert (a.time.tolist(), a.value.tolist()) == ([(START + 60) * SECOND], [-195.0])
    assert (b.time.tolist(), b.quality.tolist()) == ([START * SECOND], [Quality.BAD])


def test_faults_and_borders_of_a_column_are_bad() -> None:
    column = Column("A", faults=(-127.0,), lowest=-200, highest=50)
    text = "time,A\n" + "".join(f"{START + i},{v}\n" for i, v in enumerate((-127.0, -200.1, 50.5, -200, 50)))
    (series,) = read(text, Options((column,), time_format="unix_s")).series
    assert series.quality.tolist() == [2, 2, 2, 0, 0]


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6))
@example([4])
def test_rows_of_any_length(lengths: list[int]) -> None:
    """Taken exactly where each row has the cells of the header."""
    rows = [",".join([str(START + i), *["-1"] * (n - 1)][:n]) for i, n in enumerate(lengths)]
    text = "time,A,B\n" + "".join(f"{row}\n" for row in rows)
    if set(lengths) <= {0, 3}:
        assert len(read(text).series[0].value) == lengths.count(3)
    else:
        wrong = next(i for i, n in enumerate(lengths, 2) if n not in (0, 3))
        with pytest.raises(InputError, match=f"line {wrong}: "):
            read(text)


@given(
    values=st.lists(st.decimals(-200, 50, places=1, allow_nan=False), min_size=1, max_size=5),
    separator=st.sampled_from([",", ";", "\t"]),
    data=st.data(),
)
def test_a_file_that_is_cut_anywhere_gives_no_other_number(values, separator, data) -> None:
    rows = [separator.join([str(START + i), f"{v}", f"{v}"]) for i, v in enumerate(values)]
    text = separator.join(("time", "A", "B")) + "\n" + "\n".join(rows) + "\n"
    options = replace(PLAIN, separator=separator)
    at = data.draw(st.integers(0, len(text)))
    try:
        series = read(text[:at], options).series
    except InputError:
        return
    for one in series:
        assert one.value.tolist() == [float(v) for v in values[: len(one.value)]]


@given(st.permutations(range(6)))
@example([0, 1, 2, 3, 4, 5])
@example([5, 4, 3, 2, 1, 0])
def test_rows_in_any_order(order: list[int]) -> None:
    text = "time,A,B\n" + "".join(f"{START + i},{i},{-i}\n" for i in order)
    if order == sorted(order):
        assert read(text).series[0].value.tolist() == order
    else:
        with pytest.raises(InputError, match="the time goes back from"):
            read(text)
    backward = replace(PLAIN, order="backward")
    if order == sorted(order, reverse=True):
        (a, _) = read(text, backward).series
        assert a.value.tolist() == order
        assert np.array_equal(a.time, (START + a.value.astype(np.int64)) * SECOND)
    else:
        with pytest.raises(InputError, match=r"line \d: the time goes back"):
            read(text, backward)
    a, _ = read(text, replace(PLAIN, order="any")).series
    assert np.array_equal(a.time, (START + a.value.astype(np.int64)) * SECOND)


def test_the_line_of_a_step_back_is_named_and_what_to_do() -> None:
    forward = f"time,A,B\n{START},1,1\n{START + 5},1,1\n\n{START + 3},1,1\n{START + 9},1,1\n"
    with pytest.raises(InputError, match=r'line 5: the time goes back .*order = "any"'):
        read(forward)
    newest_first = "time,A,B\n" + "".join(f"{START - i},1,1\n" for i in range(5))
    with pytest.raises(InputError, match='order = "backward"'):
        read(newest_first)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"separator": ",", "decimal": ","}, "same character"),
        ({"skip_lines": -1}, "0 or more"),
        ({"footer": ("",)}, "every row"),
        ({"header": "none"}, "by position"),
        ({"columns": (Column(0),), "header": "none", "time_columns": (1,)}, "by position"),
        ({"columns": (Column("A"), Column("B", name="A"))}, "same series"),
        ({"time_columns": ()}, "at least one column"),
        ({"encoding": "cp-1252x"}, "no encoding of text is called"),
        ({"encoding": "hex"}, "no encoding of text is called"),
        ({"encoding": "utf-8\0"}, "no encoding of text is called"),
        ({"time_zone": ""}, "no zone is called"),
    ],
)
def test_a_mapping_that_cannot_be_meant(changes, message: str) -> None:
    with pytest.raises((ValueError, InputError), match=message):
        replace(PLAIN, **changes)


def test_who_means_line_breaks_can_say_so() -> None:
    text = f'"time",A,B,"note\n(mine)"\n{START},5,6,"door\nopen"\n{START + 60},7,8,\n'
    found = read(text, replace(PLAIN, line_breaks=True))
    assert [s.value.tolist() for s in found.series] == [[5, 7], [6, 8]]
    assert (found.lines.taken, found.lines.header) == (3, 2)


BARE = Options((Column(2),), time_columns=(1,), time_format="unix_s", header="none")


@pytest.mark.parametrize(
    "rows",
    [
        "-190,8 -190,25",
        "8,9 ,",
        "-190,8",
        "-190,8 ---,-",
        "NaN,NaN -190,8",
        "inf,- -190,8",
        "8,9 8.5, ---,5 8,9",
        "\N{MINUS SIGN}190,8",
        "-\xa0190,8",
    ],
)
def test_a_decimal_comma_without_a_header(rows: str) -> None:
    """Two cells side by side may be one number: only a row that shows otherwise helps, or the mapping."""
    text = "".join(f"{START + i},{row}\n" for i, row in enumerate(rows.split(" ")))
    is_shown_otherwise = "8.5" in rows
    both = replace(BARE, columns=(Column(2), Column(3, name="battery")))
    if is_shown_otherwise:
        assert len(read(text, BARE).series[0].value) == 4
    else:
        with pytest.raises(InputError, match=r"column 2 has only whole numbers, and column 3 .* decimals"):
            read(text, BARE)
        assert len(read(text, both).series[0].value) > 0
    semicolons = replace(BARE, separator=";")
    assert len(read(text.replace(",", ";"), semicolons).series[0].value) > 0


@pytest.mark.parametrize(
    "cell", ["7,735000e+01", "2,95E2", "-1,95D+02", "-195,8 K", "-195,8°C", "7,7e\N{MINUS SIGN}1"]
)
def test_decimals_with_an_exponent_or_a_unit_are_no_column(cell: str) -> None:
    """A BlueFors log of a machine with a decimal comma: 7,735000e+01 is 77.35 K, and not 7 K."""
    with pytest.raises(InputError, match=r"may be one number with a decimal comma"):
        read(f"{START},{cell}\n{START + 1},{cell}\n", BARE)


def test_rows_without_a_header_have_the_cells_of_the_first() -> None:
    with pytest.raises(InputError, match="line 2: 4 cells where the first row has 3"):
        read(f"{START},-190.5,OK\n{START + 1},-190,5,OK\n", BARE)


@pytest.mark.parametrize(
    ("changes", "text", "remark"),
    [
        (
            {"skip_rows": 1},
            f"time,A,B\n{START},1,2\n{START},1,2\n",
            "line 2 is not taken because of `skip_rows`",
        ),
        ({"skip_lines": 2}, f"a\n{START},1,2\ntime,A,B\n{START},1,2\n", "line 2 .* `skip_lines`"),
        ({"footer": ("End",)}, f"time,A,B\n{START},1,2\nEnd\n\n{START},1,2\n", "line 5 .* `footer`"),
        ({"footer": ("17",)}, f"time,A,B\n{START},1,2\n" * 1 + f"{START},1,2\n" * 7, "lines 2, 3, .* 3 more"),
        ({"header": "found"}, f"{START},1,2\ntime,A,B\n{START},1,2\n", "line 1 .* `header`"),
        ({"skip_rows": 1}, f"time,A,B\n,degC,degC\n{START},1,2\n", ""),
        ({"skip_rows": 1}, f"time,A,B\n{START},,\n{START},1,2\n", ""),
        ({"skip_lines": 1}, f'"\ntime,A,B\n{START},1,2\n', ""),
    ],
)
def test_rows_that_are_passed_over_and_can_be_read(changes, text: str, remark: str) -> None:
    found = read(text, replace(PLAIN, **changes)).lines
    assert found.total == len(text.splitlines())
    if remark:
        (only,) = found.remarks
        assert re.search(remark, only)
    else:
        assert found.remarks == ()


def test_a_first_row_that_is_taken_as_header_by_mistake_is_said() -> None:
    options = replace(BARE, header="first")
    assert (
        "line 1 is not taken because of `header`" in read(f"{START},1\n{START},1\n", options).lines.remarks[0]
    )


def test_readings_of_one_time_with_other_values_are_said() -> None:
    """Times without seconds, of a logger that is faster than that."""
    (remark,) = read(f"time,A,B\n{START},1,1\n{START},2,1\n").lines.remarks
    assert remark.startswith("A: 1 reading has the time of another one and another value")
    assert read(f"time,A,B\n{START},1,-\n{START},1,-\n").lines.remarks == ()


def test_two_exports_in_one_file_are_a_mistake() -> None:
    one = f"time,A,B\n{START},1,2\nEnd of data\n"
    with pytest.raises(InputError, match="line 4: the header stands here once more"):
        read(one + one, replace(PLAIN, footer=("End",)))
    with pytest.raises(InputError, match=r"line 3: .*time"):
        read(f"time,A,B\n{START},1,2\n" * 2)
