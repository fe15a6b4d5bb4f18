"""Log-in by OpenID Connect with a real provider: there, the forms that people fill in, and back."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.unit.accounts.members import CHEAP
from tests.unit.api.openid_door import COOKIE, OpenIdDoor

OURS = Path(__file__).parent / "oidc_provider"
BACK = "https://localhost/api/v1/openid/return"
SECRET = "a secret: with marks"
GROUPS = {"wu": ["signers"], "guest": []}
OLDEST_NODE = 20  # that this provider runs with
MOST_STEPS = 10


def node() -> str:
    found = shutil.which("node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True) if found else None
    if version is None or int(re.sub(r"^v|[.].*$", "", version.stdout.strip())) < OLDEST_NODE:
        pytest.skip(f"no node {OLDEST_NODE} or newer here: install Debian packages nodejs and npm")
    return str(found)


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a provider of its own, installed by its lock file."""
    program, folder = node(), tmp_path_factory.mktemp("provider") / "provider"
    shutil.copytree(OURS, folder)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    subprocess.run(["npm", "ci", *quiet], cwd=folder, check=True, timeout=240)
    told = {"client": "cryogate", "secret": SECRET, "redirect": BACK, "groups": GROUPS}
    command = [program, "server.mjs", json.dumps(told)]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issuer: str) -> OpenIdDoor:
    monkeypatch.setattr("gateway.accounts.accounts.open_accounts.__wrapped__.__defaults__", (CHEAP,))
    (tmp_path / "openid.secret").write_text(f"{SECRET}\n")
    return OpenIdDoor(tmp_path, issuer, more='secret_file = "openid.secret"')


class Surfer:
    """A person at the provider, with its cookies; `forms` are those that were filled in."""

    def __init__(self, account: str) -> None:
        self.account, self.forms = account, list[str]()
        self._client = httpx2.Client()

    def go(self, address: str) -> dict[str, str]:
        """What comes back with the browser."""
        answer = self._client.get(address)
        for _ in range(MOST_STEPS):
            there = answer.headers.get("location", "")
            if there.startswith(BACK):
                return {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
            answer = self._client.get(answer.url.join(there)) if there else self._fill_in(answer)
        raise AssertionError(answer.text)

    def _fill_in(self, page: Any) -> Any:
        prompt = re.search(r'name="prompt" value="([a-z]+)"', page.text)
        assert prompt is not None, page.text
        self.forms.append(prompt[1])
        return self._client.post(page.url, data={"prompt": prompt[1], "login": self.account, "password": "x"})


def test_somebody_logs_in_there_and_is_back(door: OpenIdDoor) -> None:
    wu = Surfer("wu")
    brought = wu.go(door.begin(path="/alarms").headers["location"])
    page = door.back(**brought)
    assert page.status_code == 200 and 'content="0;url=/alarms"' in page.text, page.text
    assert wu.forms == ["login", "consent"]
    told = door.session()
    assert (told["account"], told["roles"], told["sites"]) == ("wu", ["quality"], None)


def test_a_code_is_good_once_and_for_its_own_attempt(door: OpenIdDoor) -> None:
    wu = Surfer("wu")
    first, other = door.browser(), door.browser()
    brought = wu.go(door.begin(first).headers["location"])
    stolen = wu.go(door.begin(other).headers["location"])
    mixed = door.back(first, **{**brought, "code": stolen["code"]})
    assert mixed.status_code == 401 and "does not take the code" in mixed.text
    again = wu.go(door.begin(first).headers["location"])
    kept = first.cookies[COOKIE]
    assert door.back(first, **again).status_code == 200
    first.cookies.set(COOKIE, kept)
    assert door.back(first, **again).status_code == 401


def test_the_provider_demands_the_proof_of_the_attempt(door: OpenIdDoor) -> None:
    address = door.begin().headers["location"]
    assert "code_challenge_method=S256" in address
    brought = Surfer("wu").go(re.sub(r"code_challenge=[^&]{43}", f"code_challenge={'a' * 43}", address))
    page = door.back(**brought)
    assert page.status_code == 401 and "invalid_grant" in page.text


def test_who_has_no_group_is_refused(door: OpenIdDoor) -> None:
    page = door.back(**Surfer("guest").go(door.begin().headers["location"]))
    assert page.status_code == 403 and "none of your groups has a role" in page.text


def test_who_signs_types_the_password_there_again(door: OpenIdDoor) -> None:
    wu = Surfer("wu")
    door.can_sign()
    door.back(**wu.go(door.begin().headers["location"]))
    wu.forms.clear()
    page = door.back(**wu.go(door.begin(again="true").headers["location"]))
    assert page.status_code == 200 and wu.forms[0] == "login", page.text
    door.csrf = door.session()["csrf"]
    signing = {"record": ["profile", "p", "1"], "meaning": "reviewed"}
    assert door.ask("POST", "/signatures", json=signing).status_code == 200


def test_another_secret_is_no_way_in(door: OpenIdDoor) -> None:
    wu = Surfer("wu")
    brought = wu.go(door.begin().headers["location"])
    (door.configuration.path.parent / "openid.secret").write_text("guessed\n")
    page = door.back(**brought)
    assert page.status_code == 401 and "invalid_client" in page.text
