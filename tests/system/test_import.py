"""A logger's file, brought while the gateway runs: the same screening, alarms, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.journal.journal import Journal
from tests.system.gateway_process import GatewayProcess, eventually

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "fridgetag" / "sample-fridge-tag.txt"
MAPPING = ROOT / "docs" / "examples" / "import-fridgetag.toml"
CONFIG = """
[gateway]
name = "test"
[sites.s]
[assets.box-2]
site = "s"
[sources.loggers]
kind = "download"
[[profiles.p]]
version = "1"
[[profiles.p.rules]]
id = "above-8"
kind = "limit"
side = "high"
limit_degC = 8.0
severity = "major"
[channels.box-2-air]
asset = "box-2"
source = "loggers"
address = "sensor"
profile = "p"
max_gap_s = 200000.0
no_data_after_s = 3e8
"""


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    (tmp_path / "cryogate.toml").write_text(CONFIG)
    running = GatewayProcess(tmp_path / "cryogate.toml")
    running.start()
    yield running
    running.end()


def test_a_file_is_screened_while_the_gateway_runs_and_its_repeat_changes_nothing(
    gateway: GatewayProcess,
) -> None:
    status = gateway.wait_until_up()
    (source,) = status["sources"]
    assert (source["state"], source["detail"]) == ("up", "files come with `cryogate import`")
    for by in ("Li Na", "somebody else"):
        done = gateway.cryogate("import", str(SAMPLE), "--map", str(MAPPING), "--by", by)
        assert done.returncode == 0, done.stderr
    (alarm,) = eventually(gateway.alarms, "60 days above 8 degC are an alarm")
    assert (alarm["channel"], alarm["rule"]) == ("box-2-air", "above-8")
    assert alarm["readings"] == 120 and alarm["end"] is None
    assert gateway.stop() == 0
    with Journal.open_reading(gateway.folder / "journal.sqlite") as journal:
        ((_, statement),) = journal.statements("import")
        assert (statement.by, statement.body["readings"]) == (
            "Li Na",
            120,
        )  # rows NO_DATA between are no readings
