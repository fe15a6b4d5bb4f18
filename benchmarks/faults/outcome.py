"""What a scenario found, and how long it is to run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.rig.world import Account

Size = Literal["short", "usual", "long"]  # in the tests, by default, with --long
Tell = Callable[[str], None]  # progress, in words


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the scoreboard. `note` says in words what was done; `failed` what was not as promised."""

    name: str
    note: str
    acknowledged: int
    present: int
    screened: int | None  # None: nothing is screened there
    duplicates: int
    recovery_s: float | None  # the longest
    failed: str = ""
    is_promised: bool = True  # False: another program, which promises nothing

    @property
    def is_kept(self) -> bool:
        """Whether the promise was, if there was one."""
        screened = self.present if self.screened is None else self.screened
        whole = self.acknowledged == self.present == screened
        return not self.is_promised or (whole and not self.duplicates and not self.failed)


Scenario = Callable[[Path, Size, Tell], Outcome]


def outcome(name: str, note: str, account: Account, recovery_s: float | None, failed: str = "") -> Outcome:
    """From the account of a world."""
    return Outcome(
        name,
        note,
        account.acknowledged,
        account.present,
        account.screened,
        account.duplicates,
        recovery_s,
        failed,
    )
