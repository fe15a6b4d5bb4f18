"""The whole examination: the configuration, the gateway if it runs, the machine it runs on."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from gateway import __version__
from gateway.api.asking import AS_WHOM, HIDDEN, ask
from gateway.clocks import kernel_clock
from gateway.config.files import exposed, missing
from gateway.config.load import load
from gateway.config.signs import lost_signs
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.doctor import (
    Finding,
    Level,
    ahead,
    alarms,
    brokers,
    certificate,
    duty,
    error,
    folder,
    mosquitto,
    note,
    ports,
    refused,
    running,
    tokens,
    warning,
    worst_first,
)
from gateway.doctor.processes import holder_of_lock
from gateway.errors import ConfigurationError, JournalError, NotRunning
from gateway.journal import database
from gateway.journal.records import Records
from gateway.published.labels import labels_of
from gateway.text import counted

SOON: Final = datetime.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found, the worst first; `summary` says in a line what was looked at."""

    findings: list[Finding]
    summary: str


def examine(path: Path, now_ns: int, today: datetime.date) -> Examination:
    """Everything about the gateway of a configuration file; changes nothing."""
    try:
        configuration = load(path)
    except ConfigurationError as problem:
        do = "correct it; `cryogate check` lists everything, docs/configuration.md every key"
        found = [error("configuration", what, do) for what in problem.problems]
        return Examination(found, f"{path}: the configuration cannot be used, so nothing else was looked at")
    status = _status(configuration)
    found = worst_first(_findings(configuration, status, now_ns, today))
    return Examination(found, _summary(configuration, status))


def _status(configuration: Configuration) -> Mapping[str, Any] | None:
    try:
        answer: Mapping[str, Any] = ask(configuration.data_dir, "status")
    except NotRunning:
        return None
    return answer


def _findings(
    configuration: Configuration, status: Mapping[str, Any] | None, now_ns: int, today: datetime.date
) -> Iterator[Finding]:
    sources = list(_sources(configuration, status))
    closer = {f.where for f in sources if f.level is not Level.NOTE}  # looked at here: better than from afar
    if status is not None:
        yield from (f for f in running.findings(status) if f.level is Level.NOTE or f.where not in closer)
        yield from refused.findings(configuration, status["refused"])
        yield from _of_this_run(configuration, status["gateway"])
    else:
        if folder.is_hidden(configuration.data_dir):
            yield error("gateway", f"{configuration.data_dir}: {HIDDEN}", AS_WHOM)
        elif not folder.is_held(configuration.data_dir):
            do = "start it: systemctl start cryogate, or `cryogate run`"
            yield error("gateway", "no gateway runs: nobody watches anything", do)
        yield from _clock(configuration)
    if database.loses_commits(database.SQLITE):
        yield error("sqlite", *database.TOO_OLD)
    yield from folder.findings(configuration, status is not None, now_ns)
    yield from sources
    yield from _alarms(configuration, status is not None)
    yield from duty.findings(configuration, now_ns)
    yield from certificate.findings(configuration, now_ns)
    yield from tokens.findings(configuration, now_ns)
    yield from ahead.findings(configuration, now_ns)
    yield from _said(configuration)
    yield from _calibrations(configuration, today)


def _of_this_run(configuration: Configuration, gateway: Mapping[str, Any]) -> Iterator[Finding]:
    if gateway["version"] != __version__:
        what = f"runs {gateway['version']}, but {__version__} is installed"
        yield warning("gateway", what, "restart it")
    if gateway["configuration"] != configuration.fingerprint:
        yield warning("configuration", "has changed since the gateway was started", "restart it")
    if gateway["watchdog_s"] is None:
        do = "run it as a service with a watchdog: docs/examples/cryogate.service"
        yield note("gateway", "nobody restarts it should it hang", do)
    if not configuration.heartbeat:
        do = "let somebody outside notice its silence: [heartbeat.NAME], docs/watch.md"
        yield note("gateway", "nobody notices should it die", do)


def _clock(configuration: Configuration) -> Iterator[Finding]:
    if configuration.clock.require_sync and kernel_clock.is_synchronized() is False:
        do = "start an NTP service, or, where it is set by other means, set require_sync = false in [clock]"
        yield warning(
            "clock", "nothing synchronizes the clock of this machine: readings will be uncertain", do
        )


def _sources(configuration: Configuration, status: Mapping[str, Any] | None) -> Iterator[Finding]:
    states = {s["name"]: s["state"] for s in status["sources"]} if status else {}
    pid = status["gateway"]["pid"] if status else _holder(configuration)
    for name, source in configuration.sources.items():
        up, where = states.get(name) == "up", f"source {name}"
        if source.kind == "serial" and not up:
            yield from ports.findings(name, source.options.port, pid)
        elif source.kind == "mqtt":
            yield from brokers.findings(where, source.options, up)
            yield from mosquitto.findings(where, source.options)


def _holder(configuration: Configuration) -> int | None:
    """A gateway that does not answer still holds its ports."""
    holder = holder_of_lock(configuration.data_dir / folder.LOCK)
    return None if holder is None else holder.pid


def _alarms(configuration: Configuration, runs: bool) -> Iterator[Finding]:
    """Of the gateway that runs, or as the last one left them."""
    path = configuration.data_dir / folder.RECORDS
    if runs:
        yield from alarms.findings(ask(configuration.data_dir, "alarms"), labels_of(configuration))
    elif os.access(path, os.R_OK):
        try:
            with Records(path, read_only=True) as records:
                rows, labels = records.book.alarms(), labels_of(configuration)
                yield from alarms.findings_of_rows(rows, configuration.priorities, labels)
        except JournalError:
            return  # said of the folder


def _said(configuration: Configuration) -> Iterator[Finding]:
    """What the configuration says, and what it names."""
    for key, what in missing(configuration):
        yield error(key, what, "put it there, readable for the gateway's user, or correct the path")
    for key, what, do in exposed(configuration):
        yield warning(key, what, do)
    for _, what in lost_signs(configuration.channels, configuration.assets, configuration.profiles):
        yield warning("configuration", what, "correct the sign, in a new version of the profile")


def _calibrations(configuration: Configuration, today: datetime.date) -> Iterator[Finding]:
    for name, channel in configuration.channels.items():
        told, where = channel.calibration, f"channel {name}"
        if told is None:
            continue
        if told.due <= today:
            do = "have the probe calibrated and enter the new certificate; readings are UNCERTAIN until then"
            yield warning(where, f"calibration {told.certificate} is overdue since {told.due}", do)
        elif told.due - today <= SOON:
            what = f"calibration {told.certificate} is due on {told.due}, in {(told.due - today).days} days"
            yield warning(where, what, "plan it; from that day on readings are UNCERTAIN")


def _summary(configuration: Configuration, status: Mapping[str, Any] | None) -> str:
    name = configuration.gateway.name
    channels = counted(len(configuration.channels), "channel")
    sources = counted(len(configuration.sources), "source")
    data = f"data in {configuration.data_dir}, SQLite {database.SQLITE}"
    if status is None:
        return f"no gateway {name} answers; {sources}, {channels}; {data}"
    heard = counted(sum(c["age_s"] is not None for c in status["channels"]), "channel")
    up = counted(sum(s["state"] == "up" for s in status["sources"]), "source")
    newest = status["journal"]["last_commit"]
    stored = f"newest commit {newest[:19]}Z" if newest else "nothing stored since its start"
    of = f"{name} {status['gateway']['version']} runs"
    return f"{of}; {sources}, {channels}, {up} up, {heard} heard; {stored}; {data}"
