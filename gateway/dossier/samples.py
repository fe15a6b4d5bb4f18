"""The readings behind a report as files: Parquet always, CSV where it is not too long to be opened.

They are what `cryogate journal export` writes, of all channels that measured the asset in the shown time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.dossier.report import Report, Samples
from gateway.dossier.sections import Attached
from gateway.journal import rights
from gateway.model import Samples as Readings
from gateway.questions.export import pieces_of

LONGEST_CSV: Final = 16 << 20  # bytes, some 180 000 readings: Parquet has the rest in a tenth of the room
LEAST_LINE: Final = 62  # bytes: two moments and their commas
DESCRIPTION: Final = "readings as the journal has them"
MIMES: Final = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".tlog-proof": "text/plain",
}


def write_samples(report: Report, folder: Path) -> list[Attached]:
    """Into a folder; what was written."""
    return [one for wanted in report.samples for one in _written(report, wanted, folder)]


def attach(path: Path, content: bytes, description: str, relationship: str) -> Attached:
    """One file that is whole already."""
    with open(path, "wb", opener=rights.opener) as file:
        file.write(content)
    digest = hashlib.sha256(content).hexdigest()
    return Attached(path.name, MIMES[path.suffix], len(content), digest, description, relationship)


def _written(report: Report, wanted: Samples, folder: Path) -> list[Attached]:
    """Parquet first, which is counted; CSV if that may be short enough."""
    state = report.state
    if wanted.heard is not None:
        state.heard.begin(wanted.heard, wanted.start_ns, wanted.end_ns)
    many = 0

    def hear(samples: Readings) -> None:
        nonlocal many
        many += len(samples)
        if wanted.heard is not None:
            state.heard.take(samples)

    parquet = _file(report, wanted, folder / f"{wanted.name}.parquet", hear)
    csv = None
    if many * LEAST_LINE <= LONGEST_CSV:
        csv = _file(report, wanted, folder / f"{wanted.name}.csv")
    return [one for one in (parquet, csv) if one is not None]


def _file(
    report: Report, wanted: Samples, path: Path, hear: Callable[[Readings], None] = lambda _: None
) -> Attached | None:
    """None for a CSV that would be too long."""
    digest, size, state = hashlib.sha256(), 0, report.state
    own = state.timeline.names.identity
    channels = {state.timeline.number(own("channels", name)): name for name in wanted.channels}
    interval = (wanted.start_ns, wanted.end_ns)
    with open(path, "wb", opener=rights.opener) as file:
        for piece in pieces_of(state.journal, path.suffix, channels, interval, state.seq, hear):
            size += len(piece)
            if path.suffix == ".csv" and size > LONGEST_CSV:
                return None
            digest.update(piece)
            file.write(piece)
    return Attached(path.name, MIMES[path.suffix], size, digest.hexdigest(), DESCRIPTION)
