"""The fault scoreboard in short: each scenario of benchmarks/faults with real processes, the promise kept.

kill -9 at 300 messages a second is test_gateway_crash.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.faults.__main__ import SCENARIOS
from benchmarks.faults.outcome import Outcome
from benchmarks.faults.table import rows_as_text
from benchmarks.rig import Unavailable

SHORT = sorted(SCENARIOS.keys() - {"kill-300"})


@pytest.mark.parametrize("name", SHORT)
def test_the_promise_is_kept(name: str, tmp_path: Path) -> None:
    try:
        found = SCENARIOS[name](tmp_path / name, "short", lambda _: None)
    except Unavailable as error:
        pytest.skip(str(error))  # root for mounting a disk, or what the kernel of a container does not allow
    assert found.acknowledged > 30
    assert found.is_kept, rows_as_text([found])


def test_a_broken_promise_is_shown() -> None:
    lost = Outcome("kill", "2 kills", 100, 99, 99, 0, 1.5)
    assert not lost.is_kept
    assert "**NOT KEPT**" in rows_as_text([lost])
    assert not Outcome("kill", "", 100, 100, 99, 0, None).is_kept
    assert not Outcome("kill", "", 100, 100, 100, 1, None).is_kept
    assert not Outcome("kill", "", 100, 100, 100, 0, None, "memory grew").is_kept
    assert Outcome("tail", "", 100, 100, None, 0, None).is_kept
    peer = Outcome(
        "a peer, kill -9", "2 kills, 5 readings did not come out", 100, 95, None, 3, None, is_promised=False
    )
    assert peer.is_kept  # it promises nothing
    assert rows_as_text([peer]).endswith(
        "| a peer, kill -9 | 100 | 95 |  | 3 |  | 2 kills, 5 readings did not come out |"
    )
    assert "| not run |" in rows_as_text([("disk-full", "run this as root")])
