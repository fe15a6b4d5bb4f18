"""What is inside: units loaded from a file, and assets found empty."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from gateway.commands.author import Author
from gateway.commands.codes import check_codes, former_code, known_otherwise, meant_before, parse_code
from gateway.commands.counts import counts
from gateway.commands.desk import Desk, Revising, Stated
from gateway.commands.words import Words, correction
from gateway.config.timeline import timeline_of
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.said import said as said_of
from gateway.journal.standing import bearing_on, speaking_of
from gateway.statements import Statement, empty
from gateway.statements import containment as containing
from gateway.statements.empty import Empty
from gateway.traceability.checks import check as check_row
from gateway.traceability.checks import news
from gateway.traceability.containment import Containments
from gateway.traceability.contradictions import contradicted
from gateway.traceability.heard import KINDS, contents
from gateway.traceability.model import Containment, Stay
from gateway.traceability.statements import Places, read, to_stay

LARGEST_FILE: Final = 64 * 2**20  # bytes; 100 000 rows are 20 MB

MOST_LOOKED_UP: Final = 2000  # units of a file; for more it is faster to read all that was ever stated


@dataclass(frozen=True, slots=True)
class UnitMoves:
    """Where a unit was, as it is stated now, and as it would be."""

    scheme: str
    code: str
    before: tuple[Stay, ...]
    after: tuple[Stay, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How many rows there are, how many of them would be stated, and what follows."""

    rows: int
    new: int
    units: tuple[UnitMoves, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows the file has, and what of it was not known yet."""

    rows: int
    stated: Stated
    remarks: tuple[str, ...] = ()


def load(
    desk: Desk,
    author: Author,
    file: Path,
    corrects: str | None = None,
    reason: str = "",
    announce: Callable[[int], None] = lambda _: None,
    sees: Callable[[str], bool] = lambda _: True,
) -> Loaded:
    """State every row of the file that is not the latest word already; all of them, or nothing.

    With `corrects` the file has one row, which replaces that statement. `announce` hears how many rows there
    are, before what takes longest; `sees`: which assets there are for who asks. Raises InputError.
    """
    brought = _brought(desk, author, file, corrects, sees)
    announce(len(brought.rows))
    origin = author.bringing(f"file {file.name} {brought.sha256}")
    writer = replace(author, origin=origin if origin.isprintable() else ascii(origin)[1:-1])
    remarks: list[str] = []

    def look() -> list[Statement]:
        revised = _revised(desk, brought, corrects, reason)
        known = contents(_said_about(desk.journal, brought.rows), revised.same)
        new, remarks[:] = _judged(desk, known, revised)
        return [_draft(desk, row, writer, revised.revising) for row in new]

    return Loaded(len(brought.rows), desk.state(look), tuple(remarks))


def foresee(
    desk: Desk,
    author: Author,
    file: Path,
    corrects: str | None = None,
    reason: str = "",
    sees: Callable[[str], bool] = lambda _: True,
) -> Foreseen:
    """What `load` would do with the same, and where the units would be; states nothing. Raises InputError."""
    brought = _brought(desk, author, file, corrects, sees)
    revised = _revised(desk, brought, corrects, reason)
    known = contents(_said_about(desk.journal, brought.rows), revised.same)
    keys = [row.unit.key for row in revised.rows]
    before = {key: known.where_was(*key) for key in keys}
    new, remarks = _judged(desk, known, revised)
    moves = tuple(UnitMoves(*key, tuple(before[key]), tuple(known.where_was(*key))) for key in before)
    return Foreseen(len(brought.rows), len(new), moves, tuple(remarks))


def state_empty(
    desk: Desk,
    author: Author,
    asset: str,
    zone: str | None = None,
    at: str | None = None,
    corrects: str | None = None,
    reason: str = "",
) -> Stated:
    """Say that nothing is in an asset, or a zone of it, from `at` (None: now) on. Raises InputError."""
    at_ns = desk.moment(at)
    check_place(_places(desk), asset, zone)
    said = Empty(asset, zone)

    def look() -> list[Statement] | Statement:
        words = Words(desk.journal)
        revising, corrected = correction(words, empty.KIND, corrects, reason, explains=True)
        for before in words.beside(empty.KIND, corrected):
            if before.at_ns == at_ns and _same(words, empty.of(before.body), said):
                return before
        return [desk.draft(empty, said, author, at_ns, revising)]

    return desk.state(look)


def _same(words: Words, one: Empty, other: Empty) -> bool:
    first, second = (words.names.identity("assets", said.asset) for said in (one, other))
    return (first, one.zone) == (second, other.zone)


@dataclass(frozen=True, slots=True)
class _Brought:
    """The rows of a file, and their codes as they stand in it."""

    file: Path
    sha256: str
    rows: list[Containment]
    written: Mapping[tuple[str, str], list[str]]
    now_ns: int


@dataclass(frozen=True, slots=True)
class _Revised:
    """The same as they would be stated now."""

    brought: _Brought
    rows: list[Containment]
    revising: Revising
    same: Callable[[str], str]


def _brought(
    desk: Desk, author: Author, file: Path, corrects: str | None, sees: Callable[[str], bool]
) -> _Brought:
    data, now_ns = _bytes(file), desk.clock.now_ns()
    written: dict[tuple[str, str], list[str]] = {}

    def parse(scheme: str, code: str) -> str:
        normal = parse_code(scheme, code)
        written.setdefault((scheme, normal), []).append(code)
        return normal

    try:
        places = {name: zones for name, zones in _places(desk).items() if sees(name)}
        rows = read(_text(data), author.name, now_ns, parse, places, now_ns)
    except InputError as error:
        raise _nothing_taken(file, error) from None
    if corrects and len(rows) != 1:
        raise InputError(f"{file}: has {len(rows)} rows; one statement is corrected by one row")
    return _Brought(file, hashlib.sha256(data).hexdigest(), rows, written, now_ns)


def _revised(desk: Desk, brought: _Brought, corrects: str | None, reason: str) -> _Revised:
    revising, corrected = correction(Words(desk.journal), containing.KIND, corrects, reason)
    if corrected is not None and len(containing.of(corrected.body).stays) != 1:
        raise InputError(
            f"{corrected.id} is a whole file of version 0.1.0: withdraw it, and load the right one"
        )
    same = timeline_of(desk.journal).asset_identity
    rows = [
        replace(
            row,
            asset=same(row.asset),
            asset_name=row.asset,
            corrects=revising.corrects,
            reason=revising.reason,
        )
        for row in brought.rows
    ]
    return _Revised(brought, rows, revising, same)


def _judged(desk: Desk, known: Containments, revised: _Revised) -> tuple[list[Containment], list[str]]:
    """What is to be stated, and what is remarkable about it; `known` has heard it afterwards."""
    brought, is_correction = revised.brought, bool(revised.revising.corrects)
    meant = list(meant_before(known, revised.rows, brought.written))
    stood = frozenset(known.conflicts())
    new = _news(known, revised.rows, brought.file, desk.configuration)
    if is_correction:
        known.state(*new)
    remarks = [] if is_correction else list(known_otherwise(known, new, brought.now_ns))
    remarks.extend(contradicted(stood, known.conflicts()))
    remarks.extend(counts(known, new))
    stated = set(new)
    remarks.extend(words for row, words in meant if row in stated and not is_correction)
    return new, remarks


def check_place(places: Places, asset: str, zone: str | None) -> None:
    """Raises InputError unless there is such an asset, and such a zone in it."""
    if asset not in places:
        raise InputError(f"there is no asset {asset!r}; known: {', '.join(places) or 'none'}")
    if zone is not None and zone not in places[asset]:
        zones = ", ".join(places[asset]) or "none"
        raise InputError(f"asset {asset!r} has no zone {zone!r}; its zones: {zones}")


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise InputError(f"{file}: larger than {LARGEST_FILE // 2**20} MiB; split it")
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"it is not UTF-8: {error}") from None


def _places(desk: Desk) -> Places:
    """Every asset that is or was, with its zones: statements may be about the past."""
    places = {name: asset.zones for name, asset in desk.configuration.assets.items()}
    for step in reversed(timeline_of(desk.journal).steps):
        for name, asset in step.meant.assets.items():
            known = places.get(name, ())
            places[name] = (*known, *(zone for zone in asset.zones if zone not in known))
    return places


def _said_about(journal: Journal, rows: list[Containment]) -> Iterable[Statement]:
    """What was stated that bears on the units of these rows."""
    if len(rows) > MOST_LOOKED_UP:
        return said_of(journal, *KINDS)
    codes = {code for row in rows for code in (row.unit.code, former_code(*row.unit.key))}
    of_units = (one.id for _, one in speaking_of(journal, codes) if one.kind == containing.KIND)
    emptied = (one.id for one in said_of(journal, empty.KIND))
    return (one for _, one in bearing_on(journal, (*of_units, *emptied)) if one.kind in KINDS)


def _news(
    known: Containments, rows: list[Containment], file: Path, configuration: Configuration
) -> list[Containment]:
    """What is to be stated: a correction always, other rows where they are not the latest word already."""
    try:
        check_codes(configuration, known, rows)
        corrections = [row for row in rows if row.corrects]
        for row in corrections:
            check_row(known, row)
        return corrections or news(known, rows)
    except InputError as error:
        raise _nothing_taken(file, error) from None


def _nothing_taken(file: Path, why: object) -> InputError:
    return InputError(f"{file}: nothing was taken, because of\n{why}")


def _draft(desk: Desk, row: Containment, author: Author, revising: Revising) -> Statement:
    said = containing.Containment((to_stay(replace(row, asset=row.asset_name)),))
    return desk.draft(containing, said, author, row.from_ns, revising)
