"""Says beside an answer that no gateway runs, so that nobody takes an old list for good news."""

from __future__ import annotations

from gateway.api.liveness import liveness
from gateway.cli.terminal import say
from gateway.config.types import Configuration
from gateway.times import format_rfc3339


def known_at_ns(configuration: Configuration) -> int | None:
    """When the gateway that is gone wrote last; None while one runs, or where none ever did.

    For each command that answers about now from journal and records.
    """
    found = liveness(configuration.data_dir)
    if found.runs or not (configuration.data_dir / "journal.sqlite").exists():
        return None
    at = "when one last ran" if found.last_ns is None else f"at {format_rfc3339(found.last_ns)[:19]}Z"
    say(f"no gateway runs: this is what was known {at}; start one with `cryogate run`", err=True)
    return found.last_ns
