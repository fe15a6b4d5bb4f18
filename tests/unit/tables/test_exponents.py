"""Numbers of which an exponent, or a part of it, may be cut off: each one is a mistake with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.downloads import csv
from gateway.errors import InputError
from gateway.tables.cells import Column
from gateway.tables.exponents import Exponents
from gateway.tables.options import Options

START = 1_767_610_800  # 2026-01-05T11:00:00Z
A, B = Column(2), Column(3)


def read(*rows: str, columns: tuple[Column, ...] = (A,)) -> list[list[float]]:
    text = "".join(f"{START + i},{row}\n" for i, row in enumerate(rows))
    options = Options(columns, time_columns=(1,), time_format="unix_s", header="none")
    return [series.value.tolist() for series in csv.read(text.encode(), options).series]


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        (["7.735000e+01", "7.734000e+0"], 2, "'7.734000e+0' has fewer digits"),  # 7 K for 77
        (["7.734000e+0", "7.735000e+01"], 1, "'7.734000e+0' has fewer digits"),
        (["-1.95e+02", "-1.96e+02", "-1.957"], 3, "'-1.957' has no exponent, and others"),
        (["7.734000", "7.735e+01", "7.736e+01"], 1, "'7.734000' has no exponent, and others"),
        (["1.2e-05", "1.3e-05", "1.4"], 3, "'1.4' has no exponent, and all others"),
        (["0.773400E+02", "0.7736"], 2, "'0.7736' has no exponent"),  # as Fortran writes them
        (["1.0e-10", "1.0e-9"], 2, "'1.0e-9' has fewer digits"),
    ],
)
def test_what_may_be_cut_off(rows: list[str], line: int, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read(*rows)
    assert str(caught.value).startswith(f"line {line}: 2: ")
    assert words in str(caught.value)
    assert "mixed_exponents = true" in str(caught.value)
    assert len(read(*rows, columns=(Column(2, mixed_exponents=True),))[0]) == len(rows)


def test_two_rows_that_were_cut_are_both_named() -> None:
    with pytest.raises(InputError) as caught:
        read("-1.95e+02", "-1.9", "-1.95e+02", "-1")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["line 2", "line 4"]


@pytest.mark.parametrize(
    "rows",
    [
        ["1e-05", "0.00012", "0.02", "1.5"],  # %g: an exponent where it is needed
        ["77.3", "1e-05", "76.9"],
        ["1.2e+03", "950", "940"],  # two digits are all that it writes
        ["1.0e+9", "1.0e+10", "1e3"],
        ["1.95e+02", "nan", "-"],  # words are no numbers
        ["1e400", "-195.8"],  # and what no instrument has is no reading
        ["1.95e+02", "", "1.96e+02"],
    ],
)
def test_columns_that_have_both(rows: list[str]) -> None:
    [values] = read(*rows)
    assert len(values) == len([row for row in rows if row])


def test_a_lonely_number_with_a_cell_behind_it_is_whole() -> None:
    """What a program writes where no exponent is needed; a cut row has fewer cells."""
    assert read("1.2e-05,1", "1.4,1", columns=(A, B)) == [[1.2e-05, 1.4], [1, 1]]
    with pytest.raises(InputError, match=r"line 2: 2: '1\.4' has no exponent"):
        read("1.2e-05,", "1.4,", columns=(A, B))


def test_channels_of_one_column_are_looked_at_apart() -> None:
    exponents = Exponents[str]()
    for line, (channel, text) in enumerate(
        [("p", "1.2e-05"), ("t", "77.3"), ("p", "1.3e-05"), ("t", "77.4")]
    ):
        exponents.look(line, text, channel, True)
    assert list(exponents.problems()) == []


MEASURED = st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-90)  # exponents of two digits


@given(st.lists(MEASURED.map(lambda x: f"{x:e}"), min_size=2), st.integers(0, 99), st.integers(1, 12))
def test_whatever_is_cut_off_a_number_with_an_exponent_is_refused(
    numbers: list[str], which: int, away: int
) -> None:
    """What is left behind the mark, the e or the sign is no number by itself."""
    row = which % len(numbers)
    cut = numbers[row][:-away]
    try:
        float(cut)
    except ValueError:
        return
    others = [n for i, n in enumerate(numbers) if i != row]
    if cut.endswith(".") or not any(1e-3 <= abs(float(n)) < 1e6 for n in others):
        return
    with pytest.raises(InputError, match=f"line {row + 1}"):
        read(*[*numbers[:row], cut, *numbers[row + 1 :]])


@given(
    st.lists(MEASURED, min_size=1),
    st.sampled_from(["g", ".3g", ".12g", "e", ".2e", "r"]),
)
def test_what_programs_write_is_taken(values: list[float], form: str) -> None:
    texts = [repr(value) if form == "r" else format(value, form) for value in values]
    exponents = Exponents[str]()
    for line, text in enumerate(texts):
        exponents.look(line, text, "A", False)
    assert list(exponents.problems()) == []
