"""How a gateway introduces itself to its journal: channel numbers, and the configuration it runs under."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.journal.journal import Journal, Statement
from gateway.statements import configuration as configured
from gateway.statements.configuration import KIND as CONFIGURATION
from gateway.statements.configuration import Configured

Version = tuple[str, str]  # profile, version


def introduce(
    configuration: Configuration, journal: Journal, now_ns: int
) -> tuple[dict[str, int], dict[str, int]]:
    """Channel numbers, and since when each channel has been configured; states a changed configuration.

    Raises ConfigurationError where limits changed under the name of a version that was in force.
    """
    names = list(configuration.channels)
    since: dict[str, int] = {}
    newest = None
    in_force: dict[Version, Any] = {}
    for _, statement in journal.statements(CONFIGURATION):
        before = configured.of(statement.body)
        newest = before.fingerprint
        in_force = _versions(json.loads(before.document)) | in_force
        for name in before.channels:
            since.setdefault(name, statement.at_ns)
    numbers = journal.channel_numbers(names)
    journal.describe_channels({n: (c.table.quantity, c.unit) for n, c in configuration.channels.items()})
    _refuse_silent_changes(in_force, _versions(json.loads(configuration.document)))
    if newest != configuration.fingerprint:
        said = Configured(configuration.fingerprint, configuration.document, tuple(names))
        body = configured.to_body(said)
        journal.commit(statements=[Statement(CONFIGURATION, configuration.gateway.name, now_ns, body)])
    return numbers, {name: since.get(name, now_ns) for name in names}


def earlier_documents(journal: Journal) -> list[Mapping[str, Any]]:
    """What the gateway was told at each time, the oldest first and the present one last."""
    return [json.loads(statement.body["document"]) for _, statement in journal.statements(CONFIGURATION)]


def _refuse_silent_changes(in_force: Mapping[Version, Any], now: Mapping[Version, Any]) -> None:
    """Every excursion names its profile version, so a version that was in force can not change its rules."""
    problems = [
        f"profiles.{name}: the rules of version {version!r} are not those it was in force with; leave them "
        "as they were and add a block with a new version and its valid_from"
        for name, version in sorted(in_force.keys() & now.keys())
        if in_force[name, version] != now[name, version]
    ]
    if problems:
        raise ConfigurationError(problems)


def _versions(document: Mapping[str, Any]) -> dict[Version, Any]:
    return {
        (name, block["version"]): block.get("rules", [])
        for name, blocks in document.get("profiles", {}).items()
        for block in blocks
    }
