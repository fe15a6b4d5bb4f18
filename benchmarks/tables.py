"""Tables of loggers: rows that are read together beside each row by itself, in one run.

python -m benchmarks.tables [--rows 200000]

Processor time, the less of two runs; the readings are compared.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import numpy as np

from gateway.downloads import Download, csv
from gateway.tables.blocks import AT_ONCE
from gateway.tables.cells import Column
from gateway.tables.options import Options

LOCAL: Final = Options(
    (Column("A"), Column("B")),
    time_format="%d.%m.%Y %H:%M:%S",
    time_zone="Europe/Berlin",
    order="any",
    separator=";",
    decimal=",",
)
LONG: Final = Options((Column("value"),), time_format="unix_s", channel_column="channel")


def main() -> None:
    """Print one line for each table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    for name, text, options in _tables(rows):
        data = text.encode()
        together, took_s = _read(data, options, AT_ONCE)
        alone, by_rows_s = _read(data, options, 0)
        _compare(together, alone)
        print(
            f"{name:28} {rows / took_s / 1e3:6.0f} thousand rows/s, "
            f"each by itself {rows / by_rows_s / 1e3:4.0f}: "
            f"{by_rows_s / took_s:4.1f} times",
            flush=True,
        )


def _tables(rows: int) -> Iterator[tuple[str, str, Options]]:
    begin_s = 1_767_610_800
    value = (-185.0 + np.random.default_rng(7).normal(0.0, 0.05, rows)).tolist()
    moments = [datetime.fromtimestamp(begin_s + 10 * k, UTC) for k in range(rows)]
    lines = (f"{t:%Y-%m-%dT%H:%M:%SZ},{v:.2f}\n" for t, v in zip(moments, value, strict=True))
    yield "RFC 3339", "time,value\n" + "".join(lines), Options((Column("value"),))
    shown = (
        f"{t:%d.%m.%Y %H:%M:%S};{int(v)},{round(-10 * v) % 10};-80,5 \n"
        for t, v in zip(moments, value, strict=True)
    )
    yield "local times, decimal comma", "time;A;B\n" + "".join(shown), LOCAL
    lines = (f"c{k % 20},{begin_s + 10 * k},{v:.2f}\n" for k, v in enumerate(value))
    yield "20 channels in one column", "channel,time,value\n" + "".join(lines), LONG


def _read(data: bytes, options: Options, at_once: int) -> tuple[Download, float]:
    took_s = []
    for _ in range(2):
        began_s = time.process_time()
        found = csv.read(data, options, at_once)
        took_s.append(time.process_time() - began_s)
    return found, min(took_s)


def _compare(one: Download, other: Download) -> None:
    for a, b in zip(one.series, other.series, strict=True):
        if a.name != b.name or a.value.tobytes() != b.value.tobytes() or not np.array_equal(a.time, b.time):
            raise SystemExit(f"{a.name} differs")


if __name__ == "__main__":
    main()
