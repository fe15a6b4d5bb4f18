"""A bench for sinks, with short waits and small pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.followers import follower, pauses, sink
from tests.unit.followers.sink_bench import Bench


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(follower, "WAIT_S", 0.005)
    monkeypatch.setattr(sink, "MOST_READINGS", 4)  # two entries a step
    monkeypatch.setattr(pauses, "SHORTEST_S", 0.0)
    monkeypatch.setattr(pauses, "LONGEST_S", 0.0)
    return Bench(tmp_path)
