"""`cryogate code`: every scheme that fits is told, the unit that is known first, and what is somewhere."""

from __future__ import annotations

from tests.unit.commands.front_desk import DAY, Office

SCAN = "]C0=G12341765432101=<S12954A0"


def test_a_code_that_nobody_spoke_of_is_explained(office: Office) -> None:
    found = office.json("code", "]C1010952123454321321ABC")
    assert [one["scheme"] for one in found["schemes"]] == ["gs1", "holder", "isbt128", "nmpa"]
    first = found["schemes"][0]
    assert (first["code"], first["known"], first["inside"]) == ("(01)09521234543213(21)ABC", False, [])
    assert "expected 20 digits" in found["schemes"][-1]["why"]
    shown = office.run("code", "]C1010952123454321321ABC")
    assert "Serial number: ABC" in shown and "nobody has said where it is" in shown


def test_a_unit_is_where_somebody_said(office: Office) -> None:
    rows = office.file(f"isbt128,{SCAN},shipper-1,,{DAY}08:00:00Z,,leukapheresis,COI-4")
    office.run("load", str(rows), "--by", "Li Na")
    first = office.json("code", SCAN)["schemes"][0]
    assert (first["scheme"], first["known"], first["inside"]) == ("isbt128", True, ["shipper-1"])
    assert "in shipper-1" in office.run("code", "G1234 17 654321 S12954A0")


def test_a_drug_that_is_not_carried_is_said(office: Office) -> None:
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(text + '\n[codes.nmpa]\ndrug_ids = ["8000001"]\n', encoding="utf-8")
    shown = office.run("code", "80217619000000001003")
    assert "not allowed" in shown and "codes.nmpa.drug_ids" in shown


def test_a_name_is_known_in_any_case(office: Office) -> None:
    rows = office.file(f"holder,BAG-1,shipper-1,,{DAY}08:00:00Z,,,")
    office.run("load", str(rows), "--by", "Li Na")
    assert {"kind": "asset", "id": "shipper-1", "name": ""} in office.json("code", "SHIPPER-1")["names"]
