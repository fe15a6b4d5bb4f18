"""Sites, assets, channels, and how each channel is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from gateway.api.answers import json_answer
from gateway.api.asked import Named
from gateway.api.describing import told
from gateway.api.paging import Pages, page
from gateway.api.scope import Scope
from gateway.api.who import Who
from gateway.api.world import Asked, World
from gateway.config.types import Configuration
from gateway.errors import NotRunning

SCHEMA: Final = 1
router = APIRouter(tags=["fleet"])
RUNS = {"running": True}
SITE = {"site": "lab", "name": "Pudong cryobank", "time_zone": "Asia/Shanghai"}
SITES = {"schema": 1, "known": RUNS, "items": [SITE], "next": None}
ASSET = {"asset": "shipper-1", "name": "", "site": "lab", "kind": "dry_shipper", "zones": ["top"]}
ASSETS = {"schema": 1, "known": RUNS, "items": [ASSET], "next": None}
CHANNEL = {
    "channel": "shipper-1-payload",
    "asset": "shipper-1",
    "zone": None,
    "site": "lab",
    "quantity": "temperature",
    "unit": "degC",
    "profile": "ln2-product",
    "source": "broker",
    "retired": False,
}
CHANNELS = {"schema": 1, "known": RUNS, "items": [CHANNEL], "next": None}
VALUE = {
    "channel": "shipper-1-payload",
    "source": "broker",
    "site": "lab",
    "asset": "shipper-1",
    "zone": None,
    "unit": "degC",
    "value": -188.4,
    "quality": "good",
    "age_s": 0.8,
    "state": "in range",
    "unknown": False,
}
VALUES = {"schema": 1, "known": RUNS, "items": [VALUE], "next": None}


def whole(world: World, found: Mapping[str, Any]) -> dict[str, Any]:
    """What every list says beside its items."""
    return {"schema": SCHEMA, "known": world.known(), **found}


@router.get("/sites", **told("assets.read", SITES))
def sites(request: Request, world: Asked, who: Who, paging: Pages) -> Response:
    """Sites, by name."""
    scope = world.scope(who)
    rows = [
        {"site": name, "name": site.name, "time_zone": site.time_zone}
        for name, site in sorted(world.configuration.sites.items())
        if scope.site(name)
    ]
    return json_answer(request, whole(world, page(rows, lambda row: (row["site"],), paging)))


@router.get("/assets", **told("assets.read", ASSETS))
def assets(request: Request, world: Asked, who: Who, paging: Pages, site: Named = None) -> Response:
    """Assets, by name; of one site, or of all."""
    scope = world.scope(who)
    if site is not None:
        scope.need_site(site)
    rows = [
        {"asset": name, "name": one.name, "site": one.site, "kind": one.kind, "zones": list(one.zones)}
        for name, one in sorted(world.configuration.assets.items())
        if site in (None, one.site) and scope.asset(name)
    ]
    return json_answer(request, whole(world, page(rows, lambda row: (row["asset"],), paging)))


@router.get("/channels", **told("channels.read", CHANNELS))
def channels(request: Request, world: Asked, who: Who, paging: Pages, asset: Named = None) -> Response:
    """Channels, by name; in one asset now, or all. Also those that left the configuration (`retired`)."""
    scope = world.scope(who)
    if asset is not None:
        scope.need_asset(asset)
    known = {
        row.name: (row.quantity or "", row.unit or "") for row in world.reading().journal.channels().values()
    }
    rows = [
        _channel(name, known.get(name, ("", "")), scope, world.configuration)
        for name in sorted({*known, *world.configuration.channels})
        if scope.channel(name)
    ]
    wanted = [row for row in rows if asset in (None, row["asset"])]
    return json_answer(request, whole(world, page(wanted, lambda row: (row["channel"],), paging)))


@router.get("/values", **told("values.read", VALUES))
def values(request: Request, world: Asked, who: Who, paging: Pages, asset: Named = None) -> Response:
    """How each channel is now, by name. Where no gateway runs all are unknown: `known` says since when."""
    scope = world.scope(who)
    if asset is not None:
        scope.need_asset(asset)
    rows = [row for row in states(world) if asset in (None, row["asset"]) and scope.asset(row["asset"])]
    return json_answer(request, whole(world, page(rows, lambda row: (row["channel"],), paging)))


def states(world: World) -> list[dict[str, Any]]:
    """Of every channel of the configuration, by name."""
    try:
        found: list[dict[str, Any]] = world.status.value()["channels"]
    except NotRunning:
        found = [_unknown(name, world.configuration) for name in world.configuration.channels]
    return sorted(found, key=lambda row: str(row["channel"]))


def _unknown(name: str, configuration: Configuration) -> dict[str, Any]:
    channel = configuration.channels[name]
    return {
        "channel": name,
        "source": channel.table.source,
        "site": channel.site,
        "asset": channel.table.asset,
        "zone": channel.table.zone,
        "unit": channel.unit,
        "value": None,
        "quality": None,
        "age_s": None,
        "state": "unknown",
        "unknown": True,
        "clock_offset_s": None,
    }


def _channel(
    name: str, measured: tuple[str, str], scope: Scope, configuration: Configuration
) -> dict[str, Any]:
    known = configuration.channels.get(name)
    asset = scope.asset_of(name)
    return {
        "channel": name,
        "asset": asset,
        "zone": None if known is None else known.table.zone,
        "site": scope.site_of(asset),
        "quantity": measured[0] if known is None else known.table.quantity,
        "unit": measured[1] if known is None else known.unit,
        "profile": None if known is None else known.table.profile,
        "source": None if known is None else known.table.source,
        "retired": known is None,
    }
