"""A gateway that is asked to starts anew with the configuration as it is by then, as the same process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.api.asking import ask
from gateway.api.control import START_ANEW
from tests.system.configurations import ABOVE_150, DEWAR
from tests.system.gateway_process import GatewayProcess, eventually

CONFIG = DEWAR + ABOVE_150
NEXT = """
[[profiles.p]]
version = "2"
valid_from = 2099-01-01T00:00:00Z
rules = []
"""


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG)
    gateway = GatewayProcess(config)
    gateway.start()
    yield gateway
    gateway.end()


def test_it_goes_on_with_what_the_file_says_by_then_or_else_with_what_it_said_before(
    gateway: GatewayProcess,
) -> None:
    first = gateway.wait_until_up()["gateway"]
    gateway.config.write_text(CONFIG + NEXT)
    assert ask(gateway.folder, START_ANEW) == {"starts_anew": True}

    def is_another() -> bool:
        now = gateway.status()
        return now is not None and now["gateway"]["configuration"] != first["configuration"]

    eventually(is_another, "it runs with the other configuration")
    second = gateway.wait_until_up()["gateway"]
    assert second["pid"] == first["pid"]

    gateway.config.write_text(CONFIG + NEXT.replace("rules", "ruels"))
    ask(gateway.folder, START_ANEW)
    eventually(lambda: "the configuration before goes on" in gateway.log.read_text(), "it says so")
    gateway.config.write_text(CONFIG + NEXT)
    third = gateway.wait_until_up()["gateway"]
    assert (third["pid"], third["configuration"]) == (second["pid"], second["configuration"])
    assert gateway.stop() == 0
