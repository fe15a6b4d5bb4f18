"""A bundle for inspectors: reports of a period, proofs, key, verifier, checksums; read without a network.

All of it is of one state of the journal and under one checkpoint. It is made beside its name, and gets that
when it is whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.dataclass import dataclass
from gateway.dossier import facts, period
from gateway.dossier.bundle_index import Row, as_csv, as_html
from gateway.dossier.case import Case
from gateway.dossier.listed import cases_of
from gateway.dossier.making import made, need_printer
from gateway.dossier.places import visits
from gateway.dossier.proven import write_proofs
from gateway.dossier.report import Report
from gateway.dossier.state import State
from gateway.dossier.words import Language
from gateway.errors import InputError
from gateway.evidence import alone, files, proving
from gateway.evidence.note import Note
from gateway.evidence.store import FILE, Store
from gateway.journal import rights
from gateway.journal.failures import files_explained
from gateway.journal.records import Records
from gateway.journal.rollover import sync_folder

MOST: Final = 1000  # reports: some 1.5 s each, and nobody reads more at once
SUMS: Final = "SHA256SUMS"
REPORTS, PROOFS, CHECKPOINT, KEY = "reports", "proofs", "checkpoint", "log.key"
ZIP: Final = ".zip"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # of each file in a ZIP: the same bundle has the same bytes
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of one asset (any name it had) or of all, over [start, end)."""

    asset: str | None
    start_ns: int
    end_ns: int
    language: Language
    paper: str
    fonts: Path | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One report to be made. `alarm`: empty for an asset over the period."""

    name: str
    asset: str
    alarm: str
    report: Callable[[], Report]


def bundle(state: State, records: Records, wanted: Wanted, output: Path, told: Told) -> int:
    """How many reports it has. Raises InputError or EvidenceError where it cannot be made."""
    if os.path.lexists(output):
        raise InputError(f"{output} is there already; give another name or remove it")
    need_printer()
    subjects = list(_subjects(state, records, wanted))
    if not subjects:
        raise InputError("nothing was measured in this period; `cryogate clocks` tells what the journal has")
    if len(subjects) > MOST:
        raise InputError(
            f"{len(subjects)} reports; a bundle has at most {MOST}: give --asset, or a shorter period"
        )
    with files_explained(output.parent), _beside(output) as folder:
        _fill(folder, state, wanted, subjects, told)
        if output.suffix == ZIP:
            _pack(folder, output)
        else:
            folder.rename(output)
        sync_folder(output.parent)
    return len(subjects)


def _subjects(state: State, records: Records, wanted: Wanted) -> Iterator[Subject]:
    """Each asset that was measured, or had an excursion, and each of its excursions."""
    span, timeline, names = (wanted.start_ns, wanted.end_ns), state.timeline, state.timeline.names
    known = sorted(set(names.ever("assets").values()))
    for identity in known if wanted.asset is None else [wanted.asset]:
        asked = period.period_of(state, identity, *span)
        cases = list(cases_of(state, records, asked.asset, *span))
        if not cases and next(visits(timeline, asked.asset, *span), None) is None:
            continue
        name = names.latest("assets", asked.asset)
        yield Subject(name, name, "", _of_asset(asked, records))
        yield from (Subject(case.alarm, name, case.alarm, _of_case(case)) for case in cases)


def _of_asset(asked: period.Period, records: Records) -> Callable[[], Report]:
    return lambda: period.report_of(asked, records)


def _of_case(case: Case) -> Callable[[], Report]:
    return lambda: facts.report_of(case)


def _fill(folder: Path, state: State, wanted: Wanted, subjects: list[Subject], told: Told) -> None:
    rights.make_folder(folder / REPORTS)
    under = _log_files(folder, state)
    rows = []
    for number, one in enumerate(subjects):
        told("reports", number, len(subjects))
        rows.append(_report(folder, number, one, wanted, under))
    told("reports", len(subjects), len(subjects))
    files.write(folder / alone.NAME, alone.PATH.read_bytes())
    files.write(folder / "index.csv", as_csv(rows))
    files.write(
        folder / "index.html", as_html(rows, state, wanted.start_ns, wanted.end_ns, under is not None)
    )
    inside = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in inside]
    files.write(folder / SUMS, "".join(sums).encode())


def _log_files(folder: Path, state: State) -> Note | None:
    """Checkpoint and key; None where there is no log. Raises EvidenceError before the first checkpoint."""
    path = state.journal.path.parent / FILE
    if not path.exists():
        return None
    with Store(path) as store:
        _, note = proving.newest(store)
        files.write(folder / CHECKPOINT, str(note).encode())
        files.write(folder / KEY, f"{store.key}\n".encode())
    rights.make_folder(folder / PROOFS)
    return note


def _report(folder: Path, number: int, one: Subject, wanted: Wanted, under: Note | None) -> Row:
    report = one.report()
    name = f"{REPORTS}/{number + 1:04}-{_file_name(one.name)}.pdf"
    content = made(report, wanted.language, wanted.paper, wanted.fonts, under)
    files.write(folder / name, content)
    if under is not None:
        with tempfile.TemporaryDirectory(prefix="cryogate-proofs-") as proofs:
            _, attached = write_proofs(report.told, report.state, Path(proofs), under)
            for proof in attached:
                if proof.name.endswith(".tlog-proof"):
                    files.write(folder / PROOFS / proof.name, (Path(proofs) / proof.name).read_bytes())
    return Row(name, one.asset, one.alarm, report.told, len(content), hashlib.sha256(content).hexdigest())


def _file_name(name: str) -> str:
    """For any system: the number before it makes it unique."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in name)[:60]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _beside(output: Path) -> Iterator[Path]:
    """A folder in the same place; gone when it did not get its name."""
    outer = Path(tempfile.mkdtemp(prefix=f".{output.name[:60]}.", dir=output.parent))
    try:
        folder = outer / "bundle"
        rights.make_folder(folder)
        yield folder
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def _pack(folder: Path, output: Path) -> None:
    packed = folder.parent / "bundle.zip"
    with open(packed, "xb", opener=rights.opener) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                inside = f"{output.stem}/{path.relative_to(folder).as_posix()}"
                pack.writestr(zipfile.ZipInfo(inside, EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED)
        file.flush()
        os.fsync(file.fileno())
    packed.rename(output)
