"""budget: the time beyond a limit, added up since the last reset, has used up what the product may bear.

Counted on the straight lines between readings, in whole ns, over proven stretches only; a reset within a
stretch cuts it there. The rule fires at the first reading by which the budget is used up and stays until
the first reading at or after a reset. Resets are among the parameters, or stated by people (Plan.resets).
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import LATEST_NS
from gateway.screening.rules import VALUE_UNIT, Limit, need_duration, need_value
from gateway.times import parse_rfc3339


@dataclass(frozen=True, slots=True)
class Parameters:
    """`resets` are the moments (RFC 3339) from which counting starts anew; one that never comes is none.

    Journals of earlier versions have such: configurations that leave it out mean the same rule.
    """

    side: Literal["high", "low"]
    limit: float = field(metadata=VALUE_UNIT)
    budget_s: float
    resets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.side not in ("high", "low"):
            raise ValueError(f"side must be 'high' or 'low', got {self.side!r}")
        need_value("limit", self.limit)
        need_duration("budget_s", self.budget_s, shortest_s=1e-9)
        try:
            come = tuple(reset for reset in self.resets if parse_rfc3339(reset) < LATEST_NS)
        except InputError as error:
            raise ValueError(f"resets: {error}") from None
        object.__setattr__(self, "resets", come)

    def resets_ns(self) -> list[int]:
        """The resets in ns UTC, in order."""
        return sorted({parse_rfc3339(reset) for reset in self.resets})


def limit_of(parameters: Parameters) -> Limit:
    return parameters.side, parameters.limit
