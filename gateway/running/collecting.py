"""How often Python looks for what nobody refers to any more, while a gateway runs."""

from __future__ import annotations

import gc
from typing import Final

COLLECT_AFTER: Final = 50_000, 10, 10  # new objects; how often so, before what is older is looked through


def spare_the_collector() -> None:
    """What is there now stays: looking through all of it again and again held everybody up, 15 ms at a time.

    Messages on their way are many objects, too, and none of them refer to each other.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
