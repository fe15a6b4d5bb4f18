"""no_data, one reading at a time."""

from __future__ import annotations

from gateway.screening.rules.no_data import Parameters
from tests.oracle.automaton import Force, Found, Reading, is_over


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    force: Force,
) -> list[Found]:
    timeout = round(parameters.timeout_s * 1e9)
    since = force.expected_from
    found = []
    for reading in readings:
        if not reading.usable or reading.time >= force.valid_to:
            continue
        if since is not None and reading.time > max(since + timeout, force.valid_from):
            found.append(_silence(since, timeout, force, reading.time))
        since = max(reading.time, force.sees_from)
    if since is None or max(since + timeout, force.valid_from) >= force.valid_to:
        return found
    if is_over(readings, force):
        found.append(_silence(since, timeout, force, force.valid_to))
    elif force.now is not None and force.now > max(since + timeout, force.valid_from):
        found.append(_silence(since, timeout, force, None))
    return found


def _silence(since: int, timeout: int, force: Force, end: int | None) -> Found:
    start = max(since + timeout, force.valid_from)
    unproven = 0 if end is None else end - start
    return Found(start, start, end, end, unproven=unproven, first=since, last=since)
