"""What the start of a command costs: user and system time and wall, beside Python alone and numpy alone.

    python -m benchmarks.start [--runs 7] [--config cryogate.toml]

Without --config it makes a site of the demo's configuration with an empty journal. Each figure is the least
of the runs, which take turns: what else the machine does falls upon all of them.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from gateway.journal.journal import Journal
from gateway.journal.records import Records

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "demo.toml"
CRYOGATE = "from gateway.cli import main; main()"
ALONE = {"python": "pass", "import numpy": "import numpy", "import typer": "import typer"}
COMMANDS = ("--version", "--help")
ON_A_SITE = ("status", "alarms", "history E-00000000", "contents", "statements", "check")


class Cost(NamedTuple):
    """Seconds of one run."""

    cpu_s: float
    wall_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--config", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(given.config or site(Path(folder)), given.runs)


def site(folder: Path) -> Path:
    """The demo's configuration, with a journal in which nothing is."""
    (folder / "cryogate.toml").write_text(EXAMPLE.read_text())
    (folder / "data").mkdir()
    Journal.open(folder / "data" / "journal.sqlite").close()
    Records(folder / "data" / "records.sqlite").close()
    return folder / "cryogate.toml"


def measure(config: Path, runs: int) -> None:
    programs = {name: [code] for name, code in ALONE.items()}
    programs |= {f"cryogate {told}": [CRYOGATE, *told.split()] for told in COMMANDS}
    programs |= {f"cryogate {told}": [CRYOGATE, *told.split(), "--config", str(config)] for told in ON_A_SITE}
    costs: dict[str, list[Cost]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, arguments in programs.items():
            costs[name].append(cost(arguments))
    numpy_s = min(c.cpu_s for c in costs["import numpy"])
    print(f"{'':28} {'user+sys':>9} {'wall':>9} {'of numpy':>9}")
    for name, several in costs.items():
        cpu_s, wall_s = min(c.cpu_s for c in several), min(c.wall_s for c in several)
        print(f"{name:28} {cpu_s:8.3f}s {wall_s:8.3f}s {cpu_s / numpy_s:9.1f}")


def cost(arguments: list[str]) -> Cost:
    before, began_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", *arguments], capture_output=True, check=False)
    after, wall_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began_s
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall_s)


if __name__ == "__main__":
    main()
