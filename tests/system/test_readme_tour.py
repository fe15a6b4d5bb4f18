"""The tour of the README, typed as it is printed, in a fresh copy of the repository beside a running demo."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.gateway_process import eventually

ROOT = Path(__file__).parents[2]
TOUR = (ROOT / "README.md").read_text().partition("<!-- tour -->")[2].partition("<!-- end of the tour -->")[0]
TROUBLE = {"cryogate doctor": {0, 1, 2}}  # it says with its exit code that there is an alarm


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a fresh clone has, and an environment in .venv where everything is installed already."""
    copy = tmp_path / "cryogate"
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, files.stdout.split("\0")):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).symlink_to(ROOT / name)
    environment = copy / ".venv"
    environment.mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (environment / part).symlink_to(Path(sys.prefix) / part)
    return copy


@contextlib.contextmanager
def demo(clone: Path) -> Iterator[subprocess.Popen[str]]:
    """scripts/demo without its set-up; ended as Ctrl-C does."""
    script = clone / "scripts/demo.py"
    source = script.read_text()
    script.unlink()
    script.write_text(source)  # its folder is that of the file itself
    running = subprocess.Popen(
        [clone / ".venv/bin/python", script],
        cwd=clone,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield running
    finally:
        running.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(60)
        running.kill()


def typed(clone: Path) -> list[tuple[str, int, str]]:
    """Each line of the tour with its exit code and what it printed; one shell for all of them."""
    lines = [line.strip() for line in TOUR.splitlines() if line.strip()]
    script = "".join(f'{line}\necho "@@@ $?"\n' for line in lines)
    done = subprocess.run(
        ["bash"], input=script, cwd=clone, capture_output=True, text=True, timeout=600, check=False
    )
    printed = re.split(r"@@@ (\d+)\n", done.stdout)
    assert len(printed) == 2 * len(lines) + 1, done.stdout + done.stderr
    return [(line, int(printed[2 * n + 1]), printed[2 * n]) for n, line in enumerate(lines)]


def test_the_tour_runs_as_printed(clone: Path) -> None:
    with demo(clone) as running:
        alarms = [
            "bash",
            "-c",
            "CRYOGATE_CONFIG=demo-data/cryogate.toml .venv/bin/cryogate alarms | grep -q E-",
        ]
        eventually(lambda: subprocess.run(alarms, cwd=clone, check=False).returncode == 0, "an alarm", 180)
        told = typed(clone)
        wrong = [
            (line, code, text)
            for line, code, text in told
            if code not in TROUBLE.get(line.partition("#")[0].strip(), {0})
        ]
        assert not wrong
        last = [text for line, _, text in told if line.startswith("cryogate alarms")][-1]
        assert "E-" in last and "Li Na" in "".join(text for *_, text in told)
    assert running.returncode == 0, running.stdout.read() if running.stdout else ""
