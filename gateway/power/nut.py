"""A UPS by Network UPS Tools: the variables that upsd tells of it over TCP.

Source: NUT developer guide, "Network protocol information": LIST VAR, quoting, errors; "Command and variable
naming scheme" and "status data": OL on line, OB on battery, LB low battery, RB replace battery, FSD forced
shutdown. Reading needs no login.
"""

from __future__ import annotations

import math
import re
import socket
import time
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from gateway.dataclass import dataclass
from gateway.errors import LinkDown
from gateway.hosts import why_no_host
from gateway.mqtt.broker import check_range
from gateway.notifiers.deadline import no_longer_than
from gateway.power import PowerState
from gateway.text import first_words, one_line

PORT: Final = 3493
LONGEST_LINE: Final = 1024  # bytes; upsd has 512 for a value
MOST_LINES: Final = 500  # large UPS tell about 150 variables
UPS: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
ITEM: Final = re.compile(r'VAR (\S+) (\S+) "((?:[^"\\]|\\.)*)"')
REMARKS: Final = {
    "RB": "its battery has to be replaced",
    "OVER": "it is overloaded",
    "BYPASS": "it is bypassed: its battery does not help",
    "OFF": "it is switched off",
}
HINTS: Final = {
    "UNKNOWN-UPS": "upsd has no UPS of this name; check ups (`upsc -l` lists them)",
    "DATA-STALE": "upsd hears nothing from the UPS; check its cable and its driver",
    "DRIVER-NOT-CONNECTED": "the driver of the UPS does not run; start it (upsdrvctl start)",
    "ACCESS-DENIED": "upsd does not let this machine read; check its access rules",
}


@dataclass(frozen=True, slots=True)
class Options:
    """One UPS of one upsd. `assets`: those that its battery keeps running, or that lose power with it."""

    ups: str
    host: str = "127.0.0.1"
    port: int = PORT
    period_s: float = 5.0
    timeout_s: float = 5.0
    assets: tuple[str, ...] = ()
    site: str = ""  # whose people are called, where there are no assets
    low_charge_percent: float = 20.0
    low_runtime_s: float = 300.0
    on_battery_after_s: float = 5.0  # shorter ones are no alarm

    def __post_init__(self) -> None:
        if not UPS.fullmatch(self.ups):
            raise ValueError(
                f"ups {one_line(self.ups[:80])!r}: expected the name of it in ups.conf, without @"
            )
        if wrong := why_no_host(self.host):
            raise ValueError(f"host {wrong}")
        check_range("port", self.port, 1, 65_535)
        check_range("period_s", self.period_s, 1, 300)
        check_range("timeout_s", self.timeout_s, 0.1, 60)
        check_range("low_charge_percent", self.low_charge_percent, 0, 100)
        check_range("low_runtime_s", self.low_runtime_s, 0, 86_400)
        check_range("on_battery_after_s", self.on_battery_after_s, 0, 3600)


class Supply:
    """See the contract in gateway.power. Each look has a connection of its own."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def look(self) -> PowerState:
        """Raises LinkDown."""
        return _state(self._variables(), self._where)

    @property
    def _where(self) -> str:
        return f"UPS {self._options.ups} at {self._options.host}:{self._options.port}"

    def _variables(self) -> dict[str, str]:
        options = self._options
        until_s = time.monotonic() + options.timeout_s
        try:
            with (
                socket.create_connection((options.host, options.port), options.timeout_s) as connection,
                no_longer_than(until_s - time.monotonic(), connection),
                connection.makefile("rb") as file,
            ):
                connection.sendall(f"LIST VAR {options.ups}\nLOGOUT\n".encode())
                return self._list(file)
        except (OSError, UnicodeError) as error:
            raise LinkDown(f"{self._where}: {_why(error)}") from None

    def _list(self, file: BinaryIO) -> dict[str, str]:
        lines = _lines(file)
        self._need(next(lines, ""), f"BEGIN LIST VAR {self._options.ups}")
        found: dict[str, str] = {}
        for line in lines:
            item = ITEM.fullmatch(line)
            if item is None:
                self._need(line, f"END LIST VAR {self._options.ups}")
                return found
            found[item[2]] = re.sub(r"\\(.)", r"\1", item[3])
        raise LinkDown(f"{self._where}: the answer broke off; check the network and upsd's log")

    def _need(self, line: str, wanted: str) -> None:
        """Raises LinkDown where upsd says something else."""
        if line == wanted:
            return
        code = line.removeprefix("ERR ").split(" ")[0] if line.startswith("ERR ") else ""
        what = f"it says {first_words(line, 80)!r}" if line else "it says nothing"
        raise LinkDown(f"{self._where}: {what}; {HINTS.get(code, 'check that upsd listens at this port')}")


def _state(variables: Mapping[str, str], where: str) -> PowerState:
    """Raises LinkDown where nobody can tell."""
    flags = variables.get("ups.status", "").split()
    if not {"OL", "OB", "OFF", "FSD", "BYPASS"} & set(flags):
        said = first_words(" ".join(flags), 80) or "nothing"
        raise LinkDown(f"{where}: its status is {said!r}, not on line or on battery; check its driver")
    on_line, is_off = "OL" in flags, "OFF" in flags and "OL" not in flags
    return PowerState(
        "OB" in flags or is_off,
        bool({"LB", "FSD"} & set(flags)) or is_off,
        _number(variables.get("battery.charge")),
        _number(variables.get("battery.runtime")),
        tuple((flag, REMARKS[flag]) for flag in flags if flag in REMARKS),
        on_line,
    )


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _lines(file: BinaryIO) -> Iterator[str]:
    for _ in range(MOST_LINES):
        line = file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            return
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _why(error: OSError | UnicodeError) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):
        return "this name is not known; check host, and the name server of this machine"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there; check host and port, and that upsd runs and has a LISTEN for us"
    if isinstance(error, TimeoutError):
        return "no answer; check host and port, and the network"
    return f"{error.strerror or error}; check the network and upsd"
