"""A plan that is removed is gone, and what was arranged on it is not taken on a later one."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.plans.picture import picture_of
from gateway.plans.store import Changed, open_plans
from tests.unit.plans.drawn_plans import jpeg, png


def test_places_on_a_removed_picture_are_not_taken_on_another(tmp_path: Path) -> None:
    with open_plans(tmp_path) as plans:
        drawn = plans.draw("s", picture_of(png()), "li.na", 1)
        placed = plans.place("s", {"freezer": (0.25, 1.0)}, drawn.revision, "li.na", 2)
        assert plans.remove("s") and not plans.remove("s")
        assert plans.plan("s") is None and plans.content("s") is None
        with pytest.raises(Changed):  # there is no picture
            plans.place("s", {}, placed.revision + 1, "li.na", 3)
        later = plans.draw("s", picture_of(jpeg()), "wang", 4)
        assert (later.places, later.placed_by, later.drawn_by) == ({}, "", "wang")
        for revision in (drawn.revision, placed.revision, placed.revision + 1):
            with pytest.raises(Changed):
                plans.place("s", {"freezer": (0.5, 0.5)}, revision, "li.na", 5)
        assert plans.place("s", {"freezer": (0.5, 0.5)}, later.revision, "li.na", 6).places
