"""The readings behind a report as files: Parquet always, CSV where it is not too long to be opened.

They are what `cryogate journal export` writes, of all channels that measured the asset in the shown time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from gateway.dossier.case import Case
from gateway.dossier.measured import channels_beside
from gateway.dossier.sections import Attached
from gateway.journal import rights
from gateway.questions.export import pieces

LONGEST_CSV: Final = 16 << 20  # bytes, some 180 000 readings: Parquet has the rest in a tenth of the room
LEAST_LINE: Final = 62  # bytes: two moments and their commas
MIMES: Final = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
}


def write_samples(case: Case, folder: Path) -> list[Attached]:
    """Into a folder; what was written."""
    channels = list(channels_beside(case))
    is_long = len(case.samples) * LEAST_LINE > LONGEST_CSV
    suffixes = (".parquet",) if is_long else (".parquet", ".csv")
    found = [_written(case, folder / f"samples{suffix}", channels) for suffix in suffixes]
    return [one for one in found if one is not None]


def attach(path: Path, content: bytes, description: str) -> Attached:
    """One file that is whole already."""
    with open(path, "wb", opener=rights.opener) as file:
        file.write(content)
    digest = hashlib.sha256(content).hexdigest()
    return Attached(path.name, MIMES[path.suffix], len(content), digest, description)


def _written(case: Case, path: Path, channels: list[str]) -> Attached | None:
    """None for a CSV that would be too long."""
    digest, size = hashlib.sha256(), 0
    with open(path, "wb", opener=rights.opener) as file:
        for piece in pieces(case.journal, path.suffix, channels, case.shown):
            size += len(piece)
            if path.suffix == ".csv" and size > LONGEST_CSV:
                return None
            digest.update(piece)
            file.write(piece)
    return Attached(
        path.name, MIMES[path.suffix], size, digest.hexdigest(), "readings as the journal has them"
    )
