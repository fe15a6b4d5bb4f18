"""What `doctor` advises about alarms: of a fault its own step, of an excursion to see to the units."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.doctor.alarms import findings
from gateway.published.labels import Labels, SiteLabel
from gateway.zones import zone

LABELS = Labels({"s": SiteLabel("Pudong", "Asia/Shanghai", zone("Asia/Shanghai"))}, {"f1": "Freezer one"})
ARCHIVE = "archive file /d/1.parquet is damaged: it is cut off; copy it from the folder archive of a backup"


def alarm(**more: Any) -> dict[str, Any]:
    place = {"site": "s", "asset": "f1", "zone": "top", "channel": "lid", "message": "", "rule": "above"}
    life = {"state": "unacknowledged", "withdrawn": False, "acknowledgements": []}
    return {
        "id": "E-1",
        "severity": "critical",
        "start": "2026-01-05T16:30:00.000000000Z",
        **place,
        **life,
        **more,
    }


def fault(**more: Any) -> dict[str, Any]:
    return alarm(id="F-1", severity="major", site="", asset="", zone=None, message=ARCHIVE, **more)


def test_of_an_excursion_the_asset_by_name_and_the_time_there() -> None:
    (found,) = findings([alarm()], LABELS)
    assert "lid in f1/top (Freezer one)" in found.what
    assert "since 2026-01-05 16:30:00Z (2026-01-06 00:30:00 Asia/Shanghai)" in found.what
    assert "see to them, then `cryogate ack E-1`" in found.do


@pytest.mark.parametrize(
    ("state", "do"),
    [
        ("unacknowledged", "copy it from the folder archive of a backup; then `cryogate ack F-1`"),
        ("returned unacknowledged", "it is over; `cryogate ack F-1` once you know why it was so"),
    ],
)
def test_of_a_fault_its_own_step(state: str, do: str) -> None:
    (found,) = findings([fault(state=state)], LABELS)
    assert found.what.endswith("archive file /d/1.parquet is damaged: it is cut off")
    assert found.do == do and "units" not in found.do
