"""What cannot be read now is tried again for a while, before a leaf says for ever that it cannot be read.

A disk that fails for a moment comes back. A file of the archive that is gone, while others are there, is lost
for good, and the log goes on without it. Where none of them is there, the archive is not mounted: it waits.
"""

from __future__ import annotations

import time
from typing import Final

from gateway.journal.items import DAMAGED, LOST, Item, Items, Place

PATIENCE_S: Final = 600.0  # a disk that is reset, a share that is mounted again
AGAIN_S: Final = 10.0  # between looks at what cannot be read
UNREAD: Final = frozenset({DAMAGED, LOST})


class Patience:
    """`waiting`: for what, in words; empty: for nothing."""

    def __init__(self, items: Items, patience_s: float) -> None:
        self._items = items
        self._patience_s = patience_s
        self._since_s: dict[Place, float] = {}  # monotonic; of what could not be read at the last look
        self._again_s = 0.0
        self.waiting = ""

    def behind(self, place: Place) -> list[Item]:
        """The next items of the journal, up to what has to wait."""
        now_s = time.monotonic()
        if self.waiting and now_s < self._again_s:
            return []
        self._again_s = now_s + AGAIN_S
        page = self._items.behind(place)
        unread = [one for one in page if one.missing in UNREAD]
        self._since_s = {one.place: self._since_s.get(one.place, now_s) for one in unread}
        is_away = any(one.missing == LOST for one in unread) and not self._items.has_archive()
        late = now_s - self._patience_s
        first = next((one for one in unread if is_away or self._since_s[one.place] > late), None)
        self.waiting = "" if first is None else _words(first, self._patience_s, is_away=is_away)
        return page if first is None else [one for one in page if one.place < first.place]


def _words(item: Item, patience_s: float, *, is_away: bool) -> str:
    seq, minutes = item.place.seq, f"{patience_s / 60:.0f}"
    if is_away:
        return f"entry {seq} is in the archive, which is not there: mount it, or restore it from a backup"
    return (
        f"entry {seq} cannot be read ({item.missing}): it is tried again for {minutes} minutes, then the log "
        "says so and goes on; look at the disk, and at `cryogate journal verify`"
    )
