"""Pages that a killed gateway left behind are ended, and nobody else is."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.running import left_pages
from gateway.running.left_pages import LOCK, OF_GATEWAY, end_left_pages

HOLD = """
import signal, sys, time
from pathlib import Path
from gateway.running.left_pages import hold
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
hold(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


@contextmanager
def holder(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(folder), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("words", "code"), [((), -15), (("deaf",), -9)], ids=["listens", "is deaf"])
def test_it_is_gone_afterwards(tmp_path: Path, words: tuple[str, ...], code: int, caplog) -> None:
    caplog.set_level(logging.INFO)
    with holder(tmp_path, OF_GATEWAY, "1", *words) as process:
        end_left_pages(tmp_path, goodbye_s=0.5)
        assert process.wait(60) == code
    assert f"process {process.pid} answers for a gateway that is gone" in caplog.text
    end_left_pages(tmp_path)  # nobody is left


def test_who_answers_for_no_gateway_is_let_be(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        end_left_pages(tmp_path)
        assert process.poll() is None


def test_where_none_ever_was_nothing_is_made(tmp_path: Path) -> None:
    end_left_pages(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_second_one_does_not_hold(tmp_path: Path) -> None:
    with holder(tmp_path, OF_GATEWAY, "1"), pytest.raises(OSError):
        left_pages.hold(tmp_path)
    assert (tmp_path / LOCK).stat().st_mode & 0o777 == 0o600
