"""Resetting a budget: it counts anew from a moment on."""

from __future__ import annotations

from difflib import get_close_matches

from gateway.alarming.course import plan_over
from gateway.alarms.lifecycle import check_words
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.words import Words, correction
from gateway.config.channels import rules_on
from gateway.config.timeline import Timeline, timeline_of
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.screening.plan import BUDGET
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

    The same channel, rule and time again changes nothing. Raises InputError where the channel had no such
    budget then, by the journal, and has none by the configuration file.
    """
    at_ns = desk.moment(at)
    said = Reset(channel, rule, at_ns, comment)
    check_words("a reset", author.name, comment)
    _check_budget(timeline_of(desk.journal), desk.configuration, said)

    def look() -> list[Statement] | Statement:
        words = Words(desk.journal)
        revising, corrected = correction(words, resetting.KIND, corrects, reason)
        for before in words.beside(resetting.KIND, corrected):
            if _same(words, resetting.of(before.body), said):
                return before
        return [desk.draft(resetting, said, author, at_ns, revising)]

    return desk.state(look)


def _same(words: Words, one: Reset, other: Reset) -> bool:
    first, second = (words.names.identity("channels", said.channel) for said in (one, other))
    return (first, one.rule, one.at_ns) == (second, other.rule, other.at_ns)


def _check_budget(timeline: Timeline, configuration: Configuration, said: Reset) -> None:
    """The file counts beside the journal: the gateway may not have started with it yet."""
    known = {*timeline.names.ever("channels"), *configuration.channels}
    if said.channel not in known:
        near = get_close_matches(said.channel, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else "`cryogate check` lists them"
        raise InputError(f"there is no channel {said.channel!r}; {hint}")
    budgets = {*_budgets_then(timeline, said), *_budgets_of(configuration, said.channel)}
    if said.rule not in budgets:
        there = (
            f"its budgets: {', '.join(sorted(budgets))}"
            if budgets
            else "it has no rule of kind 'budget' at all"
        )
        raise InputError(f"channel {said.channel!r} has no budget {said.rule!r}; {there}")


def _budgets_then(timeline: Timeline, said: Reset) -> set[str]:
    if said.channel not in timeline.names.ever("channels"):
        return set()
    number = timeline.number(timeline.names.identity("channels", said.channel))
    held = [i for i in plan_over(timeline).instances if i.channel == number and i.kind == BUDGET]
    return {i.rule for i in held if i.valid_from_ns <= said.at_ns < i.valid_to_ns}


def _budgets_of(configuration: Configuration, name: str) -> set[str]:
    channel = configuration.channels.get(name)
    every = [] if channel is None else rules_on(channel, configuration.profiles)
    return {rule.id for rules in every for rule in rules if rule.kind == BUDGET}
