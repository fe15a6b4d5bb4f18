"""What can be wrong with the parts of a gateway, asked of the parts themselves; see faults.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.alarming.faults import Check, Fault, Undecided
from gateway.alarming.screening import Screening
from gateway.clocks.gateway_clock import GatewayClock
from gateway.config.types import Configuration
from gateway.evidence.follower import EvidenceFollower
from gateway.followers.notifier import NotifierFollower
from gateway.followers.sink import SinkFollower
from gateway.ingestion.link import LinkState
from gateway.ingestion.sources import Source
from gateway.journal.chain import Chain
from gateway.model import SECOND, Severity
from gateway.payloads.unusable import shown
from gateway.running.parts import Parts
from gateway.running.space import SpaceWatch
from gateway.writing.archiving import Archiving
from gateway.writing.pump import Pump

SOURCE_DOWN_S = 60.0  # brokers restart and ports are unplugged for a moment
UNTRUSTED_S = 300.0  # after a start, NTP needs a moment
NEXT = "see `cryogate parked`, mend the cause and send them again with --retry, or --accept it"
MOST_NAMED = 10  # units, in a message
STILL_SENDS_NS = 600 * SECOND  # a device that has been silent for so long sends no more
BEHIND_S = 300.0  # a sink catches up by itself; after this long somebody should look


def every(configuration: Configuration, parts: Parts) -> list[Check]:
    """All there are."""
    return [
        sources(configuration, list(parts.sources.values())),
        core(configuration, parts.pump, parts.screening),
        left_behind(parts.pump, parts.screening),
        followers(parts.sinks, parts.notifiers, parts.archiving),
        machine(parts.clock),
        SpaceWatch(configuration.data_dir, configuration.journal),
        unapproved(configuration),
    ]


def unapproved(configuration: Configuration) -> Check:
    """Limits that somebody wrote, and that do not count yet."""

    def check() -> Iterator[Fault]:
        for one in configuration.unapproved:
            yield Fault(f"profile:{one.profile} {one.version}", Severity.WARNING, one.words)

    return check


def unlinked(chain: Chain | None) -> Check:
    """A key that the gateway cannot read."""

    def check() -> Iterator[Fault]:
        if chain is None:
            message = (
                "the key of the journal's chain cannot be read, so nothing vouches for what is committed; "
                "`cryogate check` says why; mend it and start the gateway again"
            )
            yield Fault("chain", Severity.MAJOR, message)

    return check


def evidence(follower: EvidenceFollower) -> Check:
    """A log that cannot be gone on with, or that nobody can sign."""

    def check() -> Iterator[Fault]:
        if follower.problem:
            message = f"evidence log: {follower.problem}"
            yield Fault("evidence", Severity.MAJOR, message, after_s=BEHIND_S)

    return check


def sources(configuration: Configuration, links: Sequence[Source]) -> Check:
    """A broker or port that does not answer, or comes and goes; an instrument that is another one."""
    after_s = {link.name: _down_after_s(configuration, link.name) for link in links}
    assets = {
        link.name: tuple(
            sorted({c.table.asset for c in configuration.channels.values() if c.table.source == link.name})
        )
        for link in links
    }

    def check() -> Iterator[Fault]:
        for link in (source.link for source in links):
            if link.state in (LinkState.DOWN, LinkState.SILENT, LinkState.CONNECTING):
                why = link.detail or f"it is {link.state}"
                message = f"source {link.name}: {why}; its channels are unknown until it answers"
                down_s = after_s[link.name]
                yield Fault(f"source:{link.name}", Severity.MAJOR, message, assets[link.name], down_s)
            if flapping := link.flapping:
                message = f"source {link.name}: {flapping}; its channels have gaps until it holds"
                yield Fault(f"flaps:{link.name}", Severity.MAJOR, message, assets[link.name])
            if link.strangers:
                message = f"source {link.name}: {link.strangers[0]}"
                down_s = after_s[link.name]  # a single damaged reply is over with the next poll
                yield Fault(f"instrument:{link.name}", Severity.MAJOR, message, assets[link.name], down_s)

    return check


def _down_after_s(configuration: Configuration, source: str) -> float:
    """Before its first channel is silent, so that their silences are one happening from the start."""
    tables = (c.table for c in configuration.channels.values() if c.table.source == source)
    shortest_s = min((table.no_data_after_s for table in tables), default=SOURCE_DOWN_S)
    return min(SOURCE_DOWN_S, shortest_s / 2)


def core(configuration: Configuration, pump: Pump, screening: Screening) -> Check:
    """The journal and the screening: without them nobody watches any product."""
    assets = tuple(sorted({c.table.asset for c in configuration.channels.values()}))

    def check() -> Iterator[Fault]:
        if pump.problem:
            yield Fault("journal", Severity.CRITICAL, f"no reading can be stored: {pump.problem}", assets)
        if screening.problem:
            yield Fault("screening", Severity.CRITICAL, f"nothing is screened: {screening.problem}", assets)

    return check


def left_behind(pump: Pump, screening: Screening) -> Check:
    """What was left out although it goes on: units that nobody measures, devices that still send."""

    def check() -> Iterator[Fault | Undecided]:
        unmeasured = screening.unmeasured()
        if unmeasured is None:
            yield Undecided("unmeasured", below=True)
        for asset, codes in (unmeasured or {}).items():
            more = f" and {len(codes) - MOST_NAMED} more" if len(codes) > MOST_NAMED else ""
            message = (
                f"asset {asset} holds {', '.join(codes[:MOST_NAMED])}{more}, and no channel measures it; "
                "place a channel there (`cryogate place`), or state where the units are (`cryogate load`)"
            )
            yield Fault(f"unmeasured:{asset}", Severity.MAJOR, message, (asset,))
        strangers = list(pump.strangers)
        since_ns = pump.now_ns() - STILL_SENDS_NS
        for name, channel in screening.retired().items() if strangers else ():
            address = shown(channel.address)
            told = [s for s in strangers if s.source == channel.source and address in s.detail]
            if told and told[-1].received_ns > since_ns:
                message = (
                    f"channel {name} is retired, and its device still sends as {channel.address} of "
                    f"source {channel.source}: its readings are refused; configure it again, or switch the "
                    "device off"
                )
                yield Fault(f"retired:{name}", Severity.WARNING, message)

    return check


def machine(clock: GatewayClock) -> Check:
    """The gateway's own clock: without it nothing is proven."""

    def check() -> Iterator[Fault]:
        if clock.reason:
            message = f"clock: {clock.reason}; readings are uncertain until then"
            yield Fault("clock", Severity.WARNING, message, after_s=UNTRUSTED_S)

    return check


def followers(
    sinks: Sequence[SinkFollower], notifiers: Sequence[NotifierFollower], archiving: Archiving
) -> Check:
    """Sinks, notifiers and the archive. Nothing is lost: the journal has it."""

    def check() -> Iterator[Fault]:
        if archiving.problem:
            message = (
                f"older readings are not archived: {archiving.problem}; the journal keeps them and grows"
            )
            yield Fault("archive", Severity.WARNING, message, after_s=BEHIND_S)
        for sink in sinks:
            if sink.problem:
                message = f"{sink.name}: {sink.problem}; what it misses waits in the journal"
                yield Fault(sink.name, Severity.WARNING, message, after_s=BEHIND_S)
            if sink.parking.words:
                message = f"{sink.name}: {sink.parking.words}; {NEXT}"
                yield Fault(f"parked:{sink.name.partition(':')[2]}", Severity.WARNING, message)
        for notifier in notifiers:
            if notifier.problem:
                message = f"{notifier.name}: {notifier.problem}; what it has to tell waits in the journal"
                yield Fault(notifier.name, Severity.MAJOR, message, after_s=BEHIND_S)
            if notifier.parking.words:
                message = f"{notifier.name}: {notifier.parking.words}, and nobody was told; {NEXT}"
                yield Fault(f"parked:{notifier.name}", Severity.MAJOR, message)

    return check
