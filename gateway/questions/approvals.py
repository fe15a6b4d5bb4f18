"""Which versions of profiles may come into force: enough people signed them, or they were in force before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gateway.config.approvals import Unapproved
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError, InputError
from gateway.journal import rights, schema
from gateway.journal.journal import Journal
from gateway.journal.standing import speaking_of
from gateway.questions.signed_records import SignedRecord, profile_record
from gateway.statements import configuration as configured
from gateway.statements import signature

APPROVED: Final = "approved"


def as_it_would_start(configuration: Configuration) -> Configuration:
    """The same as far as it would be in force now; a journal that cannot be read yet is not asked."""
    path = configuration.data_dir / "journal.sqlite"
    if not configuration.signatures.profile_approvals or any(rights.unusable(configuration.data_dir)):
        return configuration
    if not path.exists():
        return in_force(configuration, None)
    if schema.older(path) is not None:
        return configuration
    with Journal.open_reading(path) as journal:
        return in_force(configuration, journal)


def in_force(configuration: Configuration, journal: Journal | None) -> Configuration:
    """The same without the versions that are not approved yet, which `unapproved` then names.

    Raises ConfigurationError where a profile has no version left: what it is for would not be watched.
    """
    if not configuration.signatures.profile_approvals:
        return configuration
    waiting = tuple(_unapproved(configuration, journal))
    if not waiting:
        return configuration
    left_out = {(one.profile, one.version) for one in waiting}
    problems = [
        f"profiles.{one.profile}: none of its versions is in force; {one.words}"
        for one in waiting
        if all((one.profile, version.version) in left_out for version in configuration.profiles[one.profile])
    ]
    if problems:
        raise ConfigurationError(problems)
    return replace(load(configuration.path, without=left_out), unapproved=waiting)


def _unapproved(configuration: Configuration, journal: Journal | None) -> Iterator[Unapproved]:
    before, needed = _document_before(journal), configuration.signatures.profile_approvals
    for name, versions in configuration.profiles.items():
        for version in (one.version for one in versions):
            record = profile_record(configuration.document, name, version)
            who = () if journal is None else signed_by(journal, record)
            if len(who) < needed and not _was_in_force(before, name, version, record):
                yield Unapproved(name, version, who, needed)


def _document_before(journal: Journal | None) -> str:
    """Of the configuration that the gateway was last started with."""
    newest = None if journal is None else next(journal.newest_statements(configured.KIND), None)
    return "{}" if newest is None else configured.of(newest[1].body).document


def _was_in_force(document: str, name: str, version: str, record: SignedRecord) -> bool:
    try:
        return profile_record(document, name, version).content == record.content
    except InputError:
        return False


def signed_by(journal: Journal, record: SignedRecord) -> tuple[str, ...]:
    """Accounts that approved exactly this; each counts once."""
    stated = (one for _, one in speaking_of(journal, [record.name]) if one.kind == signature.KIND)
    said = (signature.of(statement.body) for statement in stated)
    return tuple(
        dict.fromkeys(
            one.account
            for one in said
            if (one.record, one.digest, one.meaning) == (record.name, record.digest, APPROVED)
        )
    )
