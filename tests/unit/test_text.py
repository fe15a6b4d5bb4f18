"""Text from outside is safe wherever it is shown, and reads back where it can."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.text import LONG, csv_cell, json_pieces, json_text, lines, of_csv_cell, one_line, safe

ANY = st.text() | st.text("\x1b[\x9b\n\r\u202e\u2066\u200b\ud800=+-@'\t ＝ a")
PLAIN = st.text(st.characters(exclude_categories=("C", "Z")))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-150 °C, 冰箱　一, shipper[top] :m:", "-150 °C, 冰箱　一, shipper[top] :m:"),
        ("−150\u00a0°C", "−150\u00a0°C"),  # a French no-break space is no trick
        ("\x1b[2J\x9b1m", r"\x1b[2J\x9b1m"),
        ("a\nb\r\u2028c", r"a\nb\r\u2028c"),
        ("\u202egpj.exe\u2066", r"\u202egpj.exe\u2066"),
        ("\ud800", r"\ud800"),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(ANY)
def test_nothing_drives_a_terminal(text: str) -> None:
    for shown in (one_line(text), csv_cell(text), safe({text: [text]}).__str__(), json_text([text])):
        assert not set(shown) & set("\x1b\x9b\n\r\t\u202e\u2066\u200b\ud800\x7f\x00")
    assert not set(lines(text)) & set("\x1b\r\u202e")


@given(st.recursive(ANY | st.integers() | st.booleans(), lambda of: st.lists(of) | st.dictionaries(ANY, of)))
def test_json_reads_back_as_it_was(data: object) -> None:
    assert json.loads(json_text(data)) == data
    assert json.loads(json_text(data, 2)) == data
    json_text(data).encode()  # no lone surrogate is left


@settings(max_examples=30)
@given(
    st.recursive(
        ANY | st.integers() | st.booleans() | st.none(),
        lambda of: st.lists(of, max_size=3) | st.dictionaries(ANY, of, max_size=3),
        max_leaves=5,
    )
)
def test_pieces_are_the_same_however_long(data: object) -> None:
    many = [data] * (LONG + 1)
    for whole in (data, [], {}, {"many": many, "one": data}, [[many], {}], many):
        assert "".join(json_pieces(whole)) == json_text(whole, 2)
    assert "".join(json_pieces(iter(many))) == json_text(many, 2)
    assert "".join(json_pieces(iter([]))) == "[]"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-probe", "'-probe"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("shipper-1", "shipper-1"),
        ("'a", "'a"),
        ("", ""),
    ],
)
def test_a_cell_is_never_a_formula(text: str, cell: str) -> None:
    assert csv_cell(text) == cell
    assert of_csv_cell(cell) == text


@given(st.text("='+-@ a,\"") | PLAIN)
def test_a_cell_reads_back(text: str) -> None:
    written = io.StringIO()
    csv.writer(written).writerow([csv_cell(text)])
    (read,) = next(csv.reader(io.StringIO(written.getvalue())))
    assert read[:1] not in ("=", "+", "-", "@")
    assert of_csv_cell(read) == text
