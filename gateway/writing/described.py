"""Channels as the journal knows them, whoever brings readings of them: number, quantity, canonical unit.

A channel that the configuration renames (`was`) keeps its number, also while no gateway was started with the
new name yet: otherwise the new name would be a channel of its own, and the gateway could not start.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.config.succession import naming
from gateway.config.timeline import names_of
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.journal import channels
from gateway.journal.journal import Journal


def numbers_of(configuration: Configuration, journal: Journal, names: Iterable[str]) -> dict[str, int]:
    """The number of each; given out where the journal has none yet."""
    called = _called(configuration, journal, names)
    numbers = journal.channel_numbers(list(called.values()))
    return {name: numbers[former] for name, former in called.items()}


def known_numbers(configuration: Configuration, journal: Journal, names: Iterable[str]) -> dict[str, int]:
    """The same of those that have one; nothing is written."""
    known = {name: number for number, name in journal.channel_names().items()}
    called = _called(configuration, journal, names)
    return {name: known[former] for name, former in called.items() if former in known}


def describe(configuration: Configuration, journal: Journal, names: Iterable[str]) -> None:
    """Write quantity and canonical unit of channels down, once and for ever: exports have them.

    Raises InputError where one has readings of another quantity or unit: then nothing is written.
    """
    journal.describe_channels(_meant(configuration, journal, names))


def check_described(configuration: Configuration, journal: Journal, names: Iterable[str]) -> None:
    """Raises InputError where `describe` would; writes nothing."""
    channels.undescribed(journal.channels(), _meant(configuration, journal, names))


def _meant(
    configuration: Configuration, journal: Journal, names: Iterable[str]
) -> dict[str, tuple[str, str]]:
    """Quantity and unit by the name in the journal."""
    meant = configuration.channels
    called = _called(configuration, journal, names)
    return {former: (meant[name].table.quantity, meant[name].unit) for name, former in called.items()}


def _called(configuration: Configuration, journal: Journal, names: Iterable[str]) -> dict[str, str]:
    """What each is called in the journal until the gateway starts.

    Raises ConfigurationError where the journal does not have one yet, and the gateway would not start with
    the names of this configuration.
    """
    names, known = list(names), set(journal.channel_names().values())
    if known.issuperset(names):
        return {name: name for name in names}
    borne = names_of(journal)
    if problems := naming(configuration, borne, known):
        raise ConfigurationError(problems)

    def called(name: str) -> str:
        was = configuration.channels[name].table.was or name
        latest = [borne.today("channels", one) for one in (name, was)]
        return next((one for one in (name, *latest) if one in known), name)

    return {name: called(name) for name in names}
