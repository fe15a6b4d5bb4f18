"""Which alarms the readings of a file mean by themselves: who imports it should not be surprised by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.config.types import Configuration
from gateway.model import Samples
from gateway.published.urgency import SEVERITIES
from gateway.questions.replay import replay
from gateway.traceability.containment import Containments


def alarms_in(
    configuration: Configuration, numbers: Mapping[str, int], samples: Samples
) -> list[dict[str, Any]]:
    """For each channel and rule how many, the most severe first, by these readings alone.

    They are judged under the configuration as it is. `numbers`: of the channels that the file has.
    """
    mine = {name: channel for name, channel in configuration.channels.items() if name in numbers}
    found = replay(replace(configuration, channels=mine), numbers, [samples], Containments())
    counts = Counter((one["channel"], one["rule"], one["severity"]) for one in found)
    listed = [
        {"channel": channel, "rule": rule, "severity": severity, "alarms": count}
        for (channel, rule, severity), count in counts.items()
    ]
    return sorted(listed, key=lambda one: -SEVERITIES[one["severity"]])
