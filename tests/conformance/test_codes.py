"""Every code scheme: text becomes the one normal form of a unit, or a CodeError that says what was expected.

A new scheme is tested as soon as it has examples here, and their absence fails.
"""

import importlib
import pkgutil
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import gateway.codes
from gateway.codes import LONGEST_CODE
from gateway.errors import CodeError

EXAMPLES = {
    "gs1": [
        "(01)09521234543213(17)261231(10)ABC123(21)1234",
        "01095212345432131726123110ABC123\x1d211234",
        "(00)106141412345678908",
        "(8003)00614141123452400",
        "(8004)061414112345400",
        "(8018)401234500000067657",
        "]J1010952123454321321ABC",
        "]Q1HTTPS://ID.GS1.ORG/01/09521234543213/21/1234",
    ],
    "holder": ["DEMO-BAG-0003", "a", "lot 7 / bag 2"],
    "isbt128": [
        "=G12341765432170=<S12954A0",
        "=+02000=G12341765432170=<S12954A0",
        "G1234 17 654321 A S12954A0",
        "=+03000=/A9999XYZ100T0476=,000025=A99971712345600",
    ],
    "nmpa": ["83857930000879766660", "80217 61900 00000 01003", "]C083857930000879766660"],
}
"""Codes of each scheme, in several of the forms in which they are scanned, printed or typed."""

SIGNS = st.characters(codec="utf-8", max_codepoint=0x3000)
PIECES = st.sampled_from(
    [
        "(01)",
        "(21)",
        "(00)",
        "]C1",
        "]Q3",
        "]C0",
        "]d1",
        "\x1d",
        "=",
        "=G12341765432170",
        "=<S12954A0",
        "=+02000",
        " ",
        "8",
        "09521234543213",
        "https://x.y/01/",
        "HTTPS://X.Y/01/",
        "\u0661",
        "(",
    ]
)
TEXTS = st.one_of(
    st.text(SIGNS, max_size=40),
    st.lists(st.one_of(PIECES, st.text("0123456789ABGZ()/-% ", max_size=20)), max_size=6).map("".join),
)


def schemes():
    found = (m.name for m in pkgutil.iter_modules(gateway.codes.__path__))
    modules = {name: importlib.import_module(f"gateway.codes.{name}") for name in found}
    return sorted(name for name, module in modules.items() if hasattr(module, "parse"))


every_scheme = pytest.mark.parametrize(
    "parse", [pytest.param(importlib.import_module(f"gateway.codes.{n}").parse, id=n) for n in schemes()]
)
CASES = [(name, code) for name, codes in EXAMPLES.items() for code in codes]


def test_every_scheme_has_examples():
    assert schemes() == sorted(EXAMPLES)


@pytest.mark.parametrize(("scheme", "code"), CASES)
def test_an_example_parses_and_its_normal_form_parses_to_itself(scheme, code):
    parse = importlib.import_module(f"gateway.codes.{scheme}").parse
    normal = parse(code)
    assert normal == normal.strip() and normal.isascii() and normal.isprintable()
    assert parse(normal) == normal
    assert parse(f"  {code}\r\n") == normal


@every_scheme
@settings(max_examples=120, deadline=None)
@given(text=TEXTS)
@example(text="")
@example(text="]")
@example(text="https://[")
def test_any_text_is_a_normal_form_or_a_code_error(parse, text):
    try:
        normal = parse(text)
    except CodeError as error:
        assert 0 < len(str(error)) < 1000
        assert str(error).count("\n") == 0
    else:
        assert parse(normal) == normal


@every_scheme
@pytest.mark.parametrize("text", ["", "   ", "\x1d", "8" * (LONGEST_CODE + 1), "(01)" * 1_000_000])
def test_nothing_and_endless_texts_are_refused_in_a_short_message(parse, text):
    with pytest.raises(CodeError) as caught:
        parse(text)
    assert len(str(caught.value)) < 1000


@every_scheme
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_code_with_one_character_changed_never_raises_anything_else(parse, data):
    name = parse.__module__.rpartition(".")[2]
    code = data.draw(st.sampled_from(EXAMPLES[name]))
    at = data.draw(st.integers(0, len(code) - 1))
    changed = code[:at] + data.draw(SIGNS) + code[at + 1 :]
    try:
        normal = parse(changed)
    except CodeError:
        return
    assert parse(normal) == normal


@pytest.mark.parametrize(("scheme", "code"), CASES)
def test_what_stands_in_a_code_is_told(scheme, code):
    module = importlib.import_module(f"gateway.codes.{scheme}")
    if not hasattr(module, "parts"):
        assert scheme == "holder", "only an own code has no parts"
        return
    parts = module.parts(code)
    assert parts and all(part.name and part.words and part.value for part in parts)
    unit = re.sub(r"\([0-9]+\)| ", "", module.parse(code))
    assert set(unit) <= set("".join(part.value for part in parts))


@settings(max_examples=120, deadline=None)
@given(scheme=st.sampled_from(["gs1", "isbt128", "nmpa"]), text=TEXTS)
def test_parts_are_told_of_every_text_that_is_a_unit(scheme, text):
    module = importlib.import_module(f"gateway.codes.{scheme}")
    try:
        assert module.parts(text)
    except CodeError:
        with pytest.raises(CodeError):
            module.parse(text)
