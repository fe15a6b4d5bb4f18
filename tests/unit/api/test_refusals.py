"""What the API refuses is counted and in the log, by who asked for what."""

from __future__ import annotations

import logging

import pytest

from gateway.api import refusals
from gateway.api.refusals import Refusals
from tests.unit.api.front_door import FrontDoor


def test_an_administrator_sees_what_was_refused(door: FrontDoor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(3):
        assert door.ask("GET", "/accounts", "operator!zhao").status_code == 403
    assert door.ask("GET", "/health", "forged").status_code == 401
    assert door.ask("POST", "/session", None, content=b"x" * 100_000).status_code == 413
    found = {one["who"]: one for one in door.get("/refusals", "administrator")["refusals"]}
    assert (found["zhao"]["times"], found["zhao"]["action"]) == (3, "account.read")
    assert found["zhao"]["last_asked"] == "GET /api/v1/accounts"
    of_nobody = [one for name, one in found.items() if name != "zhao"]
    assert [one["kind"] for one in of_nobody] == ["too large"] or len(of_nobody) == 1
    told = [line for line in caplog.messages if line.startswith("refused")]
    assert len(told) == 3 and "zhao" in told[0] and "not allowed" in told[0], "once a minute each"
    assert door.ask("GET", "/refusals", "operator").status_code == 403


def test_who_is_nobody_pushes_out_no_row_of_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "MOST", 2)
    now_ns = [0]
    noted = Refusals(lambda: now_ns[0])
    noted.note("zhao", "10.0.0.7", 403, "account.read", "GET /a\n\x1b[31m")
    for number in range(5):
        now_ns[0] += 1
        noted.note("", f"10.0.0.{number}", 401, "", "GET /b")
    rows = noted.rows()
    assert [one["who"] for one in rows] == ["10.0.0.4", "10.0.0.3", "zhao"]
    assert "\x1b" not in rows[-1]["last_asked"] and "\n" not in rows[-1]["last_asked"]
