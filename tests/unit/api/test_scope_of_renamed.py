"""An account that is bound to a site or an asset keeps what it sees when that is renamed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.api.front_door import FrontDoor
from tests.unit.api.two_sites import TWO_SITES, TwoSites

RENAMED = (
    TWO_SITES.replace("[sites.port]", '[sites.harbour]\nwas = "port"')
    .replace('[assets.shipper]\nsite = "port"', '[assets.box]\nwas = "shipper"\nsite = "harbour"')
    .replace('asset = "shipper"', 'asset = "box"')
)


@pytest.fixture
def door(tmp_path: Path) -> FrontDoor:
    """Both got warm before it was renamed."""
    (tmp_path / "data").mkdir()
    sites = TwoSites(tmp_path)
    sites.happen()
    sites.desk.configure(RENAMED)
    sites.desk.run()
    (tmp_path / "cryogate.toml").write_text(RENAMED, encoding="utf-8")
    return FrontDoor(tmp_path / "cryogate.toml")


def seen(door: FrontDoor, token: str) -> dict[str, Any]:
    alarms = door.get("/alarms", token)["items"]
    for one in alarms:
        assert door.get(f"/alarms/{one['id']}", token)["id"] == one["id"]
        assert door.get(f"/alarms/{one['id']}/history", token)
    return {one["channel"]: one["asset"] for one in alarms}


@pytest.mark.parametrize("bound", ["operator@harbour", "operator@port", "inspector~box", "inspector~shipper"])
def test_whoever_is_bound_by_either_name_sees_what_is_there(door: FrontDoor, bound: str) -> None:
    assert set(seen(door, "viewer")) == {"shipper", "top"}
    assert set(seen(door, bound)) == {"shipper"}
    assert [one["asset"] for one in door.get("/assets", bound)["items"]] == ["box"]


@pytest.mark.parametrize("other", ["operator@s", "inspector~freezer"])
def test_nobody_else_does(door: FrontDoor, other: str) -> None:
    assert set(seen(door, other)) == {"top"}
