"""A bench for sinks, with short waits and small pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.followers import follower
from tests.unit.followers.sink_bench import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(follower, "WAIT_S", 0.005)
    monkeypatch.setattr(follower, "MOST_READINGS", 4)  # two entries a step
    return Bench(tmp_path)
