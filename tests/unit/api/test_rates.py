"""Who asks too often waits; nobody else does."""

from __future__ import annotations

from gateway.api import rates
from gateway.api.rates import A_SECOND, BURST, Rates
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


def test_who_asks_too_often_is_told_when_to_come_again(door: FrontDoor):
    door.app.state.rates = Rates(lambda: 0.0)
    answers = [door.ask("GET", "/health").status_code for _ in range(int(BURST) + 1)]
    assert set(answers[:-1]) == {200} and answers[-1] == 429
    told = door.ask("GET", "/health")
    assert told.headers["retry-after"] == "1" and "slower" in told.json()["detail"]
    assert door.ask("GET", "/health", "viewer!wang.wei").status_code == 200
