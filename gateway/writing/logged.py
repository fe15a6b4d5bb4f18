"""Series of a logger's file as readings of channels: in canonical units, and corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from gateway.config.tables import Problems
from gateway.config.types import Channel, Configuration
from gateway.errors import ConfigurationError
from gateway.model import Samples
from gateway.tables import Series
from gateway.units import CONVERSIONS
from gateway.writing.certificates import Certificates, Span
from gateway.writing.conversion import conversions, corrected
from gateway.writing.correction import as_mapped, check_said, correction_words
from gateway.writing.mapping import Logged, Mapped

TODAYS: Final = Certificates()


def check_mapped(mapped: Mapped, configuration: Configuration) -> None:
    """Before any file is read. Raises ConfigurationError where the mapping names a channel there is not."""
    problems = Problems()
    for name, channel in mapped.channels.items():
        if channel not in configuration.channels:
            problems.unknown(f"channels.{name}", channel, configuration.channels, "channel")
    if problems:
        raise ConfigurationError(list(problems))


def check_channels(
    logged: Logged, mapped: Mapped, configuration: Configuration, certificates: Certificates = TODAYS
) -> None:
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
            own = configuration.channels[channel]
            check_said(name, own, _spans(series[name], own, certificates), mapped, problems)
    if problems:
        raise ConfigurationError(list(problems))


def samples_of(
    logged: Logged,
    mapped: Mapped,
    configuration: Configuration,
    numbers: Mapping[str, int],
    certificates: Certificates = TODAYS,
) -> Samples:
    """All readings that belong to a channel, by the certificate of their time. Raises ConfigurationError."""
    check_channels(logged, mapped, configuration, certificates)
    parts = [
        corrected(part, conversions([as_mapped(name, configuration.channels[c], span, mapped)], numbers))
        for name, c in mapped.channels.items()
        for span, part in _parts(logged, name, configuration.channels[c], numbers[c], certificates)
    ]
    return Samples.concatenate(parts)


def spans_of(
    logged: Logged, mapped: Mapped, configuration: Configuration, certificates: Certificates
) -> dict[str, list[Span]]:
    """Which certificates each series meets, by its name."""
    series = {s.name: s for s in logged.download.series}
    return {
        name: _spans(series[name], configuration.channels[channel], certificates)
        for name, channel in mapped.channels.items()
    }


def units_of(logged: Logged, mapped: Mapped, configuration: Configuration) -> dict[str, str]:
    """How each channel's values are taken, in words: unit and correction. Raises ConfigurationError."""
    check_channels(logged, mapped, configuration)
    given = {s.name: s.unit for s in logged.download.series}
    units: dict[str, str] = {}
    for name, channel in mapped.channels.items():
        own = configuration.channels[channel]
        converted = f", converted to {own.unit}" if own.unit != given[name] else ""
        correction = correction_words(name, own, TODAYS.of(own), mapped)
        units[channel] = f"in {given[name]}{converted}" + (f"; {correction}" if correction else "")
    return units


def _check_unit(series: Series, channel: str, configuration: Configuration, problems: Problems) -> None:
    wanted = configuration.channels[channel].unit
    fitting = [u for u, c in CONVERSIONS.items() if c.canonical == wanted]
    if series.unit not in fitting:
        problems.unknown(f"channels.{series.name}", series.unit, fitting, f"unit for channel {channel!r},")


def _spans(series: Series, channel: Channel, certificates: Certificates) -> list[Span]:
    if len(series.time) == 0:
        return certificates.of(channel)[-1:]
    return certificates.of(channel, int(series.time.min()), int(series.time.max()))


def _parts(
    logged: Logged, name: str, channel: Channel, number: int, certificates: Certificates
) -> Iterator[tuple[Span, Samples]]:
    """Readings of a series by the certificate of their time."""
    series = next(s for s in logged.download.series if s.name == name)
    samples = _samples(series, number)
    for span in _spans(series, channel, certificates):
        yield span, samples.take((samples.time >= span.from_ns) & (samples.time < span.until_ns))


def _samples(series: Series, number: int) -> Samples:
    numbers = np.full(len(series.time), number, np.int32)
    return Samples(series.time, numbers, CONVERSIONS[series.unit].of(series.value), series.quality)
