"""The evidence log over the API: what a program gets, and who may have it."""

from __future__ import annotations

import time
from pathlib import Path

from gateway.evidence.keeping import Keeping
from gateway.journal.items import Items
from scripts import cryogate_verify
from tests.unit.api.two_sites import TwoSites

READER = "quality"


def follow(sites: TwoSites) -> None:
    path = sites.desk.journal.path
    with Items(path, writing=True) as items, Keeping(path.parent, items, "test", time.time_ns) as keeping:
        while keeping.step():
            pass
        keeping.sign()


def test_before_there_is_a_log(sites: TwoSites) -> None:
    for path in ("/evidence", "/evidence/checkpoint", "/evidence/proofs/1"):
        answer = sites.door.ask("GET", path, READER)
        assert answer.status_code == 404 and "no evidence log yet" in answer.json()["detail"]


def test_what_is_got_holds_by_the_other_program(sites: TwoSites, tmp_path: Path) -> None:
    follow(sites)
    told = sites.door.get("/evidence", READER)
    assert told["checkpoint"]["leaves"] == told["leaves"] > 0
    for path in ("/evidence/checkpoint", "/evidence/proofs/1"):
        answer = sites.door.ask("GET", path, READER)
        assert answer.headers["content-type"].startswith("text/plain")
        file = tmp_path / "file"
        file.write_bytes(answer.content)
        assert cryogate_verify.main(["--key", told["key"], str(file)]) == 0


def test_an_entry_that_is_not_there(sites: TwoSites) -> None:
    follow(sites)
    assert sites.door.ask("GET", "/evidence/proofs/999999", READER).status_code == 404
    assert sites.door.ask("GET", "/evidence/proofs/0", READER).status_code == 422
    assert sites.door.ask("GET", "/evidence/proofs/x", READER).status_code == 422


def test_who_may_not_read_the_audit_trail_gets_nothing(sites: TwoSites) -> None:
    follow(sites)
    assert sites.door.ask("GET", "/evidence", "operator").status_code == 403
