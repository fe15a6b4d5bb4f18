"""What people have stated about contents, heard from the journal, under the identities of assets."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.config.timeline import Timeline
from gateway.statements import Statement
from gateway.traceability.containment import Containments
from gateway.traceability.heard import Identity, hear
from gateway.traceability.model import Contents, together


class Inside:
    """The contents of every asset, from statements in the journal's order."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.containments = Containments()

    def hear(self, statement: Statement) -> set[str]:
        """Take any statement in; identities of the assets whose contents may have changed."""
        return hear(self.containments, statement, self._identity)

    def of(self, assets: Iterable[str], zone: str | None, start_ns: int, end_ns: int) -> Contents:
        """What was in these assets (identities) in [start, end); in none of them: known, and nothing."""
        found = [self.containments.inside(asset, zone, start_ns, end_ns) for asset in assets]
        return together(found) if found else Contents(True, ())


def unmeasured(inside: Inside, timeline: Timeline, now_ns: int) -> dict[str, list[str]]:
    """Codes of the units that are in assets (identities) which no channel measures."""
    measured = timeline.measured_at(now_ns)
    left = [asset for asset in inside.containments.assets if asset not in measured]
    found = {asset: inside.of([asset], None, now_ns, now_ns).stays for asset in left}
    return {asset: sorted({s.unit.code for s in stays}) for asset, stays in found.items() if stays}
