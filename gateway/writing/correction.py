"""Whether the values of a logger's file are raw, or corrected already: the mapping decides.

Raw values of a channel get the correction of its certificate, as live readings do: of the one that it had at
the time of the reading. A logger that has a certificate of its own reports corrected values: to correct those
again would make them wrong. A file does not show which of the two it holds, so where it makes a difference
the mapping must say it. In both cases a reading that the certificate does not cover, or that is overdue, is
UNCERTAIN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gateway.config.tables import Problems
from gateway.config.types import Channel
from gateway.probes.calibration import Calibration
from gateway.times import format_rfc3339
from gateway.writing.certificates import Span
from gateway.writing.mapping import Mapped


def check_said(
    series: str, channel: Channel, spans: Sequence[Span], mapped: Mapped, problems: Problems
) -> None:
    """A problem where the mapping leaves open whether a certificate's correction is to be applied."""
    correcting = [s.calibration for s in spans if s.calibration is not None and s.calibration.corrects]
    if not correcting or mapped.says_corrected(series) is not None:
        return
    problems.add(
        f"channels.{series}",
        f"channel {channel.name!r} has a calibration ({_shown(correcting[-1], channel.unit)}), and nothing "
        "says whether the file's values are raw. Say in the mapping `corrected = false` if the logger "
        "records what the sensor indicates: the correction is applied, as to live readings. Say "
        "`corrected = true` if they are corrected already: they are taken as they are. For one series alone: "
        f"a table [corrected] with {series!r} = false",
    )


def as_mapped(series: str, channel: Channel, span: Span, mapped: Mapped) -> Channel:
    """The channel with the calibration that its values of that time still need."""
    calibration = span.calibration
    if calibration is not None and mapped.says_corrected(series):
        calibration = calibration.without_correction()
    return replace(channel, calibration=calibration)


def correction_words(series: str, channel: Channel, spans: Sequence[Span], mapped: Mapped) -> str:
    """What is applied, and by which certificate; empty for a channel that has none."""
    told = [_words(series, channel, span.calibration, mapped) for span in spans]
    if len(told) < 2:
        return told[0] if told else ""
    since = [f"from {format_rfc3339(span.from_ns)[:19]}Z on " for span in spans[1:]]
    return ". ".join(f"{at}{words or 'no certificate'}" for at, words in zip(["", *since], told, strict=True))


def _words(series: str, channel: Channel, calibration: Calibration | None, mapped: Mapped) -> str:
    if calibration is None:
        return ""
    overdue = f"UNCERTAIN from {calibration.due} on"
    shown = _shown(calibration, channel.unit)
    if not calibration.corrects:
        return f"{shown} is applied; {overdue}"
    if mapped.says_corrected(series):
        return f"corrected already: {shown} is not applied; {overdue}"
    return f"raw: corrected by {shown}; {overdue}"


def corrections_of(
    mapped: Mapped, channels: Mapping[str, Channel], spans: Mapping[str, Sequence[Span]]
) -> dict[str, str]:
    """The words of each channel of the mapping that has a calibration; `spans` by series."""
    said = {
        c: correction_words(series, channels[c], spans[series], mapped)
        for series, c in mapped.channels.items()
    }
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
