"""What a report claims and what is behind it: facts that a forger changes, entries that are not inside."""

from __future__ import annotations

import json
import sys
from typing import NamedTuple

import pytest

from gateway.dossier.case import case_of
from gateway.dossier.facts import report_of
from gateway.dossier.making import made
from gateway.evidence.store import Store
from scripts import cryogate_verify
from tests.unit.dossier.test_report_proofs import asked, desk_in, follow, re_made


class Printed(NamedTuple):
    pdf: bytes
    key: str

    @property
    def parts(self) -> dict[str, bytes]:
        return cryogate_verify.attachments_of(self.pdf)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    desk = desk_in(tmp_path_factory.mktemp("claims"))
    (alarm,) = (one["id"] for one in desk.alarms())
    desk.acknowledge(alarm)
    desk.run()
    follow(desk)
    pdf = made(report_of(case_of(desk.journal, desk.records, "E-")), "en", "a4")
    with Store(desk.folder / "evidence.sqlite") as store:
        return Printed(pdf, store.key)


def test_without_the_package_for_signatures_nothing_is_said_of_a_report(
    report, tmp_path, capsys, monkeypatch
):
    path = tmp_path / "r.pdf"
    path.write_bytes(report.pdf)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    code = cryogate_verify.main(["--key", report.key, str(path)])
    said = capsys.readouterr()
    assert (code, said.out) == (2, "") and "pip install cryptography" in said.err


def other_asset(mine, facts):
    facts["place"]["asset"] = "freezer-of-others"


def no_zone(mine, facts):
    facts["place"]["zone"] = None


def less_severe(mine, facts):
    facts["excursion"]["severity"] = "minor"


def fewer_units(mine, facts):
    facts["units"] = facts["units"][1:]


def unknown_units(mine, facts):
    facts["units"] = None


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (other_asset, "asset"),
        (no_zone, "zone"),
        (less_severe, "severity"),
        (fewer_units, "units"),
        (unknown_units, "units"),
    ],
)
def test_where_how_severe_and_which_units_are_compared(report, tmp_path, capsys, change, name):
    path = tmp_path / "r.pdf"
    path.write_bytes(re_made(report.parts, change))
    code, said = asked(capsys, path, "--key", report.key)
    assert code == 1 and f"the facts say {name} of E-" in said, said


def without_statements(mine: dict[str, bytes], *numbers: int) -> None:
    told = json.loads(mine["statements.json"])
    told["statements"] = [one for one in told["statements"] if one["seq"] not in numbers]
    mine["statements.json"] = json.dumps(told).encode()


def newest_change_hidden(mine, facts):
    newest = facts["history"][-1]["entry"]
    without_statements(mine, newest)
    facts["history"] = facts["history"][:-1]
    facts["basis"]["entries"]["alarm"] = [row["entry"] for row in facts["history"]]
    for row in facts["evidence"]["proofs"]:
        if row["entry"].endswith(f"-{newest}"):
            row["about"] = ["journal"]


def newest_change_too_long(mine, facts):
    """As one of 1300 units is: no statement of it is inside."""
    without_statements(mine, facts["history"][-1]["entry"])


def contents_too_long(mine, facts):
    """Of a sender with names of his own."""
    rows = [row for row in facts["evidence"]["proofs"] if row["about"] == ["contents"]]
    without_statements(mine, *(int(row["entry"].rpartition("-")[2]) for row in rows))
    facts["basis"]["entries"]["contents"] = ["MES-77", "MES-78"]


def contents_not_proven(mine, facts):
    contents_too_long(mine, facts)
    for row in [row for row in facts["evidence"]["proofs"] if row["about"] == ["contents"]]:
        facts["evidence"]["proofs"].remove(row)
        del mine[row["name"]]


@pytest.mark.parametrize(
    ("change", "compared", "words"),
    [
        (newest_change_hidden, False, "What these entries say, whose statements are not inside: "),
        (newest_change_too_long, False, "What these entries say, whose statements are not inside: "),
        (contents_too_long, True, "What these entries say, whose statements are not inside: "),
        (contents_not_proven, True, "are in the log, without a proof inside: MES-77, MES-78"),
    ],
)
def test_what_is_not_inside_is_said_to_be_not_proven(report, tmp_path, capsys, change, compared, words):
    path = tmp_path / "r.pdf"
    path.write_bytes(re_made(report.parts, change))
    code, said = asked(capsys, path, "--key", report.key)
    assert "attachments that another program shows" in said.partition("Not proven:")[2]
    assert code == 0 and ("Proven: the numbers of E-" in said) is compared, said
    assert words in said.partition("Not proven:")[2]
    assert compared or "The numbers of the excursions: compared are those" in said
