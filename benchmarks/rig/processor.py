"""What a process has cost."""

from __future__ import annotations

import os
from pathlib import Path


def cpu_s(process: int) -> float:
    """User and system time so far of all its threads: utime and stime of proc(5)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
