"""Code schemes against published codes, and against the mistakes that are made with them."""

import json
from pathlib import Path

import pytest

from gateway.codes import gs1, holder, nmpa
from gateway.errors import CodeError

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "traceability.json").read_text(encoding="utf-8"))
PACK = "(01)09521234543213(21)1234"


@pytest.mark.parametrize("form", VECTORS["gs1_element"].values(), ids=VECTORS["gs1_element"].keys())
def test_every_form_of_one_pack_is_one_code(form):
    assert gs1.parse(form) == PACK


@pytest.mark.parametrize("symbology", ["]C1", "]d2", "]Q3", "]J1", "]e0"])
def test_what_a_scanner_says_about_the_symbol_does_not_count(symbology):
    assert gs1.parse(symbology + VECTORS["gs1_element"]["raw_gs"]) == PACK


@pytest.mark.parametrize(("urn", "code"), VECTORS["epc"])
def test_gs1_keys_of_units_are_kept_and_those_of_places_are_refused(urn, code):
    if ":sgln:" in urn:
        with pytest.raises(CodeError, match="expected"):
            gs1.parse(code)
    else:
        assert gs1.parse(code) == code


@pytest.mark.parametrize("symbology", ["]A0", "]C0", "]C4", "]d1", "]Q1", "]E0", "]J0", "]e1", "]Z9", "]"])
def test_a_symbol_that_carries_no_gs1_message_is_refused(symbology):
    with pytest.raises(CodeError, match=r"no symbol that carries GS1|element string"):
        gs1.parse(symbology + VECTORS["gs1_element"]["raw_gs"])


@pytest.mark.parametrize("symbology", ["", "]Q1", "]d1"])
@pytest.mark.parametrize("start", ["https://id.gs1.org", "HTTPS://ID.GS1.ORG", "hTTp://Example.COM/x/Y"])
def test_links_in_plain_symbols_and_in_capitals(symbology, start):
    assert gs1.parse(f"{symbology}{start}/01/09521234543213/10/ABC123/21/aB?17=261231") == (
        "(01)09521234543213(21)aB"
    )


@pytest.mark.parametrize("symbology", ["]C1", "]C0", "]d2", "]Q3", "]J1", "]A0"])
def test_a_link_in_any_other_symbol_is_refused(symbology):
    with pytest.raises(CodeError, match="no symbol that carries a link"):
        gs1.parse(f"{symbology}https://id.gs1.org/01/09521234543213/21/1234")


def test_printed_parts_may_stand_apart():
    assert gs1.parse("(01) 09521234543213 (21)\u00a01234") == PACK


@pytest.mark.parametrize("inside", [" ", "\x1d", "\u00a0", "\t", "\n", "\x00"])
@pytest.mark.parametrize("form", ["(01)09521234543213(21)12{}34", "(01)09521{}234543213(21)1234"])
def test_nothing_is_taken_out_of_a_printed_value(form, inside):
    with pytest.raises(CodeError, match=r"expected|element string"):
        gs1.parse(form.format(inside))


def test_blanks_in_a_scanned_or_linked_value_are_refused():
    for code in ("0109521234543213211 2", "https://id.gs1.org/01/09521234543213/21/1%202"):
        with pytest.raises(CodeError):
            gs1.parse(code)


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
        ("(8004)ABC345", "GIAI that begins with a company prefix"),
        ("(8004)401", "GIAI that begins with a company prefix"),
        ("8004AB12345", "GIAI that begins with a company prefix"),
        ("https://id.gs1.org/8004/ABC345", "GIAI that begins with a company prefix"),
        ("(8010)ABC345(8011)1", "CPID that begins with a company prefix"),
        ("(8010)4012345A(8011)01", "CPID serial without leading zeros"),
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
        "]C183857930000879766660",
        "]A083857930000879766660",
        "C083857930000879766660",
    ],
)
def test_what_is_no_nmpa_code_is_refused(code):
    with pytest.raises(CodeError, match="20 digits"):
        nmpa.parse(code)


@pytest.mark.parametrize("symbology", ["]C0", "]d1", "]Q1"])
def test_a_scanner_may_say_which_symbol_an_nmpa_code_was_in(symbology):
    assert nmpa.parse(f"{symbology}83857930000879766660") == "83857930000879766660"


def test_drugs_that_are_not_carried_are_refused():
    carried = nmpa.Options(("8385793", "8021761"))
    nmpa.refuse("83857930000879766660", carried)
    nmpa.refuse("80217629000000001003", nmpa.Options())
    with pytest.raises(CodeError, match=r"drug id 8021762, which is not in codes\.nmpa\.drug_ids"):
        nmpa.refuse("80217629000000001003", carried)


@pytest.mark.parametrize("wrong", ["838579", "83857930", "9385793", "838579X"])
def test_a_drug_id_is_seven_digits(wrong):
    with pytest.raises(ValueError, match="7 digits that begin with 8"):
        nmpa.Options(("8385793", wrong))


def test_a_holders_code_is_kept_as_it_is():
    assert holder.parse(" Bag 7/a ") == "Bag 7/a"
    assert holder.parse("bag 7/A") != holder.parse("Bag 7/a")
    assert holder.parse("x" * 64) == "x" * 64
    for wrong in ("x" * 65, "袋7", "a\tb", "a\nb"):
        with pytest.raises(CodeError, match="1 to 64"):
            holder.parse(wrong)
