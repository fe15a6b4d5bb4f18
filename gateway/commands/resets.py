"""Resetting a budget: it counts anew from a moment on."""

from __future__ import annotations

from gateway.alarming.resets import StatedReset
from gateway.alarming.resets import check as check_reset
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.words import Words, correction
from gateway.statements import Statement
from gateway.statements import reset as resetting
from gateway.statements.reset import Reset


def reset(
    desk: Desk,
    author: Author,
    channel: str,
    rule: str,
    comment: str,
    at: str | None = None,
    corrects: str | None = None,
    reason: str = "",
) -> Stated:
    """Let budget `rule` of `channel` count anew from `at` (RFC 3339; None: now) on.

    The same channel, rule and time again changes nothing. Raises InputError.
    """
    at_ns = desk.moment(at)
    said = Reset(channel, rule, at_ns, comment)
    now_ns = desk.clock.now_ns()
    check_reset(StatedReset(channel, rule, at_ns, author.name, now_ns, comment), desk.configuration, now_ns)

    def look() -> list[Statement] | Statement:
        words = Words(desk.journal)
        revising, corrected = correction(words, resetting.KIND, corrects, reason)
        for before in words.of(resetting.KIND):
            if before is not corrected and _same(resetting.of(before.body), said):
                return before
        return [desk.draft(resetting, said, author, at_ns, revising)]

    return desk.state(look)


def _same(one: Reset, other: Reset) -> bool:
    return (one.channel, one.rule, one.at_ns) == (other.channel, other.rule, other.at_ns)
