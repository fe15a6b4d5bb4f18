"""`cryogate replay` on real recordings with labelled anomalies; the published page shows what it finds."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.times import format_rfc3339
from scripts import real_data

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "docs" / "examples" / "real-data.toml"


def replayed(path: Path) -> list[dict[str, Any]]:
    done = CliRunner().invoke(app, ["replay", "--config", str(CONFIG), "--input", str(path), "--json"])
    assert done.exit_code == 0, done.output
    return [e for e in json.loads(done.stdout) if e["channel"] == path.stem]


def written(name: str, folder: Path, *, shuffled: bool = False) -> Path:
    time_ns, value = real_data.recording(name)
    rows = [[format_rfc3339(t), name, repr(v)] for t, v in zip(time_ns.tolist(), value.tolist(), strict=True)]
    if shuffled:
        random.Random(1).shuffle(rows)
    path = folder / f"{name}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["time", "channel", "value"], *rows])
    return path


@pytest.mark.parametrize(
    ("name", "found", "windows", "outside"), [("machine", 15, 4, 7), ("office", 3, 2, 1)]
)
def test_every_labelled_window_is_found(
    name: str, found: int, windows: int, outside: int, tmp_path: Path
) -> None:
    excursions = [e for e in replayed(written(name, tmp_path)) if e["kind"] != "no_data"]
    assert len(excursions) == found
    spans = [(e["start"], e["end"]) for e in excursions]
    labelled = [tuple(map(format_rfc3339, window)) for window in real_data.windows(name)]
    touches = [[start < w[1] and w[0] < end for w in labelled] for start, end in spans]
    assert sum(any(t[i] for t in touches) for i in range(len(labelled))) == windows == len(labelled)
    assert sum(not any(t) for t in touches) == outside


def test_the_order_of_the_rows_makes_no_difference(tmp_path: Path) -> None:
    """The machine's clock goes back an hour once: what was recorded twice is a conflict, in any order."""
    (tmp_path / "shuffled").mkdir()
    straight = replayed(written("machine", tmp_path))
    assert straight == replayed(written("machine", tmp_path / "shuffled", shuffled=True))


def test_the_worst_hour_is_the_known_one(tmp_path: Path) -> None:
    worst = min(
        (e for e in replayed(written("machine", tmp_path)) if e["rule"] == "cold"), key=lambda e: e["extreme"]
    )
    assert worst["extreme"] == pytest.approx((2.084721206 - 32) * 5 / 9)  # the lowest value in the file, degF
    assert worst["start"].startswith("2013-12-16")
    assert not worst["contains_gap"] and worst["beyond_s"] > 12 * 3600


def test_the_page_shows_what_is_found() -> None:
    page = (ROOT / "docs" / "real-data.md").read_text(encoding="utf-8")
    for name in real_data.SERIES:
        assert real_data.section(name) in page
        picture = (ROOT / "docs" / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
        assert picture == real_data.picture(name, real_data.screened(name)[0])
