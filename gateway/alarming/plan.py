"""From the configuration to what the screening core computes: rules on channels, with the time they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.alarming.versions import own_version, version_name
from gateway.config.profiles import NO_DATA, severity_of
from gateway.config.types import FOREVER, Channel, Configuration, ProfileVersion
from gateway.journal.journal import Journal
from gateway.model import Severity, to_ns
from gateway.screening.plan import ChannelPlan, Instance, Plan, Reset
from gateway.screening.rules import no_data


def numbers_of(configuration: Configuration, journal: Journal) -> dict[str, int]:
    """The channels' numbers in the journal; one that it has not heard of gets a number it never gives out."""
    known = {name: number for number, name in journal.channel_names().items()}
    return {name: known.get(name, -1 - i) for i, name in enumerate(configuration.channels)}


def plan(
    configuration: Configuration,
    numbers: Mapping[str, int],
    resets: frozenset[Reset] = frozenset(),
) -> Plan:
    """Every channel with its rules; one that was never heard is not silent."""
    channels = tuple(
        ChannelPlan(numbers[name], name, to_ns(channel.table.max_gap_s))
        for name, channel in configuration.channels.items()
    )
    instances = tuple(
        instance
        for name, channel in configuration.channels.items()
        for instance in _instances(channel, numbers[name], configuration)
    )
    return Plan(channels, instances, resets)


def _instances(channel: Channel, number: int, configuration: Configuration) -> Iterator[Instance]:
    silence = no_data.Parameters(timeout_s=channel.table.no_data_after_s)
    severity = severity_of(channel.table.no_data_severity) or Severity.MAJOR
    named = own_version("no_data", silence)
    yield Instance(number, NO_DATA, "no_data", silence, severity, named)
    for rule in channel.rules:
        named = own_version(rule.kind, rule.parameters)
        yield Instance(number, rule.id, rule.kind, rule.parameters, rule.severity, named)
    versions = configuration.profiles.get(channel.table.profile or "", ())
    for i, version in enumerate(versions):
        until = versions[i + 1].valid_from_ns if i + 1 < len(versions) else FOREVER
        yield from _of_version(version, until, channel.unit, number)


def _of_version(version: ProfileVersion, until_ns: int, unit: str, number: int) -> Iterator[Instance]:
    named = version_name(version)
    for rule in version.rules:
        if rule.unit in (None, unit):
            yield Instance(
                number,
                rule.id,
                rule.kind,
                rule.parameters,
                rule.severity,
                named,
                version.valid_from_ns,
                until_ns,
            )
