"""A screen after a restart of its process."""

from __future__ import annotations

from gateway.model import Samples
from gateway.screening.screen import Screen


def restarted(screen: Screen, before: Samples) -> Screen:
    """Another one that goes on from its saved state; `before` is all it was fed, as `resolve` makes it."""
    again = Screen(screen.plan)
    again.restore(screen.save())
    again.recall(again.judged(before))
    return again
