"""People and rosters as they are stated, for tests."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from gateway.alarms.duty import Duty
from gateway.statements import Statement, person, roster, stand_in, withdrawal
from gateway.statements.kinds import Kind, kinds
from gateway.statements.person import GONE, Person, Way
from gateway.statements.roster import Roster, Rotation
from gateway.statements.stand_in import StandIn
from gateway.times import parse_rfc3339

MONDAY = date(2026, 1, 5)
SHANGHAI, PARIS, NEW_YORK = "Asia/Shanghai", "Europe/Paris", "America/New_York"
BEGIN_NS = parse_rfc3339("2026-01-01T00:00:00Z")


class Staff:
    """Says things one after the other, and asks."""

    def __init__(self) -> None:
        self.duty = Duty()
        self.said: list[Statement] = []

    def say(
        self, kind: Any, said: Any, at_ns: int = BEGIN_NS, corrects: str = "", withdraws: str = ""
    ) -> str:
        known: Kind = kinds()[kind.KIND]
        statement = Statement(
            known.KIND, "Li Na", at_ns, known.to_body(said), f"J-{len(self.said) + 1}", at_ns,
            corrects=corrects, withdraws=withdraws, reason="a slip" if corrects or withdraws else "",
        )  # fmt: skip
        self.said.append(statement)
        self.duty.hear(statement)
        return statement.id

    def person(self, identity: str, *, at_ns: int = BEGIN_NS, **told: Any) -> str:
        return self.say(person, somebody(identity, **told), at_ns)

    def leaves(self, identity: str, at_ns: int) -> str:
        return self.say(person, somebody(identity, ways=(), state=GONE), at_ns)

    def roster(self, identity: str, *rotations: Rotation, at_ns: int = BEGIN_NS, **told: Any) -> str:
        return self.say(roster, made(identity, *rotations, from_ns=at_ns, **told), at_ns)

    def stand_in(self, who: str, instead_of: str, from_ns: int, to_ns: int, *rosters: str) -> str:
        return self.say(stand_in, StandIn(who, instead_of, rosters, from_ns, to_ns), from_ns)

    def withdraw(self, identity: str) -> str:
        return self.say(withdrawal, withdrawal.Withdrawal(), withdraws=identity)

    def on_duty(self, when: str, site: str = "lab", risk: str = "high") -> tuple[str, ...]:
        return self.duty.on_duty(site, risk, parse_rfc3339(when))


def somebody(identity: str, **told: Any) -> Person:
    known: dict[str, Any] = {
        "name_en": identity.title(),
        "name_zh": "",
        "languages": ("en",),
        "time_zone": "UTC",
        "ways": (Way("mail", f"{identity}@example.com"),),
        "on_site": (),
    }
    return Person(identity, **(known | told))


def weekly(*people: str, **told: Any) -> Rotation:
    known: dict[str, Any] = {"period_days": 7, "hand_over": time(8), "weekday": "monday", "start": MONDAY}
    return Rotation(people, **(known | told))


def daily(*people: str, **told: Any) -> Rotation:
    known: dict[str, Any] = {"period_days": 1, "hand_over": time(8), "weekday": None, "start": MONDAY}
    return Rotation(people, **(known | told))


def made(identity: str, *rotations: Rotation, **told: Any) -> Roster:
    known: dict[str, Any] = {"from_ns": BEGIN_NS, "sites": ("lab",), "risks": (), "time_zone": "UTC"}
    return Roster(identity, rotations=rotations, **(known | told))
