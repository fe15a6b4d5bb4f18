"""What sinks are told about each channel."""

from __future__ import annotations

from gateway.config.types import Configuration
from gateway.sinks import Place


def places(configuration: Configuration) -> dict[str, Place]:
    """As the configuration has it now, by name."""
    return {
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
