"""Plans of sites over the API: drawn, placed, seen by whoever has the site, kept by a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.errors import InputError
from gateway.journal.backup import PLANS, PLANS_LEFT, backup, restore
from gateway.plans.store import open_plans
from tests.unit.api.two_sites import TwoSites
from tests.unit.plans.drawn_plans import jpeg, png

READ = ("/plans/s", "/plans/s/picture")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> TwoSites:
    folder = tmp_path_factory.mktemp("plans")
    (folder / "data").mkdir()
    found = TwoSites(folder)
    found.happen()
    return found


def draw(sites: TwoSites, content: bytes, site: str = "s", role: str = "operator") -> Any:
    files = {"file": ("plan.png", content)}
    return sites.door.ask("POST", "/plans", role, data={"site": site}, files=files)


def place(sites: TwoSites, revision: int, role: str = "operator", **places: tuple[float, float]) -> Any:
    said = [{"asset": name, "x": x, "y": y} for name, (x, y) in places.items()]
    return sites.door.ask("POST", "/plans/s/places", role, json={"revision": revision, "places": said})


def test_a_plan_is_drawn_placed_replaced_and_removed(sites: TwoSites) -> None:
    assert sites.door.get("/plans/s")["picture"] is None
    drawn = draw(sites, png()).json()
    assert (drawn["picture"]["width"], drawn["drawn"]["by"], drawn["placed"]) == (40, "li.na", None)
    placed = place(sites, drawn["revision"], freezer=(0.25, 1)).json()
    assert placed["places"] == [{"asset": "freezer", "x": 0.25, "y": 1.0}]
    picture = sites.door.ask("GET", "/plans/s/picture", "viewer")
    assert picture.content == png() and picture.headers["content-type"] == "image/png"
    assert picture.headers["x-content-type-options"] == "nosniff"
    again = draw(sites, jpeg()).json()
    assert again["places"] == placed["places"] and again["picture"]["media"] == "image/jpeg"
    assert sites.door.ask("DELETE", "/plans/s", "operator").json()["picture"] is None
    assert sites.door.ask("DELETE", "/plans/s", "operator").status_code == 404
    assert sites.door.ask("GET", "/plans/s/picture", "viewer").status_code == 404


def test_what_cannot_be(sites: TwoSites) -> None:
    revision = draw(sites, png()).json()["revision"]
    refused = draw(sites, b"<svg/>")
    assert refused.status_code == 422 and "no PNG and no JPEG" in refused.json()["detail"]
    assert place(sites, revision + 1, freezer=(0, 0)).status_code == 409
    assert place(sites, revision, shipper=(0, 0)).status_code == 422  # at the port
    assert place(sites, revision, nothing=(0, 0)).status_code == 422
    assert place(sites, revision, freezer=(1.5, 0)).status_code == 422
    assert place(sites, revision, role="viewer", freezer=(0, 0)).status_code == 403
    asked = (
        draw(sites, png(), role="operator@port"),
        *(sites.door.ask("GET", one, "operator@port") for one in READ),
    )
    assert [one.status_code for one in asked] == [404] * 3


def test_a_backup_brings_it_back(sites: TwoSites, tmp_path: Path) -> None:
    draw(sites, png())
    backup(sites.door.world.folder, tmp_path / "backup")
    backup(sites.door.world.folder, tmp_path / "backup")
    assert len(list((tmp_path / "backup").glob("plans-*"))) == 1
    restore(tmp_path / "backup", tmp_path / "back")
    with open_plans(tmp_path / "back") as plans:
        assert plans.content("s") == ("image/png", png())


def test_plans_that_are_damaged_hold_up_no_backup_of_the_journal(sites: TwoSites, tmp_path: Path) -> None:
    draw(sites, png())
    path = sites.door.world.folder / PLANS
    path.rename(tmp_path / PLANS)
    assert sites.door.get("/plans/s")["picture"] is None and not path.exists(), "reading makes no file"
    path.write_bytes(b"no database" * 100)
    done = backup(sites.door.world.folder, tmp_path / "backup")
    assert [one.partition(":")[0] for one in done.damaged] == [PLANS_LEFT]
    restore(tmp_path / "backup", tmp_path / "back")
    assert not (tmp_path / "back" / PLANS).exists()
    path.unlink()


def test_a_file_that_is_none_or_of_later_says_so(tmp_path: Path) -> None:
    with open_plans(tmp_path) as plans:
        plans._connection.execute("PRAGMA user_version = 9")
    with pytest.raises(InputError, match="schema 9; use the version"), open_plans(tmp_path):
        pass
    (tmp_path / PLANS).write_bytes(b"no database" * 100)
    with pytest.raises(InputError, match="move it away and draw the plans anew"), open_plans(tmp_path):
        pass
