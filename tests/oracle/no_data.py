"""no_data, one reading at a time."""

from __future__ import annotations

from gateway.screening.rules.no_data import Parameters
from tests.oracle.automaton import Found, Reading

FOREVER_PAST = -(2**63)


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    max_gap: int,
    valid_from: int,
    valid_to: int,
    now: int | None,
) -> list[Found]:
    timeout = round(parameters.timeout_s * 1e9)
    since = None if valid_from == FOREVER_PAST else valid_from
    over = any(r.time >= valid_to for r in readings)
    found = []
    for reading in readings:
        if not reading.usable or reading.time >= valid_to:
            continue
        if since is not None and reading.time - since > timeout:
            found.append(_silence(since, timeout, reading.time))
        if since is None or reading.time > since:
            since = reading.time
    if since is None or since + timeout >= valid_to:
        return found
    if over:
        found.append(_silence(since, timeout, valid_to))
    elif now is not None and now > since + timeout:
        found.append(_silence(since, timeout, None))
    return found


def _silence(since: int, timeout: int, end: int | None) -> Found:
    start = since + timeout
    unproven = 0 if end is None else end - start
    return Found(start, start, end, end, unproven=unproven, first=since, last=since)
