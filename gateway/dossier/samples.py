"""The readings behind a report as files: Parquet always, CSV where it is not too long to be opened.

They are what `cryogate journal export` writes, of all channels that measured the asset in the shown time.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from gateway.dossier.report import Report, Samples
from gateway.dossier.sections import Attached
from gateway.journal import rights
from gateway.questions.export import pieces_of_all

LONGEST_CSV: Final = 16 << 20  # bytes, some 180 000 readings: Parquet has the rest in a tenth of the room
SUFFIXES: Final = (".parquet", ".csv")
MIMES: Final = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
}


def write_samples(report: Report, folder: Path) -> list[Attached]:
    """Into a folder; what was written."""
    return [one for wanted in report.samples for one in _written(report, wanted, folder)]


def attach(path: Path, content: bytes, description: str) -> Attached:
    """One file that is whole already."""
    with open(path, "wb", opener=rights.opener) as file:
        file.write(content)
    digest = hashlib.sha256(content).hexdigest()
    return Attached(path.name, MIMES[path.suffix], len(content), digest, description)


def _written(report: Report, wanted: Samples, folder: Path) -> list[Attached]:
    """Both at once, without a CSV that would be too long."""
    paths = [folder / f"{wanted.name}{suffix}" for suffix in SUFFIXES]
    digests, sizes = [hashlib.sha256() for _ in paths], [0 for _ in paths]
    state, interval = report.state, (wanted.start_ns, wanted.end_ns)
    own = state.timeline.names.identity
    channels = {state.timeline.number(own("channels", name)): name for name in wanted.channels}
    with ExitStack() as stack:
        files = [stack.enter_context(open(path, "wb", opener=rights.opener)) for path in paths]
        for parts in pieces_of_all(state.journal, SUFFIXES, channels, interval, state.seq):
            for k, part in enumerate(parts):
                if SUFFIXES[k] == ".parquet" or sizes[k] <= LONGEST_CSV:
                    sizes[k] += len(part)
                    digests[k].update(part)
                    files[k].write(part)
    return [
        Attached(path.name, MIMES[path.suffix], size, digest.hexdigest(), "readings as the journal has them")
        for path, size, digest in zip(paths, sizes, digests, strict=True)
        if path.suffix == ".parquet" or size <= LONGEST_CSV
    ]
