"""A site that lives: a gateway process, a broker, a file that is edited, people who state things.

Used by the tests about what was so when. Readings carry their own times; `at(s)` is s seconds after it began.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from typer.testing import CliRunner

from gateway.api.asking import ask
from gateway.cli import app
from gateway.errors import NotRunning
from gateway.times import format_rfc3339
from tests.system.configurations import BROKER, TELEMETRY
from tests.system.gateway_process import GatewayProcess, eventually

SECOND = 1_000_000_000
PATIENCE_S = 180.0  # machines are shared
HEAD = """
[gateway]
name = "test"
[clock]
require_sync = false
[sites.s]
"""
LIMIT = """
[[profiles.p.rules]]
id = "{rule}"
kind = "limit"
side = "high"
limit_degC = {limit}
on_delay_s = {on_delay}
severity = "{severity}"
"""


def asset(name: str, extra: str = "") -> str:
    return f'[assets.{name}]\nsite = "s"\n{extra}\n'


def channel(name: str, asset_: str, extra: str = "", silence_s: float = 86_400.0, profile: str = "p") -> str:
    return f"""
[channels.{name}]
asset = "{asset_}"
source = "broker"
address = "{name}/temperature"
profile = "{profile}"
no_data_after_s = {silence_s}
{extra}
"""


def version(name: str, *rules: str, valid_from: str | None = None, extra: str = "") -> str:
    since = "" if valid_from is None else f'valid_from = "{valid_from}"'
    return f'[[profiles.p]]\nversion = "{name}"\n{since}\n{extra}\n' + "".join(rules)


def limit(
    rule: str = "above-150", limit_: float = -150.0, on_delay: float = 0.0, severity: str = "critical"
) -> str:
    return LIMIT.format(rule=rule, limit=limit_, on_delay=on_delay, severity=severity)


class Site:
    """The gateway of one test and everything that is done to it."""

    def __init__(self, gateway: GatewayProcess, port: int, publish: Callable[[str, Any], None]) -> None:
        self.gateway = gateway
        self._port = port
        self._publish = publish
        self.began_ns = time.time_ns() - 600 * SECOND  # readings of the last ten minutes are nothing special

    def configure(self, *parts: str) -> None:
        text = HEAD + BROKER.format(port=self._port) + TELEMETRY.replace("{{", "{").replace("}}", "}")
        self.gateway.config.write_text(text + "\n".join(parts))

    def start(self) -> None:
        self.gateway.start()
        eventually(self._connected, f"the broker answers; {self.gateway.log} has why not", PATIENCE_S)

    def _connected(self) -> bool:
        return bool(status := self._status()) and status["sources"][0]["state"] == "up"

    def _status(self) -> dict[str, Any]:
        """As `cryogate status` asks for it, without a process of its own."""
        try:
            return dict(ask(self.gateway.folder, "status"))
        except NotRunning:
            return {}

    def restart(self, *parts: str) -> None:
        """Stop, edit the file, start."""
        assert self.gateway.stop() == 0
        if parts:
            self.configure(*parts)
        self.start()

    def at_ns(self, seconds: float) -> int:
        return self.began_ns + round(seconds * SECOND)

    def at(self, seconds: float) -> str:
        return format_rfc3339(self.at_ns(seconds))

    def read(self, channel_: str, *rows: tuple[float, float]) -> None:
        """Publish (seconds, degC), and wait until all of it is screened."""
        for seconds, value in rows:
            self._publish(f"cryo/{channel_}/telemetry", {"ts": self.at_ns(seconds), "temp": value})
        self.screened()

    def screened(self, within_s: float = PATIENCE_S) -> None:
        """Everything in the journal is screened, twice in a row, what that stated included."""
        seen: list[int] = []

        def quiet() -> bool:
            journal = self._status().get("journal", {})
            if journal.get("screening_behind", 1) or journal.get("waiting", 1):
                seen.clear()
                return False
            seen.append(journal["last_entry"])
            return len(seen) > 2 and seen[-1] == seen[-2]

        eventually(quiet, "everything is screened", within_s)

    def do(self, command: str, *arguments: str, refused: bool = False, within_s: float = PATIENCE_S) -> str:
        """A command that people type; what it says."""
        done = self.gateway.cryogate(command, *arguments, within_s=within_s)
        assert (done.returncode != 0) == refused, (command, arguments, done.stdout, done.stderr)
        return done.stderr if refused else done.stdout

    def load(self, *rows: tuple[str, str, float, float | None], refused: bool = False) -> str:
        """State (code, asset, from, to) as one file."""
        path = self.gateway.config.parent / "load.csv"
        lines = ["scheme,code,asset,zone,from,to,product,chain_of_identity"]
        lines += [f"holder,{c},{a},,{self.at(f)},{'' if t is None else self.at(t)},," for c, a, f, t in rows]
        path.write_text("\n".join(lines) + "\n")
        said = self.do("load", str(path), "--by", "Li Na", refused=refused)
        if self.gateway.process is not None and self.gateway.process.poll() is None:
            self.screened()
        return said

    def alarms(self) -> list[dict[str, Any]]:
        """Closed ones too, oldest first, without faults."""
        found = [a for a in self.gateway.alarms("--all") if a["kind"] != "fault"]
        return sorted(found, key=lambda a: (a["start"], a["rule"]))

    def faults(self) -> list[dict[str, Any]]:
        return [a for a in self.gateway.alarms("--all") if a["kind"] == "fault"]

    def history(self, identity: str) -> list[dict[str, Any]]:
        return json.loads(self.do("history", identity, "--json"))

    def replayed(self, within_s: float = PATIENCE_S) -> list[dict[str, Any]]:
        """What a replay of the journal says."""
        return json.loads(self.do("replay", "--json", within_s=within_s))

    def without_records(self, within_s: float = PATIENCE_S) -> None:
        """Stop, delete everything but the journal, start; the same alarms and histories must come back.

        Both are read while it is stopped: how far an open excursion is gets written every now and then only.
        """
        assert self.gateway.stop() == 0
        before = self._settled()
        for path in self.gateway.folder.glob("records.sqlite*"):
            path.unlink()
        self.start()
        self.screened(within_s)
        assert self.gateway.stop() == 0
        after = self._settled()
        assert {i for i in after if i not in before and not i.startswith("F-")} == set()
        for identity, told in before.items():
            assert after.get(identity) == told, f"before {told}\nafter {after.get(identity)}"
        self.start()

    def _settled(self) -> dict[str, tuple[str, str]]:
        """By id: the alarm and its history as printed. Open faults are left out: the world ends them; so are
        remarks, which count what was raised lately before the moment of asking."""
        alarms = json.loads(self._typed("alarms", "--all", "--json"))
        told = [{**a, "remarks": []} for a in alarms if a["kind"] != "fault" or a["end"] is not None]
        return {a["id"]: (json.dumps(a), self._typed("history", a["id"], "--json")) for a in told}

    def _typed(self, *words: str) -> str:
        """As `do`, in this process: hundreds of histories would start hundreds of interpreters."""
        done = CliRunner().invoke(app, [*words, "--config", str(self.gateway.config)])
        assert done.exit_code == 0, done.output
        return done.stdout


def codes(alarm: dict[str, Any]) -> Any:
    return alarm["units"] if isinstance(alarm["units"], str) else [u["code"] for u in alarm["units"]]


SAME = (
    "rule",
    "severity",
    "start",
    "end",
    "cleared",
    "extreme",
    "beyond_s",
    "readings",
    "unproven_s",
    "ended_by",
)


def same(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What an alarm and a replayed excursion have in common, units included."""
    rows = [(a["channel"], *(a[k] for k in SAME), codes(a)) for a in found if not a["withdrawn"]]
    return sorted(rows, key=repr)
