"""The data folder: who may use it, what is in it, and whether its journal can be read."""

from __future__ import annotations

import dataclasses
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from gateway import locks
from gateway.alarming.screening import STATE
from gateway.clocks.device_clocks import span
from gateway.config.types import Configuration
from gateway.doctor import Finding, error, note, running, warning
from gateway.doctor.processes import holder_of_lock, holders_beside
from gateway.errors import JournalError, StatementError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.rights import leads_nowhere, misplaced, no_archive
from gateway.journal.said import check_readable
from gateway.journal.signing_key import unusable_keys
from gateway.model import SECOND
from gateway.running.space import began_ns, room

JOURNAL, RECORDS, LOCK = "journal.sqlite", "records.sqlite", "lock"  # as the root has them


def findings(configuration: Configuration, runs: bool, now_ns: int) -> Iterator[Finding]:
    """`runs`: a gateway answers, and says itself how its disk and followers are."""
    folder = configuration.data_dir
    if leads := leads_nowhere(folder):
        yield _as_error(leads)
        return
    if not folder.exists():
        moved = next(holders_beside(folder / LOCK), None)
        if moved is not None:
            process, lock = moved
            what = f"{folder} does not exist, and {process} holds {lock}"
            do = f"if it is this gateway, it was renamed under it: mv {lock.parent} {folder}; start no other"
            yield error("data", what, do)
            return
        yield warning(
            "data",
            f"{folder} does not exist: no gateway ran here, or it was moved",
            "put it back, or start one: `cryogate run`",
        )
        return
    denied = list(_permissions(folder))
    yield from denied
    if denied:
        return
    yield from map(_as_error, no_archive(folder))
    has_other = configuration.journal.chain_key_file is not None
    yield from map(_as_error, unusable_keys(folder, has_other_chain=has_other))
    if not runs and is_held(folder):
        holder = holder_of_lock(folder / LOCK)
        who = "a process that cannot be seen" if holder is None else str(holder)
        do = "if it is the gateway: see its log, then restart the service; if not, find out what it does"
        yield error("gateway", f"{who} holds {folder}, but does not answer", do)
    if (folder / JOURNAL).exists():
        yield from _journal(configuration, runs, now_ns)


def is_hidden(folder: Path) -> bool:
    """Whether this user may not see who has the lock of the folder."""
    try:
        os.close(os.open(folder / LOCK, os.O_RDWR))
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def is_held(folder: Path) -> bool:
    """Whether a gateway has the lock of the folder."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        return not locks.taken(descriptor)
    finally:
        os.close(descriptor)


def _permissions(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        yield error("data", f"{folder} is no folder", "move it away, or give another data_dir")
        return
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        yield error(
            "data", f"the disk of {folder} is read-only", "find out why (dmesg), and mount it for writing"
        )
        return
    me = pwd.getpwuid(os.geteuid()).pw_name
    do = f"run as the user of the gateway, or: chown -R {me} {folder}"
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield error("data", f"{me} may not write in {folder}, which is {_owner(folder)}'s", do)
        return
    yield from map(_as_error, misplaced(folder))
    for name in (JOURNAL, f"{JOURNAL}-wal", f"{JOURNAL}-shm", RECORDS, LOCK):
        path = folder / name
        if path.is_file() and not os.access(path, os.R_OK | os.W_OK):
            yield error("data", f"{me} may not write {path}, which is {_owner(path)}'s", do)


def _as_error(told: str) -> Finding:
    what, _, do = told.partition("; ")
    return error("data", what, do)


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return f"user {path.stat().st_uid}"


def _journal(configuration: Configuration, runs: bool, now_ns: int) -> Iterator[Finding]:
    folder = configuration.data_dir
    try:
        with Journal.open_reading(folder / JOURNAL) as journal:
            last_seq = journal.last_seq()
            newest = journal.entries(last_seq - 1, 1) if last_seq else []
            check_readable(journal)
            if not runs:
                low_bytes = configuration.journal.low_space_bytes
                found = room(folder, began_ns(journal), now_ns, low_bytes)
                yield from running.disk(dataclasses.asdict(found))
    except (JournalError, StatementError) as problem:
        what, _, do = str(problem).partition("; ")
        yield error("journal", what, do or "restore a backup")
        return
    if runs or not newest:
        return
    age_s = (now_ns - newest[0].committed_ns) / SECOND
    if age_s < 0:
        do = "set the clock; until it is right, readings are UNCERTAIN"
        yield warning("clock", f"this machine's clock is {span(-age_s)} behind the newest commit", do)
    else:
        yield note("journal", f"newest commit {span(age_s)} ago, entry {last_seq}", "")
    yield from _followers(configuration, last_seq)


def _followers(configuration: Configuration, last_seq: int) -> Iterator[Finding]:
    path = configuration.data_dir / RECORDS
    if not path.exists():
        return
    try:
        records = Records(path, read_only=True)
    except JournalError as problem:
        do = "with the gateway stopped, put the file aside: it is made again from the journal"
        yield error("records", str(problem), do)
        return
    saved = records.saved(STATE)
    behind = last_seq - (saved[0] if saved else 0)
    if behind > running.BEHIND:
        yield note("screening", f"{behind} entries are to be screened", "start the gateway: it catches up")
    for name in configuration.sinks:
        behind = last_seq - records.cursor(f"sink:{name}")
        if behind > running.BEHIND:
            yield note(
                f"sink {name}", f"{behind} entries are to be written", "start the gateway: it catches up"
            )
    for name in records.parking():
        do = "`cryogate parked` shows them with the reason; send them again or accept it there"
        yield warning(name.replace(":", " "), "what it rejected is parked", do)
    records.close()
