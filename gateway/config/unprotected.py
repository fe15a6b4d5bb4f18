"""Connections over a network that anybody on the way can read and change, where there is a protected way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.config.types import MetricsOptions, PlugIn
from gateway.hosts import is_loopback

READ_ON_THE_WAY: Final = "whoever is on the way can read and change what is sent, also passwords"


def unprotected(metrics: MetricsOptions | None, **sections: Mapping[str, PlugIn]) -> Iterator[str]:
    """A remark for each plug-in that connects so. What has no protected way (serial, Modbus) is not named."""
    for section, plug_ins in sections.items():
        for name, plug_in in plug_ins.items():
            for to, do in _without_tls(plug_in.options):
                yield f"{section}.{name}: {to} is asked without TLS: {READ_ON_THE_WAY}; {do}"
    if metrics is not None and metrics.listen and not is_loopback(metrics.host):
        yield (
            f"metrics.listen: whoever reaches {metrics.listen} can read them: there is neither password nor "
            "TLS; listen on 127.0.0.1, or let a firewall pass only your Prometheus"
        )


def _without_tls(options: Any) -> Iterator[tuple[str, str]]:
    keys = {field.name for field in dataclasses.fields(options)}
    if {"host", "tls"} <= keys:
        host, tls = str(options.host), options.tls
        if tls is None and not is_loopback(host):
            yield host, "give a table `tls`"
    url = str(options.url) if "url" in keys else ""
    if url.lower().startswith("http://") and not _is_here(url):
        yield urlsplit(url).netloc.rpartition("@")[2], "give an address with https"


def _is_here(url: str) -> bool:
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False
