"""docs/simulators.md says everything, and its example runs as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel

from firmware_sim import cli, instruments, schema, vessels
from firmware_sim.fleet import parse_fleet
from firmware_sim.story import ACTIONS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "simulators.md").read_text("utf-8")
TABLES = (schema.Settings, schema.Vessel, schema.Probe, schema.Instrument, schema.Device, schema.Swarm)


def section(heading: str) -> str:
    return DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def row(heading: str, name: str) -> str:
    """The line of a section's table that begins with `name`, perhaps among others."""
    (found,) = [line for line in section(heading).splitlines() if re.match(rf"\|[^|]*`{name}`[^|]*\|", line)]
    return found


def unsaid(names: list[str], text: str) -> list[str]:
    return [name for name in names if f"`{name}`" not in text]


@pytest.mark.parametrize("table", [*TABLES, schema.Event], ids=lambda table: table.__name__)
def test_every_key_of_a_fleet_file(table: type[BaseModel]) -> None:
    keys = [key for key in table.model_fields if key not in {a.argument for a in ACTIONS.values()}]
    assert unsaid(keys, section("The fleet file")) == []


@pytest.mark.parametrize("kind", vessels.kinds())
def test_every_kind_of_vessel_with_its_nodes_and_parameters(kind: str) -> None:
    module = vessels.load(kind)
    assert unsaid([kind], section("Vessels")) == []
    assert unsaid([*module.NODES, *module.DEFAULTS], section("Vessels")) == []


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name
        for inner in get_args(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from keys_of(inner)


@pytest.mark.parametrize("kind", instruments.kinds())
def test_every_kind_of_instrument_with_its_keys(kind: str) -> None:
    assert unsaid(list(keys_of(instruments.load(kind).Options)), row("Instruments", kind)) == []


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_with_what_it_needs(name: str) -> None:
    action, said = ACTIONS[name], row("Actions", name)
    assert f"| {action.target} |" in said
    assert action.argument is None or f"`{action.argument}`" in said
    if action.argument is not None and action.default is not None:
        assert re.search(rf"`{action.argument}` \({action.default:g}(\.0)?\)", said)


def test_every_command_with_its_options() -> None:
    group: Any = typer.main.get_command(cli.app)
    for name, command in group.commands.items():
        (said,) = [line for line in DOCUMENT.splitlines() if line.startswith(f"| `cryogate-sim {name} ")]
        options = [option for p in command.params if p.name != "help" for option in p.opts if "--" in option]
        assert [option for option in options if f"`{option}" not in said] == []


def test_the_swarm_is_a_fleet() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", section("Many devices"), re.DOTALL)
    fleet = parse_fleet(tomllib.loads(text))
    assert (len(fleet.device), fleet.device[-1].name) == (2000, "dewar-2000")


def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    (example,) = re.findall(r"<!-- example -->\n```python\n(.*?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "test_my_reader.py").write_text(example)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # nothing of this project's
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
