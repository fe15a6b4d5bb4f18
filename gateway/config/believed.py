"""What is believed of a channel: its `faults`, `lowest` and `highest`, in its canonical unit.

They are in `unit`, as the device speaks; where a probe makes a temperature of ohm or volts, in degC, as the
probe gives them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from gateway.config.tables import Problems
from gateway.config.types import DIRECT, Channel, ChannelTable, Rule
from gateway.model import LARGEST_VALUE
from gateway.payloads.faults import as_sent
from gateway.possible import EVERYTHING, Believed, possible
from gateway.screening.rules import LIMIT, limit_of
from gateway.units import CONVERSIONS

MOST_FAULTS: Final = (
    100  # numbers a device can use for what is wrong with it: each is compared with each value
)


def believed(table: ChannelTable, unit: str, path: str, problems: Problems) -> Believed:
    """`unit`: the canonical one of the channel."""
    if not table.faults and table.lowest is None and table.highest is None:
        return EVERYTHING
    before = len(problems)
    for what in _mistakes(table):
        problems.add(path, what)
    if len(problems) > before:
        return EVERYTHING
    lowest, highest = (_canonical([g], table)[0] for g in _range(table))
    least, most = possible(table.quantity, unit)
    if max(lowest, least) >= min(highest, most):
        problems.add(
            path, f"nothing that can be is left: a {table.quantity} lies in {least:g} to {most:g} {unit}"
        )
    return Believed(lowest, highest, tuple(sorted(set(_canonical(as_sent(table.faults), table)))))


def useless_limits(channel: Channel, rules: Iterable[Rule]) -> Iterator[str]:
    """Limits beyond which nothing of the channel is believed or can be, or within which nothing can be."""
    lowest, highest, _ = channel.believed
    least, most = possible(channel.table.quantity, channel.unit)
    for rule in rules:
        limit = limit_of(rule.kind, rule.parameters) if rule.kind == LIMIT else None
        if limit is None:
            continue
        side, at = limit
        if at >= most if side == "high" else at <= least:
            bound = most if side == "high" else least
            yield f"rule {rule.id!r} can never fire: nothing can be beyond {bound:g} {channel.unit}"
            continue
        if at < least if side == "high" else at > most:
            bound, where = (least, "below") if side == "high" else (most, "above")
            yield f"rule {rule.id!r} always fires: nothing can be {where} {bound:g} {channel.unit}"
            continue
        band = getattr(rule.parameters, "deadband", 0.0)
        if at - band < least if side == "high" else at + band > most:
            yield f"rule {rule.id!r} could never end: with a deadband of {band:g} nothing that can be is back"
        if channel.calibration is not None:
            continue  # limits are about what is corrected
        key, bound = ("highest", highest) if side == "high" else ("lowest", lowest)
        if at >= bound if side == "high" else at <= bound:
            yield f"rule {rule.id!r} can never fire: beyond `{key}`, {bound:g} {channel.unit}, all is BAD"


def usual_faults(channel: Channel, rules: Iterable[Rule]) -> Iterator[str]:
    """Values that are declared as faults, and that the product may well have: in range of all limits."""
    limits = [limit for rule in rules if (limit := limit_of(rule.kind, rule.parameters)) is not None]
    lowest, highest, faults = channel.believed
    least, most = possible(channel.table.quantity, channel.unit)
    for fault in faults if limits else ():
        is_reading = max(lowest, least) <= fault <= min(highest, most)
        if is_reading and all(fault <= at if side == "high" else fault >= at for side, at in limits):
            yield (
                f"channels.{channel.name}.faults: {fault:g} {channel.unit} is in range of all its limits: a "
                "product that has it is shown as a fault of the sensor"
            )


def _mistakes(table: ChannelTable) -> Iterator[str]:
    for key, several in (
        ("faults", table.faults),
        ("lowest", (table.lowest,)),
        ("highest", (table.highest,)),
    ):
        for number in several:
            if number is not None and not (math.isfinite(number) and abs(number) <= LARGEST_VALUE):
                yield f"{key}: {number:g} is no number that a device can say"
    if len(table.faults) > MOST_FAULTS:
        yield f"faults: at most {MOST_FAULTS} numbers, found {len(table.faults)}"
    lowest, highest = _range(table)
    if lowest >= highest:
        yield f"lowest must be below highest, found {lowest:g} and {highest:g}"


def _range(table: ChannelTable) -> tuple[float, float]:
    lowest, highest = table.lowest, table.highest
    return -LARGEST_VALUE if lowest is None else lowest, LARGEST_VALUE if highest is None else highest


def _canonical(values: Iterable[float], table: ChannelTable) -> list[float]:
    spoken = table.unit if table.probe == DIRECT else "degC"
    return [float(v) for v in CONVERSIONS[spoken].of(np.array(list(values), np.float64))]
