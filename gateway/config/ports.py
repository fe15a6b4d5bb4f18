"""Serial sources that would share a port: two programs on one line take each other's replies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gateway.config.types import PlugIn
from gateway.hosts import one_name

SERIAL: Final = "serial"


def doubled_ports(sources: Mapping[str, PlugIn]) -> Iterator[tuple[str, str]]:
    """The path of the later one, and what is wrong."""
    first: dict[str, str] = {}
    for name, source in sources.items():
        if source.kind != SERIAL:
            continue
        other = first.setdefault(_line(source.options.port), name)
        if other != name:
            yield (
                f"sources.{name}.port",
                f"{source.options.port} is the port of source {other!r}; two sources on one line take each "
                "other's replies: put the second instrument into `more` of the first",
            )


def _line(port: str) -> str:
    """One text for each line, whichever of its names is given: /dev/serial/by-id is full of links."""
    if "://" not in port:
        return str(Path(port).resolve())
    address = urlsplit(port)
    return f"{one_name(address.hostname or '')}:{address.port}"
