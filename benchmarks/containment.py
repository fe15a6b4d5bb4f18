"""What knowing the contents costs: telling it many units, one more statement, and asking what is inside.

    python -m benchmarks.containment [--units 100000] [--counts 1000]

All units lie in one asset, which is the worst that there is. Beside them is one unit that is counted again
and again, as in a daily count: a statement about it works on everything that was said about it. Times on the
wall and of the processor: a busy machine shows in the first alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

from gateway.model import SECOND
from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, Emptied, Unit, Withdrawn

START_NS = 1_767_609_600 * SECOND
HOUR_NS = 3600 * SECOND
REPEATED = 200  # times that what is quick is done


def main() -> None:
    options = _options()
    rows = [_row(i) for i in range(options.units)]
    containments = Containments()
    _show(f"{len(rows)} units told, each by a statement of its own", _took(lambda: _tell(containments, rows)))
    later_ns = START_NS + 5 * HOUR_NS
    moves = [replace(row, asset="shipper-1", from_ns=later_ns, id=f"M-{i}") for i, row in enumerate(rows)]
    _each("a move of one of them", [lambda m=m: containments.state(m) for m in moves[:REPEATED]])
    _each("that move withdrawn", [lambda i=i: _withdraw(containments, f"M-{i}") for i in range(REPEATED)])
    found = containments.inside("freezer-1", None, later_ns, later_ns + HOUR_NS)
    _each(
        f"what is inside: {len(found.stays)} units",
        [lambda: containments.inside("freezer-1", None, later_ns, later_ns + HOUR_NS)] * 5,
    )
    _each(
        "what is inside before anything was: none",
        [lambda: containments.inside("freezer-1", None, START_NS - 1, START_NS - 1)] * 5,
    )
    emptied = Emptied("freezer-1", None, later_ns, "Li Na", later_ns, "E-1")
    _show("all of it stated empty", _took(lambda: containments.state_empty(emptied)))
    _show("that withdrawn", _took(lambda: _withdraw(containments, "E-1")))
    _counts(containments, options.counts)


def _counts(containments: Containments, counts: int) -> None:
    daily = [replace(_row(0), from_ns=START_NS + day * HOUR_NS, id=f"D-{day}") for day in range(counts)]
    _show(f"one unit counted {counts} times, told at once", _took(lambda: _tell(containments, daily)))
    again = replace(daily[-1], from_ns=daily[-1].from_ns + HOUR_NS, id="D-last")
    _show("counted once more", _took(lambda: containments.state(again)))


def _row(i: int) -> Containment:
    unit = Unit("holder", f"BAG-{i:06}", "EXAMPLE CAR-T", f"COI-{i:06}")
    return Containment(
        unit, "freezer-1", None, START_NS + i % 3600 * SECOND, None, "Li Na", START_NS, f"K-{i}"
    )


def _tell(containments: Containments, rows: list[Containment]) -> None:
    with containments.gathering():
        for row in rows:
            containments.state(row)


def _withdraw(containments: Containments, identity: str) -> None:
    containments.withdraw(Withdrawn(identity, "Li Na", START_NS, f"W-{identity}", "wrong"))


def _took(act: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - wall, time.process_time() - cpu


def _each(what: str, acts: list[Callable[[], object]]) -> None:
    """The median and the worst of several."""
    times = sorted(_took(act) for act in acts)
    _show(f"{what}, median of {len(times)}", times[len(times) // 2])
    _show("    the slowest of them", times[-1])


def _show(what: str, took: tuple[float, float]) -> None:
    wall, cpu = (f"{1000 * s:9.2f} ms" for s in took)
    print(f"{what:55}{wall}  cpu {cpu}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--units", type=int, default=100_000)
    parser.add_argument("--counts", type=int, default=1000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
