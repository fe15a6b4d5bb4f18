"""Units by their codes: drugs that are carried, and units that an earlier version knew by a shorter code."""

from __future__ import annotations

import pytest

from gateway.commands.desk import Desk
from gateway.errors import ConfigurationError, InputError
from gateway.statements import containment
from gateway.statements.containment import Containment, Unit, UnitStay
from gateway.times import parse_rfc3339
from tests.unit.commands.front_desk import DAY, LI, Office

START = f"{DAY}08:00:00Z"
DONATION = Unit("isbt128", "G123417654321", "leukapheresis", "COI-4")
SCANS = ("=G12341765432101=<S12954A0", "=G12341765432102=<S12954B0")


def state_as_before(desk: Desk, unit: Unit) -> str:
    """As version 0.1.0 kept what it was told."""
    said = Containment((UnitStay(unit, "shipper-1", None, parse_rfc3339(START), None),))
    (stated,) = desk.state(lambda: [desk.draft(containment, said, LI, parse_rfc3339(START))]).new
    return stated.id


def row(code: str, asset: str, scheme: str = "isbt128", until: str = "", start: str = START) -> str:
    return f"{scheme},{code},{asset},,{start},{until},leukapheresis,COI-4"


def inside(office: Office) -> dict[str, list[str]]:
    found = office.json("contents", "--at", f"{DAY}10:00:00Z")
    return {a["asset"]: [u["code"] for u in a["units"]] for a in found["assets"] if a["units"]}


def test_two_bags_of_one_donation_are_two_units(office: Office) -> None:
    office.run("load", str(office.file(row(SCANS[0], "shipper-1"))), "--by", "Li Na")
    later = row(SCANS[1], "shipper-2", start=f"{DAY}09:00:00Z")
    office.run("load", str(office.file(later)), "--by", "Li Na")
    assert inside(office) == {
        "shipper-1": ["G123417654321 S12954A0"],
        "shipper-2": ["G123417654321 S12954B0"],
    }


SAME = ("=G12341765432101=<S12954A0", "]C0=G12341765432102]C0=<S12954A0")


@pytest.mark.parametrize("second", ["shipper-2", "shipper-1"])
def test_a_flag_that_means_a_unit_that_is_inside_already_is_remarked(office: Office, second: str) -> None:
    first = office.json("load", str(office.file(row(SAME[0], "shipper-1"))), "--by", "Li Na")
    assert first["remarks"] == []
    later = str(office.file(row(SAME[1], second, start=f"{DAY}09:00:00Z")))
    remarks = office.json("load", later, "--by", "Li Na")["remarks"]
    counts = [one for one in remarks if "taken as a count" in one]
    assert len(counts) == (second == "shipper-1")
    [remark] = [one for one in remarks if one not in counts]
    assert "G123417654321 S12954A0 was in shipper-1 already, and is the same unit here: flag 02 is" in remark
    assert office.json("load", later, "--by", "Li Na")["remarks"] == []  # no news


def test_a_unit_that_moves_under_a_code_without_such_a_flag_is_no_remark(office: Office) -> None:
    for asset, start in (("shipper-1", "08"), ("shipper-2", "09")):
        told = row("=G12341765432170=<S12954A0", asset, start=f"{DAY}{start}:00:00Z")
        assert office.json("load", str(office.file(told)), "--by", "Li Na")["remarks"] == []


def test_two_flags_of_one_unit_in_one_file_are_remarked(office: Office) -> None:
    rows = (
        row(SAME[0], "shipper-1", until=f"{DAY}09:00:00Z"),
        row(SAME[1], "shipper-2", start=f"{DAY}09:00:00Z"),
    )
    [remark] = office.json("load", str(office.file(*rows)), "--by", "Li Na")["remarks"]
    assert "was in shipper-1 already" in remark and "flag 01 and flag 02" in remark


def test_a_unit_of_a_journal_of_before_stays_inside(office: Office) -> None:
    with office.desk() as desk:
        state_as_before(desk, DONATION)
    assert inside(office) == {"shipper-1": ["G123417654321"]}
    told = office.run("load", str(office.file(row(SCANS[1], "shipper-2"))), "--by", "Li Na")
    assert (
        "note: isbt128 G123417654321, stated before product codes belonged to a unit, is still in shipper-1"
        in told
    )
    assert inside(office) == {"shipper-1": ["G123417654321"], "shipper-2": ["G123417654321 S12954B0"]}


def test_a_unit_of_a_journal_of_before_is_found_by_what_is_scanned(office: Office) -> None:
    with office.desk() as desk:
        first = state_as_before(desk, DONATION)
    for scan in ("=G12341765432170", "G1234 17 654321", *SCANS):
        (unit,) = office.json("contents", "--unit", scan)["units"]
        assert (unit["code"], unit["statements"][0]["id"]) == ("G123417654321", first)


def test_a_unit_of_a_journal_of_before_gets_its_product_by_a_correction(office: Office) -> None:
    with office.desk() as desk:
        first = state_as_before(desk, DONATION)
    scanned = str(office.file(row(SCANS[0], "shipper-1", until=f"{DAY}09:30:00Z")))
    told = office.json("load", scanned, "--by", "Wang", "--corrects", first, "--reason", "the bag's own code")
    assert (told["new"], told["remarks"]) == (1, [])
    (unit,) = office.json("contents", "--unit", SCANS[0], "--at", f"{DAY}09:00:00Z")["units"][-1:]
    assert (unit["code"], unit["inside"], unit["chain_of_identity"]) == (
        "G123417654321 S12954A0",
        ["shipper-1"],
        "COI-4",
    )
    assert inside(office) == {}


def test_a_unit_of_a_journal_of_before_leaves_when_its_asset_is_stated_empty(office: Office) -> None:
    with office.desk() as desk:
        state_as_before(desk, DONATION)
    office.run("empty", "shipper-1", "--at", f"{DAY}09:00:00Z", "--by", "Wang")
    assert inside(office) == {}
    assert "note" not in office.run("load", str(office.file(row(SCANS[0], "shipper-2"))), "--by", "Wang")


def test_a_donation_alone_is_refused_with_what_to_scan(office: Office) -> None:
    with pytest.raises(InputError, match=r"line 2, code: G123417654321 is a donation.*scan its product code"):
        office.run("load", str(office.file(row("=G12341765432101", "shipper-1"))), "--by", "Li Na")


PACK, OTHER = "83857930000879766660", "80217619000000001003"


def test_packs_of_drugs_that_are_not_carried_are_refused(office: Office) -> None:
    office.run("load", str(office.file(row(OTHER, "shipper-1", "nmpa"))), "--by", "Li Na")
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(text + '\n[codes.nmpa]\ndrug_ids = ["8385793"]\n', encoding="utf-8")
    office.run("load", str(office.file(row(PACK, "shipper-1", "nmpa"))), "--by", "Li Na")
    moved = row(OTHER, "shipper-2", "nmpa", start=f"{DAY}09:00:00Z")
    office.run("load", str(office.file(moved)), "--by", "Li Na")  # it is inside, and may leave
    assert inside(office) == {"shipper-1": [PACK], "shipper-2": [OTHER]}
    with pytest.raises(InputError, match=r"nothing was taken.*\n.*drug id 8021762"):
        new = row(OTHER.replace("8021761", "8021762"), "shipper-1", "nmpa")
        office.run("load", str(office.file(new)), "--by", "Li Na")


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ('[codes.nmpa]\ndrug_ids = ["8385"]', "codes.nmpa: drug_ids: expected 7 digits"),
        ('[codes.nmpa]\ndrugs = ["8385793"]', "codes.nmpa.drugs: unknown key"),
        (
            '[codes.npma]\ndrug_ids = ["8385793"]',
            "codes.npma: unknown code scheme 'npma'; did you mean 'nmpa'",
        ),
        ("[codes]\nnmpa = 1", "codes.nmpa: expected a table"),
    ],
)
def test_what_is_wrong_with_the_configuration_of_codes(office: Office, table: str, why: str) -> None:
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(f"{text}\n{table}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=why):
        _ = office.configuration
