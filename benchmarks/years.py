"""Questions over half a year of 20 channels, beside reading the archive alone.

python -m benchmarks.years [--readings 5200000] [--channels 20] [--folder DIR] [--only NAME ...]

Writes the journal, archives it as the gateway does, lets one run screen all of it, then times the commands
that people wait for: wall and processor time, the least of `--repeat` runs, and how many times as long as
pyarrow takes to read the archive. `--folder` keeps the site for the next run.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq

from benchmarks.rig import past

HALF_A_YEAR_S: Final = 182 * 86_400
CRYOGATE: Final = [sys.executable, "-c", "from gateway.cli import main; main()"]
PROPOSAL: Final = """
[[profiles.p]]
version = "2"
[[profiles.p.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -155.0
on_delay_s = 60.0
severity = "critical"
"""
LOGGER: Final = """
[channels.logger]
asset = "freezer"
source = "downloads"
address = "logger"
no_data_after_s = 1e8
[sources.downloads]
kind = "download"
"""
MAPPING: Final = """
format = "csv"
[options]
columns = [{column = "value"}]
[channels]
value = "logger"
"""


def main() -> None:
    """Print one line for each command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=20)
    parser.add_argument("--readings", type=int, default=5_200_000)
    parser.add_argument("--rows", type=int, default=500_000, help="of the logger that is imported")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", nargs="+")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = told.folder or Path(made)
        _make(folder, told.channels, told.readings, told.rows)
        _measure(folder, told.readings, told.rows, told.repeat, told.only)


def _make(folder: Path, channels: int, readings: int, rows: int) -> None:
    config = folder / "cryogate.toml"
    if config.exists():
        return
    (folder / "data").mkdir(parents=True)
    past.write(folder / "data" / "journal.sqlite", channels, readings, HALF_A_YEAR_S)
    config.write_text(past.CONFIG + "".join(past.channel(n) for n in range(channels)) + LOGGER)
    past.start(config, signal.SIGTERM, caught_up=True)
    (folder / "proposal.toml").write_text(PROPOSAL)
    (folder / "map.toml").write_text(MAPPING)
    _logger(folder / "logger.csv", rows)


def _logger(path: Path, rows: int) -> None:
    """One reading each ten seconds, with a lid that opens now and then."""
    begin_s = int(time.time()) - 10 * rows
    value = -185.0 + np.random.default_rng(7).normal(0.0, 0.05, rows)
    lines = (
        f"{datetime.fromtimestamp(begin_s + 10 * k, UTC):%Y-%m-%dT%H:%M:%SZ},{v:.2f}\n"
        for k, v in enumerate(value.tolist())
    )
    path.write_text("time,value\n" + "".join(lines))


def _measure(folder: Path, readings: int, rows: int, repeat: int, only: list[str] | None) -> None:
    begin, end = (
        f"{datetime.fromtimestamp(time.time() - s, UTC):%Y-%m-%dT%H:%M:%SZ}" for s in (HALF_A_YEAR_S, 0)
    )
    commands = {
        "clocks": (["clocks", "c3", "--from", begin, "--to", end], readings),
        "preview 90d": (
            ["preview", "--profile", str(folder / "proposal.toml"), "--last", "90d"],
            readings // 2,
        ),
        "preview 180d": (["preview", "--profile", str(folder / "proposal.toml"), "--last", "180d"], readings),
        "verify": (["journal", "verify"], readings),
        "export parquet": (["journal", "export", str(folder / "out.parquet")], readings),
        "export csv": (["journal", "export", str(folder / "out.csv")], readings),
        "import dry": (
            ["import", str(folder / "logger.csv"), "--map", str(folder / "map.toml"), "--dry"],
            rows,
        ),
    }
    alone = min(_archive(folder / "data" / "archive") for _ in range(repeat))
    print(f"reading the archive with pyarrow alone: {alone:.2f} s")
    for name, (command, counted) in commands.items():
        if only is None or name in only:
            wall, processor = min(_timed(folder, command) for _ in range(repeat))
            print(
                f"{name:16} {wall:6.2f} s, {processor:6.2f} s of processor time, "
                f"{counted / wall / 1e6:6.3f} million/s, {wall / alone:5.1f} times the reading",
                flush=True,
            )


def _archive(folder: Path) -> float:
    began_s = time.perf_counter()
    for file in sorted(folder.glob("*.parquet")):
        pq.read_table(file)
    return time.perf_counter() - began_s


def _timed(folder: Path, command: list[str]) -> tuple[float, float]:
    for left in folder.glob("out.*"):
        left.unlink()
    began_s = time.perf_counter()
    process = subprocess.Popen(
        [*CRYOGATE, *command, "-c", str(folder / "cryogate.toml")], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{json.dumps(command)} failed")
    return time.perf_counter() - began_s, used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
