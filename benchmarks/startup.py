"""How long a gateway takes from exec to READY=1 with a year of journal behind it.

python -m benchmarks.startup [--channels 1 1000] [--readings 31536000] [--starts 5]

For each number of channels a journal is written (a year of 1 Hz of one channel, or as many readings of many),
older readings are archived as the gateway does it, one run screens everything and stops. Then the
gateway is started again and again, and once after a kill; beside it what importing the program takes.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rig import past


def main() -> None:
    """Print one block for each number of channels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, nargs="+", default=[1, 1000])
    parser.add_argument("--readings", type=int, default=past.YEAR_S)
    parser.add_argument("--starts", type=int, default=5)
    told = parser.parse_args()
    imports_s = min(_imports() for _ in range(told.starts))
    print(f"interpreter and imports alone: {imports_s:.2f} s")
    for channels in told.channels:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), channels, told.readings, told.starts)


def _imports() -> float:
    began_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gateway.cli, gateway.app"], check=True)
    return time.perf_counter() - began_s


def _measure(folder: Path, channels: int, readings: int, starts: int) -> None:
    config = folder / "cryogate.toml"
    config.write_text(past.CONFIG + "".join(past.channel(n) for n in range(channels)))
    (folder / "data").mkdir()
    past.write(folder / "data" / "journal.sqlite", channels, readings)
    began_s = time.perf_counter()
    past.start(config, signal.SIGTERM, caught_up=True)
    screened_s = time.perf_counter() - began_s
    clean = [past.start(config, signal.SIGTERM) for _ in range(starts)]
    past.start(config, signal.SIGKILL)
    killed = past.start(config, signal.SIGTERM)
    size = sum(p.stat().st_size for p in (folder / "data").rglob("*"))
    print(f"{channels} channels, {readings / 1e6:.1f} million readings, {size / 1e6:.0f} MB")
    print(f"  ready after {_both(min(clean))}; of {starts} starts at most {_both(max(clean))}")
    print(f"  after a kill {_both(killed)}; first screening of all of it {screened_s:.0f} s", flush=True)


def _both(took: past.Took) -> str:
    return f"{took[0]:.2f} s ({took[1]:.2f} s of processor time)"


if __name__ == "__main__":
    main()
