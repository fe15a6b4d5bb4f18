"""Where each channel is, for sinks."""

from __future__ import annotations

from gateway.config.types import Configuration
from gateway.journal.journal import Journal
from gateway.sinks import FixedPlaces, Place


class ConfiguredPlaces(FixedPlaces):
    """As the configuration has it now."""

    def __init__(self, configuration: Configuration, journal: Journal) -> None:
        super().__init__()
        self._journal = journal
        self._known = {
            name: Place(
                name,
                channel.site,
                channel.table.asset,
                channel.table.zone or "",
                channel.table.quantity,
                channel.unit,
            )
            for name, channel in configuration.channels.items()
        }

    def look_again(self) -> None:
        """At every channel that the journal knows."""
        names = self._journal.channel_names()
        self.update({number: self._known.get(name, Place(name)) for number, name in names.items()})
