"""A lock that somebody keeps stops nobody for ever."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from gateway import locks
from gateway.errors import CryogateError, InputError
from gateway.jobs.jobs import Jobs
from gateway.running.lock import LOCK, locked
from tests.unit.alarming.alarm_desk import eventually


def test_who_asks_waits_until_the_other_has_ended(tmp_path: Path) -> None:
    came = threading.Event()

    def comes() -> None:
        with locks.alone_in(tmp_path, within_s=60):
            came.set()

    asking = threading.Thread(target=comes, daemon=True)
    with locks.alone_in(tmp_path):
        asking.start()
        assert not came.wait(0.1)
    eventually(came.is_set, "its turn")
    asking.join(60)


def test_a_folder_that_stays_locked_is_named_and_nothing_is_done(tmp_path: Path) -> None:
    with (
        locks.alone_in(tmp_path),
        pytest.raises(InputError, match=f"another process keeps {tmp_path} locked, nothing was done"),
        locks.alone_in(tmp_path, within_s=0),
    ):
        raise AssertionError("two at once")
    with locks.alone_in(tmp_path, within_s=0):
        pass  # it is free again


def test_pages_start_although_somebody_keeps_the_folder_of_jobs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left = tmp_path / "jobs" / "left"
    left.mkdir(parents=True)
    jobs = Jobs(tmp_path / "cryogate.toml", tmp_path, lambda: 0)
    with locks.alone_in(tmp_path / "jobs"):
        jobs.clean()
    assert "what ended jobs left stays for now" in caplog.text and left.is_dir()
    jobs.clean()
    assert not left.exists()


def test_a_gateway_starts_although_somebody_looks_whether_one_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`doctor` takes the lock for a moment, and lets it go."""
    monkeypatch.setattr(locks, "LOOKED_AT_S", 60.0)
    looking = os.open(tmp_path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    assert locks.taken(looking)
    threading.Timer(0.1, os.close, [looking]).start()
    with locked(tmp_path):
        monkeypatch.setattr(locks, "LOOKED_AT_S", 0.0)
        with pytest.raises(CryogateError, match="another gateway already runs"), locked(tmp_path):
            raise AssertionError("two at once")
