"""Links: the broker restarts or is away, a serial line is unplugged, the clock jumps."""

from __future__ import annotations

import time
from itertools import accumulate
from pathlib import Path
from typing import Final

from benchmarks.faults.outcome import Outcome, Size, Tell, outcome
from benchmarks.rig import Unavailable
from benchmarks.rig.broker import Broker
from benchmarks.rig.gateway import Gateway, configuration, wait_for
from benchmarks.rig.instrument import Instrument
from benchmarks.rig.world import End, World
from gateway.model import SECOND
from gateway.times import parse_rfc3339

RESTARTS: Final = {"short": 0, "usual": 5, "long": 20}
AWAY_S: Final = {"short": 1.0, "usual": 30.0, "long": 600.0}
PULLS: Final = {"short": 2, "usual": 5, "long": 20}
PLUGGED_S: Final = 1.0
JUMPS_H: Final = {"short": (5, -5), "usual": (5, -5, 0, 11, -7), "long": (5, -5, 0, 11, -7, 23, -23, 0)}
STAY_S: Final = 2.0  # libfaketime looks for a new time once a second
RATE: Final = 3000
HOUR_NS: Final = 3600 * SECOND
FAKETIME: Final = "/usr/lib/*/faketime/libfaketimeMT.so.1"
SERIAL: Final = """
[sources.line]
kind = "serial"
driver = "tec3000"
port = "{port}"
poll_interval_s = 0.1
reply_timeout_s = 0.3
options = {{ queries = ["TEMPA?"] }}
[assets.freezer]
site = "s"
[channels.freezer]
asset = "freezer"
source = "line"
address = "TEMPA"
profile = "p"
no_data_after_s = 8640000.0
"""


def broker(folder: Path, size: Size, tell: Tell) -> Outcome:
    """The broker is stopped and started, and once it stays away."""
    recoveries = []
    with World(folder, RATE) as world:
        world.publisher.start()
        for n in range(RESTARTS[size] + 1):
            tell(f"restart {n + 1} of {RESTARTS[size] + 1}")
            time.sleep(1.0)
            world.broker.stop()
            time.sleep(AWAY_S[size] if n == RESTARTS[size] else 0.0)
            before = world.gateway.counts()["readings"]
            world.broker.start()
            recoveries.append(_next_reading(world.gateway, before))
        account = world.settle()
    note = f"{RESTARTS[size]} restarts and {AWAY_S[size]:.0f} s without a broker"
    return outcome("broker restart and outage", note, account, max(recoveries))


def clock(folder: Path, size: Size, tell: Tell) -> Outcome:
    """The gateway's wall clock jumps by hours, there and back, while devices keep the right time."""
    found = sorted(Path("/").glob(FAKETIME[1:]))
    if not found:
        raise Unavailable("libfaketime is not installed (Debian package libfaketime)")
    folder.mkdir(parents=True, exist_ok=True)
    said = folder / "clock"
    said.write_text("+0h")
    faked = {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(said),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    stalls, seen = [], []
    with World(folder, RATE, environment=faked) as world:
        world.publisher.start()
        for hours in JUMPS_H[size]:
            tell(f"clock {hours:+d} h")
            said.write_text(f"{hours:+d}h")
            time.sleep(STAY_S)
            seen.append(round((_clock_ns(world.gateway) - time.time_ns()) / HOUR_NS))
            stalls.append(_next_reading(world.gateway, world.gateway.counts()["readings"]))
        account = world.settle()
    jumps = ", ".join(f"{hours:+d} h" for hours in JUMPS_H[size])
    furthest = list(
        accumulate(JUMPS_H[size], max)
    )  # set back, the gateway's clock waits until it is caught up
    failed = "" if seen == furthest else f"the gateway saw {seen}"
    return outcome("clock jumps", f"the gateway's clock at {jumps}", account, max(stalls), failed)


def serial(folder: Path, size: Size, tell: Tell) -> Outcome:
    """The terminal behind a serial port is closed and opened again; every answer has a value of its own.

    An answer counts as acknowledged when the next question came: the gateway had read it.
    """
    recoveries = []
    folder.mkdir(parents=True, exist_ok=True)
    instrument = Instrument(folder / "tty")
    broker_port = Broker(folder / "unused").port
    config = folder / "cryogate.toml"
    config.write_text(
        configuration(broker_port, 0, folder / "data").split("[sources.broker]")[0]
        + SERIAL.format(port=folder / "tty")
    )
    gateway = Gateway(config, folder / "data")
    gateway.start()
    try:
        wait_for(lambda: gateway.counts().get("readings", 0) > 5, "the instrument is read")
        for n in range(PULLS[size]):
            tell(f"pull {n + 1} of {PULLS[size]}")
            time.sleep(PLUGGED_S)
            instrument.unplug()
            wait_for(lambda: _state(gateway) == "down", "the unplugged line is seen")
            before = gateway.counts()["readings"]
            instrument.plug_in()
            recoveries.append(_next_reading(gateway, before))
        time.sleep(PLUGGED_S)
        instrument.unplug()
        time.sleep(1.0)
        gateway.stop()
    finally:
        gateway.kill()
        instrument.close()
    return _serial_outcome(next(End.of(gateway)), instrument.read, PULLS[size], max(recoveries))


def _serial_outcome(end: End, answered: list[float], pulls: int, recovery_s: float) -> Outcome:
    stored, screened = end.stored.value.tolist(), set(end.screened.value.tolist())
    note = f"{pulls} times; what an instrument would have said meanwhile is a gap, and not proven"
    return Outcome(
        "serial line unplugged",
        note,
        len(answered),
        len(set(stored) & set(answered)),
        len(screened & set(answered)),
        len(stored) - len(set(stored)),
        recovery_s,
    )


def _clock_ns(gateway: Gateway) -> int:
    status = gateway.status()
    return parse_rfc3339(status["gateway"]["time"]) if status else 0


def _state(gateway: Gateway) -> str:
    status = gateway.status()
    return "" if status is None else str(status["sources"][0]["state"])


def _next_reading(gateway: Gateway, before: int) -> float:
    """Seconds until there is one more."""
    return wait_for(lambda: gateway.counts().get("readings", 0) > before, "readings come again")
