"""kill -9 on general-purpose gateways: how much of what the broker acknowledged comes out of them.

    python -m benchmarks.peers FOLDER [--kills 5] [--rate 300] [--messages 6000]

Installs thingsboard-gateway and Node-RED into FOLDER if they are not there (pip, npm). Persistent session,
QoS 1, and for thingsboard-gateway its store on disk. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from benchmarks.faults.table import rows_as_text
from benchmarks.peers.killed import KILLS, MESSAGES, RATE, each


def main() -> None:
    """One line a peer."""
    given = _arguments()
    with Console(stderr=True).status("") as status:
        rows = list(each(given.folder, status.update, given.kills, given.rate, given.messages))
    print(rows_as_text(rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "folder", type=Path, help="where the peers are, or are installed; not in the repository"
    )
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--rate", type=float, default=RATE, help="messages per second")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    return parser.parse_args()


if __name__ == "__main__":
    main()
