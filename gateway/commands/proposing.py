"""A version of a profile is proposed, and once enough people signed it, written into the configuration."""

from __future__ import annotations

import json
from typing import Any, Final

from gateway.commands import configuring
from gateway.commands.author import Author
from gateway.commands.configuring import Change, WrittenNow
from gateway.commands.desk import Desk, Stated
from gateway.config import appending
from gateway.config.load import parse
from gateway.config.profiles import profiles
from gateway.config.tables import Problems
from gateway.config.toml import read_toml, toml
from gateway.config.types import Configuration, ProfileVersion
from gateway.errors import ConfigurationError, InputError
from gateway.model import SECOND
from gateway.questions.approvals import signed_by
from gateway.questions.proposals import Proposed, State, needed, proposed, versions_proposed
from gateway.statements import proposal as proposing
from gateway.statements.proposal import Proposal
from gateway.times import to_the_second

AHEAD_S: Final = 120.0  # a gateway is started anew within that, also on a small machine
ONE_BLOCK: Final = "expected one [[profiles.NAME]] block with a new version, and nothing else"


def propose(desk: Desk, author: Author, text: str, why: str) -> Stated:
    """`text`: one [[profiles.NAME]] block. Raises InputError or ConfigurationError where it cannot be."""
    if not why.strip():
        raise InputError("say why: whoever signs it wants to know")
    block = text.replace("\r\n", "\n").strip("\n")
    version = _version(block)
    _check_ahead(version, desk.clock.now_ns())
    _check_fits(desk.configuration, version, block)
    said = Proposal(version.profile, version.version, block, why)

    def look() -> list[Any]:
        known = [one.version for one in desk.configuration.profiles[version.profile]]
        if version.version in [*known, *versions_proposed(desk.journal, version.profile)]:
            raise InputError(
                f"profile {version.profile} has had a version {version.version!r}: give another one"
            )
        return [desk.draft(proposing, said, author, desk.clock.now_ns())]

    return desk.state(look)


def write(desk: Desk, author: Author, identity: str) -> WrittenNow:
    """Add a signed proposal to the end of the configuration file; the older file is kept beside it.

    Raises InputError or ConfigurationError, and nothing has changed.
    """

    def make() -> Change:
        found = proposed(desk.journal, desk.configuration, identity)
        return _change(author, found, _check_ready(desk, found))

    return configuring.write(desk, author, make)


def _check_ready(desk: Desk, found: Proposed) -> tuple[str, ...]:
    """Who signed it. Raises InputError where something is missing."""
    if found.state is not State.OPEN:
        raise InputError(f"{found.record.name} was written already")
    who, wanted = signed_by(desk.journal, found.record), needed(desk.configuration)
    if len(who) < wanted:
        named = f" ({', '.join(who)})" if who else ""
        raise InputError(
            f"{found.record.name} is approved by {len(who)} of {wanted} people{named}: sign it first"
        )
    _check_ahead(_version(found.said.text), desk.clock.now_ns())
    return who


def _change(author: Author, found: Proposed, signers: tuple[str, ...]) -> Change:
    def after(before: bytes, now: str) -> bytes:
        return appending.appended(before, _block(found, author, signers, now))

    def check_only(old: Configuration, new: Configuration) -> None:
        _check_only(found, old, new)

    return Change(found.record.name, after, check_only, found.statement.id)


def _block(found: Proposed, author: Author, signers: tuple[str, ...], now: str) -> str:
    told = (
        f"# Proposed by {found.statement.by} ({found.statement.id}): {found.said.why}\n"
        f"# Approved by {', '.join(signers)}. Written by {author.name} in the control room, {now}.\n"
    )
    return told + found.said.text


def _version(block: str) -> ProfileVersion:
    """The only thing in it. Raises InputError or ConfigurationError."""
    try:
        document = toml(block)
    except ValueError as error:
        raise InputError(f"this is no TOML: {error}") from None
    tables = document.get("profiles")
    if not isinstance(tables, dict) or list(document) != ["profiles"] or len(tables) != 1:
        raise InputError(ONE_BLOCK)
    if any(isinstance(blocks, list) and len(blocks) != 1 for blocks in tables.values()):
        raise InputError(ONE_BLOCK)
    problems = Problems()
    made = [version for versions in profiles(tables, problems).values() for version in versions]
    if problems:
        raise ConfigurationError(list(problems))
    return made[0]


def _check_fits(configuration: Configuration, version: ProfileVersion, block: str) -> None:
    """Raises InputError or ConfigurationError."""
    if version.profile not in configuration.profiles:
        known = ", ".join(sorted(configuration.profiles)) or "none"
        raise InputError(f"the configuration has no profile {version.profile!r}; it has: {known}")
    if version.retroactive:
        raise InputError("a version that is valid in the past is added by hand: it amends the record")
    document = read_toml(configuration.path)
    document["profiles"][version.profile] += toml(block)["profiles"][version.profile]
    parse(document, configuration.path)


def _check_ahead(version: ProfileVersion, now_ns: int) -> None:
    """Readings of its time must not be there before the gateway knows it. Raises InputError."""
    if version.valid_from_ns < now_ns + AHEAD_S * SECOND:
        raise InputError(
            f"valid_from of version {version.version!r} is not at least {AHEAD_S / 60:.0f} minutes ahead of "
            f"the gateway's clock ({to_the_second(now_ns)}): give a later one, in a new proposal"
        )


def _check_only(found: Proposed, old: Configuration, new: Configuration) -> None:
    """Nothing but this version is new. Raises InputError."""
    before, after = json.loads(old.document), json.loads(new.document)
    added = after["profiles"][found.said.profile].pop()
    signed = json.loads(found.record.content)["version"]
    if before != after or added != signed:
        raise InputError(f"{found.record.name} would change more than itself: add it by hand")
