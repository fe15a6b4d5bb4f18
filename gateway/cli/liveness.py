"""Says beside an answer that it is not the present, so that nobody takes an old list for good news."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway.api.asking import ask
from gateway.api.liveness import liveness
from gateway.cli.terminal import say
from gateway.config.types import Configuration
from gateway.errors import NotRunning
from gateway.times import format_rfc3339

BEHIND: Final = 100  # entries: a second or two where all is well
AT_ONCE_S: Final = 2.0  # of a gateway that is too busy to say how it is


def known_at_ns(configuration: Configuration) -> int | None:
    """When the gateway that is gone wrote last; None while one runs, or where none ever did.

    Of one that runs it is said where it has not screened all yet. For each command that answers about now
    from journal and records.
    """
    found = liveness(configuration.data_dir)
    if found.runs:
        _say_what_is_missing(configuration.data_dir)
        return None
    if not (configuration.data_dir / "journal.sqlite").exists():
        return None
    at = "when one last ran" if found.last_ns is None else f"at {format_rfc3339(found.last_ns)[:19]}Z"
    say(f"no gateway runs: this is what was known {at}; start one with `cryogate run`", err=True)
    return found.last_ns


def _say_what_is_missing(folder: Path) -> None:
    try:
        journal = ask(folder, "status", AT_ONCE_S).get("journal")
    except NotRunning:  # this user may not ask, or it is busy
        return
    if not journal:
        return
    if problem := journal["screening_problem"]:
        say(f"nothing is screened, so alarms are missing: {problem}", err=True)
    elif (behind := journal["screening_behind"]) > BEHIND:
        say(
            f"screening is {behind} entries behind: alarms can be missing, or be as they were before",
            err=True,
        )
