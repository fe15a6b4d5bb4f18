"""What a broker keeps about a gateway comes back as it was; anything else is refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.heartbeats import Beat, Health
from gateway.heartbeats.state import LONGEST, check_topic, of_beat, of_payload, payload

BEAT = Beat("pudong-1", "7Q2M9XKD", ("pudong", "浦东"), Health.BLIND, "no room\x1b[2J", 1_767_614_400 * 10**9)


def test_a_state_comes_back() -> None:
    state = of_beat(BEAT, 15.0)
    assert of_payload(payload(state)) == state
    assert json.loads(payload(state)) == {
        "schema": 1,
        "gateway": "pudong-1",
        "journal": "7Q2M9XKD",
        "sites": ["pudong", "浦东"],
        "state": "blind",
        "why": "no room [2J",
        "at": "2026-01-05T12:00:00.000000000Z",
        "period_s": 15.0,
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"schema": 2},
        {"gateway": None},
        {"gateway": "g" * 201},
        {"sites": "pudong"},
        {"sites": ["s"] * 1001},
        {"state": 7},
        {"at": "yesterday"},
        {"at": None},
        {"period_s": 0},
        {"period_s": True},
        {"period_s": 1e9},
        {"period_s": "15"},
    ],
)
def test_what_is_no_state_is_said(changed: dict[str, Any]) -> None:
    told = json.loads(payload(of_beat(BEAT, 15.0))) | changed
    with pytest.raises(ValueError, match=r"\w+"):
        of_payload(json.dumps(told).encode())


@pytest.mark.parametrize(
    "raw", [b"", b"\xff", b"[]", b"null", b"online", b"[" * 60_000, b" " * (LONGEST + 1)]
)
def test_noise_is_said(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        of_payload(raw)


@pytest.mark.parametrize("topic", ["", "a/+", "a/#", "{gateway}/state", "$SYS/x", "a//b", "a/{rest...}"])
def test_a_heartbeat_has_one_topic(topic: str) -> None:
    with pytest.raises(ValueError, match=r"topic|pattern"):
        check_topic(topic)
    check_topic("cryogate/pudong-1/state")
