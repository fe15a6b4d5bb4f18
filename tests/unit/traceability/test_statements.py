"""Statements about containment: every mistake at once, and what was taken comes back as it was."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import CodeError, InputError
from gateway.times import format_rfc3339, parse_rfc3339
from gateway.traceability import statements
from gateway.traceability.model import Containment, Unit
from gateway.traceability.rows import COLUMNS
from gateway.traceability.statements import LONGEST_TEXT, from_body, read, to_body

PLACES = {"freezer-1": ("top", "bottom"), "shipper-1": ()}
FROM, TO = "2026-01-05T11:00:00Z", "2026-01-06T11:00:00+08:00"
HEADER = "scheme,code,asset,zone,from,to,product,chain_of_identity\n"


def parse(scheme, code):
    if scheme != "holder":
        raise CodeError(f"unknown scheme {scheme!r}")
    if not code:
        raise CodeError("expected a code")
    return code.upper()


def taken(text):
    return read(text, "Li Na", 7, parse, PLACES)


def mistakes(text):
    with pytest.raises(InputError) as caught:
        taken(text)
    return str(caught.value).split("\n")


EXPECTED = [
    Containment(
        Unit("holder", "B-1", "EXAMPLE CAR-T", "COI-1"),
        "freezer-1",
        "top",
        parse_rfc3339(FROM),
        parse_rfc3339(TO),
        "Li Na",
        7,
    ),
    Containment(Unit("holder", "B-2"), "shipper-1", None, parse_rfc3339(FROM), None, "Li Na", 7),
]
ROWS = [
    ["holder", "b-1", "freezer-1", "top", FROM, TO, "EXAMPLE CAR-T", "COI-1"],
    ["holder", "b-2", "shipper-1", "", FROM, "", "", ""],
]


def as_csv(delimiter):
    return "\n".join(delimiter.join(row) for row in [COLUMNS, *ROWS]) + "\n"


def as_json(empty):
    objects = [{n: v or empty for n, v in zip(COLUMNS, row, strict=True)} for row in ROWS]
    return json.dumps(objects)


FORMS = {
    "comma": as_csv(","),
    "semicolon": as_csv(";"),
    "bom": "\ufeff" + as_csv(","),
    "windows": as_csv(";").replace("\n", "\r\n"),
    "capitals and blanks": as_csv(", ").replace("scheme", " Scheme "),
    "blank rows": as_csv(",") + "\n,,,,,,,\n",
    "json": as_json(""),
    "json null": as_json(None),
    "json bom": "\ufeff \n" + as_json(None),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_every_form_says_the_same(text):
    assert taken(text) == EXPECTED


def test_only_what_is_needed_and_in_any_order():
    found = taken(f"from,asset,code,scheme\n{FROM},shipper-1,b-2,holder\n")
    assert found == EXPECTED[1:]


def test_nothing_but_a_header_is_no_statement():
    assert taken(HEADER) == []
    assert taken("[]") == []


def test_every_mistake_of_a_csv_at_once_with_line_and_column():
    text = HEADER + "\n".join(
        [
            f"holder,b-1,freezer-1,top,{FROM},,,",
            f"dna,b-1,freezer-9,,{FROM},,,",
            "holder,,freezer-1,middle,,,,",
            f"holder,b,shipper-1,,2026-01-05,{TO},{'x' * (LONGEST_TEXT + 1)},",
            f"holder,b,shipper-1,,{FROM},{FROM},a\x07b,c\u202ed",
            "holder,b,shipper-1,,1970-01-01T00:00:00Z,9999-12-31T23:59:59Z,,,more,and more",
        ]
    )
    found = mistakes(text)
    begins = [
        "line 3, code: unknown scheme 'dna'",
        "line 3, asset: 'freezer-9' is not in the configuration",
        "line 4, code: expected a code",
        "line 4, zone: asset 'freezer-1' has no zone 'middle'",
        "line 4, from: missing",
        "line 5, product: at most 200 characters, found 201",
        "line 5, from: '2026-01-05' is not an RFC 3339 time",
        "line 6, product: control characters",
        r"line 6, chain_of_identity: control characters in 'c\u202ed'",
        "line 6, to: not after from",
        "line 7, row: 10 cells where the header has 8",
        "line 7, from: 1970-01-01T00:00:00Z is not between 2000 and 2100",
        "line 7, to: 9999-12-31T23:59:59Z is not between 2000 and 2100",
    ]
    assert len(found) == len(begins)
    for line, begin in zip(found, begins, strict=True):
        assert line.startswith(begin)


def test_every_mistake_of_a_json_at_once_with_item_and_name():
    good = {"scheme": "holder", "code": "b", "asset": "shipper-1", "from": FROM}
    found = mistakes(json.dumps([{**good, "code": 8}, 5, {**good, "form": FROM, "zone": ["top"]}, good]))
    assert [line.split(":")[0] for line in found] == [
        "item 0, code",
        "item 0, code",
        "item 1, row",
        "item 1, code",
        "item 1, asset",
        "item 1, from",
        "item 2, form",
        "item 2, zone",
    ]
    assert "expected text, found 8" in found[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1: no scheme, code, asset, from"),
        ("scheme,code,asset\n", "line 1: no from"),
        ("scheme,code,assett,from\n", "line 1: no asset; unknown or twice: assett."),
        ("scheme,code,asset,from,form\n", "line 1: unknown or twice: form"),
        ("scheme,code,code,asset,from\n", "line 1: unknown or twice: code, code"),
        (HEADER + f"holder,b,shipper-1,,{FROM}", "line 2, row: 5 cells where the header has 8: a decimal"),
        (HEADER + 'holder,"b"x,shipper-1', "line 2: not CSV"),
        (HEADER + "holder," + "b" * 200_000, "not CSV"),
        ("[1,", "not JSON"),
        ('[{"code": "a", "code": "b"}]', "'code' stands twice in one object: nobody knows"),
        ("[" * 100_000, "lists within lists, too deep"),
        ('{"scheme": "holder"}', "expected a list"),
    ],
)
def test_what_is_no_table_is_said_to_be_none(text, why):
    assert why in mistakes(text)[0]


def test_what_begins_in_the_future_is_refused_by_a_trusted_clock() -> None:
    text = HEADER + "holder,b,shipper-1,,2062-01-05T08:00:00Z,,,\n"
    assert len(taken(text)) == 1
    now_ns = parse_rfc3339("2026-01-05T12:00:00Z")
    with pytest.raises(InputError, match="line 2, from: 2062-01-05T08:00:00Z is in the future"):
        read(text, "Li Na", now_ns, parse, PLACES, now_ns)
    a_minute = parse_rfc3339("2062-01-05T07:59:00Z")
    assert len(read(text, "Li Na", a_minute, parse, PLACES, a_minute)) == 1
    with pytest.raises(InputError):
        read(text, "Li Na", a_minute - 1, parse, PLACES, a_minute - 1)


def test_an_ideographic_space_is_no_control_character():
    (found,) = taken(
        f"scheme,code,asset,from,product\nholder,b-1,shipper-1,{FROM},\u7ec6\u80de\u3000\u5236\u5242\n"
    )
    assert found.unit.product == "\u7ec6\u80de\u3000\u5236\u5242"


CUT = "the file ends within this line"


@pytest.mark.parametrize(
    ("columns", "last", "is_whole"),
    [
        ("chain_of_identity", "COI-47", False),  # it was COI-4712
        ("chain_of_identity", "", False),
        ("chain_of_identity", "COI-4712", True),
        ("chain_of_identity", '"COI-47"', True),
        ("to", "", False),
        ("to", TO, True),
        ("product", "EXAMPLE ", False),
    ],
)
def test_a_last_line_without_its_end_is_taken_only_where_it_must_be_whole(columns, last, is_whole):
    above = {"chain_of_identity": "COI-4711", "to": "", "product": "EXAMPLE CAR-T"}[columns]
    row = f"holder,{{}},shipper-1,{FROM},{{}}"
    text = f"scheme,code,asset,from,{columns}\n{row.format('b-1', above)}\n{row.format('b-2', last)}"
    if is_whole:
        assert len(taken(text)) == 2
    else:
        assert mistakes(text)[0].startswith(f"line 3, row: {CUT}")
    assert len(taken(text + "\n")) == 2


def test_a_code_that_was_cut_is_not_the_code_of_another():
    text = f"scheme,asset,from,code\nholder,shipper-1,{FROM},bag-11\nholder,shipper-1,{FROM},bag-1"
    assert mistakes(text)[0].startswith(f"line 3, row: {CUT}, and its last cell 'bag-1' could be cut")
    assert mistakes(text.replace("bag-11\n", "bag-11,\n"))[0].startswith("line 2, row: 5 cells where")


def test_rows_of_one_file_that_contradict_each_other_are_refused() -> None:
    ends = "2026-01-05T18:00:00Z"
    text = HEADER + "\n".join(
        [
            f"holder,b-1,shipper-1,,{FROM},{ends},,COI-1",
            f"holder,b-1,shipper-1,,{FROM},{ends},,COI-1",
            f"holder,b-1,shipper-1,,{FROM},,,",
            f"holder,b-2,shipper-1,,{FROM},{ends},,COI-2",
            "holder,b-2,freezer-1,top,2026-01-05T12:00:00Z,2026-01-05T13:00:00Z,,COI-3",
            f"holder,b-3,shipper-1,,{FROM},,,",
            "holder,b-3,freezer-1,,2026-01-05T12:00:00Z,,,\n",
        ]
    )
    assert mistakes(text) == [
        "line 4, to: line 2 says that B-1 was there from then until another time",
        "line 6, chain_of_identity: line 5 says another of B-2",
        "line 6, asset: line 5 says that B-2 was in shipper-1 at the same time",
    ]


def test_half_a_character_is_refused():
    text = json.dumps(
        [{"scheme": "holder", "code": "b", "asset": "shipper-1", "from": FROM, "product": "\ud800"}]
    )
    assert "control characters" in mistakes(text)[0]


def test_a_file_of_mistakes_is_told_in_bounded_length(monkeypatch):
    monkeypatch.setattr(statements, "MOST_PROBLEMS", 3)
    found = mistakes(HEADER + f"dna,b,shipper-1,,{FROM},,,\n" * 10)
    assert len(found) == 4 and found[-1] == "and 7 more"


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(statements, "MOST_ROWS", 3)
    assert (
        "4 statements in one file; at most 3" in mistakes(HEADER + f"holder,b,shipper-1,,{FROM},,,\n" * 4)[0]
    )


def test_the_example_of_the_documentation_is_taken():
    example = Path(__file__).parents[3] / "docs" / "examples" / "containment.csv"
    text = example.read_text(encoding="utf-8")
    places = {"freezer-1": ("top", "bottom"), "shipper-1": (), "shipper-2": ()}
    assert len(read(text, "Li Na", 7, lambda scheme, code: code, places)) == text.count("\n") - 1


TIMES = st.integers(parse_rfc3339("2000-01-01T00:00:00Z"), parse_rfc3339("2099-12-31T00:00:00Z"))
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20)


@st.composite
def containments(draw):
    from_ns = draw(TIMES)
    to_ns = draw(st.one_of(st.none(), st.integers(from_ns + 1, from_ns + 10**18)))
    asset, zone = draw(st.sampled_from([("freezer-1", None), ("freezer-1", "top"), ("shipper-1", None)]))
    unit = Unit("holder", draw(WORDS.filter(bool)), draw(WORDS), draw(WORDS))
    return Containment(unit, asset, zone, from_ns, to_ns, draw(WORDS), draw(TIMES))


@settings(max_examples=60, deadline=None)
@given(containments())
def test_a_body_comes_back_as_it_was(containment):
    body = json.loads(json.dumps(to_body(containment)))
    assert from_body(body, containment.by, containment.stated_ns) == containment


@settings(max_examples=60, deadline=None)
@given(containments())
def test_a_body_is_also_a_statement_that_can_be_given(containment):
    text = json.dumps([to_body(containment)])
    if containment.to_ns is not None and format_rfc3339(containment.to_ns) >= "2100":
        return
    assert read(text, containment.by, containment.stated_ns, lambda _, code: code, PLACES) == [containment]
