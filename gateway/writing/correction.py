"""Whether the values of a logger's file are raw, or corrected already: the mapping decides.

Raw values of a channel get the correction of its certificate, as live readings do. A logger that has a
certificate of its own reports corrected values: to correct those again would make them wrong. A file does
not show which of the two it holds, so where it makes a difference the mapping must say it. In both cases a
reading that the certificate does not cover, or that is overdue, is UNCERTAIN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gateway.config.tables import Problems
from gateway.config.types import Channel
from gateway.probes.calibration import Calibration
from gateway.writing.mapping import Mapped


def check_said(series: str, channel: Channel, mapped: Mapped, problems: Problems) -> None:
    """A problem where the mapping leaves open whether the certificate's correction is to be applied."""
    calibration = channel.calibration
    if calibration is None or not calibration.corrects or mapped.says_corrected(series) is not None:
        return
    problems.add(
        f"channels.{series}",
        f"channel {channel.name!r} has a calibration ({_shown(calibration, channel.unit)}), and nothing says "
        "whether the file's values are raw. Say in the mapping `corrected = false` if the logger records "
        "what the sensor indicates: the correction is applied, as to live readings. Say `corrected = true` "
        "if they are corrected already: they are taken as they are. For one series alone: a table "
        f"[corrected] with {series!r} = false",
    )


def as_mapped(series: str, channel: Channel, mapped: Mapped) -> Channel:
    """The channel with the calibration that its values in the file still need."""
    if channel.calibration is None or not mapped.says_corrected(series):
        return channel
    return replace(channel, calibration=channel.calibration.without_correction())


def correction_words(series: str, channel: Channel, mapped: Mapped) -> str:
    """What is applied, and by which certificate; empty for a channel that has none."""
    calibration = channel.calibration
    if calibration is None:
        return ""
    overdue = f"UNCERTAIN from {calibration.due} on"
    shown = _shown(calibration, channel.unit)
    if not calibration.corrects:
        return f"{shown} is applied; {overdue}"
    if mapped.says_corrected(series):
        return f"corrected already: {shown} is not applied; {overdue}"
    return f"raw: corrected by {shown}; {overdue}"


def corrections_of(mapped: Mapped, channels: Mapping[str, Channel]) -> dict[str, str]:
    """The words of each channel of the mapping that has a calibration."""
    said = {c: correction_words(series, channels[c], mapped) for series, c in mapped.channels.items()}
    return {channel: words for channel, words in said.items() if words}


def _shown(calibration: Calibration, unit: str) -> str:
    certificate = f"certificate {calibration.certificate!r}"
    if calibration.offset is not None:
        return f"{certificate}, offset {calibration.offset:+g} {unit}"
    if calibration.polynomial:
        return f"{certificate}, polynomial of {len(calibration.polynomial)} coefficients"
    if calibration.table:
        return f"{certificate}, table of {len(calibration.table)} points"
    return f"{certificate}, without a correction,"
