"""How a gateway introduces itself to its journal: channel numbers, and the configuration it runs under."""

from __future__ import annotations

from gateway.config.types import Configuration
from gateway.journal.journal import Journal, Statement

CONFIGURATION = "configuration"  # kind of the journal statement


def introduce(
    configuration: Configuration, journal: Journal, now_ns: int
) -> tuple[dict[str, int], dict[str, int]]:
    """Channel numbers, and since when each channel has been configured; states a changed configuration."""
    names = list(configuration.channels)
    since: dict[str, int] = {}
    newest = None
    for _, statement in journal.statements(CONFIGURATION):
        newest = statement.body["fingerprint"]
        for name in statement.body["channels"]:
            since.setdefault(name, statement.at_ns)
    numbers = journal.channel_numbers(names)
    if newest != configuration.fingerprint:
        body = {
            "fingerprint": configuration.fingerprint,
            "channels": names,
            "document": configuration.document,
        }
        journal.commit(statements=[Statement(CONFIGURATION, configuration.gateway.name, now_ns, body)])
    return numbers, {name: since.get(name, now_ns) for name in names}
