"""Names and clocks of sites for a screen, as a gateway far away has them."""

from __future__ import annotations

from gateway.client import Client
from gateway.published.labels import Labels, SiteLabel
from gateway.text import one_line
from gateway.zones import zone


def labels_there(client: Client) -> Labels:
    sites = {
        row["site"]: SiteLabel(one_line(row["name"] or row["site"]), row["time_zone"], zone(row["time_zone"]))
        for row in client.items("/sites")
    }
    assets = {row["asset"]: row for row in client.items("/assets")}
    places = {row["channel"]: row["site"] for row in client.items("/channels")}
    names = {name: one_line(row["name"] or name) for name, row in assets.items()}
    return Labels(sites, names, {**places, **{name: row["site"] for name, row in assets.items()}})
