"""Ports that two parts would share: serial lines whose replies each would take, and doors of this machine."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gateway.config.types import MetricsOptions, PagesOptions, PlugIn
from gateway.hosts import one_name

SERIAL: Final = "serial"
EVERYWHERE: Final = ("0.0.0.0", "::")  # every address of this machine
NUMBERED: Final = re.compile("/dev/tty(USB|ACM)[0-9]+")  # in the order in which adapters were found


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


def doubled_doors(metrics: MetricsOptions, pages: PagesOptions) -> Iterator[tuple[str, str]]:
    """The path of the later one, and what is wrong: one of both could not be asked."""
    if metrics.listen and pages.listen and metrics.port == pages.port:
        hosts = {metrics.host, pages.host}
        if len({one_name(host) for host in hosts}) == 1 or hosts & set(EVERYWHERE):
            yield (
                "pages.listen",
                f"{pages.listen} is taken by metrics.listen, {metrics.listen}: give one of both another port",
            )


def why_closed(host: str, port: int) -> str:
    """Why nobody can listen there now; empty: somebody could."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as door:
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                door.bind(address)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def numbered_ports(sources: Mapping[str, PlugIn]) -> Iterator[str]:
    """Adapters of one kind that come back after a loose cable or a start may have exchanged their names."""
    found: dict[str, list[str]] = {}
    for name, source in sources.items():
        numbered = NUMBERED.fullmatch(source.options.port) if source.kind == SERIAL else None
        if numbered is not None:
            found.setdefault(numbered[1], []).append(name)
    for kind, names in found.items():
        if len(names) > 1:
            yield (
                f"sources {', '.join(names)}: the numbers of /dev/tty{kind} change when adapters are plugged "
                "in again or the machine starts: each source may then read the other's instrument; give "
                "`port` a name that stays, from /dev/serial/by-id, or from /dev/serial/by-path for adapters "
                "without a serial number"
            )


def _line(port: str) -> str:
    """One text for each line, whichever of its names is given: /dev/serial/by-id is full of links."""
    if "://" not in port:
        return str(Path(port).resolve())
    address = urlsplit(port)
    return f"{one_name(address.hostname or '')}:{address.port}"
