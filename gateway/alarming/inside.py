"""What people have stated about contents, heard from the journal, under the identities of assets."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gateway.config.timeline import Timeline
from gateway.statements import Statement, containment, empty, withdrawal
from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, Contents, Emptied, Withdrawn, together

Identity = Callable[[str], str]
"""The identity of an asset by any name it ever had."""


class Inside:
    """The contents of every asset, from statements in the journal's order."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.containments = Containments()

    def hear(self, statement: Statement) -> set[str]:
        """Take any statement in; identities of the assets whose contents may have changed."""
        if statement.kind == containment.KIND:
            return self.containments.state(*self._rows(statement))
        if statement.kind == empty.KIND:
            return self.containments.state_empty(self._emptied(statement))
        if statement.kind == withdrawal.KIND:
            return self.containments.withdraw(
                Withdrawn(
                    statement.withdraws, statement.by, _stated(statement), statement.id, statement.reason
                )
            )
        return set()

    def of(self, assets: Iterable[str], zone: str | None, start_ns: int, end_ns: int) -> Contents:
        """What was in these assets (identities) in [start, end); in none of them: known, and nothing."""
        found = [self.containments.inside(asset, zone, start_ns, end_ns) for asset in assets]
        return together(found) if found else Contents(True, ())

    def _rows(self, statement: Statement) -> list[Containment]:
        return [
            Containment(
                stay.unit,
                self._identity(stay.asset),
                stay.zone,
                stay.from_ns,
                stay.to_ns,
                statement.by,
                _stated(statement),
                statement.id,
                statement.corrects,
                statement.reason,
                stay.asset,
            )
            for stay in containment.of(statement.body).stays
        ]

    def _emptied(self, statement: Statement) -> Emptied:
        told = empty.of(statement.body)
        return Emptied(
            self._identity(told.asset),
            None,
            statement.at_ns,
            statement.by,
            _stated(statement),
            statement.id,
            statement.corrects,
            statement.reason,
            told.asset,
        )


def unmeasured(inside: Inside, timeline: Timeline, now_ns: int) -> dict[str, list[str]]:
    """Codes of the units that are in assets (identities) which no channel measures."""
    left = [asset for asset in inside.containments.assets if asset not in timeline.measured_now()]
    found = {asset: inside.of([asset], None, now_ns, now_ns).stays for asset in left}
    return {asset: sorted({s.unit.code for s in stays}) for asset, stays in found.items() if stays}


def _stated(statement: Statement) -> int:
    return statement.at_ns if statement.stated_ns is None else statement.stated_ns
