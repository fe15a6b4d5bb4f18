"""Rows that are read together give what each row by itself gives: readings, counts, remarks and mistakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.downloads import Download, csv
from gateway.errors import InputError
from gateway.tables import many_moments
from gateway.tables.cells import Column
from gateway.tables.moments import parser
from gateway.tables.options import Options

START = datetime.fromisoformat("2026-03-29T00:58:00")
EVER = st.datetimes(datetime.fromisoformat("1998-01-01"), datetime.fromisoformat("2102-01-01"))
PATTERN = Options(
    (Column("A", suffix=" C", faults=(-127.0,), lowest=-200.0), Column("B", "degF", mixed_exponents=True)),
    time_format="%d.%m.%Y %H:%M",
    time_zone="Europe/Berlin",
    decimal=",",
    separator=";",
    footer=("End",),
    order="any",
    missing=("---", "-999"),
)
RFC3339 = Options((Column("A"), Column("B")), skip_rows=1, missing=("ERR", ""))
LONG = replace(RFC3339, channel_column="who", time_format="unix_s", skip_rows=0)
BARE = Options((Column(2),), time_columns=(1,), time_format="unix_s", header="none", order="any")


def told(text: str, options: Options, at_once: int) -> object:
    try:
        found: Download = csv.read(text.encode(), options, at_once)
    except InputError as error:
        return str(error)
    series = [(s.name, s.unit, s.time.tolist(), s.value.tobytes(), s.quality.tolist()) for s in found.series]
    return series, found.about, found.lines


NUMBERS = st.one_of(
    st.decimals(-300, 300, places=2).map(str),
    st.sampled_from(
        ["-127", "5", "+7.50", ".5", "5.", "1e2", "1.5E+02", "-1e+2", "\N{MINUS SIGN}8.1", "- 3"]
    ),
    st.sampled_from(["---", "-999", "ERR", "", " ", "nan", "-0.0", "1_0", "5\0", "1" * 16, "9" * 50, "٣"]),
)
TIMES = st.one_of(
    st.integers(0, 240).map(lambda minutes: START + timedelta(minutes=minutes)),
    EVER.map(lambda t: t.replace(microsecond=0)),
)
ODD = st.sampled_from(
    ["", ";;", "x", '"a\nb";1;2', "End of file", "End;1;2;", ",,", "time;A;B;", 'x;"', " ; "]
)


@st.composite
def rows(draw, form, separator=";"):
    """Mostly plain ones."""
    cells = draw(st.lists(st.tuples(TIMES, NUMBERS, NUMBERS, st.sampled_from("cdcde")), max_size=12))
    lines = [separator.join(form(*row)) for row in cells]
    for place, line in draw(st.lists(st.tuples(st.integers(0, 12), ODD), max_size=2)):
        lines.insert(place, line.replace(";", separator))
    return "\n".join(lines) + draw(st.sampled_from(["\n", ""]))


def unix(moment: datetime) -> str:
    return str(int(moment.replace(tzinfo=UTC).timestamp()))


AT_ONCE = st.integers(1, 6)


@settings(max_examples=60)
@example("29.03.2026 01:59;-5,0 C;1e2;\n29.03.2026 03:00;-127 C;5;\n", 4)
@given(
    rows(lambda t, a, b, _: [f"{t:%d.%m.%Y %H:%M}", a.replace(".", ",") + " C", b.replace(".", ","), ""]),
    AT_ONCE,
)
def test_a_pattern_with_footer_suffix_and_decimal_comma(body: str, at_once: int) -> None:
    text = "time;A;B;\n" + body
    assert told(text, PATTERN, at_once) == told(text, PATTERN, 0)


@settings(max_examples=60)
@example("degC,degC\n2026-01-05T11:00:00Z,1e2,5\n2026-01-05T11:00:01Z,7,5\n", 4)
@given(
    rows(lambda t, a, b, c: [f"{t:%Y-%m-%dT%H:%M:%S}" + ("Z" if c > "c" else "+01:00"), a, b], ","), AT_ONCE
)
def test_rfc_3339_and_a_row_of_units(body: str, at_once: int) -> None:
    text = "time,A,B\n" + body
    assert told(text, RFC3339, at_once) == told(text, RFC3339, 0)


@settings(max_examples=60)
@example("c,1767610800,1,2\n,1767610801,1,2\nc,1767610802,1e1,2\nd,1767610800,1,2\n", 4)
@given(rows(lambda t, a, b, c: [c, unix(t), a, b], ","), AT_ONCE)
def test_a_long_table(body: str, at_once: int) -> None:
    text = "who,time,A,B\n" + body
    assert told(text, LONG, at_once) == told(text, LONG, 0)


@settings(max_examples=40)
@example("1767610800,5,5\n1767610801,5,7\n", 2)
@given(rows(lambda t, a, b, _: [unix(t), a, b], ","), AT_ONCE)
def test_a_table_without_header_in_which_a_comma_may_be_decimal(text: str, at_once: int) -> None:
    assert told(text, BARE, at_once) == told(text, BARE, 0)


@pytest.mark.parametrize(
    ("time_format", "language", "written"),
    [
        ("%Y-%m-%d %H:%M:%S.%f", "en", "%Y-%m-%d %H:%M:%S.%f"),
        ("%m/%d/%y %I:%M %p", "en", "%m/%d/%y %I:%M %p"),
        ("%d %b %Y %T", "en", "%d %b %Y %H:%M:%S"),
        ("%A, %d. %B %Y", "en", "%A, %d. %B %Y"),
        ("%Y%j%H", "en", "%Y%j%H"),
        ("%F %T %z", "en", "%Y-%m-%d %H:%M:%S +0130"),
        ("%d-%m-%Y 7h", "en", "%d-%m-%Y 7h"),
        ("rfc3339", "en", "%Y-%m-%dT%H:%M:%S.%f+01:00"),
        ("unix_ms", "en", "176760%S%H%M1.%f"),
        ("unix_s", "en", "17676%S8%H.%f"),
    ],
)
@settings(max_examples=25)
@given(moments=st.lists(EVER, min_size=1, max_size=9))
def test_times_are_those_of_one_by_one(
    time_format: str, language: str, written: str, moments: list[datetime]
) -> None:
    texts = [moment.strftime(written) for moment in moments]
    found = many_moments.many(time_format, language)(texts)
    for text, ns, is_known in zip(texts, found.ns.tolist(), found.is_known.tolist(), strict=True):
        if is_known:
            assert parser(time_format, language)(text).ns == ns
    usual = [2000 < moment.year < 2099 for moment in moments]
    assert not np.any(usual & ~found.is_known)


@pytest.mark.parametrize(
    ("time_format", "text"),
    [
        ("rfc3339", "2026-02-29T00:00:00Z"),
        ("rfc3339", "2026-01-01T24:00:00Z"),
        ("rfc3339", "2026-01-01T00:00:60Z"),
        ("rfc3339", "2026-01-01T00:00:00+15:00"),
        ("%a %d.%m.%Y", "Mon 02.01.2026"),
        ("%d.%m.%Y", "31.04.2026"),
        ("%j/%Y", "366/2026"),
        ("%I %p %d.%m.%Y", "13 pm 01.01.2026"),
        ("unix_s", "9999999999999"),
        ("excel", "2026-01-05 11:00:00.000000"),
    ],
)
def test_an_odd_time_is_left_to_its_row(time_format: str, text: str) -> None:
    assert not many_moments.many(time_format, "en")([text]).is_known.any()
