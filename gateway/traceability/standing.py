"""Which statements are in effect: those that no later one, itself in effect, corrects or withdraws.

So a correction that is taken back restores what it corrected, and so does a withdrawal. Each statement turns
against one other at most, so that whatever a new one changes lies on one line, which is followed to its end.
"""

from __future__ import annotations


class Standing:
    """Statements by id, in the order in which they were said."""

    def __init__(self) -> None:
        self._target: dict[str, str] = {}  # of every statement; "" for one that turns against none
        self._against: dict[str, list[str]] = {}
        self._in_effect_against: dict[str, int] = {}

    def __contains__(self, identity: str) -> bool:
        return identity in self._target

    def take(self, identity: str, target: str = "") -> list[str]:
        """A new statement, in effect, that corrects or withdraws `target`; others whose effect it changes.

        Only what was said before can be corrected; a target that nobody knows is none.
        """
        known = target if target in self._target else ""
        self._target[identity] = known
        if known:
            self._against.setdefault(known, []).append(identity)
        return self._turned(known)

    def holds(self, identity: str) -> bool:
        """Whether a statement is in effect."""
        return not self._in_effect_against.get(identity)

    def against(self, identity: str) -> list[str]:
        """Those in effect that correct or withdraw it."""
        return [other for other in self._against.get(identity, ()) if self.holds(other)]

    def _turned(self, target: str) -> list[str]:
        changed: list[str] = []
        step = 1
        while target:
            before = self._in_effect_against.get(target, 0)
            self._in_effect_against[target] = before + step
            if (before == 0) == (before + step == 0):
                break
            changed.append(target)
            target, step = self._target[target], -step
        return changed
