"""What a terminal shows: how well an extreme was measured, and text of devices as it came."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from gateway.api.control import serve
from gateway.cli import app
from gateway.cli.alarm_screen import alarm_lines, alarms_table
from gateway.errors import NotRunning
from gateway.journal.journal import Journal
from gateway.model import Refusal, Refused

EXAMPLE = (Path(__file__).parents[2] / "docs" / "examples" / "demo.toml").read_text()
ALARM = {
    "id": "a1",
    "severity": "critical",
    "site": "s",
    "asset": "freezer",
    "zone": None,
    "rule": "above-150",
    "start": "2026-01-05T12:00:00Z",
    "state": "unacknowledged",
    "withdrawn": False,
    "extreme": -149.0,
    "unit": "degC",
    "beyond_s": 20.0,
}


@pytest.mark.parametrize(("uncertainty", "shown"), [(0.12, "-149.00 ± 0.12 °C"), (None, "-149.00 °C")])
def test_an_extreme_with_the_uncertainty_of_its_certificate(uncertainty: float | None, shown: str) -> None:
    out = Console(width=140, record=True, file=io.StringIO())
    out.print(alarms_table([{**ALARM, "uncertainty": uncertainty}]))
    assert shown in out.export_text()


def test_what_a_device_wrote_is_no_markup_of_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "cryogate.toml").write_text(EXAMPLE)
    (tmp_path / "data").mkdir()
    with Journal.open(tmp_path / "data" / "journal.sqlite") as journal:
        detail = "no channel has the address '[/red][bold]x'"
        journal.commit(refused={"b": [Refused(Refusal.UNKNOWN_CHANNEL, detail, "t/[/a]", b"[/b]", 1)]})
    told = CliRunner().invoke(app, ["refused", "--config", str(tmp_path / "cryogate.toml")])
    assert told.exit_code == 0, told.output
    assert detail in told.output and "t/[/a]" in told.output


def test_a_unit_that_is_only_possibly_inside_says_so_and_why() -> None:
    unit = {"scheme": "holder", "code": "BAG-1", "product": "CAR-T", "beyond_s": 20.0}
    sure = {**unit, "code": "BAG-2", "certain": True, "conflict": None}
    doubted = {**unit, "certain": False, "conflict": "in shipper-1 (Li Na), and in freezer-1 (Chen)"}
    alarm = {**ALARM, "message": "", "resets": [], "units": [doubted, sure]}
    first, second = alarm_lines([alarm])[0].plain.split("BAG-2")
    assert "BAG-1 CAR-T  possibly  beyond the limit for 20 s" in first
    assert first.rstrip().splitlines()[-2].strip() == doubted["conflict"]
    assert "possibly" not in second


def test_status_waits_for_a_gateway_that_starts(tmp_path: Path) -> None:
    configured = tmp_path / "cryogate.toml"
    configured.write_text('[gateway]\nname = "g"\ndata_dir = "."\n')
    command = ["status", "--config", str(configured), "--json"]
    for wait in ("0.1", "nan"):
        assert isinstance(CliRunner().invoke(app, [*command, "--wait", wait]).exception, NotRunning)

    async def asked() -> Result:
        told = asyncio.create_task(asyncio.to_thread(CliRunner().invoke, app, [*command, "--wait", "60"]))
        async with asyncio.TaskGroup() as group:
            answers = {"status": lambda: {"gateway": "g"}}
            serving = group.create_task(serve(tmp_path, answers, asyncio.Event()), name="serve")
            found = await told
            serving.cancel()
        return found

    assert json.loads(asyncio.run(asked()).stdout) == {"gateway": "g", "alarms": []}
