"""A change of the configuration file: tried as a start would, put in the place of the file, and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.config import appending
from gateway.config.load import load, parse
from gateway.config.toml import toml
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import ConfigurationError, InputError
from gateway.questions.approvals import as_it_would_start
from gateway.questions.start import Start, would_follow
from gateway.statements import configuration as configured
from gateway.statements import written as writing
from gateway.statements.written import Written
from gateway.times import to_the_second

OFF: Final = (
    "writes_configuration under [pages] is not set: copy the text and add it to the configuration by hand, "
    "or set it there and start the gateway again"
)


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: like "profile car-t 4". `after`: the file from what stands there and the moment, RFC 3339.

    `check_only`: raises InputError where the new configuration differs in more than that from the old one.
    """

    what: str
    after: Callable[[bytes, str], bytes]
    check_only: Callable[[Configuration, Configuration], None]
    proposal: str = ""  # the id of the statement that proposed it


@dataclass(frozen=True, slots=True)
class WrittenNow:
    """What was stated, and what follows with the start of the gateway, in words."""

    stated: Stated
    said: Written
    changes: tuple[str, ...]


def why_not_written(configuration: Configuration) -> str:
    """Why nothing can be written from here; empty: it can."""
    return appending.why_not(configuration.path) if configuration.pages.writes_configuration else OFF


def try_out(desk: Desk, change: Change) -> tuple[Configuration, Start]:
    """The configuration as it would be, and what would follow; nothing is written, not even beside the file.

    Raises InputError or ConfigurationError.
    """
    before = appending.read(desk.configuration.path)
    after = change.after(before.content, to_the_second(desk.clock.now_ns()))
    old = parse(_document(before.content), before.path)
    new = parse(_document(after), before.path)
    change.check_only(old, new)
    return new, _start(new)


def write(desk: Desk, author: Author, make: Callable[[], Change]) -> WrittenNow:
    """Put a change into the file, and state that. `make` is asked once nobody else changes the file, whose
    older content is kept beside it. Raises InputError or ConfigurationError, and nothing has changed.
    """
    if why := why_not_written(desk.configuration):
        raise InputError(why)
    path = desk.configuration.path
    try:
        with appending.alone(path):
            said, changes = _put_in(desk, make())
    except OSError as error:
        raise InputError(f"{path} was not written: {error.strerror}; {appending.BY_HAND}") from None
    stated = desk.state(lambda: [desk.draft(writing, said, author, desk.clock.now_ns())])
    return WrittenNow(stated, said, changes)


def _put_in(desk: Desk, change: Change) -> tuple[Written, tuple[str, ...]]:
    """What is to be stated, and what follows with the start. Raises OSError, too."""
    path, now = desk.configuration.path, to_the_second(desk.clock.now_ns())
    before = appending.read(path)
    old = load(path)
    _check_started_with(desk, old)
    tried = appending.attempt(before, change.after(before.content, now))
    try:
        new = load(tried)
        change.check_only(old, new)
        start = _start(new)
        kept = appending.kept_name(before, now.replace(":", ""))
        appending.replace(before, tried, kept)
    finally:
        tried.unlink(missing_ok=True)
    digest = appending.read(path).digest
    return Written(change.what, change.proposal, path.name, before.digest, digest, kept), start.changes


def _document(content: bytes) -> dict[str, object]:
    try:
        return toml(content.decode("utf-8-sig"))
    except ValueError as error:
        raise InputError(f"this would be no TOML: {error}") from None


def _start(new: Configuration) -> Start:
    start = would_follow(as_it_would_start(new), new.data_dir)
    if start.problems:
        raise ConfigurationError(list(start.problems))
    return start


def _check_started_with(desk: Desk, old: Configuration) -> None:
    """Raises InputError where somebody changed the file by hand, and no gateway was started with that."""
    newest = next(desk.journal.newest_statements(configured.KIND), None)
    told = "" if newest is None else configured.of(newest[1].body).fingerprint
    if told != as_it_would_start(old).fingerprint:
        raise InputError(
            f"{old.path} was changed by hand since the gateway was started with it: look at it with "
            "`cryogate check`, start the gateway with it, and write then"
        )
