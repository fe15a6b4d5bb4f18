"""The API as a process of its own: started by the gateway, killed, left alone, and with another gateway."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from tests.system.gateway_process import GatewayProcess, eventually

CONFIG = """
[gateway]
name = "edge"
[clock]
require_sync = false
[pages]
listen = "127.0.0.1:{port}"
[sites.lab]
[assets.shipper-1]
site = "lab"
[sources.in]
kind = "download"
[channels.probe-1]
asset = "shipper-1"
source = "in"
address = "a"
"""


STARTED = r"pages run as process (\d+)"
ADMIN = ("--role", "administrator")


class Site:
    """A gateway with its API on a free port."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        config = folder / "cryogate.toml"
        config.write_text(CONFIG.format(port=self.port), encoding="utf-8")
        self.gateway = GatewayProcess(config)
        self.token = ""

    def ask(self, path: str) -> Any:
        """None where nobody answers."""
        url = f"https://127.0.0.1:{self.port}/api/v1{path}"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.token}"})
        try:
            tls = ssl.create_default_context(cafile=self.gateway.folder / "pages-cert.pem")
            with urllib.request.urlopen(request, timeout=60, context=tls) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)
        except OSError:
            return None

    def pages(self) -> int:
        """The process that was started last."""
        return int(re.findall(STARTED, self.gateway.log.read_text())[-1])

    def make_account(self) -> None:
        """One who may see everything, and a token of it."""
        by = ("--by", "Wang Wei", "--config", str(self.gateway.config), "--json")
        for words in (("people", "set", "li.na", "--name", "Li Na"), ("account", "add", "li.na", *ADMIN)):
            assert CliRunner().invoke(app, [*words, *by]).exit_code == 0
        made = CliRunner().invoke(app, ["account", "token", "add", "li.na", "tests", "--for", "1d", *by])
        self.token = json.loads(made.stdout)["secret"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.gateway.end()
    for number in re.findall(STARTED, made.gateway.log.read_text()):
        with suppress(ProcessLookupError):
            os.kill(int(number), signal.SIGKILL)


def test_it_comes_and_goes_and_disturbs_nothing(site: Site) -> None:
    site.make_account()
    site.gateway.start()
    gateway = site.gateway.wait_until_up()["gateway"]["pid"]
    eventually(lambda: site.ask("/health"), "the API answers")
    assert eventually(lambda: site.ask("/health")["known"] == {"running": True}, "it sees the gateway")
    assert site.ask("/status")["gateway"]["pid"] == gateway
    assert [one["asset"] for one in site.ask("/assets")["items"]] == ["shipper-1"]

    first = site.pages()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: site.pages() != first and site.ask("/alive"), "it is started again")
    assert site.ask("/status")["gateway"]["pid"] == gateway, "the gateway noticed it, and went on"

    second = site.pages()
    site.gateway.kill()
    eventually(lambda: not site.ask("/health")["known"]["running"], "without a gateway it says so")
    assert [one["state"] for one in site.ask("/values")["items"]] == ["unknown"]
    eventually(lambda: site.ask("/status").get("status") == 503, "nobody answers for it")

    site.gateway.start()
    eventually(lambda: site.pages() != second, "the next gateway has its own")
    eventually(lambda: (site.ask("/health") or {}).get("known") == {"running": True}, "which answers")
    assert site.gateway.stop() == 0
    assert site.ask("/alive") is None, "it ends with its gateway"


@pytest.mark.parametrize("left", [signal.SIGSTOP, signal.SIGCONT], ids=["it hangs", "it answers"])
def test_a_killed_gateway_comes_back_to_its_port_whatever_its_pages_do(site: Site, left: int) -> None:
    """They outlive it, and hold the port; one that hangs cannot notice that there is another gateway."""
    site.make_account()
    site.gateway.start()
    eventually(lambda: site.ask("/health"), "the API answers")
    first = site.pages()
    site.gateway.kill()
    os.kill(first, left)
    site.gateway.start()
    assert eventually(lambda: site.pages() != first and site.ask("/alive"), "the next gateway has its own")
    assert not Path(f"/proc/{first}").exists(), "nothing is left behind"
    assert "cannot be listened to" not in site.gateway.log.read_text(), "at the first try"
    assert site.gateway.stop() == 0
