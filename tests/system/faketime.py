"""A wall clock that the test can set, for one process alone: libfaketime, from Debian package faketime."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDERS = ("/usr/lib", "/usr/local/lib", "/lib")


class FakeTime:
    """Environment for a process, and what its wall clock shows beside the real one."""

    def __init__(self, folder: Path, shift_s: int = 0) -> None:
        self._shift = folder / "shift"
        self.set(shift_s)
        self.environment = {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._shift),
            "FAKETIME_NO_CACHE": "1",  # a jump is seen at once
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, shift_s: int) -> None:
        """The wall clock is `shift_s` ahead of the real one from now on; replaced as a whole."""
        new = self._shift.with_suffix(".new")
        new.write_text(f"{shift_s:+d}\n")
        new.rename(self._shift)


def _library() -> Path:
    for folder in FOLDERS:
        for found in sorted(Path(folder).glob("**/libfaketimeMT.so.1")):
            return found
    pytest.fail("no libfaketime here: install Debian package faketime or run scripts/test")
