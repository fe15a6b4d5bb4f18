"""A control room to look at: simulated vessels, gateway and pages as real processes, and an account.

By hand: `python -m tests.browser.room` keeps one running, and prints where it is and how to log in.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from gateway.accounts import totp
from gateway.accounts.accounts import open_accounts
from gateway.accounts.register import Account
from gateway.commands import accounts as administration
from gateway.commands import logins
from gateway.commands.author import Author
from gateway.commands.desk import open_desk
from gateway.commands.people import enter
from gateway.config.load import load
from gateway.statements.person import Person
from tests.system.gateway_process import GatewayProcess, eventually
from tests.unit.accounts.members import CHEAP, PASSWORD

ROOT = Path(__file__).parents[2]
BOSS = Author("Wang Wei", "wang")
PATIENCE_S = 180.0  # machines are shared
PAGES = (
    '\n[pages]\nlisten = "127.0.0.1:{port}"\nplain = true\nbackup_dir = "backup"\n'
    "writes_configuration = true\n"
)
EVERY_ROLE = ("operator", "quality", "administrator")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Room:
    """Of one folder. `start` with the demo's fleet, or with a configuration and without simulators."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.broker = folder, free_port(), free_port()
        self.config = folder / "cryogate.toml"
        self.gateway = GatewayProcess(self.config)
        self.simulators: subprocess.Popen[bytes] | None = None
        self.codes: dict[str, list[str]] = {}  # recovery codes of each account, good once each

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self, configuration: str = "") -> None:
        text = configuration or (ROOT / "docs/examples/demo.toml").read_text()
        self.config.write_text(
            text.replace("port = 1883", f"port = {self.broker}") + PAGES.format(port=self.port)
        )
        if not configuration:
            self._simulate()
        self.gateway.start()
        eventually(self.gateway.status, f"the gateway answers; {self.gateway.log} has why not", PATIENCE_S)
        self.add_account("li.na", "Li Na")
        eventually(self.answers, "the pages answer", PATIENCE_S)

    def run_out(self) -> str:
        """The critical alarm of shipper-2, which runs out within half a minute."""
        critical = lambda: [one["id"] for one in self.gateway.alarms() if one["severity"] == "critical"]  # noqa: E731
        return str(eventually(critical, "the shipper runs out", 120.0)[0])

    def load_containment(self) -> None:
        done = self.gateway.asked("load", str(ROOT / "docs/examples/containment.csv"), "--by", "Li Na")
        assert done.exit_code == 0, done.output

    def add_account(self, identity: str, name: str, roles: tuple[str, ...] = EVERY_ROLE) -> None:
        link, configuration = self.link_for(identity, name, roles), load(self.config)
        with open_desk(configuration) as desk, open_accounts(configuration.data_dir, CHEAP) as accounts:
            logins.offer(desk, accounts, link)
            key = accounts.links.totp(identity)
            assert key is not None
            code = totp.code_of(key, totp.step_at(desk.clock.now_ns()))
            self.codes[identity] = logins.set_up(desk, accounts, link, PASSWORD, code, "cli").recovery_codes

    def link_for(self, identity: str, name: str, roles: tuple[str, ...] = EVERY_ROLE) -> str:
        """A set-up link of a new account."""
        configuration = load(self.config)
        with open_desk(configuration) as desk, open_accounts(configuration.data_dir, CHEAP) as accounts:
            enter(desk, BOSS, Person(identity, name, "", ("en",), "UTC", (), ()))
            return administration.add(desk, accounts, BOSS, Account(identity, roles, None)).link

    def code_of(self, key: str) -> str:
        """What an authenticator app shows now for a key that stands on a page."""
        bare = key.replace(" ", "")
        secret = base64.b32decode(bare + "=" * (-len(bare) % 8))
        return totp.code_of(secret, totp.step_at(time.time_ns()))

    def end_sessions(self, identity: str = "li.na") -> None:
        configuration = load(self.config)
        with open_desk(configuration) as desk, open_accounts(configuration.data_dir, CHEAP) as accounts:
            administration.end_sessions(desk, accounts, BOSS, identity)

    def log_in(self, identity: str = "li.na") -> str:
        """The secret of a session, as the cookie has it."""
        typed = {"account": identity, "password": PASSWORD, "code": self.codes[identity].pop()}
        with self._ask("/api/v1/session", typed) as answer:
            cookies = answer.headers.get_all("Set-Cookie")
        return next(one for one in cookies if one.startswith("cryogate=")).split("=", 1)[1].split(";")[0]

    def pages_process(self) -> int:
        lines = [line for line in self.gateway.log.read_text().splitlines() if "pages run as process" in line]
        return int(lines[-1].rpartition(" ")[2])

    def end(self) -> None:
        """Whatever state they are in, all processes are gone afterwards."""
        if self.gateway.process is not None and self.gateway.process.poll() is None:
            self.gateway.stop()
        if self.simulators is not None:
            self.simulators.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.simulators.wait(60)
            self.simulators.kill()

    def _simulate(self) -> None:
        run = self.folder / "run"
        run.mkdir()
        command = [sys.executable, "-c", "from firmware_sim.cli import main; main()", "run"]
        arguments = [
            str(ROOT / "firmware_sim/fleets/demo.toml"), "--embedded-broker",
            "--broker", f"127.0.0.1:{self.broker}", "--run-dir", str(run),
        ]  # fmt: skip
        with (self.folder / "simulators.log").open("ab") as log:
            self.simulators = subprocess.Popen(
                [*command, *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        eventually((run / "freezer-1.tty").exists, "the simulated freezer has its line")
        eventually(self._broker_is_there, "the broker of the simulators")

    def _broker_is_there(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.broker)) == 0

    def answers(self) -> bool:
        with suppress(OSError), self._ask("/api/v1/alive") as answer:
            return bool(json.load(answer)["ok"])
        return False

    def _ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        return urllib.request.urlopen(request, timeout=60)


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # no process is left behind
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder))
        try:
            room.start()
            room.load_containment()
            print(f"{room.url}  account li.na, password {PASSWORD!r}, codes {room.codes['li.na']}")
            print(f"cookie cryogate={room.log_in()}; process {os.getpid()}; folder {folder}", flush=True)
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            pass
        finally:
            room.end()


if __name__ == "__main__":
    main()
