"""Filters and orders of `cryogate alarms`."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.published.selection import Order, Selection, selected


def alarm(identity: str, **more: Any) -> dict[str, Any]:
    plain = {
        "id": identity,
        "state": "unacknowledged",
        "severity": "major",
        "start": "2026-01-05T12:00:00.000000000Z",
        "withdrawn": False,
        "asset": "dewar-1",
        "site": "lab",
        "rule": "above-150",
        "taken": None,
        "assigned": None,
        "overlay": None,
    }
    return plain | more


ALARMS = [
    alarm("a", severity="critical", taken={"by": "Li Na"}, start="2026-01-05T12:03:00.000000000Z"),
    alarm("b", state="returned unacknowledged", asset="dewar-1, dewar-2"),
    alarm("c", severity="minor", site="annex", asset="box", assigned={"to": "Li Na"}),
    alarm("d", state="acknowledged", rule="no-data", overlay={"kind": "shelved"}),
]


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        (Selection(), "acdb"),
        (Selection(state="unacknowledged"), "acb"),
        (Selection(state="returned unacknowledged"), "b"),
        (Selection(least_severity="major"), "adb"),
        (Selection(asset="dewar-2"), "b"),
        (Selection(asset="dewar"), ""),
        (Selection(asset="dewar", asset_names=frozenset({"dewar-2"})), "b"),
        (Selection(site="annex"), "c"),
        (Selection(rule="no-data"), "d"),
        (Selection(taken=True), "a"),
        (Selection(taken=False), "cdb"),
        (Selection(assigned="li na "), "c"),
        (Selection(quiet=True), "d"),
        (Selection(quiet=False, least_severity="critical"), "a"),
    ],
)
def test_whatever_is_given_has_to_be_so(selection: Selection, ids: str) -> None:
    assert "".join(one["id"] for one in selected(ALARMS, selection)) == ids


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        (Order.URGENCY, "acdb"),
        (Order.SEVERITY, "adbc"),
        (Order.NEWEST, "acdb"),
        (Order.OLDEST, "cdba"),
        (Order.STATE, "dbac"),
        (Order.SITE, "cadb"),
        (Order.ASSET, "cadb"),
    ],
)
def test_orders(order: Order, ids: str) -> None:
    assert "".join(one["id"] for one in selected(ALARMS, Selection(), order)) == ids
