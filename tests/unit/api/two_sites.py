"""A gateway's data folder with two sites, readings, alarms, units and people, as the gateway wrote them."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

from gateway.statements import person, roster
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk
from tests.unit.api.front_door import FrontDoor

TWO_SITES = CONFIG.replace('[assets.shipper]\nsite = "s"', '[sites.port]\n[assets.shipper]\nsite = "port"')
SECOND = 10**9
FROM, TO = "2026-01-05T12:00:00Z", "2026-01-05T12:30:00Z"


class TwoSites:
    """`freezer` at site `s` with channel `top`, `shipper` at site `port` with channel `shipper`."""

    def __init__(self, folder: Path, more: str = "") -> None:
        config = folder / "cryogate.toml"
        config.write_text(TWO_SITES + more, encoding="utf-8")
        self.desk = Desk(folder / "data", TWO_SITES + more, NOON_NS - SECOND)
        self.door = FrontDoor(config)

    def happen(self) -> None:
        """Both get warm; the sensor of the freezer fails then."""
        for name in ("shipper", "top"):
            self.desk.read(*((name, s, -190.0 + s / 100) for s in range(0, 120, 10)))
        self.desk.read(("top", 120, -140.0), ("shipper", 120, -139.0))
        self.desk.read(("top", 130, None), ("shipper", 130, -139.0))
        self.desk.contain("BAG-1", "freezer", 0)
        self.desk.contain("BAG-2", "shipper", 0)
        self.desk.run()

    def alarms(self) -> dict[str, str]:
        """Ids by channel."""
        return {one["channel"]: one["id"] for one in self.door.get("/alarms")["items"]}

    def enter_people(self) -> None:
        for name in ("li.na", "wang.wei"):
            way = person.Way("push", f"{name}@example.org")
            said = person.Person(name, name.title(), "", ("en",), "UTC", (way,), ())
            self.desk.state(person.KIND, person.to_body(said))

    def set_roster(self, *sites: str) -> None:
        turn = roster.Rotation(("li.na", "wang.wei"), 7, time(8), None, date(2026, 1, 1))
        said = roster.Roster("night", NOON_NS, sites, (), "UTC", (turn,))
        self.desk.state(roster.KIND, roster.to_body(said))
