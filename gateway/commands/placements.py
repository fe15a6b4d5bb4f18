"""Placing a channel: which asset, and zone of it, it measures from a moment on."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from gateway.commands.author import Author
from gateway.commands.contents import check_place
from gateway.commands.desk import Desk, Stated
from gateway.commands.words import Words, correction, who_and_when
from gateway.config.timeline import Timeline, timeline_of
from gateway.errors import InputError
from gateway.statements import Statement
from gateway.statements import placement as placing
from gateway.statements.placement import Placement
from gateway.times import to_the_second


def place(
    desk: Desk,
    author: Author,
    channel: str,
    asset: str,
    zone: str | None = None,
    at: str | None = None,
    corrects: str | None = None,
    reason: str = "",
) -> Stated:
    """Say that `channel` measures `asset` (and `zone`) from `at` (RFC 3339; None: now) on.

    Where it is there already, a word for another time is a confirmation, which counts where the earlier one
    is taken back; the same again, or without a time, changes nothing. Raises InputError where the channel is
    unknown to the journal, or where there was no such asset or zone then.
    """
    if not reason.strip():
        raise InputError("say why the probe measures there: --reason TEXT")
    at_ns = desk.moment(at)
    said = Placement(channel, asset, zone)

    def look() -> list[Statement] | Statement:
        words = Words(desk.journal)
        revising, corrected = correction(words, placing.KIND, corrects, reason, explains=True)
        timeline = timeline_of(desk.journal)
        _check_channel(timeline, channel)
        _check_place(timeline, asset, zone, at_ns)
        others = list(words.beside(placing.KIND, corrected))
        if corrected is None and _is_there(timeline, said, at_ns):
            newest = _newest_word(timeline, others, channel, at_ns)
            if at is None or (newest is not None and newest.at_ns == at_ns):
                return [] if newest is None else newest
        _check_contradiction(timeline, others, said, at_ns)
        return [desk.draft(placing, said, author, at_ns, revising)]

    return desk.state(look)


def _is_there(timeline: Timeline, said: Placement, at_ns: int) -> bool:
    now = timeline.placed_at(timeline.names.identity("channels", said.channel), at_ns)
    return (now.asset, now.zone) == (timeline.asset_identity(said.asset), said.zone)


def _newest_word(
    timeline: Timeline, stated: Iterable[Statement], channel: str, at_ns: int
) -> Statement | None:
    """By whose word a channel is where it is; None: the configuration's."""
    mine = [s for s in stated if s.at_ns <= at_ns and _same_channel(timeline, s, channel)]
    return max(mine, key=lambda s: s.at_ns, default=None)


def _check_channel(timeline: Timeline, channel: str) -> None:
    known = timeline.names.ever("channels")
    if not known:
        raise InputError("the gateway has never started with this journal: start it once with `cryogate run`")
    if channel not in known:
        near = get_close_matches(channel, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"
        raise InputError(f"the journal knows no channel {channel!r}; {hint}")


def _check_place(timeline: Timeline, asset: str, zone: str | None, at_ns: int) -> None:
    there = timeline.assets_at(at_ns)
    identity = timeline.asset_identity(asset)
    zones = {timeline.asset_identity(name): (name, of) for name, of in there.items()}
    if identity not in zones:
        raise InputError(
            f"there was no asset {asset!r} at {to_the_second(at_ns)}, as configured then; there were: "
            f"{', '.join(there) or 'none'}"
        )
    name, known = zones[identity]
    check_place({name: known}, name, zone)


def _check_contradiction(
    timeline: Timeline, stated: Iterable[Statement], said: Placement, at_ns: int
) -> None:
    """Of one moment there is one place: who says another one has to say which statement was wrong."""
    for before in stated:
        if before.at_ns == at_ns and _same_channel(timeline, before, said.channel):
            other = placing.of(before.body)
            where = other.asset if other.zone is None else f"{other.asset} ({other.zone})"
            raise InputError(
                f"{who_and_when(before)} placed {said.channel} in {where} from the same moment on: correct "
                f"that with --corrects {before.id} --reason TEXT"
            )


def _same_channel(timeline: Timeline, stated: Statement, channel: str) -> bool:
    same = timeline.names.identity
    return same("channels", placing.of(stated.body).channel) == same("channels", channel)
