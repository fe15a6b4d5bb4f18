"""Screening on real files: a journal that is written, a follower that is run, killed and started again."""

from __future__ import annotations

import contextlib
import threading
import time
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from gateway.alarming.screening import Screening
from gateway.config.load import parse
from gateway.config.types import Configuration
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.model import SECOND, Arrivals, Mask, Samples, Times
from gateway.published.alarm import of_known
from gateway.questions.history import history
from gateway.statements import acknowledge, close, containment, placement, transition, withdrawal
from gateway.statements.containment import Unit
from gateway.statements.transition import Transition
from gateway.times import format_rfc3339
from gateway.writing.introduction import introduce

NOON_NS = 1_767_614_400 * SECOND  # 2026-01-05T12:00Z
CONFIG = """
[gateway]
name = "test"
[sites.s]
[assets.freezer]
site = "s"
zones = ["top", "bottom"]
[assets.shipper]
site = "s"
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
client_id = "test"
[[sources.broker.topics]]
pattern = "cryo/{device}"
payload = "json"
[sources.broker.topics.options]
readings = [{ address = "{device}", value_pointer = "/t" }]
[[profiles.p]]
version = "1"
[[profiles.p.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -150.0
severity = "critical"
[channels.top]
asset = "freezer"
zone = "top"
source = "broker"
address = "top"
profile = "p"
no_data_after_s = 300000000.0
max_gap_s = 60.0
[channels.shipper]
asset = "shipper"
source = "broker"
address = "shipper"
profile = "p"
no_data_after_s = 300000000.0
max_gap_s = 60.0
"""
SOME_CODE = "BAG-1"


class Killed(BaseException):
    """The process is gone: nothing after this line is run, and nothing may tidy up."""


class Stop(threading.Event):
    """Set from the start, so that a run ends when it has caught up; or killed after so many steps."""

    def __init__(self, kill_after: int | None = None) -> None:
        super().__init__()
        self.left = kill_after
        self.set()

    def is_set(self) -> bool:
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                raise Killed
        return super().is_set()


class Clock:
    """Goes like any other, from an hour after noon on, and can be set."""

    trusted = True

    def __init__(self) -> None:
        self.ahead_ns = 0
        self.stood = 0.0

    def now_ns(self) -> int:
        return now_ns() + self.ahead_ns

    def trusted_at(self, received: Times) -> Mask:
        return np.full(len(received), self.trusted)

    def stood_s(self) -> float:
        return self.stood


class Still(Clock):
    """Stands at one moment."""

    def __init__(self, at_ns: int) -> None:
        super().__init__()
        self.at_ns = at_ns

    def now_ns(self) -> int:
        return self.at_ns


class Desk:
    """One data folder, with the configuration and the programs that work on it."""

    def __init__(
        self, folder: Path, config: str = CONFIG, since_ns: int | None = None, identity: str | None = None
    ) -> None:
        """`since_ns`: when the gateway is first started with the configuration; None: now. `identity`: of its
        journal, where two are compared."""
        self.folder = folder
        self.clock = Clock()
        self.journal = Journal.open(folder / "journal.sqlite", self.clock.now_ns)
        if identity is not None:
            self.journal._connection.execute("UPDATE identity SET id = ?", (identity,))
        self.committed = threading.Condition()
        self.configure(config, since_ns)
        self.records = Records(folder / "records.sqlite")

    def now_ns(self) -> int:
        return self.clock.now_ns()

    def configure(self, config: str, at_ns: int | None = None) -> None:
        """The gateway is started with this configuration."""
        self.configuration: Configuration = parse(tomllib.loads(config), self.folder / "cryogate.toml")
        introduce(self.configuration, self.journal, self.now_ns() if at_ns is None else at_ns)
        self.numbers = {name: number for number, name in self.journal.channel_names().items()}

    def screening(self) -> Screening:
        """A new one from what is on disk, as after a start of the process."""
        return Screening(
            self.configuration,
            Journal.open(self.folder / "journal.sqlite", self.clock.now_ns),
            Records(self.folder / "records.sqlite"),
            self.committed,
            self.clock,
        )

    def run(self, kill_after: int | None = None) -> Screening:
        """Start, catch up and stop; or be killed after so many steps."""
        screening = self.screening()
        with contextlib.suppress(Killed):
            screening.run(Stop(kill_after))
        return screening

    def lose_records(self) -> None:
        """As when somebody deletes the file."""
        self.records.close()
        for path in self.folder.glob("records.sqlite*"):
            path.unlink()
        self.records = Records(self.folder / "records.sqlite")

    def read(self, *rows: tuple[str, float, float | None], received_ns: int | None = None) -> None:
        """Commit (channel, seconds after noon, degC or None for a fault) as one batch."""
        time_ns = np.array([NOON_NS + round(s * SECOND) for _, s, _ in rows], np.int64)
        value = np.array([np.nan if v is None else v for *_, v in rows])
        quality = np.where(np.isnan(value), 2, 0).astype(np.uint8)
        channel = np.array([self.numbers[name] for name, *_ in rows], np.int32)
        received = time_ns if received_ns is None else np.full(len(rows), received_ns)
        self.journal.commit(Arrivals(Samples(time_ns, channel, value, quality), received))
        with self.committed:
            self.committed.notify_all()

    def say(self, statement: Statement) -> None:
        """From another process, as `cryogate ack` and `cryogate load` do."""
        with Journal.open(self.folder / "journal.sqlite") as journal:
            journal.commit(statements=[statement])

    def state(self, kind: str, body: dict[str, Any], at_s: float | None = None, **envelope: Any) -> None:
        at_ns = self.now_ns() if at_s is None else NOON_NS + round(at_s * SECOND)
        self.say(Statement(kind, "Li Na", at_ns, body, actor="person", **envelope))

    def acknowledge(self, identity: str, comment: str = "seen") -> None:
        self.state(acknowledge.KIND, acknowledge.to_body(acknowledge.Acknowledge(identity, comment)))

    def close_alarm(self, identity: str, comment: str = "inspected") -> None:
        self.state(close.KIND, close.to_body(close.Close(identity, comment)))

    def contain(
        self,
        code: str,
        asset: str,
        from_s: float,
        to_s: float | None = None,
        zone: str | None = None,
        **envelope: Any,
    ) -> None:
        stay = containment.UnitStay(
            Unit("holder", code, "EXAMPLE", "COI-1"),
            asset,
            zone,
            NOON_NS + round(from_s * SECOND),
            None if to_s is None else NOON_NS + round(to_s * SECOND),
        )
        self.state(containment.KIND, containment.to_body(containment.Containment((stay,))), **envelope)

    def place(self, channel: str, asset: str, at_s: float, zone: str | None = None, **envelope: Any) -> None:
        body = placement.to_body(placement.Placement(channel, asset, zone))
        self.state(placement.KIND, body, at_s, **envelope)

    def withdraw(self, identity: str, **envelope: Any) -> None:
        body = withdrawal.to_body(withdrawal.Withdrawal())
        self.state(withdrawal.KIND, body, withdraws=identity, reason="it was not so", **envelope)

    def alarms(self) -> list[dict[str, Any]]:
        """What people read, closed ones too, oldest first by start."""
        found = [of_known(row.body, row.number) for row in self.records.book.alarms(closed=True)]
        return sorted(found, key=lambda a: (a["start"], a["channel"], a["id"]))

    def transitions(self) -> list[Transition]:
        """As the journal has them."""
        return [transition.of(s.body) for _, s in self.journal.statements(transition.KIND)]

    def changes(self) -> list[str]:
        return [t.change for t in self.transitions()]

    def history(self, identity: str) -> list[dict[str, Any]]:
        return list(history(self.journal, self.records, identity))


def body(
    code: str, asset: str, from_s: float, to_s: float | None = None, zone: str | None = None
) -> dict[str, Any]:
    """A containment statement about one unit, times in seconds after noon."""
    return {
        "scheme": "holder",
        "code": code,
        "product": "EXAMPLE",
        "chain_of_identity": "COI-1",
        "asset": asset,
        "zone": zone,
        "from": moment(from_s),
        "to": None if to_s is None else moment(to_s),
    }


def now_ns() -> int:
    """The clock of these tests goes like any other, and what is read around noon is never years ago."""
    return NOON_NS + 3600 * SECOND + time.monotonic_ns()


def moment(seconds: float) -> str:
    return format_rfc3339(NOON_NS + round(seconds * SECOND))


def eventually(condition: Callable[[], Any], what: str, within_s: float = 60.0) -> Any:
    """The first truthy answer of `condition`, asked until the deadline."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.005)
    raise AssertionError(f"not within {within_s} s: {what}")


def codes(alarm: dict[str, Any]) -> Any:
    units = alarm["units"]
    return units if isinstance(units, str) else [u["code"] for u in units]


def without_clock(alarms: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Alarms without the moments at which this machine happened to look."""
    kept = []
    for alarm in alarms:
        said = [{k: v for k, v in a.items() if k != "at"} for a in alarm["acknowledgements"]]
        plain = {k: v for k, v in alarm.items() if k not in ("raised", "returned", "over")}
        kept.append({**plain, "acknowledgements": said})
    return kept
