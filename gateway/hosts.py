"""What people write for a machine: its name or address alone, the port beside it."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from gateway.text import one_line

LOCAL: Final = ("127.0.0.1", "::1")
LAST_PORT: Final = 65_535
LONGEST_HOST: Final = 253  # characters of a name, RFC 1035 without the length octets
LABELS: Final = "a name has 1 to 63 characters between two dots, and at most 253 in all"


def instead_of(host: str) -> str:
    """How to say what a host with a scheme, a path, a port or brackets says; empty where it is right."""
    if not any(mark in host for mark in "/:[]") or _is_ipv6(host):
        return ""
    try:
        parts = urlsplit(host if "://" in host else f"//{host}")
        name, port = parts.hostname, parts.port
    except ValueError:
        name, port = None, None
    beside = f", port = {port}" if port else ", the port as `port`"
    return f"say host = {name or host.strip('[]/')!r}{beside}"


def why_no_host(host: str) -> str:
    """What is wrong with a name or address of a machine; empty where nothing is."""
    if not host:
        return "is empty; expected a name or an address"
    shown = one_line(f"{host[:80]!r}")
    if instead := instead_of(host):
        return f"{shown}: expected a name or an address alone; {one_line(instead)}"
    if not all(c.isprintable() and not c.isspace() for c in host):
        return f"{shown} has characters that no name of a machine has"
    return "" if is_machine(host) else f"{shown}: {LABELS}"


def is_machine(host: str | None) -> bool:
    """Whether a name server can be asked for it: RFC 1035 section 2.3.4, RFC 3490 for other letters."""
    if not host or len(host) > LONGEST_HOST:
        return False
    try:
        return len(host.encode("idna")) <= LONGEST_HOST
    except UnicodeError:
        return False


def one_name(host: str) -> str:
    """One text for a machine, whichever of the names that this one has for itself is given."""
    return "localhost" if host.lower() in LOCAL else host.lower()


def is_loopback(host: str) -> bool:
    """Whether only this machine is reached by it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def check_listen(listen: str, example: str) -> None:
    """Raises ValueError unless it is empty, or an address and a port."""
    if listen and not (listen_host(listen) and 1 <= listen_port(listen) <= LAST_PORT):
        raise ValueError(f"listen {listen!r}: expected an address and a port, e.g. {example!r}")


def check_address(address: str) -> None:
    """Raises ValueError unless it is empty, or an address for browsers: https, or http of this machine."""
    try:
        parts = urlsplit(address)
        is_one = (
            is_machine(parts.hostname)
            and parts.port != 0
            and not (parts.query or parts.fragment or parts.username)
        )
    except ValueError:
        is_one, parts = False, urlsplit("")
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(str(parts.hostname)))
    if address and not (is_one and safe and parts.path in ("", "/") and address.isprintable()):
        raise ValueError(f"address {address!r}: expected one like 'https://gateway.example:8443'")


def check_network(text: str) -> None:
    """Raises ValueError unless it is an address, or a network of some."""
    try:
        network = ip_network(text)
    except ValueError:
        raise ValueError(
            f"{text!r}: expected an address or a network, e.g. '10.0.0.5', '10.0.0.0/24'"
        ) from None
    if network.prefixlen == 0:
        raise ValueError(f"{text!r} is everybody: give the address of the proxy")


def listen_host(listen: str) -> str:
    return listen.rpartition(":")[0].strip("[]")


def listen_port(listen: str) -> int:
    """0 where it is none."""
    port = listen.rpartition(":")[2]
    return int(port) if port.isdecimal() else 0


def _is_ipv6(host: str) -> bool:
    try:
        IPv6Address(host)
    except AddressValueError:
        return False
    return True
