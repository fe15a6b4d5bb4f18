"""Whatever a user can set or call stands in the documentation."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from firmware_sim.cli import app as simulator
from gateway.cli import app
from gateway.config import (
    approvals,
    drills,
    escalations,
    guidance,
    plugins,
    priorities,
    shelving,
    suppressions,
    types,
)
from gateway.openid import options as openid_options
from gateway.probes.calibration import Calibration
from gateway.statements.kinds import kinds

DOCS = Path(__file__).parents[1] / "docs"
CONFIGURATION = (DOCS / "configuration.md").read_text()
EVERYTHING = CONFIGURATION + "".join(p.read_text() for p in DOCS.glob("*.md"))
README = (Path(__file__).parents[1] / "README.md").read_text()
TABLES = (
    types.Gateway,
    types.JournalOptions,
    types.ClockOptions,
    types.MetricsOptions,
    types.PagesOptions,
    openid_options.OpenIdOptions,
    openid_options.GroupRights,
    approvals.SignatureOptions,
    types.Site,
    types.Asset,
    types.Vessel,
    types.ChannelTable,
    types.RecordClass,
    priorities.PrioritiesTable,
    priorities.SeverityRow,
    guidance.AdviceTable,
    guidance.GuidanceTable,
    shelving.Shelving,
    suppressions.Suppression,
    suppressions.Window,
    suppressions.Repeated,
)
ON_THEIR_OWN_PAGES = (drills.DrillTable, types.CallLimits, escalations.EscalationTable, escalations.StepTable)
PLUG_INS = [
    (folder, name, contract)
    for folder, contract in (
        (types.SOURCES, "Options"),
        (types.DRIVERS, "Options"),
        (types.PAYLOADS, "Options"),
        (types.PROBES, "Options"),
        (types.RULES, "Parameters"),
        (types.SINKS, "Options"),
        (types.NOTIFIERS, "Options"),
        (types.HEARTBEATS, "Options"),
        (types.PEERS, "Options"),
        (types.POWER, "Options"),
        (types.DOWNLOADS, "Options"),
        (types.CODES, "Options"),
    )
    for name in plugins.names(folder, contract)
]


def command_group(of: typer.Typer) -> Any:
    """The click group that typer makes of it."""
    return typer.main.get_command(of)


def every_path(of: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """What is typed for each command and group, the program itself first."""
    yield at
    for name, command in sorted(getattr(of, "commands", {}).items()):
        yield from every_path(command, (*at, name))


def command_at(program: typer.Typer, path: tuple[str, ...]) -> Any:
    command = command_group(program)
    for name in path:
        command = command.commands[name]
    return command


PATHS = [(program, path) for program in (app, simulator) for path in every_path(command_group(program))]


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.__name__)
def test_every_key_of_the_configuration(table: type) -> None:
    assert not [f.name for f in dataclasses.fields(table) if f"`{f.name}`" not in CONFIGURATION]


@pytest.mark.parametrize("table", ON_THEIR_OWN_PAGES, ids=lambda t: t.__name__)
def test_every_key_that_has_a_page_of_its_own(table: type) -> None:
    assert not [f.name for f in dataclasses.fields(table) if f"`{f.name}`" not in EVERYTHING]


def test_every_key_of_a_calibration() -> None:
    keys = [f.name for f in dataclasses.fields(Calibration)]
    assert not [key for key in keys if f"`{key}`" not in EVERYTHING and f"`{key}_degC`" not in EVERYTHING]


@pytest.mark.parametrize(("folder", "name", "contract"), PLUG_INS, ids=lambda v: str(v).rsplit(".", 1)[-1])
def test_every_plug_in_and_each_of_its_options(folder: str, name: str, contract: str) -> None:
    module = plugins.find(folder, name, contract)
    assert f"`{name}`" in EVERYTHING or f'"{name}"' in EVERYTHING
    fields = dataclasses.fields(getattr(module, contract))
    assert not [f.name for f in fields if f"`{f.name}" not in EVERYTHING]


def test_every_command() -> None:
    names = command_group(app).commands
    assert not [n for n in names if n != "version" and f"cryogate {n}" not in README + EVERYTHING]


@pytest.mark.parametrize("name", sorted(command_group(app).commands))
def test_every_command_explains_itself(name: str) -> None:
    command = command_group(app).commands[name]
    assert command.help
    assert not [p.name for p in command.params if p.name != "help" and not getattr(p, "help", None)]


@pytest.mark.parametrize(("program", "path"), PATHS, ids=lambda v: " ".join(v) if type(v) is tuple else "")
def test_help_shows_every_text_as_it_is_written(program: typer.Typer, path: tuple[str, ...]) -> None:
    """Whatever stands in brackets, too."""
    command = command_at(program, path)
    shown = re.sub(r"[\s│]+", " ", help_of(program, path, 400))
    for text in [command.help, *(getattr(p, "help", None) for p in command.params)]:
        for line in (text or "").split("\f")[0].replace("\b", "").split("\n\n"):
            assert " ".join(line.split()) in shown


@pytest.mark.parametrize("program", [app, simulator], ids=["cryogate", "cryogate-sim"])
def test_no_help_is_read_as_markup(program: typer.Typer) -> None:
    """Rich would take `[top]` in a text for a style, and leave it out."""
    assert program.rich_markup_mode is None


@pytest.mark.parametrize(("program", "path"), PATHS, ids=lambda v: " ".join(v) if type(v) is tuple else "")
def test_help_is_whole_on_a_narrow_terminal(program: typer.Typer, path: tuple[str, ...]) -> None:
    shown = help_of(program, path, 80).replace("...] ", "").replace("[ARGS]...", "").replace("}...", "")
    assert max(map(len, shown.splitlines())) <= 80
    assert not re.search(r"\w\.\.\.$|\\\[", shown, re.M), shown


def test_examples_of_help_can_be_typed() -> None:
    """A shell reads each of them: `code (01)...` without its quotes is a syntax error."""
    shown = [
        help_of(program, path, 80).partition("Example")[2].partition("\n\n")[0] for program, path in PATHS
    ]
    examples = "\n".join(one.partition("\n")[2] for one in shown)
    assert examples.count("cryogate ") > 100
    read = subprocess.run(["bash", "-n"], input=examples, capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


def help_of(program: typer.Typer, path: tuple[str, ...], columns: int) -> str:
    told = CliRunner().invoke(program, [*path, "--help"], env={"COLUMNS": str(columns)})
    assert told.exit_code == 0
    return told.output


def test_listing_the_commands_imports_none_of_them() -> None:
    code = "import sys; from gateway.cli import main; main()"
    for words in (["--help"], ["version"]):
        shown = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", code, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert shown.stdout and not re.search(r"\| +(numpy|asyncio|rich|gateway\.config)\n", shown.stderr)


def test_every_kind_of_statement_is_listed() -> None:
    """What `cryogate statements --kind` takes."""
    [line] = [one for one in (DOCS / "statements.md").read_text().splitlines() if one.startswith("| `--kind")]
    assert set(re.findall("`([a-z_]+)`", line)) == set(kinds())
