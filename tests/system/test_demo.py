"""scripts/demo does what the README says: the fleet, the alarm, the codes inside, a clean end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "scripts" / "demo.py"


@pytest.mark.timeout(150)
def test_within_a_minute_the_alarm_names_what_is_inside() -> None:
    done = subprocess.run(
        [sys.executable, str(DEMO), "--seconds", "50"],
        capture_output=True,
        text=True,
        timeout=140,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen, _, summary = done.stdout.partition("summary")
    assert "critical" in seen and "shipper-2 above-150" in seen
    assert "nmpa 83857930000879766660" in seen and "beyond the limit for" in seen
    alarms = [line for line in summary.splitlines() if line.strip().startswith("E-")]
    assert {line.split()[2] for line in alarms} == {"shipper-2"}  # and nobody else
    assert "gs1 (01)09521234543213(21)1234" in summary
