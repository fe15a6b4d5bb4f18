"""Names and local times for people, beside the identities and UTC that everything else uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime, tzinfo
from typing import Final

from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.text import one_line
from gateway.zones import zone

MINUTE: Final = slice(11, 16)  # of an RFC 3339 time
SECOND: Final = slice(11, 19)
DAY: Final = slice(0, 10)


@dataclass(frozen=True, slots=True)
class SiteLabel:
    """How people call a site, and its clock."""

    name: str
    zone_name: str
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Labels:
    """Of a configuration; whatever it does not know has its identity for a name, and no clock."""

    sites: Mapping[str, SiteLabel] = field(default_factory=dict)
    assets: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)  # of assets and channels: their site

    def site_of(self, *names: str) -> str:
        """Where these assets and channels are; empty where that is not one site."""
        sites = {site for site in map(self.places.get, names) if site is not None}
        return sites.pop() if len(sites) == 1 else ""

    def asset(self, asset: str) -> str:
        """The name of an asset, empty where it has none beside its identity."""
        name = self.assets.get(asset, "")
        return "" if name == asset else name

    def site(self, site: str) -> str:
        """The name of a site, empty where it has none beside its identity."""
        label = self.sites.get(site)
        return "" if label is None or label.name == site else label.name

    def local(self, moment: str, site: str) -> str:
        """19:02:03 Asia/Shanghai, with the day where it is not that of UTC; empty where the site has UTC."""
        there = self._there(moment, site)
        if not there:
            return ""
        day = "" if there[DAY] == moment[DAY] else f"{there[DAY]} "
        label = self._clock(site)
        return f"{day}{there[SECOND]} {label.zone_name}" if label else ""

    def both(self, moment: str, site: str) -> str:
        """2026-01-05 11:02:03Z (19:02:03 Asia/Shanghai)"""
        local = self.local(moment, site)
        utc = f"{moment[DAY]} {moment[SECOND]}Z"
        return f"{utc} ({local})" if local else utc

    def beside(self, moment: str, site: str) -> str:
        """2026-01-05T11:02:03Z (19:02:03 Asia/Shanghai): as it is typed, and what clocks there showed."""
        local = self.local(moment, site)
        return f"{moment[:19]}Z" + (f" ({local})" if local else "")

    def short(self, moment: str, site: str, now: str) -> str:
        """11:02Z (19:02 there): for a narrow screen; each with its day where it is not today there."""
        utc, local, local_now = moment, self._there(moment, site), self._there(now, site)
        day = "" if utc[DAY] == now[DAY] else f"{utc[DAY]} "
        day_there = "" if local[DAY] == local_now[DAY] else f"{local[DAY]} "
        return f"{day}{utc[MINUTE]}Z" + (f" ({day_there}{local[MINUTE]} there)" if local else "")

    def _there(self, moment: str, site: str) -> str:
        """ISO 8601 as clocks at a site show it; empty where nobody knows its clock, or where it shows UTC."""
        label = self._clock(site)
        if label is None or label.zone_name == "UTC":
            return ""
        return datetime.fromisoformat(f"{moment[:19]}+00:00").astimezone(label.zone).isoformat()

    def _clock(self, site: str) -> SiteLabel | None:
        """What has no site (a fault of the gateway) has the clock of the only one."""
        if not site and len(self.sites) == 1:
            return next(iter(self.sites.values()))
        return self.sites.get(site)


UNLABELLED: Final = Labels()


def labels_of(configuration: Configuration) -> Labels:
    """Safe to be printed. What was said under a former name (`was`) is about the same place."""
    sites = {
        name: SiteLabel(one_line(site.name or name), site.time_zone, zone(site.time_zone))
        for name, site in configuration.sites.items()
    }
    assets = {name: one_line(asset.name or name) for name, asset in configuration.assets.items()}
    places = {
        **{name: channel.site for name, channel in configuration.channels.items()},
        **{name: asset.site for name, asset in configuration.assets.items()},
    }
    channels = [(name, channel.table.was) for name, channel in configuration.channels.items()]
    for name, was in [*channels, *((name, asset.was) for name, asset in configuration.assets.items())]:
        places.setdefault(was or name, places[name])
    for name, asset in configuration.assets.items():
        assets.setdefault(asset.was or name, one_line(f"now {asset.name or name}"))
    for name, site in configuration.sites.items():
        sites.setdefault(site.was or name, sites[name])
    return Labels(sites, assets, places)


def now_text() -> str:
    """RFC 3339, to the second."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}Z"


def site_lines(labels: Labels, sites: Iterable[str], now: str) -> list[str]:
    """One for each site: its name and what the clock on its wall shows."""
    found = []
    for site in dict.fromkeys(sites):
        name, local = labels.site(site), labels.local(now, site)
        known = f"{name} ({site})" if name else site
        found.append(f"{known}, {local}" if local else known)
    return found
