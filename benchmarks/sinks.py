"""What a reading costs on its way to a sink: line protocol from columns beside influxdb-client's own ways.

    python -m benchmarks.sinks [--readings N] [--channels N]

All three make the same line protocol from the same columns, in one process, the best of several runs. Then
what compression adds, and JSON messages for a broker.
"""

from __future__ import annotations

import argparse
import gzip
import time
from collections.abc import Callable

import numpy as np
from influxdb_client.client.write.point import Point

from gateway.model import SECOND, Arrivals, Samples
from gateway.sinks import FixedPlaces, Place, Places
from gateway.sinks.forwarded import messages
from gateway.sinks.influxdb import QUICK
from gateway.sinks.lines import TAGS, Encoder

START_NS = 1_767_609_600 * SECOND
RUNS = 5
CLIENT_LEVEL = 9  # of gzip, when influxdb-client compresses


def main() -> None:
    options = _options()
    arrivals, places = some_readings(options.readings, options.channels)
    lines = Encoder("reading").encode(arrivals.samples, places)
    assert sorted(_tidy(line) for line in _points(arrivals, places)) == sorted(_tidy(line) for line in lines)
    print(f"{len(arrivals):,} readings of {options.channels} channels, us each")
    ours = _measure(
        "lines from columns", lambda: Encoder("reading").encode(arrivals.samples, places), arrivals
    )
    for name, way in (("Point objects", _points), ("dictionaries", _dictionaries)):
        theirs = _measure(name, lambda way=way: way(arrivals, places), arrivals)  # type: ignore[misc]
        print(f"{'':24} {theirs / ours:5.1f}x")
    body = "\n".join(lines).encode()
    for level in (QUICK, CLIENT_LEVEL):
        _measure(f"gzip level {level}", lambda level=level: gzip.compress(body, level), arrivals)  # type: ignore[misc]
        small, whole = len(gzip.compress(body, level)) / len(arrivals), len(body) / len(arrivals)
        print(f"{'':24} {small:5.1f} bytes a reading, of {whole:.0f}")
    _measure("JSON messages", lambda: list(messages(arrivals, places, "cold/{site}", 1000)), arrivals)
    size = sum(len(m.payload) for m in messages(arrivals, places, "cold/{site}", 1000))
    print(f"{'':24} {size / len(arrivals):5.1f} bytes a reading")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=50_000)
    parser.add_argument("--channels", type=int, default=200)
    return parser.parse_args()


def _measure(name: str, work: Callable[[], object], arrivals: Arrivals) -> float:
    """Microseconds a reading, the best of several runs."""
    best_s = float("inf")
    for _ in range(RUNS):
        start_s = time.perf_counter()
        work()
        best_s = min(best_s, time.perf_counter() - start_s)
    print(f"{name:24} {best_s / len(arrivals) * 1e6:5.2f}")
    return best_s


def _points(arrivals: Arrivals, places: Places) -> list[str]:
    return [p.to_line_protocol() for p in as_points(arrivals, places)]  # type: ignore[no-untyped-call]


def as_points(arrivals: Arrivals, places: Places) -> list[Point]:
    """The same readings as objects of influxdb-client."""
    return [
        _with_tags(Point("reading"), place)  # type: ignore[no-untyped-call]
        .field("value", value)
        .field("quality", quality)
        .time(time_ns)
        for place, value, quality, time_ns in _rows(arrivals, places)
    ]


def _with_tags(point: Point, place: Place) -> Point:
    for tag in TAGS:
        point.tag(tag, getattr(place, tag))  # type: ignore[no-untyped-call]
    return point


def _dictionaries(arrivals: Arrivals, places: Places) -> list[str]:
    return [
        Point.from_dict(
            {
                "measurement": "reading",
                "tags": {tag: getattr(place, tag) for tag in TAGS},
                "fields": {"value": value, "quality": quality},
                "time": time_ns,
            }
        ).to_line_protocol()
        for place, value, quality, time_ns in _rows(arrivals, places)
    ]


def _rows(arrivals: Arrivals, places: Places) -> list[tuple[Place, float, int, int]]:
    samples = arrivals.samples
    place, found = places.of(samples.channel, samples.time)
    which = [found[number] for number in place.tolist()]
    columns = (samples.value.tolist(), samples.quality.tolist(), samples.time.tolist())
    return list(zip(which, *columns, strict=True))


def _tidy(line: str) -> str:
    """Whatever order the fields are in, and however a float is written."""
    head, fields, time_ns = line.rsplit(" ", 2)
    said = dict(field.split("=") for field in fields.split(","))
    return f"{head} {float(said['value'])} {said['quality']} {time_ns}"


def some_readings(count: int, channels: int) -> tuple[Arrivals, FixedPlaces]:
    """Channels in turn at about 1 Hz around -150 degC in steps of 0.01, all of them good."""
    random = np.random.default_rng(20260105)
    channel = (np.arange(count) % channels + 1).astype(np.int32)
    time_ns = START_NS + np.arange(count) // channels * SECOND + random.integers(0, 1000, count) * 1_000_000
    value = np.round(-150.0 + random.normal(0.0, 0.5, count), 2)
    samples = Samples(time_ns, channel, value, np.zeros(count, np.uint8))
    places = FixedPlaces(
        {
            n: Place(f"freezer-{n}-top", "pudong", f"freezer-{n}", "top", "temperature", "degC")
            for n in range(1, channels + 1)
        }
    )
    return Arrivals(samples, time_ns + SECOND), places


if __name__ == "__main__":
    main()
