"""Every kind of report as a printed file: hostile and longest names, 500 units, papers, languages."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from gateway.dossier import annual, passport, period
from gateway.dossier.making import gathered, made
from gateway.dossier.report import Report, as_bytes
from gateway.dossier.state import state_of
from gateway.journal.journal import Statement
from gateway.statements import containment
from gateway.statements.containment import Containment, Unit, UnitStay
from tests.unit.alarming.alarm_desk import NOON_NS, Desk, moment
from tests.unit.dossier.test_report_file import PACK, UNITS, desk_in, text_of

MANY = [Unit("holder", f"MANY-{k:03}", "产品", f"COI-{k}") for k in range(500)]
KINDS = ("asset", "unit", "year")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk of the hostile names, with 500 units more in the shipper."""
    found = desk_in(tmp_path_factory.mktemp("kinds"), end=True)
    stays = (UnitStay(one, "shipper", None, NOON_NS, None) for one in MANY)
    said = [containment.to_body(Containment((stay,))) for stay in stays]
    found.journal.commit(
        statements=[Statement(containment.KIND, "Li Na", NOON_NS, body, actor="person") for body in said]
    )
    found.read(*(("shipper", float(s), -160.0 if s < 30 else -140.0) for s in range(0, 90, 10)))
    found.run()
    yield found
    found.journal.close()
    found.records.close()


def report(desk: Desk, kind: str, asset: str = "freezer") -> Report:
    state = state_of(desk.journal)
    if kind == "asset":
        return period.report_of(period.period_of(state, asset, NOON_NS, NOON_NS + 80 * 10**9), desk.records)
    if kind == "unit":
        return passport.report_of(passport.passport_of(state, PACK), desk.records)
    return annual.report_of(state, desk.records, 2026)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_are_text_and_the_facts_are_inside(desk: Desk, kind: str) -> None:
    told = report(desk, kind)
    pdf = made(told, "both", "a4")
    whole = "".join("".join(text_of(pdf)).split())
    assert "#panic()$a$*b*" in whole and "[U+1F9CA]" in whole and "X" * 130 in whole
    attached = {name: content[0] for name, content in PdfReader(io.BytesIO(pdf)).attachments.items()}
    assert attached["facts.json"] == as_bytes(gathered(told))
    assert json.loads(attached["facts.json"])["report"] == kind
    assert ("samples.csv" in attached) == (kind == "asset")
    assert made(told, "both", "a4") == pdf


@pytest.mark.parametrize("kind", KINDS)
def test_one_language_has_nothing_of_the_other(desk: Desk, kind: str) -> None:
    chinese, english = ("".join(text_of(made(report(desk, kind), one, "letter"))) for one in ("zh", "en"))
    for zh, en in (("未知之处", "What is not known"), ("依据与来源", "What it rests on")):
        assert zh in chinese and en not in chinese and en in english and zh not in english


@pytest.mark.parametrize("kind", ["unit", "year"])
def test_what_goes_on_is_preliminary_on_every_page(desk: Desk, kind: str) -> None:
    pages = text_of(made(report(desk, kind), "both", "a4"))
    assert all("初步报告" in page and "PRELIMINARY" in page for page in pages)


def test_five_hundred_units_stand_each_with_its_code(desk: Desk, tmp_path: Path) -> None:
    pdf = made(report(desk, "asset", "shipper"), "both", "a4")
    pages = text_of(pdf)
    assert all("PRELIMINARY" in page for page in pages), "its excursion goes on"
    missing = [one.code for one in MANY if not any(f"{one.code} (holder)" in page for page in pages)]
    assert not missing and 30 < len(pages) < 60
    with_units = [page for page in pages if "MANY-1" in page]
    assert all("编码与产品" in page for page in with_units), "the head of the table is on each"
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_units_of_the_desk_are_in_its_passports(desk: Desk) -> None:
    state = state_of(desk.journal)
    for unit in UNITS[:3]:
        told = passport.facts(passport.passport_of(state, unit.code), desk.records)
        assert told["unit"]["code"] == unit.code and told["stays"][0]["from"] == moment(0)
