"""A gateway that ran, with an excursion that two units were in, and people who review it by commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.accounts.members import PASSWORD
from tests.unit.alarming.alarm_desk import CONFIG, Desk
from tests.unit.commands.front_desk import Office
from tests.unit.commands.test_account_command import set_up

BY = ("--by", "Li Na")
WARM = [("top", float(s), -140.0 if 100 <= s < 200 else -160.0) for s in range(0, 400, 10)]
ASSESSED = (
    *("--assessment", "lid open during transfer", "--root-cause", "dock 3 had no stand"),
    *("--deviation", "DEV-26-014", "--capa", "CAPA-26-003"),
)
USE = ("--as", "use", "--why", "within the stability budget", "--reference", "SOP-7")


class ReviewOffice(Office):
    """`alarm`: of the excursion; BAG-1 and BAG-2 were inside."""

    def __init__(self, folder: Path, config: str = CONFIG) -> None:
        super().__init__(folder)
        self.config.write_text(config, encoding="utf-8")
        (folder / "data").mkdir(exist_ok=True)
        self.gateway = Desk(folder / "data", config)
        self.gateway.contain("BAG-1", "freezer", -60)
        self.gateway.contain("BAG-2", "freezer", -60)
        self.gateway.read(*WARM)
        self.gateway.run()
        found = next(one for one in self.gateway.alarms() if one["rule"] == "above-150")
        self.alarm = str(found["id"])
        self.codes: dict[str, list[str]] = {}

    def review(self, *words: str) -> str:
        return self.run("review", self.alarm, *words)

    @property
    def told(self) -> Any:
        return self.json("review", self.alarm)

    @property
    def states(self) -> list[str]:
        told = self.told
        return [one["state"] for one in (*told["earlier"], told)]

    def enter(self, identity: str, name: str, role: str) -> None:
        """A person with an account, who is set up."""
        self.run("people", "set", identity, "--name", name, "--by", "Chen")
        link = self.json("account", "add", identity, "--role", role, "--by", "Chen")["link"]
        self.codes[identity] = set_up(self, link)

    def approve(self, account: str = "wang.wei") -> str:
        secrets = self.folder / "secrets"
        secrets.write_text(f"{PASSWORD}\n{self.codes[account].pop()}\n", encoding="utf-8")
        return self.review("approve", "--account", account, "--password-file", str(secrets))

    def amend(self, code: str = "BAG-3") -> None:
        """Another unit turns out to have been inside."""
        self.gateway.contain(code, "freezer", -60)
        self.gateway.run()

    def decide(self) -> None:
        """All of it, ready for approval."""
        self.review("assess", *ASSESSED, *BY)
        self.review("dispose", "--all", *USE, *BY)
