"""Where one unit was, from the statements about it that are in effect.

* Of two statements about the same asset, zone and start the later one counts; to repeat it changes nothing.
* A stay without an end ends where the next statement about the unit begins (a move, or a count that finds it
  again), or where its place is stated empty. A stay with an end in the same place that was stated earlier
  does not end it: whoever says later that the unit is still inside has the last word.
* Stays that overlap in places that exclude each other are a conflict: the unit counts as inside in all of
  them, over the whole of each. So is an end that was stated and lies after its place was stated empty.
* Somewhere in an asset and in one of its zones exclude nothing: the zone is the better answer. Stays in one
  place that overlap or touch are one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Final

from gateway.dataclass import dataclass
from gateway.traceability.model import Conflict, Containment, Emptied, Stay, Unit

FOREVER: Final = 1 << 63  # as an end, behind every time
MOST_CONFLICTS: Final = (
    100  # of one unit that are listed; nobody reads more, and all of its stays are uncertain
)

Place = tuple[str, str | None]
Said = Containment | Emptied


@dataclass(slots=True)
class _Span:
    """A statement that counts, with the end that follows for it."""

    said: Containment
    end_ns: int
    ended_by: str  # id of another statement that ended it, or ""
    contradicted: bool = False

    @property
    def place(self) -> Place:
        return self.said.asset, self.said.zone


@dataclass(slots=True)
class _Piece:
    """A part of a stay: over [from, to) the same statements say so."""

    place: Place
    from_ns: int
    to_ns: int
    certain: bool
    statements: dict[str, None]
    ended_by: str


def latest(said: Sequence[Containment]) -> list[Containment]:
    """The latest word on each matter, as it was said first, in the order of their starts."""
    if len(said) < 2:
        return list(said)
    words: dict[tuple[object, ...], Containment] = {}
    for word in said:
        before = words.get(word.matter)
        if before is None or before.to_ns != word.to_ns:
            words[word.matter] = word
    return sorted(words.values(), key=lambda word: word.from_ns)


def whereabouts(
    unit: Unit, claims: Sequence[Containment], emptied: Mapping[str, Sequence[Emptied]]
) -> tuple[list[Stay], list[Conflict]]:
    """The stays and the conflicts that follow from `claims` (of `latest`) and from empty assets, by asset."""
    if len(claims) == 1 and not emptied.get(claims[0].asset):
        only = claims[0]
        return [Stay(unit, only.zone, only.from_ns, only.to_ns, only.asset, True, (only.id,))], []
    spans = list(_spans(claims, emptied))
    conflicts = [
        *_between_statements(unit, spans),
        *_between_corrections(unit, spans),
        *_with_emptiness(unit, spans, emptied),
    ]
    joined = _joined(_pieces(spans))
    stays = [_stay(unit, piece) for piece in sorted(joined, key=lambda p: p.from_ns)]
    return stays, conflicts[:MOST_CONFLICTS]


def _spans(claims: Sequence[Containment], emptied: Mapping[str, Sequence[Emptied]]) -> Iterator[_Span]:
    starts = [claim.from_ns for claim in claims]
    for claim in claims:
        if claim.to_ns is not None:
            yield _Span(claim, claim.to_ns, "")
            continue
        ends = [(e.at_ns, e.id) for e in islice(_emptied_within(claim, FOREVER, emptied), 1)]
        following = islice(claims, bisect_right(starts, claim.from_ns), None)
        ends += [(c.from_ns, c.id) for c in islice((c for c in following if not _overruled(c, claim)), 1)]
        yield _Span(claim, *min(ends, default=(FOREVER, "")))


def _overruled(ended: Containment, claim: Containment) -> bool:
    """Whether a stay with an end was stated before somebody said that the unit is still there."""
    earlier = ended.to_ns is not None and ended.stated_ns < claim.stated_ns
    return earlier and not _exclude((ended.asset, ended.zone), (claim.asset, claim.zone))


def _emptied_within(
    claim: Containment, end_ns: int, emptied: Mapping[str, Sequence[Emptied]]
) -> Iterator[Emptied]:
    """When its place was stated empty after its start and before `end`, earliest first."""
    of_asset = emptied.get(claim.asset, ())
    for i in range(bisect_right(of_asset, claim.from_ns, key=lambda e: e.at_ns), len(of_asset)):
        if of_asset[i].at_ns >= end_ns:
            return
        if of_asset[i].covers(claim.asset, claim.zone):
            yield of_asset[i]


def _between_statements(unit: Unit, spans: Sequence[_Span]) -> Iterator[Conflict]:
    """Marks those that are contradicted."""
    open_spans: list[_Span] = []
    for span in spans:
        open_spans = [s for s in open_spans if s.end_ns > span.said.from_ns]
        for other in open_spans:
            if _exclude(other.place, span.place):
                other.contradicted = span.contradicted = True
                one, two = _in_order(other.said, span.said)
                to_ns = _end(min(other.end_ns, span.end_ns))
                yield Conflict(unit, one, two, span.said.from_ns, to_ns)
        open_spans.append(span)


def _exclude(one: Place, other: Place) -> bool:
    return one[0] != other[0] or (one[1] != other[1] and None not in (one[1], other[1]))


def _between_corrections(unit: Unit, spans: Sequence[_Span]) -> Iterator[Conflict]:
    """Two statements that correct the same one, each in its own way, as when two people do so at once.

    A statement of a file of version 0.1.0 has several rows: all of them are contradicted.
    """
    corrections: dict[str, list[_Span]] = {}
    for span in spans:
        if span.said.corrects:
            corrections.setdefault(span.said.corrects, []).append(span)
    for first, *others in corrections.values():
        contradicting = [other for other in others if other.said.id != first.said.id]
        for span in (first, *others) if contradicting else ():
            span.contradicted = True
        for other in contradicting:
            one, two = _in_order(first.said, other.said)
            to_ns = _end(max(first.end_ns, other.end_ns))
            yield Conflict(unit, one, two, first.said.from_ns, to_ns, "both correct one statement")


def _with_emptiness(
    unit: Unit, spans: Sequence[_Span], emptied: Mapping[str, Sequence[Emptied]]
) -> Iterator[Conflict]:
    """An open stay ends there; one with an end of its own contradicts."""
    for span in spans:
        if span.said.to_ns is None:
            continue
        for empty in _emptied_within(span.said, span.end_ns, emptied):
            span.contradicted = True
            one, two = _in_order(span.said, empty)
            yield Conflict(unit, one, two, empty.at_ns, span.said.to_ns)


def _in_order(one: Said, other: Said) -> tuple[Said, Said]:
    """As they were stated."""
    return (one, other) if one.stated_ns <= other.stated_ns else (other, one)


def _pieces(spans: Sequence[_Span]) -> Iterator[_Piece]:
    """In order of time, cut wherever a statement begins or ends."""
    if all(one.end_ns <= following.said.from_ns for one, following in pairwise(spans)):
        yield from (_piece(span.place, span.said.from_ns, span.end_ns, [span]) for span in spans)
    else:
        yield from _overlapping_pieces(spans)


def _overlapping_pieces(spans: Sequence[_Span]) -> Iterator[_Piece]:
    cuts = sorted({s.said.from_ns for s in spans} | {s.end_ns for s in spans})
    waiting, present = iter(spans), list[_Span]()
    following = next(waiting, None)
    for from_ns, to_ns in pairwise(cuts):
        present = [s for s in present if s.end_ns > from_ns]
        while following is not None and following.said.from_ns == from_ns:
            present.append(following)
            following = next(waiting, None)
        for place in _places(present):
            yield _piece(place, from_ns, to_ns, [s for s in present if s.place == place])


def _places(present: Sequence[_Span]) -> list[Place]:
    """Without those that merely name the asset where another names its zone."""
    places = list(dict.fromkeys(span.place for span in present))
    zoned = {asset for asset, zone in places if zone is not None}
    return [(asset, zone) for asset, zone in places if zone is not None or asset not in zoned]


def _piece(place: Place, from_ns: int, to_ns: int, spans: Sequence[_Span]) -> _Piece:
    certain = any(not span.contradicted for span in spans)
    last = [span.ended_by for span in spans if span.end_ns == to_ns and span.ended_by]
    return _Piece(place, from_ns, to_ns, certain, dict.fromkeys(s.said.id for s in spans), *last[:1] or [""])


def _joined(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Pieces that follow each other in one place, equally certain, made one."""
    joined: list[_Piece] = []
    last: dict[Place, _Piece] = {}
    for piece in pieces:
        before = last.get(piece.place)
        if before is not None and (before.to_ns, before.certain) == (piece.from_ns, piece.certain):
            before.to_ns, before.ended_by = piece.to_ns, piece.ended_by
            before.statements |= piece.statements
        else:
            last[piece.place] = piece
            joined.append(piece)
    return joined


def _stay(unit: Unit, piece: _Piece) -> Stay:
    asset, zone = piece.place
    to_ns, statements = _end(piece.to_ns), tuple(piece.statements)
    return Stay(unit, zone, piece.from_ns, to_ns, asset, piece.certain, statements, piece.ended_by)


def _end(to_ns: int) -> int | None:
    return None if to_ns == FOREVER else to_ns
