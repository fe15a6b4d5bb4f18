"""What a command does not need is not imported before it answers."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("asyncio", "pyarrow", "gateway.followers.caller", "gateway.alarming.screening")


@pytest.mark.parametrize("command", ["status", "alarms"])
def test_a_command_that_only_looks_is_light(command: str) -> None:
    said = f"import sys, gateway.cli.{command}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(ran.stdout.split())
