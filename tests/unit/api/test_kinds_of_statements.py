"""Statements are no way around the table of rights: what needs a right of its own needs it there, too."""

from __future__ import annotations

import pytest

from gateway.rights.statements import READ_BY, WITHDRAWN_BY
from gateway.rights.table import ACTIONS
from gateway.statements import hold, withdrawal
from gateway.statements.kinds import kinds
from tests.unit.api.two_sites import TwoSites


@pytest.mark.parametrize(
    ("kind", "may", "may_not"),
    [
        ("configuration", "quality", "viewer"),
        ("configuration", "administrator", "inspector"),
        ("person", "viewer", "inspector"),
        ("containment", "inspector", "viewer@nowhere"),
    ],
)
def test_a_kind_is_seen_by_who_may_see_what_it_says(
    sites: TwoSites, kind: str, may: str, may_not: str
) -> None:
    sites.enter_people()
    ids = [one["id"] for one in sites.door.get(f"/statements?kind={kind}", may)["items"]]
    assert ids and sites.door.get(f"/statements?kind={kind}", may_not)["items"] == []
    assert not set(ids) & {one["id"] for one in sites.door.get("/statements", may_not)["items"]}
    assert sites.door.ask("GET", f"/statements/{ids[0]}", may_not).status_code == 404


def test_who_may_not_state_it_may_not_take_it_back(sites: TwoSites) -> None:
    said = hold.Hold("H-1", "audit", frozenset(), frozenset(), None, None)
    sites.desk.state(hold.KIND, hold.to_body(said))
    ((_, held),) = sites.desk.journal.statements(hold.KIND)
    path, why = f"/statements/{held.id}/withdraw", {"json": {"reason": "x"}}
    refused = sites.door.ask("POST", path, "operator", **why)
    assert refused.status_code == 403 and "hold.write" in refused.text
    assert sites.door.ask("POST", path, "quality", **why).status_code == 200
    ((_, taken),) = sites.desk.journal.statements(withdrawal.KIND)
    again = f"/statements/{taken.id}/withdraw"
    assert sites.door.ask("POST", again, "operator", **why).status_code == 403
    assert sites.door.ask("POST", again, "quality", **why).status_code == 200


def test_every_kind_that_people_state_has_its_right() -> None:
    stated = {name for name, kind in kinds().items() if kind.BY_PEOPLE}
    assert set(WITHDRAWN_BY) == stated - {withdrawal.KIND}
    assert {*WITHDRAWN_BY.values(), *READ_BY.values()} <= set(ACTIONS) and set(READ_BY) <= set(kinds())
