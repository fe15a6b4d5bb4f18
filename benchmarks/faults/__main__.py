"""The fault scoreboard: real processes, real faults, and what became of each acknowledged reading.

    python -m benchmarks.faults                     every scenario, about twenty minutes
    python -m benchmarks.faults --only kill-3000    one of them
    python -m benchmarks.faults --long              500 kills at each rate, an hour's soak, every byte
    python -m benchmarks.faults --peers FOLDER      and kill -9 on thingsboard-gateway and Node-RED
    python -m benchmarks.faults --json              for a script

Writes the table in docs/reliability.md, with --only those lines of it, with --json none. Exit code 1 where a
promise was broken. Needs mosquitto; for some strace, libfaketime, victoria-metrics; root to mount a disk.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.faults import disk, kill, links, powercut, sink, soak, tail
from benchmarks.faults.outcome import Outcome, Scenario, Size
from benchmarks.faults.table import Row, publish, replace, rows_as_text
from benchmarks.peers.killed import each
from benchmarks.rig import Unavailable

SCENARIOS: dict[str, Scenario] = {
    "kill-300": kill.at_300,
    "kill-3000": kill.at_3000,
    "broker": links.broker,
    "sink": sink.week,
    "serial": links.serial,
    "disk-full": disk.full,
    "disk-read-only": disk.read_only,
    "disk-slow": disk.slow,
    "tail": tail.damaged,
    "power-cut": powercut.cut,
    "clock": links.clock,
    "soak": soak.full_rate,
}


def main() -> int:
    """Run what was asked for; 1 where a promise was broken."""
    given = _arguments()
    size: Size = "short" if given.short else "long" if given.long else "usual"
    rows = [_run(name, size) for name in given.only or SCENARIOS]
    if given.peers:
        rows += _peers(given.peers)
    if given.json:
        print(json.dumps([_plain(row) for row in rows], indent=2))
    else:
        print(rows_as_text(rows))
        if given.only:
            replace(rows)
        else:
            publish(rows, size)
    return 0 if all(not isinstance(row, Outcome) or row.is_kept for row in rows) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--long", action="store_true", help="all of it, for hours")
    length.add_argument("--short", action="store_true", help="as the tests run it")
    parser.add_argument("--only", action="append", choices=sorted(SCENARIOS), help="one scenario; repeatable")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="where they are, or are installed")
    parser.add_argument("--json", action="store_true", help="print the outcomes as JSON, write no page")
    return parser.parse_args()


def _plain(row: Row) -> dict[str, object]:
    if isinstance(row, Outcome):
        return dataclasses.asdict(row) | {"kept": row.is_kept}
    return {"name": row[0], "not_run": row[1]}


def _peers(folder: Path) -> list[Row]:
    with Console(stderr=True).status("") as status:
        try:
            return list(each(folder, status.update))
        except Unavailable as error:
            return [("kill -9 on peers", str(error))]


def _run(name: str, size: Size) -> Row:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.fields[scenario]:14}"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with (
        tempfile.TemporaryDirectory(prefix="cryogate-faults-", ignore_cleanup_errors=True) as folder,
        Progress(*columns, console=Console(stderr=True)) as progress,
    ):
        task = progress.add_task("starting", total=None, scenario=name)
        try:
            found: Row = SCENARIOS[name](
                Path(folder) / name, size, lambda said: progress.update(task, description=said)
            )
        except Unavailable as error:
            found = (name, str(error))
        progress.update(task, description="done")
        return found


if __name__ == "__main__":
    sys.exit(main())
