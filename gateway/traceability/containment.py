"""Which units were in an asset when, from what people have stated: a fold over statements in their order.

Nothing stated is deleted. What counts are the statements in effect (gateway.statements.effect): corrections
and withdrawals can be taken back themselves. Where a unit was follows in whereabouts.py, what it is in
identity.py. One more statement works on the units it is about, whatever else is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from gateway.statements import Statement, containment, empty, withdrawal
from gateway.statements.effect import Effects
from gateway.traceability.identity import identity
from gateway.traceability.in_order import InOrder
from gateway.traceability.model import Conflict, Containment, Contents, Emptied, Stay, Withdrawn
from gateway.traceability.whereabouts import latest, whereabouts

Key = tuple[str, str]
T = TypeVar("T")


class Containments:
    """Every statement so far, by unit, and the stays that follow from them, by asset.

    They are told in the order of the journal. A statement whose id is there already is the same statement and
    changes nothing; one without an id is given one. Each call returns the assets whose contents may have
    changed.
    """

    def __init__(self) -> None:
        self.effects = Effects()
        self.withdrawn: dict[str, Withdrawn] = {}
        self._said: dict[Key, list[Containment]] = {}
        self._units_of: dict[str, tuple[Key, ...]] = {}  # by statement
        self._emptied_of: dict[str, Emptied] = {}  # by statement
        self._ever_emptied: dict[str, list[Emptied]] = {}  # by asset, in effect or not
        self._emptied: dict[str, tuple[Emptied, ...]] = {}  # by asset, in effect, in order of time
        self._claims: dict[
            str, dict[Key, tuple[Containment, ...]]
        ] = {}  # by asset: the latest words in effect
        self._stays: dict[str, dict[Key, tuple[Stay, ...]]] = {}  # by asset
        self._in_order: dict[str, InOrder] = {}  # the same of those that were asked for
        self._conflicts: dict[Key, tuple[Conflict, ...]] = {}
        self._unsettled: dict[Key, None] = {}
        self._emptiness_changed: dict[str, list[int]] = {}  # by asset, from when on
        self._gathering = False

    # Stating

    def state(self, *rows: Containment) -> set[str]:
        """The rows of one statement, with one id."""
        if not rows or self._knows(rows[0].id):
            return set()
        identity = rows[0].id or self._free_id()
        for row in rows:
            named = row if row.id else replace(row, id=identity)
            self._said.setdefault(row.unit.key, []).append(named)
        keys = [row.unit.key for row in rows]
        self._units_of[identity] = tuple(keys if len(keys) == 1 else dict.fromkeys(keys))
        if rows[0].corrects:
            return self._take(
                Statement(containment.KIND, rows[0].by, 0, {}, identity, corrects=rows[0].corrects)
            )
        self.effects.stand(identity)
        self._unsettled |= dict.fromkeys(keys)
        return self._changed()

    def state_empty(self, emptied: Emptied) -> set[str]:
        if self._knows(emptied.id):
            return set()
        identity = emptied.id or self._free_id()
        self._emptied_of[identity] = named = replace(emptied, id=identity)
        self._ever_emptied.setdefault(emptied.asset, []).append(named)
        return self._take(Statement(empty.KIND, emptied.by, 0, {}, identity, corrects=emptied.corrects))

    def withdraw(self, withdrawn: Withdrawn) -> set[str]:
        """A statement was taken back. One that is about something else changes nothing."""
        if self._knows(withdrawn.id):
            return set()
        identity = withdrawn.id or self._free_id()
        self.withdrawn[identity] = replace(withdrawn, id=identity)
        return self._take(
            Statement(withdrawal.KIND, withdrawn.by, 0, {}, identity, withdraws=withdrawn.withdraws)
        )

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Many statements at once, as after a start: what follows is worked out at the end."""
        self._gathering = True
        try:
            yield
        finally:
            self._gathering = False
            self._settle()

    # Asking

    def inside(self, asset: str, zone: str | None, start_ns: int, end_ns: int) -> Contents:
        """Units in `asset` at any moment of [start, end), or at `start` where the two are the same.

        A stay without a zone is in every zone; a question without a zone is about all of them. What is asked
        again is the very same tuple of stays where they are the same.
        """
        end_ns = max(end_ns, start_ns + 1)
        if asset not in self._in_order:
            of_asset = self._stays.get(asset, {}).values()
            self._in_order[asset] = InOrder(stay for stays in of_asset for stay in stays)
        found = self._in_order[asset].inside(zone, start_ns, end_ns)
        known = bool(found) or self.emptied(asset, zone, start_ns, end_ns) is not None
        return Contents(known, found, self._conflicts_of(found))

    def emptied(self, asset: str, zone: str | None, start_ns: int, end_ns: int) -> Emptied | None:
        """The statement that it was empty by `start`, where nothing was stated in it from then to `end`."""
        before = [e for e in self._emptied.get(asset, ()) if e.at_ns <= start_ns and e.zone in (None, zone)]
        filled_since = before and any(
            before[-1].at_ns <= claim.from_ns < end_ns and (zone is None or claim.zone in (None, zone))
            for claims in self._claims.get(asset, {}).values()
            for claim in claims
        )
        return before[-1] if before and not filled_since else None

    def where_was(self, scheme: str, code: str) -> list[Stay]:
        """Every stay of a unit, in any asset, in order."""
        key = (scheme, code)
        assets = {word.asset for word in self._said.get(key, ())}
        stays = (stay for asset in assets for stay in self._stays.get(asset, {}).get(key, ()))
        return sorted(stays, key=lambda stay: (stay.from_ns, stay.asset, stay.zone or ""))

    def conflicts(self) -> list[Conflict]:
        """Every contradiction between statements in effect, in order of time."""
        return sorted((c for of in self._conflicts.values() for c in of), key=lambda c: (c.from_ns, c.unit))

    def said_of(self, scheme: str, code: str) -> tuple[Containment, ...]:
        """Every statement about a unit, in effect or not, in the order in which they were said."""
        return tuple(self._said.get((scheme, code), ()))

    def says(self, row: Containment) -> bool:
        """Whether this is the latest word on its matter already, so that to say it again changes nothing."""
        key = row.unit.key
        words = self._claims.get(row.asset, {}).get(key, ())
        latest_word = next((word for word in words if word.matter == row.matter), None)
        if latest_word is None or latest_word.to_ns != row.to_ns:
            return False
        unit, _ = identity(self._said[key], self.effects)
        told = ((row.unit.product, unit.product), (row.unit.chain_of_identity, unit.chain_of_identity))
        return all(not new or new == known for new, known in told)

    def is_stated_empty(self, asset: str, zone: str | None, at_ns: int) -> bool:
        """Whether exactly this was stated, and is in effect."""
        return any((e.zone, e.at_ns) == (zone, at_ns) for e in self._emptied.get(asset, ()))

    @property
    def units(self) -> list[Key]:
        """Every unit that was ever spoken of."""
        return list(self._said)

    @property
    def assets(self) -> list[str]:
        """Every asset that was ever spoken of."""
        return list(dict.fromkeys([*self._claims, *self._ever_emptied]))

    # What follows

    def _free_id(self) -> str:
        return f"#{len(self._units_of) + len(self._emptied_of) + len(self.withdrawn) + 1}"

    def _knows(self, identity: str) -> bool:
        return identity in self._units_of or identity in self._emptied_of or identity in self.withdrawn

    def _take(self, envelope: Statement) -> set[str]:
        for changed in (envelope.id, *self.effects.hear(envelope)):
            for key in self._units_of.get(changed, ()):
                self._unsettled[key] = None
            if changed in self._emptied_of:
                emptied = self._emptied_of[changed]
                self._emptiness_changed.setdefault(emptied.asset, []).append(emptied.at_ns)
        return self._changed()

    def _changed(self) -> set[str]:
        return set() if self._gathering else self._settle()

    def _settle(self) -> set[str]:
        touched = set(self._emptiness_changed)
        for asset, moments in self._emptiness_changed.items():
            self._unsettled |= dict.fromkeys(self._inside_around(asset, moments))
            in_effect = (e for e in self._ever_emptied[asset] if self.effects.counts(e.id))
            self._emptied[asset] = tuple(sorted(in_effect, key=lambda e: e.at_ns))
        for key in self._unsettled:
            touched |= self._settle_unit(key)
        self._emptiness_changed, self._unsettled = {}, {}
        return touched

    def _inside_around(self, asset: str, moments: Iterable[int]) -> list[Key]:
        """Units whose stays a statement about emptiness at one of these moments may end, or open again."""
        return [
            key
            for key, stays in self._stays.get(asset, {}).items()
            if any(s.from_ns < m and (s.to_ns is None or s.to_ns >= m) for s in stays for m in moments)
        ]

    def _settle_unit(self, key: Key) -> set[str]:
        said = self._said[key]
        if len(said) == 1 and self._is_alone(key, said[0]):  # as nearly all of 100 000 are
            return self._settle_alone(key, said[0])
        unit, about_identity = identity(said, self.effects)
        claims = latest([word for word in said if self.effects.counts(word.id)])
        stays, conflicts = whereabouts(unit, claims, self._emptied)
        touched: set[str] = set()
        for asset in {word.asset for word in said}:
            here = tuple([stay for stay in stays if stay.asset == asset])
            if here != self._stays.get(asset, {}).get(key, ()):
                touched.add(asset)
                self._put_stays(asset, key, here)
            _put(self._claims, asset, key, tuple([claim for claim in claims if claim.asset == asset]))
        found = (*about_identity, *conflicts)
        if found != self._conflicts.get(key, ()):
            touched |= {stay.asset for stay in stays}
            self._conflicts[key] = found
        if not found:
            self._conflicts.pop(key, None)
        return touched

    def _is_alone(self, key: Key, word: Containment) -> bool:
        """Whether nothing but these words decides where their unit is, and whatever was said of it."""
        in_effect = self.effects.counts(word.id) and word.asset not in self._emptied
        return in_effect and key not in self._conflicts

    def _settle_alone(self, key: Key, word: Containment) -> set[str]:
        (stay,), _ = whereabouts(word.unit, (word,), self._emptied)
        changes = self._stays.get(word.asset, {}).get(key) != (stay,)
        if changes:
            self._put_stays(word.asset, key, (stay,))
        _put(self._claims, word.asset, key, (word,))
        return {word.asset} if changes else set()

    def _put_stays(self, asset: str, key: Key, stays: tuple[Stay, ...]) -> None:
        _put(self._stays, asset, key, stays)
        if asset in self._in_order:
            self._in_order[asset].change(key, stays)

    def _conflicts_of(self, stays: Iterable[Stay]) -> tuple[Conflict, ...]:
        if not self._conflicts:
            return ()
        found = (c for stay in stays for c in self._conflicts.get(stay.unit.key, ()) if concerns(c, stay))
        return tuple(dict.fromkeys(found))


def concerns(conflict: Conflict, stay: Stay) -> bool:
    """Whether the conflict makes the stay uncertain, or what the unit is that stays there."""
    if conflict.unit.key != stay.unit.key or conflict.is_about_identity:
        return conflict.unit.key == stay.unit.key
    return not stay.certain and not set(conflict.statements).isdisjoint(stay.statements)


def _put(index: dict[str, dict[Key, tuple[T, ...]]], asset: str, key: Key, of_unit: tuple[T, ...]) -> None:
    """An asset or a unit with nothing left takes no room."""
    if of_unit:
        index.setdefault(asset, {})[key] = of_unit
    elif asset in index:
        index[asset].pop(key, None)
