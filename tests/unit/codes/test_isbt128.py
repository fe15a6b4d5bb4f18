"""ISBT 128: a unit is a donation and one product of it with its division, in every form that is scanned."""

import json
from pathlib import Path

import pytest

from gateway.codes import isbt128
from gateway.errors import CodeError

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "traceability.json").read_text(encoding="utf-8"))
every_donation = pytest.mark.parametrize(("number", "k", "flag"), VECTORS["isbt_din"])


@every_donation
def test_every_form_of_one_unit_is_one_code(number: str, k: str, flag: str) -> None:
    spaced = f"{number[:5]} {number[5:7]}\u00a0{number[7:]}"
    for form in (
        f"={number}{flag}=<S12954A0",
        f"={number}00=<S12954A0",
        f"=<S12954A0={number}{flag}",
        f"={number}{flag} =<S12954A0",
        f"={number}{flag}\r\n=<S12954A0",
        f"]C0={number}{flag}\t]C0=<S12954A0",
        f"]C0={number}{flag}]C0=<S12954A0",
        f"]C0=<S12954A0]C0={number}{flag}",
        f"]C0=<S12954A0  ]C0={number}{flag}",
        f"={number}{flag}]C0=<S12954A0",
        f"]C4={number}{flag}=<S12954A0",
        f"]d1=+02000={number}{flag}=<S12954A0",
        f"=+04001={number}{flag}=%6200=<S12954A0&>0260151500",
        f"{number} S12954A0",
        f"{spaced} {k} S12954A0",
        f"{number}{flag}{k}  S12954A0",
    ):
        assert isbt128.parse(form) == f"{number} S12954A0"


def test_the_parts_of_a_donation_are_several_units() -> None:
    products = ("S12954A0", "S12954B0", "S12954Aa", "S12964A0", "S1295400")
    assert len({isbt128.parse(f"=G12341765432170=<{product}") for product in products}) == 5


def test_a_flag_makes_no_other_unit() -> None:
    """The number of the container, or what was done with it: not part of the donation number."""
    assert isbt128.parse("=G12341765432101=<S12954A0") == isbt128.parse("=G12341765432102=<S12954A0")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("=G12341765432101=<S12954A0", "flag 01"),
        ("]C0=<S12954A0]C0=G12341765432102", "flag 02"),
        ("=G123417654321A1=<S12954A0", "flag A1"),
        ("G1234 17 654321 03 S12954A0", "flag 03"),
        ("=G12341765432100=<S12954A0", ""),
        ("=G12341765432170=<S12954A0", ""),
        ("G1234 17 654321 A S12954A0", ""),
        ("G123417654321 S12954A0", ""),
        ("=<S12954A0", ""),
    ],
)
def test_a_flag_that_could_be_taken_for_another_unit_is_named(code: str, words: str) -> None:
    assert isbt128.beside(code) == words


def test_divisions_that_stand_apart_belong_to_the_unit() -> None:
    published = "=+06000=/A9999XYZ100T0476=,000025=A99971712345600=>019032=}017032&,1000000000000XYZ123"
    assert isbt128.parse(published) == "A999717123456 A9999XYZ100T0476 000025"
    assert isbt128.parse(published.replace("000025", "000026")) != isbt128.parse(published)
    assert isbt128.parse("=G12341765432170=<S1295400=,000002") == "G123417654321 S1295400 000002"
    assert isbt128.parse("G1234 17 654321 S1295400 000002") == "G123417654321 S1295400 000002"


@pytest.mark.parametrize(
    "code", ["=G12341765432170", "=G12341765432101", "G1234 17 654321", "G123417654321A"]
)
def test_a_donation_alone_names_no_unit(code: str) -> None:
    with pytest.raises(CodeError, match=r"G123417654321 is a donation.*scan its product code as well"):
        isbt128.parse(code)
    assert isbt128.former(code) == "G123417654321"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("=<S12954A0", "without its donation number"),
        ("=+03000=G12341765432170=<S12954A0", "3 structures has 2"),
        ("=+01000=G12341765432170=<S12954A0", "1 structures has 2"),
        ("=G12341765432170=<S12954A0=<S12954B0", "both S12954A0 and S12954B0"),
        ("=G12341765432170=<S12954A0=G12349865432177", "both G123417654321 and G123498654321"),
        ("=G12341765432170=<S12954A", "no ISBT 128 product code"),
        ("=G12341765432170=<S12954A00", "no ISBT 128 product code"),
        ("=G12341765432170=<S1295400=,12", "no ISBT 128 division"),
        ("]C1=G12341765432170=<S12954A0", "]C1 is no symbol that carries ISBT 128"),
        ("]Q1=G12341765432170=<S12954A0", "no symbol"),
        ("x=G12341765432170=<S12954A0", "expected an ISBT 128"),
        ("=G1234176543217=<S12954A0", "expected an ISBT 128"),
        ("=g12341765432170=<S12954A0", "expected an ISBT 128"),
        ("]C0", "expected an ISBT 128"),
        ("]C0=G12341765432170]C0=<S12954A0]C0", "no ISBT 128 product code"),
        ("]C0=G12341765432170]C1=<S12954A0", "]C1 is no symbol"),
        ("]C0=G12341765432170]C0=<S12954A0]C0=<S12954B0", "both S12954A0 and S12954B0"),
        ("=", "expected an ISBT 128"),
        ("O123417654321 S12954A0", "expected an ISBT 128"),
        ("0123417654321 S12954A0", "expected an ISBT 128"),
        ("G12341765432I S12954A0", "expected an ISBT 128"),
        ("G123417654321 s12954a0", "expected an ISBT 128"),
    ],
)
def test_what_names_no_unit_is_refused(code: str, why: str) -> None:
    with pytest.raises(CodeError, match=why):
        isbt128.parse(code)


@every_donation
def test_a_wrong_check_in_flag_or_letter_is_refused(number: str, k: str, flag: str) -> None:
    wrong_flag = "60" if flag != "60" else "61"
    for form in (
        f"={number}{wrong_flag}=<S12954A0",
        f"{number}{wrong_flag} S12954A0",
        f"{number}{flag}* S12954A0",
        f"{number}* S12954A0",
        f"={number}{wrong_flag}",
    ):
        with pytest.raises(CodeError, match="does not fit"):
            isbt128.parse(form)
    assert k == isbt128.ALPHABET[isbt128.check_value(number)]


@every_donation
def test_the_check_finds_every_single_wrong_digit(number: str, k: str, flag: str) -> None:
    for at in range(3, 13):
        for digit in set("0123456789") - {number[at]}:
            with pytest.raises(CodeError):
                isbt128.parse(f"={number[:at]}{digit}{number[at + 1 :]}{flag}=<S12954A0")


@every_donation
def test_what_an_earlier_version_called_it(number: str, k: str, flag: str) -> None:
    for form in (f"={number}{flag}", f"={number}{flag}=<S12954A0", f"{number} S12954A0", number, number + k):
        assert isbt128.former(form) == number
    with pytest.raises(CodeError):
        isbt128.former("=<S12954A0")
