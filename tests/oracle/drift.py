"""drift, one reading at a time."""

from __future__ import annotations

from decimal import Decimal

from gateway.screening.rules.drift import Parameters
from tests.oracle.automaton import Force, Found, Reading, end_of_force, flagged, latch, measure, seen


def excursions(
    readings: list[Reading],
    parameters: Parameters,
    force: Force,
) -> list[Found]:
    visible = seen(readings, force)
    sums = _sums([r.value for r in visible if r.usable], parameters)
    known = flagged(visible, [(max(s) > _steps(parameters.h, parameters), max(s) == 0) for s in sums])
    found = latch(known, round(parameters.on_delay_s * 1e9), round(parameters.off_delay_s * 1e9))
    end_of_force(found, readings, force)
    for one in found:
        rise, fall = next(s for r, s in zip(known, sums, strict=True) if r.time == one.start)
        measure(one, known, 1 if rise > fall else -1, None, force, readings)
    return found


def _sums(values: list[float], parameters: Parameters) -> list[tuple[Decimal, Decimal]]:
    """Up and down after each reading, in steps; a side that is not looked at stays at 0."""
    rise = fall = Decimal(0)
    target, slack = Decimal(repr(parameters.target)), Decimal(repr(parameters.slack))
    made = []
    for value in values:
        away = Decimal(repr(value)) - target
        if parameters.side != "down":
            rise = max(Decimal(0), rise + _share(away - slack, parameters))
        if parameters.side != "up":
            fall = max(Decimal(0), fall + _share(-away - slack, parameters))
        made.append((rise, fall))
    return made


def _share(amount: Decimal, parameters: Parameters) -> Decimal:
    most = 1024 * _steps(parameters.h, parameters)
    steps = (amount * 10 ** _decimals(parameters)).quantize(Decimal("0.001"))
    return min(max(steps, -most), most).quantize(Decimal(1))


def _steps(amount: float, parameters: Parameters) -> Decimal:
    return Decimal(repr(amount)) * 10 ** _decimals(parameters)


def _decimals(parameters: Parameters) -> int:
    """A step is a power of ten, at most a millionth of h, and not less than 1e-9."""
    return next(k for k in range(10) if Decimal(repr(parameters.h)) * 10**k >= 2**20 or k == 9)
