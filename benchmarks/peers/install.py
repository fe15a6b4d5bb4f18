"""Installs the peers into a folder outside of the repository, once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.rig import Unavailable

THINGSBOARD: Final = "thingsboard-gateway>=3.8,<3.9"
NODE_RED: Final = "node-red@4.1"


@dataclass(frozen=True, slots=True)
class Installed:
    """Programs and their versions."""

    thingsboard: Path
    thingsboard_files: Path  # its package: it brings a configuration of its logs
    thingsboard_version: str
    node_red: Path
    node_red_version: str


def install(folder: Path) -> Installed:
    """What is there already is used. Raises Unavailable."""
    environment, modules = folder / "thingsboard", folder / "node-red"
    python = environment / "bin" / "python"
    if not (environment / "bin" / "thingsboard-gateway").exists():
        _run(sys.executable, "-m", "venv", str(environment))
        _run(str(python), "-m", "pip", "install", "--quiet", THINGSBOARD)
    if not (modules / "node_modules" / ".bin" / "node-red").exists():
        modules.mkdir(parents=True, exist_ok=True)
        npm = shutil.which("npm")
        if npm is None:
            raise Unavailable("npm is not installed (Debian packages nodejs and npm)")
        _run(npm, "install", "--no-audit", "--no-fund", "--prefix", str(modules), NODE_RED)
    files = next(environment.glob("lib/python*/site-packages/thingsboard_gateway"))
    version = _run(
        str(python), "-c", "from importlib.metadata import version as v; print(v('thingsboard-gateway'))"
    )
    package = json.loads((modules / "node_modules" / "node-red" / "package.json").read_text())
    return Installed(
        environment / "bin" / "thingsboard-gateway",
        files,
        version.strip(),
        modules / "node_modules" / ".bin" / "node-red",
        package["version"],
    )


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(command[:4])} failed: {done.stderr.strip()[-500:]}")
    return done.stdout
