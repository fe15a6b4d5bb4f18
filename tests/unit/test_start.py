"""A command that looks or states starts without the large libraries that it does not use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.listing import COMMANDS, WITHOUT_NUMBERS
from gateway.journal.journal import Journal
from gateway.journal.records import Records

EXAMPLE = (Path(__file__).parents[2] / "docs" / "examples" / "demo.toml").read_text()
HEAVY = (
    *("numpy.linalg", "pyarrow.lib", "fastapi", "uvicorn", "paho", "serial", "influxdb_client"),
    *("aiosmtplib", "asyncio", "openpyxl", "pymodbus", "cryptography", "webauthn", "pydantic"),
    *("aiomqtt", "urllib3", "ssl", "jinja2"),
    *("gateway.screening.screen", "gateway.screening.kernels.limit", "gateway.ingestion.session"),
)
OWN = (  # the alarm book's objects, who states something, kinds of statements that a journal does not hold
    *("gateway.alarming.entry", "gateway.traceability.model", "gateway.alarms.overlay"),
    *("gateway.commands.desk", "gateway.statements.signature", "gateway.statements.out_of_service"),
)
RUN = f"""
import sys
from gateway.cli import main
sys.argv = ["cryogate", *sys.argv[1:]]
try:
    main()
finally:
    print(*({{*{HEAVY!r}, *{OWN!r}, "rich.console"}} & sys.modules.keys()), file=sys.stderr, sep="\\n")
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "data").mkdir()
    (folder / "cryogate.toml").write_text(EXAMPLE)
    Journal.open(folder / "data" / "journal.sqlite").close()
    Records(folder / "data" / "records.sqlite").close()
    return folder / "cryogate.toml"


OUTPUTS = """
[gateway]
name = "outputs"
[sites.pudong]
[sinks.influx]
kind = "influxdb"
url = "http://127.0.0.1:8086"
org = "o"
bucket = "b"
token_file = "token"
[sinks.archive]
kind = "parquet"
folder = "archive"
[sinks.forward]
kind = "mqtt"
host = "127.0.0.1"
client_id = "a"
topic = "cryo/{channel}"
[notifiers.mail]
kind = "email"
host = "mail.example.org"
sender = "gateway@example.org"
receivers = ["li@example.org"]
[notifiers.lamp]
kind = "siren"
coil = {host = "127.0.0.1", coil = 1}
[notifiers.topic]
kind = "mqtt"
host = "127.0.0.1"
client_id = "b"
topic = "cryo/alarms"
[heartbeat.here]
kind = "mqtt"
host = "127.0.0.1"
client_id = "c"
topic = "cryo/alive"
[peers.other]
kind = "mqtt"
host = "127.0.0.1"
client_id = "d"
topic = "cryo/other"
site = "pudong"
"""
STATING = [
    "ack E-00000000 --by A --comment x",
    "take E-00000000 --by A",
    "load freezer-1 C-1 --by A",
    "withdraw 0-1 --by A --reason x",
]


def loaded(command: str, config: Path) -> set[str]:
    arguments = [*command.split(), "--config", str(config)]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    return set(done.stderr.split()) & {*HEAVY, *OWN, "rich.console"}


@pytest.mark.parametrize(
    "command", ["status", "alarms", "calls", "contents", "statements", "history E-00000000", *STATING]
)
def test_it_loads_no_library_that_it_does_not_use(command: str, config: Path) -> None:
    assert not loaded(command, config) & set(HEAVY)


@pytest.mark.parametrize("command", ["status --json", "alarms --json"])
def test_it_loads_no_part_of_the_program_that_it_does_not_use(command: str, config: Path) -> None:
    assert not loaded(command, config)


@pytest.mark.parametrize(
    "command",
    ["status --json", "alarms --json", "calls --json", "contents --json", "statements", *STATING],
)
def test_what_prints_json_or_a_line_draws_nothing(command: str, config: Path) -> None:
    assert "rich.console" not in loaded(command, config)


def test_a_configuration_is_read_without_the_libraries_of_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "cryogate.toml").write_text(OUTPUTS)
    (tmp_path / "data").mkdir()
    Records(tmp_path / "data" / "records.sqlite").close()
    Journal.open(tmp_path / "data" / "journal.sqlite").close()
    of_the_standard_library = {"ssl"}  # in the files that have the options of mail and of brokers
    assert loaded("alarms --json", tmp_path / "cryogate.toml") <= of_the_standard_library


def test_numpy_comes_when_something_of_it_is_used() -> None:
    """Whichever way it is asked for, as one and the same module."""
    code = """
from gateway.cli import late
late.put_off()
import sys, numpy, numpy as np
assert "numpy.linalg" not in sys.modules
{use}
assert numpy.array([1, 2]).sum() == 3 and sys.modules["numpy"] is numpy and numpy.linalg and numpy.typing
import pyarrow, pyarrow.parquet
assert pyarrow.array([1]).to_pylist() == [1] and pyarrow.parquet.read_table
"""
    for use in (
        "np.empty(0)",
        "from numpy.typing import NDArray",
        "import numpy.linalg",
        "from numpy import sort",
    ):
        subprocess.run([sys.executable, "-c", code.format(use=use)], check=True)


def test_the_commands_that_it_is_put_off_for_exist() -> None:
    assert set(COMMANDS) >= WITHOUT_NUMBERS
