"""Who asks too often waits; nobody else does."""

from __future__ import annotations

from gateway.api import rates
from gateway.api.rates import A_SECOND, BURST, COSTLY, Rates
from tests.unit.api.front_door import FrontDoor


def test_a_bucket_fills_again(monkeypatch):
    now_s = [0.0]
    asked = Rates(lambda: now_s[0])
    assert [asked.wait_s("li.na") for _ in range(int(BURST))] == [0.0] * int(BURST)
    assert 0 < asked.wait_s("li.na") <= 1 / A_SECOND and asked.wait_s("wang.wei") == 0
    now_s[0] = 1.0
    assert sum(asked.wait_s("li.na") == 0 for _ in range(200)) == int(A_SECOND)
    monkeypatch.setattr(rates, "MOST_ACCOUNTS", 1)
    asked.wait_s("zhao")
    assert len(asked._left) < 3


def test_what_takes_long_counts_as_several(monkeypatch):
    asked, path = Rates(lambda: 0.0), next(iter(COSTLY))
    assert [asked.wait_s("li.na", path) for _ in range(25)] == [0.0] * 25
    assert asked.wait_s("li.na", path) == COSTLY[path] / A_SECOND and asked.wait_s("wang.wei") == 0


def test_an_address_is_slowed_before_anybody_is_known(door: FrontDoor, monkeypatch):
    monkeypatch.setattr(rates, "BURST", 5.0)
    assert set(door.app.openapi()["paths"]) >= set(COSTLY)
    door.app.state.rates = Rates(lambda: 0.0)
    answers = [door.client.get("/api/v1/openid").status_code for _ in range(6)]
    assert set(answers[:-1]) == {200} and answers[-1] == 429
    assert door.client.get("/api/v1/alive").status_code == 200
    assert door.ask("GET", "/health").status_code == 200  # whoever is known is not slowed by others


def test_who_asks_too_often_is_told_when_to_come_again(door: FrontDoor, monkeypatch):
    monkeypatch.setattr(rates, "BURST", 5.0)
    door.app.state.rates = Rates(lambda: 0.0)
    answers = [door.ask("GET", "/health").status_code for _ in range(6)]
    assert set(answers[:-1]) == {200} and answers[-1] == 429
    told = door.ask("GET", "/health")
    assert told.headers["retry-after"] == "1" and "slower" in told.json()["detail"]
    assert door.ask("GET", "/health", "viewer!wang.wei").status_code == 200
