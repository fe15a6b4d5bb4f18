"""Code schemes against published codes, and against the mistakes that are made with them."""

import json
from pathlib import Path

import pytest

from gateway.codes import gs1, holder, isbt128, nmpa
from gateway.errors import CodeError

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "traceability.json").read_text(encoding="utf-8"))
PACK = "(01)09521234543213(21)1234"


@pytest.mark.parametrize("form", VECTORS["gs1_element"].values(), ids=VECTORS["gs1_element"].keys())
def test_every_form_of_one_pack_is_one_code(form):
    assert gs1.parse(form) == PACK


@pytest.mark.parametrize("symbology", ["]C1", "]d2", "]Q3"])
def test_what_a_scanner_says_about_the_symbol_does_not_count(symbology):
    assert gs1.parse(symbology + VECTORS["gs1_element"]["raw_gs"]) == PACK


@pytest.mark.parametrize(("urn", "code"), VECTORS["epc"])
def test_gs1_keys_of_units_are_kept_and_those_of_places_are_refused(urn, code):
    if ":sgln:" in urn:
        with pytest.raises(CodeError, match="expected"):
            gs1.parse(code)
    else:
        assert gs1.parse(code) == code


def test_the_label_with_temperature_limits_is_read_for_its_sscc():
    assert gs1.parse(VECTORS["gs1_temp_label"]["human"]) == "(00)106141412345678908"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("(01)09521234543214(21)1234", "check digit"),
        ("(00)106141412345678909", "check digit"),
        ("(8003)00614141123453400", "check digit"),
        ("(8018)401234500000067658", "check digit"),
        ("(01)09521234543213", "with .*serial"),
        ("(8003)00614141123452", "GRAI . serial"),
        ("(01)09521234543213(21)12(01)04012345987652", "stands twice"),
        ("(01)09521234543213(21)1(ab)2", "expected a GS1 element string"),
        ("(01)09521234543213(21)1()2", "expected a GS1 element string"),
        ("junk(01)09521234543213(21)1", "expected a GS1 element string"),
        ("0109521234543213211(10)AB", "parentheses"),
        ("(01)0952123454321\u0663(21)1", "ASCII|element string"),
        ("(21)1234", "expected"),
        ("6924561884074", "expected"),
    ],
)
def test_what_does_not_name_one_unit_is_refused(code, why):
    with pytest.raises(CodeError, match=why):
        gs1.parse(code)


@pytest.mark.parametrize("behind", ["1", "10LOT", "17261231", "10LOT\x1d17261231"])
def test_a_serial_that_goes_on_past_its_longest_is_refused_not_cut(behind):
    scanned = "010952123454321321" + "A" * 20
    for symbology in ("", "]d2"):
        with pytest.raises(CodeError, match=r"^expected (FNC1 or the end after \(21\)A|a GS1)"):
            gs1.parse(symbology + scanned + behind)
        assert gs1.parse(symbology + scanned + "\x1d17261231") == "(01)09521234543213(21)" + "A" * 20


@pytest.mark.parametrize(
    "scanned",
    [
        "\x1d0109521234543213211234",
        "0109521234543213\x1d211234",
        "0109521234543213211234\x1d",
        "010952123454321310A\x1d\x1d211234",
    ],
)
def test_a_separator_more_than_needed_changes_nothing(scanned):
    assert gs1.parse(scanned) == PACK


def test_the_same_application_identifier_twice_with_the_same_value_is_one():
    assert gs1.parse("(01)09521234543213(21)1234(01)09521234543213") == PACK


@pytest.mark.parametrize(("number", "k", "flag"), VECTORS["isbt_din"])
def test_donation_numbers_in_every_form_are_their_thirteen_characters(number, k, flag):
    spaced = f"{number[:5]} {number[5:7]}\u00a0{number[7:]}"
    for form in (
        f"={number}{flag}",
        f"={number}00",
        number,
        spaced,
        number + flag,
        number + k,
        number + flag + k,
    ):
        assert isbt128.parse(form) == number


@pytest.mark.parametrize(("number", "k", "flag"), VECTORS["isbt_din"])
def test_a_wrong_check_in_flag_or_letter_is_refused(number, k, flag):
    wrong_flag = "60" if flag != "60" else "61"
    for form in (f"={number}{wrong_flag}", number + wrong_flag, number + flag + "*", number + "*"):
        with pytest.raises(CodeError, match="does not fit"):
            isbt128.parse(form)


@pytest.mark.parametrize(("number", "k", "flag"), VECTORS["isbt_din"])
def test_the_check_finds_every_single_wrong_digit(number, k, flag):
    for at in range(3, 13):
        for digit in set("0123456789") - {number[at]}:
            with pytest.raises(CodeError):
                isbt128.parse(number[:at] + digit + number[at + 1 :] + flag)


@pytest.mark.parametrize(
    "code", ["O123417654321", "0123417654321", "=G1234176543217", "G12341765432I", "=g12341765432170"]
)
def test_what_is_no_donation_number_is_refused(code):
    with pytest.raises(CodeError, match="expected an ISBT 128 donation number"):
        isbt128.parse(code)


@pytest.mark.parametrize(("code", "drug", "serial"), VECTORS["nmpa20"])
def test_nmpa_codes_are_kept_without_computing_their_secret_check(code, drug, serial):
    assert nmpa.parse(f"{code[:5]} {code[5:10]} {code[10:]}") == code
    assert code.startswith(drug) and (serial is None or code[7:].endswith(serial))


@pytest.mark.parametrize(
    "code",
    [
        "8385793000087976666",
        "838579300008797666600",
        "13857930000879766660",
        "8385793000087976666X",
        "8\u0663" * 10,
    ],
)
def test_what_is_no_nmpa_code_is_refused(code):
    with pytest.raises(CodeError, match="20 digits"):
        nmpa.parse(code)


def test_a_holders_code_is_kept_as_it_is():
    assert holder.parse(" Bag 7/a ") == "Bag 7/a"
    assert holder.parse("bag 7/A") != holder.parse("Bag 7/a")
    assert holder.parse("x" * 64) == "x" * 64
    for wrong in ("x" * 65, "袋7", "a\tb", "a\nb"):
        with pytest.raises(CodeError, match="1 to 64"):
            holder.parse(wrong)
