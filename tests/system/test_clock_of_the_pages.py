"""The gateway's clock is set back and forward while people are logged in: what each proof is worth then.

docs/security.md says it row by row (Jumps of the clock).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.accounts import totp
from gateway.accounts.accounts import Accounts, open_accounts
from gateway.accounts.register import Account
from gateway.accounts.tokens import Token
from gateway.commands import accounts as administration
from gateway.commands import tokens
from gateway.commands.desk import Desk, open_desk
from gateway.commands.people import enter
from gateway.config.load import load
from gateway.model import SECOND
from gateway.questions.history import find
from gateway.statements.person import Person
from tests.system.faketime import FakeTime
from tests.system.gateway_process import eventually
from tests.system.test_any_request import free_port
from tests.unit.accounts.members import CHEAP, DAY, KEY, PASSWORD
from tests.unit.api.members_door import BOSS
from tests.unit.api.two_sites import TwoSites

PLAIN = "[pages]\nplain = true\n"
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
GOOD, OUT, GONE, WAIT = 200, 401, 410, 429  # statuses of HTTP
ONE_TIME_H = 12.0
ROLES = ("operator", "quality")
STARTS_WITHIN_S, WITHIN_S = 120.0, 60.0
ASKS = """
import json, sys, time
from gateway.api.rates import Rates
rates, asked = Rates(), 50
for line in sys.stdin:
    waits = [rates.wait_s("li.na", "/api/v1/audit/file") for _ in range(asked)]
    print(json.dumps([time.time(), any(waits)]), flush=True)
    asked = 20
"""


class Served:
    """`cryogate pages` with a clock of its own."""

    def __init__(self, folder: Path) -> None:
        (folder / "data").mkdir()
        self.sites = TwoSites(folder, PLAIN)
        self.sites.happen()
        self.clock, self.folder = FakeTime(folder), folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self.people = (f"person-{k}" for k in range(100))

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        where = ["--listen", self.url.removeprefix("http://"), "--config", str(self.sites.door.config)]
        program = [sys.executable, "-c", "from gateway.cli import main; main()", "pages", *where]
        environment, log = os.environ | self.clock.environment, self.folder / "pages.log"
        with (
            log.open("wb") as out,
            subprocess.Popen(program, stdout=out, stderr=out, env=environment) as process,
        ):
            try:
                eventually(self._answers, f"the API answers; {log} has why not", STARTS_WITHIN_S)
                yield
            finally:
                process.terminate()

    def _answers(self) -> bool:
        with contextlib.suppress(httpx2.TransportError):
            return httpx2.get(f"{self.url}/api/v1/alive").status_code == GOOD
        return False


class Pages:
    """Asked by somebody with password, app, recovery codes, two tokens, a one-time token of each alarm."""

    def __init__(self, served: Served) -> None:
        self.clock, self.sites, self.url = served.clock, served.sites, f"{served.url}/api/v1"
        self.me = next(served.people)
        configuration = load(self.sites.door.config)
        with open_desk(configuration) as desk, open_accounts(configuration.data_dir, CHEAP) as accounts:
            enter(desk, BOSS, Person(self.me, self.me.title(), "", ("en",), "UTC", (), ()))
            self.link = administration.add(desk, accounts, BOSS, Account(self.me, ROLES)).link
            accounts.factors.set_password(self.me, PASSWORD)
            accounts.factors.set_totp(self.me, KEY)
            self.recovery = accounts.factors.new_recovery_codes(self.me)
            self.tokens = [self._token(desk, accounts, name) for name in ("first", "second")]
            records = self.sites.desk.records
            alarms = [find(records, one) for one in self.sites.alarms().values()]
            self.links = [tokens.issue(desk, self.me, [alarm], ONE_TIME_H) for alarm in alarms]

    def browser(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, timeout=WITHIN_S)

    def program(self, token: str) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=self.url, timeout=WITHIN_S, headers=headers)

    def logs_in(self, client: httpx2.Client, code: str, password: str = PASSWORD) -> Any:
        typed = {"account": self.me, "password": password, "code": code}
        return client.post("/session", json=typed)

    def logged_in(self) -> httpx2.Client:
        client = self.browser()
        assert self.logs_in(client, self.recovery.pop()).status_code == GOOD
        return client

    def _token(self, desk: Desk, accounts: Accounts, name: str) -> str:
        now_ns = desk.clock.now_ns()
        wanted = Token("", self.me, name, None, None, None, now_ns, now_ns + DAY)
        return administration.new_token(desk, accounts, BOSS, wanted)[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("jumps"))
    with made.running():
        yield made


@pytest.fixture
def pages(served: Served) -> Pages:
    served.clock.set(0)
    return Pages(served)


def health(client: httpx2.Client) -> int:
    return int(client.get("/health").status_code)


def app_code(shift_s: int = 0) -> str:
    """What a telephone shows whose clock is so far ahead of ours."""
    return totp.code_of(KEY, totp.step_at(time.time_ns() + shift_s * SECOND))


def test_a_session_ends_when_the_clock_is_set_back_and_no_jump_revives_one(pages: Pages) -> None:
    client = pages.logged_in()
    pages.clock.set(-MINUTE_S // 2)
    assert health(client) == GOOD, "as NTP steps"
    pages.clock.set(-10 * MINUTE_S)
    assert health(client) == OUT
    pages.clock.set(0)
    assert health(client) == OUT, "it is deleted"

    client = pages.logged_in()
    pages.clock.set(20 * MINUTE_S)
    assert health(client) == GOOD, "it was used 20 minutes ago"
    pages.clock.set(0)
    assert health(client) == OUT, "it was used in the future"

    client = pages.logged_in()
    pages.clock.set(HOUR_S)
    assert health(client) == OUT, "nobody used it for an hour"
    pages.clock.set(0)
    assert health(client) == OUT


def test_a_code_of_an_app_is_good_once_whatever_the_clock_does(pages: Pages) -> None:
    code = app_code()
    assert pages.logs_in(pages.browser(), code).status_code == GOOD
    for shift_s in (-MINUTE_S // 2, 0, HOUR_S):
        pages.clock.set(shift_s)
        assert pages.logs_in(pages.browser(), code).status_code == OUT, shift_s
    pages.clock.set(HOUR_S)
    assert pages.logs_in(pages.browser(), app_code()).status_code == OUT, "the clocks differ by an hour"
    assert pages.logs_in(pages.browser(), app_code(HOUR_S)).status_code == GOOD
    pages.logged_in()  # by a recovery code, which knows no clock


def test_a_set_up_link_is_good_once_the_clock_has_passed_it_for_nobody(pages: Pages) -> None:
    client = pages.browser()

    def shown() -> bool:
        return bool(client.post("/set-up", json={"link": pages.link}).status_code == GOOD)

    for shift_s, good in ((-MINUTE_S * 30, True), (23 * HOUR_S, True), (2 * DAY_S, False), (0, False)):
        pages.clock.set(shift_s)
        assert shown() == good, shift_s


def test_a_token_ends_by_the_gateways_clock_for_good_once_it_was_used_then(pages: Pages) -> None:
    used, unused = map(pages.program, pages.tokens)
    pages.clock.set(-30 * DAY_S)
    assert health(used) == GOOD, "it lasts longer by as much"
    pages.clock.set(2 * DAY_S)
    assert health(used) == OUT
    pages.clock.set(0)
    assert health(used) == OUT, "it is deleted"
    assert health(unused) == GOOD, "nobody used it meanwhile"


def test_a_one_time_token_acknowledges_once(pages: Pages) -> None:
    client, (first, second) = pages.browser(), pages.links
    pages.clock.set(DAY_S)
    assert client.get(f"/link/{first}").status_code == GONE, "it is over"
    pages.clock.set(-HOUR_S)
    assert client.post("/link", data={"token": first}).status_code == GOOD, "it is not over"
    for shift_s in (-2 * HOUR_S, 0, DAY_S):
        pages.clock.set(shift_s)
        assert client.post("/link", data={"token": first}).status_code == GONE, shift_s
    pages.clock.set(0)
    assert client.get(f"/link/{second}").status_code == GOOD


def test_an_idempotency_key_is_bound_to_no_time(pages: Pages) -> None:
    client, alarm = pages.program(pages.tokens[0]), pages.sites.alarms()["top"]
    ids = []
    for shift_s in (0, -DAY_S, DAY_S // 2, 0):
        pages.clock.set(shift_s)
        headers = {"Idempotency-Key": "tablet/1"}
        done = client.post(f"/alarms/{alarm}/comment", json={"comment": "seen"}, headers=headers)
        assert done.status_code == GOOD, done.text
        ids.append((done.json()["id"], done.json()["new"]))
    assert {one for one, _ in ids} == {ids[0][0]} and [new for _, new in ids] == [True, False, False, False]


def test_waiting_after_wrong_passwords_is_never_longer_than_it_was_to_be(pages: Pages) -> None:
    client = pages.browser()
    tries = (pages.logs_in(client, "000000", "wrong") for _ in range(20))  # each lets wait twice as long
    assert any(answer.status_code == WAIT for answer in tries)
    pages.clock.set(-HOUR_S)
    again = pages.logs_in(client, app_code(-HOUR_S))
    assert again.status_code == WAIT, "nothing of it is over yet"
    assert int(again.headers["Retry-After"]) < HOUR_S // 4, "and it is no hour"
    pages.clock.set(HOUR_S)
    assert pages.logs_in(client, app_code(HOUR_S)).status_code == GOOD, "an hour has passed"


def test_a_jump_gives_nobody_more_requests(tmp_path: Path) -> None:
    """A full bucket has room for 25 of these."""
    clock = FakeTime(tmp_path)
    program = [sys.executable, "-c", ASKS]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        program, stdin=pipe, stdout=pipe, text=True, env=os.environ | clock.environment
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for shift_s in (0, DAY_S, -DAY_S):
            clock.set(shift_s)
            process.stdin.write("\n")
            process.stdin.flush()
            now_s, waits = json.loads(process.stdout.readline())
            assert waits and abs(now_s - time.time() - shift_s) < HOUR_S
        process.stdin.close()


def test_the_stream_of_a_token_goes_on_and_that_of_a_session_ends(pages: Pages) -> None:
    first, second = list(pages.sites.alarms().values())
    with pages.program(pages.tokens[0]).stream("GET", "/live") as heard:
        changes = (json.loads(line[6:]) for line in heard.iter_lines() if line.startswith('data: {"change"'))
        for alarm, shift_s in ((first, -HOUR_S), (second, 2 * HOUR_S)):
            pages.clock.set(shift_s)
            done = pages.program(pages.tokens[1]).post(f"/alarms/{alarm}/take", json={"comment": "on it"})
            assert done.status_code == GOOD, done.text
            pages.sites.desk.run()
            assert next(change for change in changes if change["alarm"]["id"] == alarm)
    pages.clock.set(0)
    with pages.logged_in().stream("GET", "/live") as heard:
        lines = heard.iter_lines()
        assert next(lines) == "retry: 1000"
        pages.clock.set(-HOUR_S)
        assert [line for line in lines if "change" in line] == [], "it ends, and says nothing more"
