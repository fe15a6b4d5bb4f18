"""A gateway's data folder with the commands that people give there, and its desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from gateway.cli import app
from gateway.commands.author import Author
from gateway.commands.desk import Desk, open_desk
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.statements import Statement

DAY = "2026-01-05T"
LI, WANG = Author("Li Na", "lina"), Author("Wang Wei", "wang")
HEADER = "scheme,code,asset,zone,from,to,product,chain_of_identity\n"
CONFIG = """
[gateway]
name = "edge"
[sites.lab]
[assets.shipper-1]
site = "lab"
zones = ["top", "bottom"]
[assets.shipper-2]
site = "lab"
[sources.in]
kind = "download"
[channels.probe-1]
asset = "shipper-1"
source = "in"
address = "a"
profile = "p"
[channels.probe-2]
asset = "shipper-2"
source = "in"
address = "b"
[[profiles.p]]
version = "1"
valid_from = 2026-01-01T00:00:00Z
[[profiles.p.rules]]
id = "spent"
kind = "budget"
side = "high"
limit_degC = -150.0
budget_s = 60.0
severity = "major"
"""


class Office:
    """Where people state things, through the command line or at the desk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "cryogate.toml"
        self.config.write_text(CONFIG, encoding="utf-8")

    @property
    def configuration(self) -> Configuration:
        return load(self.config)

    @property
    def path(self) -> Path:
        return self.folder / "data" / "journal.sqlite"

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        with open_desk(self.configuration) as desk:
            yield desk

    def file(self, *rows: str, name: str = "containment.csv") -> Path:
        path = self.folder / name
        path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
        return path

    def run(self, *words: str) -> str:
        """What the command prints. Raises InputError as the command does."""
        done = CliRunner().invoke(app, [*words, "--config", str(self.config)])
        if isinstance(done.exception, InputError):
            raise done.exception
        assert done.exit_code == 0, (done.output, done.exception)
        return " ".join(done.stdout.split())

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    def stated(self, *kinds: str) -> list[Statement]:
        with Journal.open_reading(self.path) as journal:
            return [statement for kind in kinds for _, statement in journal.statements(kind)]
