"""Serial ports: whether they are there, whether this user may use them, and who else does."""

from __future__ import annotations

import grp
import os
import pwd
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gateway.doctor import Finding, error, warning
from gateway.doctor.processes import users_of

BY_ID: Final = Path("/dev/serial/by-id")
CONNECT_S: Final = 3.0


def findings(name: str, port: str, gateway_pid: int | None) -> Iterator[Finding]:
    """Of source `name`. `gateway_pid`: of the gateway, which may hold the port."""
    where = f"source {name}"
    if "://" in port:
        yield from _serial_server(where, port)
        return
    path = Path(port)
    if not path.exists():
        yield error(
            where, f"{port} does not exist", f"check cable and adapter (dmesg | tail){_known_ports()}"
        )
    elif not stat.S_ISCHR(path.stat().st_mode):
        yield error(where, f"{port} is no serial port", "set `port` to a device, of /dev/serial/by-id")
    elif not os.access(path, os.R_OK | os.W_OK):
        yield _denied(where, path)
    else:
        for process in users_of(path):
            if process.pid != gateway_pid:
                what = f"{port} is also used by {process}: two programs on one line take each other's replies"
                yield warning(where, what, "find out who runs it and why, and let them stop it")


def _known_ports() -> str:
    found = sorted(str(p) for p in BY_ID.iterdir()) if BY_ID.exists() else []
    return f"; there are: {', '.join(found)}" if found else "; no serial adapter is plugged in"


def _denied(where: str, path: Path) -> Finding:
    told, me = path.stat(), pwd.getpwuid(os.geteuid()).pw_name
    try:
        group = grp.getgrgid(told.st_gid).gr_name
    except KeyError:
        group = str(told.st_gid)
    do = f"usermod -aG {group} {me}, then start the gateway anew"
    if not told.st_mode & stat.S_IRGRP:
        do = f"chmod g+rw {path}, and {do}"
    return error(where, f"{me} may not use {path}, which belongs to group {group}", do)


def _serial_server(where: str, port: str) -> Iterator[Finding]:
    address = urlsplit(port)
    try:
        socket.create_connection((address.hostname or "", address.port or 0), CONNECT_S).close()
    except OSError as problem:
        do = "check address, network and power of the serial server; many let in one program at a time"
        yield error(where, f"{port} does not answer: {problem.strerror or problem}", do)
