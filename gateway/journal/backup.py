"""A backup of a journal, running or not, and its way back: a folder that is always one whole backup.

manifest.json            what belongs to it, each file with its SHA-256; replaced last, by a rename
journal-TIME.sqlite      the log and the index of the archive
records-TIME.sqlite      taken before, so that no cursor in it is ahead of the journal
plans-TIME.sqlite        plans of sites, where there are some
archive/*.parquet        immutable: taken once, in the next backup only what is new
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.errors import InputError, JournalError
from gateway.journal import database, entries, identity, rights, schema
from gateway.journal.archive import FOLDER, Archive
from gateway.journal.failures import explained, files_explained
from gateway.journal.rollover import SUFFIX, sync_folder
from gateway.journal.transaction import transaction
from gateway.journal.verify import verify
from gateway.json_text import loads
from gateway.regular import open_regular
from gateway.times import format_rfc3339

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
JOURNAL: Final = "journal.sqlite"
RECORDS: Final = "records.sqlite"
PLANS: Final = "plans.sqlite"  # gateway/plans: pictures that nobody can make again
PLANS_LEFT: Final = "the plans of sites are not in it"  # damaged, they hold up no backup: they decide nothing
_CHUNK: Final = 2**20  # bytes
_ATTEMPTS: Final = 3  # retention may replace a file of the archive while it is being copied
Progress = Callable[[str, int, int], None]
"""Hears what is copied or compared, and how many bytes of how many are done."""


@dataclass(frozen=True, slots=True)
class _Brought:
    """A file of the archive in the backup, as it is there; nothing of it: no hash."""

    sha256: str
    bytes: int
    linked: bool = False
    damaged: str = ""  # in words; empty: it is what was written

    def entry(self) -> dict[str, Any]:
        """In the manifest."""
        damaged = {"damaged": self.damaged} if self.damaged else {}
        return {"bytes": self.bytes, "sha256": self.sha256, **damaged}


@dataclass(frozen=True, slots=True)
class Done:
    """What a backup or a restored folder holds."""

    folder: Path
    last_seq: int
    files: int  # of the archive
    bytes: int
    copied: int  # files that were not there before
    linked: int  # of those, hard links
    damaged: tuple[str, ...] = ()  # files of the archive that are not what was written, each in words

    def public(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "folder": str(self.folder),
            "last_entry": self.last_seq,
            "archive_files": self.files,
            "bytes": self.bytes,
            "new_files": self.copied,
            "hard_links": self.linked,
            "damaged": list(self.damaged),
        }


@dataclass(frozen=True, slots=True)
class Last:
    """The backup that is whole in a folder."""

    made: str
    file: str  # of the journal
    last_entry: int
    bytes: int
    archive_files: int

    def public(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)


def last(folder: Path) -> Last | None:
    """None where there is none that is whole."""
    try:
        manifest = _manifest(folder)
        names = [name for name, one in manifest["databases"].items() if one["restored_as"] == JOURNAL]
        size = sum(entry["bytes"] for entry in _files(manifest).values())
        if not names:
            return None
        return Last(manifest["made"], names[0], manifest["last_entry"], size, len(manifest["archive"]))
    except (InputError, KeyError, TypeError, AttributeError):
        return None


def backup(data: Path, folder: Path, progress: Progress = lambda *_: None) -> Done:
    """Copy the journal in `data` to `folder`, which is new, empty or an earlier backup.

    A file of the archive that is damaged is copied as it is, in case it is all there is, and named; a sound
    one of an earlier backup is never replaced by it. Raises InputError where `folder` is neither,
    JournalError where a database cannot be read or a file cannot be written.
    """
    with files_explained(folder):
        before = _manifest(folder) if folder.exists() and any(folder.iterdir()) else None
        _make_folders(folder)
        if before is None:
            before = _stated(0, {}, {})
            _replace(folder / MANIFEST, before)  # so that it is known for a backup, should this end early
        for _ in range(_ATTEMPTS - 1):
            with suppress(FileNotFoundError):
                return _backup(data, folder, before, progress)
        return _backup(data, folder, before, progress, is_last=True)


def restore(folder: Path, data: Path, progress: Progress = lambda *_: None, *, as_new: bool = False) -> Done:
    """Bring a backup back as the new folder `data`, and prove it: every hash, then every entry.

    `as_new`: a copy that goes on beside the first journal, and so gets an id of its own.
    Raises InputError where `data` is not empty or `folder` no backup, JournalError where it is damaged.
    """
    manifest = _manifest(folder)
    if not manifest["databases"]:
        raise InputError(f"{folder}: the backup never finished; take it again")
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise InputError(f"{data} is not empty; stop the gateway, move that folder aside and restore again")
    partial = data.with_name(data.name + SUFFIX)
    with files_explained(data):
        shutil.rmtree(partial, ignore_errors=True)
        _make_folders(partial)
        files = _files(manifest)
        total, done = sum(entry["bytes"] for entry in files.values()), 0
        for name, entry in files.items():
            progress("restored", done, total)
            target = partial / entry.get("restored_as", name)
            if _copy(folder / name, target) != entry["sha256"]:
                raise JournalError(f"{folder / name} is damaged: its SHA-256 is not that of the manifest")
            done += entry["bytes"]
        progress("restored", total, total)
        _prove(partial, manifest, progress)
        if as_new:
            _go_on_alone(partial / JOURNAL)
        sync_folder(partial / FOLDER)
        sync_folder(partial)
        partial.rename(data)
        sync_folder(data.parent)
    count = len(manifest["archive"])
    return Done(data, manifest["last_entry"], count, total, len(files), 0, _damaged(manifest))


def _make_folders(folder: Path) -> None:
    rights.make_folder(folder / FOLDER)


def _backup(
    data: Path, folder: Path, before: Mapping[str, Any], progress: Progress, *, is_last: bool = False
) -> Done:
    """`is_last`: a file that is not there is missing. Else it may be replaced: raises FileNotFoundError."""
    stamp = format_rfc3339(time.time_ns()).replace(":", "").replace("-", "")[:26].replace(".", "")
    databases, left_out = {}, []
    for name in (PLANS, RECORDS, JOURNAL):
        if name == JOURNAL or (data / name).exists():
            copy = f"{name.removesuffix('.sqlite')}-{stamp}.sqlite"
            try:
                databases[copy] = {**_copied_database(data / name, folder / copy), "restored_as": name}
            except JournalError as error:
                if name != PLANS:
                    raise
                left_out.append(f"{PLANS_LEFT}: {error}; move {PLANS} away, and draw them anew")
    last_seq, segments = _index(folder / copy)
    archive, brought = dict[str, _Brought](), dict[str, _Brought]()
    total, done = sum(size for size, _ in segments.values()), 0
    for name, (size, sha256) in segments.items():
        progress("archive", done, total)
        archive[name] = _Brought(sha256, size)
        if not _is_there(folder / FOLDER / name, size, before["archive"].get(name), sha256):
            source = data / FOLDER / name
            archive[name] = brought[name] = _bring(source, folder / FOLDER / name, sha256, is_last)
        done += size
    progress("archive", total, total)
    sync_folder(folder / FOLDER)
    manifest = _stated(last_seq, databases, {name: one.entry() for name, one in archive.items()})
    _replace(folder / MANIFEST, manifest)
    _remove_others(folder, manifest)
    size = done + sum(entry["bytes"] for entry in databases.values())
    linked = sum(one.linked for one in brought.values())
    return Done(folder, last_seq, len(archive), size, len(brought), linked, (*_damaged(manifest), *left_out))


def _copied_database(source: Path, target: Path) -> dict[str, Any]:
    """As of one moment, while others write: SQLite's online backup in one step."""
    partial = target.with_name(target.name + SUFFIX)
    with explained(source):
        database.copy(source, partial)
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    partial.rename(target)
    return {"bytes": target.stat().st_size, "sha256": sha256}


def _index(journal: Path) -> tuple[int, dict[str, tuple[int, str]]]:
    """Of a copied journal: its last entry, and the files of its archive with size and hash.

    It may be of an earlier version: before an upgrade a backup is the way back.
    """
    with explained(journal), closing(schema.open_reading(journal, schema.WITH_ARCHIVE)) as connection:
        archive = Archive(journal.parent / FOLDER, connection)
        segments = {s.file: (s.bytes, s.sha256) for s in archive.segments() if s.readings}
        return entries.last_seq(connection), segments


def _is_there(path: Path, size: int, before: Mapping[str, Any] | None, sha256: str) -> bool:
    known = before is not None and before["sha256"] == sha256
    return known and path.exists() and path.stat().st_size == size


def _bring(source: Path, target: Path, sha256: str, is_last: bool) -> _Brought:
    """Copy or link an archive file, and compare it with the hash that the index has."""
    partial = target.with_name(target.name + SUFFIX)
    partial.unlink(missing_ok=True)
    try:
        linked, found = _taken(source, partial)
    except OSError:
        if not (why := _unreadable(source)) or (not source.exists() and not is_last):
            raise
        partial.unlink(missing_ok=True)
        return _Brought("", 0, damaged=f"archive file {source} cannot be read: {why}")
    if found != sha256 and target.is_file() and _hash(target) == sha256:  # of an earlier backup
        partial.unlink()
        return _Brought(sha256, target.stat().st_size)
    partial.rename(target)
    if found == sha256:
        return _Brought(found, target.stat().st_size, linked)
    why = f"archive file {source} is damaged: its SHA-256 is not the one that was written"
    return _Brought(found, target.stat().st_size, linked, why)


def _taken(source: Path, partial: Path) -> tuple[bool, str]:
    """Whether it is a hard link, and its SHA-256."""
    with suppress(OSError):  # another disk, or one without hard links
        os.link(source, partial)
        return True, _hash(partial)
    return False, _copy(source, partial)


def _unreadable(source: Path) -> str:
    """Why; empty where it can be read, and something else went wrong."""
    try:
        _hash(source)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _damaged(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(one["damaged"] for one in manifest["archive"].values() if "damaged" in one)


def _copy(source: Path, target: Path) -> str:
    """Copy durably; the SHA-256 of what was copied."""
    sha256 = hashlib.sha256()
    with open_regular(source) as one, open(target, "wb", opener=rights.opener) as other:
        while chunk := one.read(_CHUNK):
            sha256.update(chunk)
            other.write(chunk)
        other.flush()
        os.fsync(other.fileno())
    return sha256.hexdigest()


def _hash(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _prove(data: Path, manifest: Mapping[str, Any], progress: Progress) -> None:
    """Read back what was written: every file has its hash, every entry is intact, none is missing.

    But for files that were damaged when the backup was taken: it says so.
    """
    for name, entry in _files(manifest).items():
        path = data / entry.get("restored_as", name)
        if _hash(path) != entry["sha256"]:
            raise JournalError(f"{path} does not read back as it was written; check the disk (dmesg)")
    with _changed(data / JOURNAL):  # to today's schema: an older version may have taken the backup
        pass
    damaged = [name for name, one in manifest["archive"].items() if "damaged" in one]
    found = verify(data / JOURNAL, progress).problems
    if problems := [problem for problem in found if not any(name in problem for name in damaged)]:
        raise JournalError("the backup was taken of a damaged journal:\n" + "\n".join(problems))
    last_seq, segments = _index(data / JOURNAL)
    if last_seq != manifest["last_entry"] or set(segments) != set(manifest["archive"]):
        raise JournalError("the journal in the backup is not the one of its manifest; take another backup")


def _go_on_alone(journal: Path) -> None:
    with _changed(journal) as connection, transaction(connection):
        identity.go_on_alone(connection, time.time_ns(), entries.last_seq(connection))


@contextmanager
def _changed(journal: Path) -> Iterator[database.Connection]:
    """Open to be changed, of today's schema; afterwards one file again."""
    with explained(journal), closing(schema.open_writing(journal)) as connection:
        yield connection
        connection.execute("PRAGMA journal_mode = DELETE")


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = loads(path.read_bytes())
        if manifest["format"] != FORMAT:
            raise InputError(f"{path} has format {manifest['format']}; use the version that wrote it")
        return manifest
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f"{folder} is no backup: it has no readable {MANIFEST}") from None


def _files(manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Those that are in the backup."""
    there = {name: entry for name, entry in manifest["archive"].items() if entry["sha256"]}
    archive = {f"{FOLDER}/{name}": entry for name, entry in there.items()}
    return {**manifest["databases"], **archive}


def _stated(last_seq: int, databases: Mapping[str, Any], archive: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made": format_rfc3339(time.time_ns()),
        "last_entry": last_seq,
        "databases": databases,
        "archive": archive,
    }


def _replace(path: Path, manifest: Mapping[str, Any]) -> None:
    partial = path.with_name(path.name + SUFFIX)
    with open(partial, "wb", opener=rights.opener) as file:
        file.write(json.dumps(manifest, indent=2).encode())
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    sync_folder(path.parent)


def _remove_others(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Files of earlier backups, finished or not, that are not in this one; files of strangers stay."""
    mine = {folder / name for name in _files(manifest)}
    ours = (
        "journal-*.sqlite*",
        "records-*.sqlite*",
        "plans-*.sqlite*",
        f"{FOLDER}/*.parquet",
        f"{FOLDER}/*{SUFFIX}",
    )
    for pattern in ours:
        for path in set(folder.glob(pattern)) - mine:
            path.unlink()
