"""Every download format: any bytes are a whole file of readings that can be believed, or one clear refusal.

A new format needs an example here to pass.
"""

from __future__ import annotations

import datetime
import importlib
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config import plugins
from gateway.config.types import DOWNLOADS
from gateway.downloads import Download, csv, fridgetag, xlsx
from gateway.errors import InputError
from gateway.model import EARLIEST_NS, LARGEST_VALUE, LATEST_NS, Quality
from gateway.tables.cells import Column
from gateway.units import CONVERSIONS

SAMPLE = Path(__file__).parents[1] / "data" / "fridgetag" / "sample-fridge-tag.txt"
LOG = b"time,t,u\n2026-01-05T12:00:00Z,-190.25,4.5\n2026-01-05T12:05:00Z,-189.5,---\n"
EPOCH = b"time,t\n1767610800.25,-190.25\n1767610860,-189.5\n"
GERMAN = b"Logger 4711\nDatum;Zeit;Temp A\n05.01.2026;12:00:00;-190,25\n25.10.2026;02:30:00;-189,5\n"
EPOCH_OPTIONS = csv.Options((Column("t"),), time_format="unix_s")
WORKBOOK_OPTIONS = csv.Options(
    (Column("t"), Column("u", "degF")), time_columns=("Date", "Time"), time_format="excel", time_zone="+01:00"
)


def workbook() -> bytes:
    """Dates and times apart, as Excel holds them."""
    book = openpyxl.Workbook()
    for row in (
        ("Date", "Time", "t", "u"),
        (datetime.date(2026, 1, 5), datetime.time(12, 0), -190.25, 4.5),
        (datetime.date(2026, 1, 5), datetime.time(12, 5), -189.5, "---"),
    ):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


EXAMPLES: dict[str, list[tuple[bytes, Any]]] = {
    "csv": [
        (LOG, csv.Options((Column("t"), Column("u", "degF")))),
        (EPOCH, EPOCH_OPTIONS),
        (
            GERMAN,
            csv.Options(
                (Column("Temp A"),),
                time_columns=("Datum", "Zeit"),
                time_format="%d.%m.%Y %H:%M:%S",
                time_zone="Europe/Berlin",
                separator=";",
                decimal=",",
                skip_lines=1,
            ),
        ),
    ],
    "xlsx": [(workbook(), WORKBOOK_OPTIONS)],
    "fridgetag": [(SAMPLE.read_bytes(), fridgetag.Options("Europe/Berlin"))],
}


@dataclass(frozen=True, repr=False)
class Case:
    name: str
    data: bytes
    options: Any

    def __repr__(self) -> str:
        return self.name

    def read(self, data: bytes) -> Download | None:
        """What `data` holds, checked; None for a refusal."""
        try:
            download = importlib.import_module(f"gateway.downloads.{self.name}").read(data, self.options)
        except InputError as why:
            assert 0 < len(str(why)) < 10_000
            return None
        check(download)
        assert download.lines.total == len(data.splitlines()) or not data.isascii() or ODD_ENDS & set(data)
        return download


CASES = [Case(name, *example) for name, examples in EXAMPLES.items() for example in examples]
of_every_format = pytest.mark.parametrize("case", CASES, ids=repr)
NOISE = [b"nan", b"NaN", b"inf", b"-inf", b"Infinity", b"1e400", b"9.91e37", b"-3.4028235e38", b"-1000000001"]
ODD = [
    *NOISE,
    b"1_0",
    b"9999-12-31T23:59:59Z",
    b"0001-01-01T00:00:00Z",
    b"\0",
    b'"',
]


ODD_ENDS = set(b"\x0b\x0c\x1c\x1d\x1e\x85")  # where str.splitlines sees a line's end, and editors do not


def check(download: Download) -> None:
    """The contract: columns of equal length, values and times that can be believed."""
    for series in download.series:
        assert (series.time.dtype, series.value.dtype) == (np.int64, np.float64)
        assert series.quality.dtype == np.uint8
        assert len(series.time) == len(series.value) == len(series.quality)
        assert np.array_equal(np.isnan(series.value), series.quality >= Quality.BAD)
        assert np.all(np.abs(series.value[series.quality < Quality.BAD]) <= LARGEST_VALUE)
        assert np.all((series.time >= EARLIEST_NS) & (series.time < LATEST_NS))
        assert series.unit in CONVERSIONS


def test_every_format_has_an_example() -> None:
    assert set(plugins.names(DOWNLOADS, "read")) == set(EXAMPLES)


@of_every_format
def test_the_example_itself(case: Case) -> None:
    download = case.read(case.data)
    assert download is not None and all(len(series.time) for series in download.series)


@of_every_format
@settings(deadline=None, max_examples=100)
@given(noise=st.binary(max_size=300))
def test_any_bytes(case: Case, noise: bytes) -> None:
    case.read(noise)
    case.read(case.data + noise)


@of_every_format
def test_every_truncation(case: Case) -> None:
    """A line that was cut can still be a sound, shorter number: that is for the file's hash to tell."""
    for length in range(0, len(case.data), max(1, len(case.data) // 400)):
        case.read(case.data[:length])


@of_every_format
@settings(deadline=None, max_examples=80)
@given(at=st.floats(0, 1), bit=st.integers(0, 7))
def test_flipped_bits(case: Case, at: float, bit: int) -> None:
    damaged = bytearray(case.data)
    damaged[round(at * (len(case.data) - 1))] ^= 1 << bit
    case.read(bytes(damaged))


@of_every_format
@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_odd_words_in_place_of_others(case: Case, data: st.DataObject) -> None:
    """Numbers that no logger writes, where numbers stand."""
    words = sorted(set(case.data.replace(b",", b" ").replace(b";", b" ").split()))
    word, odd = data.draw(st.sampled_from(words)), data.draw(st.sampled_from(ODD))
    case.read(case.data.replace(word, odd))


@pytest.mark.parametrize(
    ("word", "odd"),
    [
        (word, odd)
        for word in (b"1767610800.25", b"-190.25", b"time")
        for odd in ODD
        if word != b"-190.25" or odd not in NOISE
    ],
)
def test_an_odd_word_in_a_csv_is_a_mistake_with_its_line(word: bytes, odd: bytes) -> None:
    options = replace(EPOCH_OPTIONS, missing=())
    with pytest.raises(InputError, match=r"line \d"):
        csv.read(EPOCH.replace(word, odd), options)


@pytest.mark.parametrize("noise", NOISE)
def test_a_number_that_no_instrument_has_is_bad_and_at_its_time(noise: bytes) -> None:
    options = replace(EPOCH_OPTIONS, missing=())
    [series] = csv.read(EPOCH.replace(b"-190.25", noise), options).series
    assert len(series.time) == 2 and series.quality.tolist() == [Quality.BAD, Quality.GOOD]
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    book.active["C2"] = noise.decode()
    made = io.BytesIO()
    book.save(made)
    first = xlsx.read(made.getvalue(), WORKBOOK_OPTIONS).series[0]
    assert first.quality.tolist() == [Quality.BAD, Quality.GOOD]


@pytest.mark.parametrize("odd", [b"nan", b"inf", b"1e400", b"2_1.8"])
def test_an_odd_number_in_a_fridge_tag_is_a_mistake_with_its_line(odd: bytes) -> None:
    with pytest.raises(InputError, match=r"line \d"):
        fridgetag.read(SAMPLE.read_bytes().replace(b"+21.8", odd, 1), fridgetag.Options("UTC"))


def test_two_columns_of_one_name_are_a_mistake() -> None:
    with pytest.raises(InputError, match="two columns are called 't'"):
        csv.read(b"time,t,t\n2026-01-05T12:00:00Z,1,2\n", csv.Options((Column("t"),)))


def test_a_header_longer_than_any_is_a_mistake() -> None:
    with pytest.raises(InputError, match="not CSV"):
        csv.read(b"t" * 200_000 + b"\n", csv.Options((Column("t"),)))
