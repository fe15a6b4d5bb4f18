"""`cryogate evidence`: the log of hashes over the journal, which people outside check by themselves."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway.cli.bars import bars
from gateway.cli.listing import Whole
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, print_json, say
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.evidence import keeping, note, proving
from gateway.evidence.note import Note
from gateway.evidence.proof import SUFFIX
from gateway.evidence.store import FILE, Signed, Store
from gateway.journal import exhibits, rights
from gateway.journal.failures import files_explained
from gateway.journal.items import Items
from gateway.journal.opened import journal_of
from gateway.regular import open_regular
from gateway.running.lock import locked
from gateway.text import counted
from gateway.times import format_rfc3339

LARGEST: Final = 10**18  # number of an entry
evidence = typer.Typer(
    cls=Whole,
    no_args_is_help=True,
    help="The evidence log: checkpoints and proofs that others check without Cryogate.",
)


def add_to(app: typer.Typer) -> None:
    for command in (status, checkpoint, add, prove, consistency, verify, tiles, key, begin):
        evidence.command()(command)
    app.add_typer(evidence, name="evidence")


def status(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """How far the log is, and what was signed last.

    Example: cryogate evidence status
    """
    with _opened(config) as (store, path), Items(path) as items:
        told = _told(store, store.newest(), items.last_place().seq)
    if as_json:
        print_json(told)
        return
    say(f"log {told['origin']}: {counted(told['leaves'], 'leaf', 'leaves')}")
    say(f"journal: entry {told['entry']} of {told['last_entry']} is in it")
    signed = told["checkpoint"]
    say(f"checkpoint: {_signed_words(signed)}")


def checkpoint(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file instead of the screen.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """The newest checkpoint, signed: keep it where the gateway's owner cannot change it.

    Whoever has it can tell later whether anything before it was changed or left out.

    Example: cryogate evidence checkpoint -o pudong-1.checkpoint
    """
    with _opened(config) as (store, _):
        signed, read = proving.newest(store)
    if output is not None:
        _write(output, str(read))
    if as_json:
        told = {"origin": signed.origin, "leaves": signed.size, "at": format_rfc3339(signed.at_ns)}
        print_json(told | {"checkpoint": signed.note, "file": None if output is None else str(output)})
    elif output is None:
        typer.echo(str(read), nl=False)
    else:
        say(f"{output}: {counted(signed.size, 'leaf', 'leaves')}, signed {format_rfc3339(signed.at_ns)}")


def add(
    file: Annotated[Path, typer.Argument(help="A report, or any other file.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Put the SHA-256 of a file into the log: proven later is that it was there by then, as it is.

    The gateway may run, and puts it under its next checkpoint.

    Example: cryogate evidence add excursion-7Q2M9XKD.pdf
    """
    said = put_file(load(config), file)
    if as_json:
        print_json(said)
    else:
        say(added(said))


def put_file(configuration: Configuration, file: Path) -> dict[str, object]:
    """Into the log, by its hash; what the log says of it."""
    path, (sha256, size) = journal_of(configuration.data_dir), _hashed(file)
    name = os.fsencode(file.name).decode("utf-8", "replace")
    said: dict[str, object] = {"name": name, "sha256": sha256, "bytes": size}
    with Items(path, writing=True) as items:
        items.put(exhibits.FILE, said)
    return said


def added(said: Mapping[str, object]) -> str:
    return f"{said['name']}: SHA-256 {said['sha256']} is in the log with the next checkpoint"


def prove(
    entry: Annotated[
        int | None, typer.Argument(metavar="[ENTRY]", min=1, max=LARGEST, help="Number of the entry.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Instead: a file that was added, or one of the archive.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=f"The proof; default: entry-ENTRY{SUFFIX}.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """A proof that an entry of the journal, or a file, is in the log, for others to check.

    Whoever has the key of the log checks it without a network, by scripts/cryogate_verify.py or any program
    that reads C2SP tlog-proof.

    Examples: cryogate evidence prove 4711 -o shipped.tlog-proof; cryogate evidence prove --file report.pdf
    """
    if (entry is None) == (file is None):
        raise InputError("give either the number of an entry or --file")
    default = f"entry-{entry}{SUFFIX}" if file is None else f"{file.name}{SUFFIX}"
    path = Path(default) if output is None else output
    with _opened(config) as (store, _):
        if file is None:
            index = proving.leaf_of(store, entry or 0)
        else:
            index = proving.leaf_of_file(store, _hashed(file)[0])
        made = proving.prove(store, index)
    _write(path, str(made))
    leaf = (made.extra or b"").decode()
    if as_json:
        print_json({"file": str(path), "leaf": made.index, "says": leaf, "hashes": len(made.hashes)})
    else:
        say(f"{path}: leaf {made.index} says {leaf}")


def consistency(
    kept: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="The one that was kept.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file; it must not exist.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """A proof that the log has only grown since a checkpoint that somebody kept.

    The file is what C2SP tlog-witness asks of a log: the old size, the proof, and the newest checkpoint.

    Example: cryogate evidence consistency kept.checkpoint -o since.consistency
    """
    with _opened(config) as (store, _):
        size, text = proving.grown(store, read_note(kept))
    _write(output, text)
    if as_json:
        print_json({"file": str(output), "old_leaves": size})
    else:
        say(f"{output}: what was added to {counted(size, 'leaf', 'leaves')}")


def verify(
    kept: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", help="One that was kept elsewhere; may be given several times."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Compare the journal with the log, leaf by leaf, and the log with all its checkpoints.

    Reads all of the journal; the gateway may run. Exit code 0: nothing differs. 1: something does.

    Example: cryogate evidence verify --checkpoint kept-by-quality.checkpoint
    """
    notes = [read_note(one) for one in kept or ()]
    with _opened(config) as (store, path), Items(path) as items, bars() as progress:
        found = proving.verify(store, items, notes, lambda done, total: progress("leaves", done, total))
    if as_json:
        told = {"leaves": found.leaves, "same": found.same}
        print_json(told | {"problems": found.problems, "missing": found.missing})
    else:
        out = console()
        for problem in found.problems:
            out.print(problem, style="red", soft_wrap=True)
        for one in _together(found.missing):
            out.print(f"cannot be compared any more: {one}", soft_wrap=True)
        problems = counted(len(found.problems), "problem") if found.problems else "no problem"
        say(f"{counted(found.leaves, 'leaf', 'leaves')}, {found.same} as the journal has them: {problems}")
    if found.problems:
        raise typer.Exit(1)


def _together(missing: Sequence[str]) -> Iterator[str]:
    """Those that follow each other for the same reason in one line."""
    for why, group in groupby(missing, key=lambda one: one.partition(": ")[2]):
        names = [one.partition(": ")[0] for one in group]
        many = counted(len(names), "leaf", "leaves")
        yield f"{names[0]}: {why}" if len(names) == 1 else f"{names[0]} up to {names[-1]} ({many}): {why}"


def tiles(
    folder: Annotated[Path, typer.Argument(help="A folder, new or of an earlier time.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Write the whole log into a folder as C2SP tlog-tiles, for a web server or a stick.

    Only what is new is written. It tells of which kind each entry is and when, not what it says.

    Example: cryogate evidence tiles /srv/www/cryogate-log
    """
    with _opened(config) as (store, _):
        written = proving.write_tiles(store, folder)
        signed, _ = proving.newest(store)
    if as_json:
        print_json({"folder": str(folder), "leaves": signed.size, "new_files": written})
    else:
        say(f"{folder}: {counted(signed.size, 'leaf', 'leaves')}, {counted(written, 'new file')}")


def key(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """The verifier key of the log: give it to whoever is to check, once, by a way they trust.

    Example: cryogate evidence key
    """
    with _opened(config) as (store, _):
        told = {"origin": store.origin, "key": store.key}
    if as_json:
        print_json(told)
    else:
        typer.echo(told["key"])


def begin(
    reason: Annotated[str, typer.Option("--reason", help="Why: it is in the new log and in the journal.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Begin another log with a new name and key, after a key was lost or seen, or the log cannot go on.

    The tree goes on where it fits to the journal. Checkpoints of before keep the key of before. Stop the
    gateway first.

    Example: cryogate evidence begin --reason "the key was on a stick that is lost"
    """
    configuration = load(config)
    folder = configuration.data_dir
    path = journal_of(folder)
    with (
        locked(folder),
        Items(path, writing=True) as items,
        keeping.begin(folder, items, configuration.gateway.name, reason) as store,
    ):
        told = {"origin": store.origin, "key": store.key, "leaves": store.size}
    if as_json:
        print_json(told)
    else:
        say(f"the log {told['origin']} begins with {counted(store.size, 'leaf', 'leaves')}; its key:")
        typer.echo(told["key"])


@contextmanager
def _opened(config: Path) -> Iterator[tuple[Store, Path]]:
    folder = load(config).data_dir
    path = journal_of(folder)
    if not (folder / FILE).exists():
        raise InputError(f"{folder}: no evidence log yet; a gateway makes it when it runs")
    with Store(folder / FILE) as store:
        yield store, path


def _told(store: Store, signed: Signed | None, last_seq: int) -> dict[str, Any]:
    point = None if signed is None else {"leaves": signed.size, "at": format_rfc3339(signed.at_ns)}
    told = {"origin": store.origin, "key": store.key, "leaves": store.size}
    return told | {"entry": store.place.seq, "last_entry": last_seq, "checkpoint": point}


def _signed_words(signed: Mapping[str, Any] | None) -> str:
    if signed is None:
        return "none yet"
    return f"{counted(signed['leaves'], 'leaf', 'leaves')}, signed {signed['at']}"


def read_note(path: Path) -> Note:
    """Raises InputError or EvidenceError where it is none."""
    try:
        with path.open("rb") as file:
            return note.parse(file.read(note.LONGEST + 1))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _hashed(path: Path) -> tuple[str, int]:
    """SHA-256 and bytes."""
    try:
        with open_regular(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _write(path: Path, text: str) -> None:
    """Whatever stands there is what somebody kept: it is never written over."""
    if path.exists():
        raise InputError(f"{path} is there already; give another name")
    with files_explained(path.parent), open(path, "x", encoding="utf-8", opener=rights.opener) as file:
        file.write(text)
