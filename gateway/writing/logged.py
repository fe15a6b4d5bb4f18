"""Series of a logger's file as readings of channels: in canonical units, and corrected."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gateway.config.tables import Problems
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.model import Samples
from gateway.tables import Series
from gateway.units import CONVERSIONS
from gateway.writing.conversion import conversions, corrected
from gateway.writing.correction import as_mapped, check_said, correction_words
from gateway.writing.mapping import Logged, Mapped


def check_channels(logged: Logged, mapped: Mapped, configuration: Configuration) -> None:
    """Raises ConfigurationError.

    Where a series or channel is missing, a unit does not fit, or it is not said whether values are raw.
    """
    series = {s.name: s for s in logged.download.series}
    problems = Problems()
    for name, channel in mapped.channels.items():
        if name not in series:
            problems.unknown("channels", name, series, "series")
        if channel not in configuration.channels:
            problems.unknown(f"channels.{name}", channel, configuration.channels, "channel")
        elif name in series:
            _check_unit(series[name], channel, configuration, problems)
            check_said(name, configuration.channels[channel], mapped, problems)
    if problems:
        raise ConfigurationError(list(problems))


def samples_of(
    logged: Logged, mapped: Mapped, configuration: Configuration, numbers: Mapping[str, int]
) -> Samples:
    """All readings that belong to a channel. Raises ConfigurationError."""
    check_channels(logged, mapped, configuration)
    series = {s.name: s for s in logged.download.series}
    parts = [_samples(series[name], numbers[channel]) for name, channel in mapped.channels.items()]
    taken = (as_mapped(name, configuration.channels[c], mapped) for name, c in mapped.channels.items())
    return corrected(Samples.concatenate(parts), conversions(taken, numbers))


def units_of(logged: Logged, mapped: Mapped, configuration: Configuration) -> dict[str, str]:
    """How each channel's values are taken, in words: unit and correction. Raises ConfigurationError."""
    check_channels(logged, mapped, configuration)
    given = {s.name: s.unit for s in logged.download.series}
    units: dict[str, str] = {}
    for name, channel in mapped.channels.items():
        own = configuration.channels[channel]
        converted = f", converted to {own.unit}" if own.unit != given[name] else ""
        correction = correction_words(name, own, mapped)
        units[channel] = f"in {given[name]}{converted}" + (f"; {correction}" if correction else "")
    return units


def _check_unit(series: Series, channel: str, configuration: Configuration, problems: Problems) -> None:
    wanted = configuration.channels[channel].unit
    fitting = [u for u, c in CONVERSIONS.items() if c.canonical == wanted]
    if series.unit not in fitting:
        problems.unknown(f"channels.{series.name}", series.unit, fitting, f"unit for channel {channel!r},")


def _samples(series: Series, number: int) -> Samples:
    numbers = np.full(len(series.time), number, np.int32)
    return Samples(series.time, numbers, CONVERSIONS[series.unit].of(series.value), series.quality)
