"""Each kind of report is made where there is an evidence log, and the verifier proves it."""

from __future__ import annotations

import pytest

from gateway.dossier import annual, passport, period
from gateway.dossier.case import case_of
from gateway.dossier.making import made
from gateway.dossier.state import state_of
from gateway.evidence.store import Store
from tests.unit.alarming.alarm_desk import NOON_NS, Desk
from tests.unit.dossier.test_report_file import text_of
from tests.unit.dossier.test_report_proofs import asked, desk_in, follow


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Desk:
    desk = desk_in(tmp_path_factory.mktemp("kinds"))
    follow(desk)
    return desk


def store_key(desk):
    with Store(desk.folder / "evidence.sqlite") as store:
        return store.key


@pytest.mark.parametrize("kind", ["asset", "unit", "year"])
def test_every_kind_of_report_is_proven(desk, tmp_path, capsys, kind):
    state = state_of(desk.journal)
    report = {
        "asset": lambda: period.report_of(
            period.period_of(state, "freezer", NOON_NS, NOON_NS + 90 * 10**9), desk.records
        ),
        "unit": lambda: passport.report_of(passport.passport_of(state, "BAG-1"), desk.records),
        "year": lambda: annual.report_of(state, desk.records, 2026),
    }[kind]()
    path = tmp_path / "r.pdf"
    path.write_bytes(made(report, "en", "a4"))
    whole = " ".join("".join(text_of(path.read_bytes())).split())
    assert ("Samples: top" in whole) == (kind == "asset") and "proofs of the evidence log" in whole
    code, said = asked(capsys, path, "--key", store_key(desk))
    assert code == 0, said
    assert "(configuration): configuration" in said and "statements.json are those of the log" in said
    alarm = case_of(desk.journal, desk.records, "E-").alarm
    assert (f"the numbers of {alarm} are those of entry" in said) == (kind != "unit")
