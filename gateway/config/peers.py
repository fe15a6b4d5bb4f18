"""What is wrong with the places of peers and supplies: people are called by the name of a site."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from gateway.config.types import PlugIn
from gateway.text import one_line


def unknown_places(
    peers: Mapping[str, PlugIn],
    power: Mapping[str, PlugIn],
    assets: Container[str],
    sites: Container[str],
) -> Iterator[tuple[str, str]]:
    """Paths of sites and assets that no table names, and what to do."""
    for name, peer in peers.items():
        yield from _unknown_site(f"peers.{name}", peer.options.site, sites)
    for name, supply in power.items():
        options = supply.options
        if options.site:
            yield from _unknown_site(f"power.{name}", options.site, sites)
        for asset in options.assets:
            if asset not in assets:
                yield (
                    f"power.{name}.assets",
                    f"unknown asset {one_line(asset[:80])!r}; give those that have a table [assets.NAME]",
                )


def _unknown_site(path: str, site: str, sites: Container[str]) -> Iterator[tuple[str, str]]:
    if site not in sites:
        yield (
            f"{path}.site",
            f"unknown site {one_line(site[:80])!r}; people are called by the name of their site: give it a "
            "table [sites.NAME] here, too",
        )
