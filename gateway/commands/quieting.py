"""What people say so that alarms are quiet for a while, and speak again: shelve, unshelve, being filled."""

from __future__ import annotations

from typing import Final

from gateway.alarming.entry import cause_of
from gateway.alarms.design import Condition
from gateway.alarms.drills import StatedDrill
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.until import in_words, until_ns
from gateway.commands.words import Words, correction
from gateway.config.shelving import HOUR_NS
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.screening.excursion import Excursion
from gateway.statements import Statement
from gateway.statements import filling as fills
from gateway.statements import shelve as shelving
from gateway.statements import unshelve as unshelving
from gateway.statements.filling import Filling
from gateway.statements.shelve import Shelve
from gateway.statements.unshelve import Unshelve

LONGEST_FILL_NS: Final = 24 * HOUR_NS  # a dewar is filled in an hour; a day is a mistake


@dataclass(frozen=True, slots=True)
class Until:
    """As it was asked for: RFC 3339, or how long from now; one of them."""

    moment: str | None = None
    lasting: str | None = None


@dataclass(frozen=True, slots=True)
class Shelved:
    """Which rule of which channel is quiet until when."""

    stated: Stated
    channel: str
    rule: str
    until_ns: int


def shelve(
    desk: Desk, author: Author, alarm: AlarmRow, why: str, until: Until, corrects: str | None = None
) -> Shelved:
    """Keep the rule and channel of an alarm quiet until then, while it is no worse than it is now.

    Raises InputError for ever, for the past, or for longer than its severity allows.
    """
    cause = cause_of(alarm.body)
    if isinstance(cause, StatedDrill):
        raise InputError(f"{alarm.id} is a drill: acknowledge it, or withdraw it to end it")
    channel, rule = _meant(alarm)
    now_ns = desk.clock.now_ns()
    end_ns = until_ns(now_ns, until.moment, until.lasting)
    longest_h = desk.configuration.shelving.longest_h(cause.severity)
    if end_ns - now_ns > longest_h * HOUR_NS:
        severity = cause.severity.name.lower()
        raise InputError(
            f"an alarm that is {severity} can be shelved for {longest_h:g} h at most ([shelving] "
            f"{severity}_h), not for {in_words(end_ns - now_ns)}: for longer take it out of service, "
            "which a second person approves"
        )

    def look() -> list[Statement]:
        said = Shelve(alarm.id, channel, rule, cause.severity, end_ns, why)
        revising, _ = correction(Words(desk.journal), shelving.KIND, corrects, why if corrects else "")
        return [desk.draft(shelving, said, author, now_ns, revising)]

    return Shelved(desk.state(look), channel, rule, end_ns)


def unshelve(desk: Desk, author: Author, alarm: AlarmRow, why: str) -> Shelved:
    """Let the rule and channel of an alarm speak again. Raises InputError where nobody shelved them."""
    channel, rule = _meant(alarm)

    def look() -> list[Statement]:
        now_ns = desk.clock.now_ns()
        if not _is_shelved(Words(desk.journal), channel, rule, now_ns):
            raise InputError(f"{alarm.id} is not shelved: there is nothing to unshelve")
        return [desk.draft(unshelving, Unshelve(alarm.id, channel, rule, why), author, now_ns)]

    stated = desk.state(look)
    return Shelved(stated, channel, rule, stated.new[0].at_ns)


def fill(desk: Desk, author: Author, asset: str, until: Until | None) -> Stated:
    """Say that an asset is being filled; without an end: that it no longer is. Raises InputError."""
    if asset not in desk.configuration.assets:
        known = ", ".join(desk.configuration.assets) or "none"
        raise InputError(f"there is no asset {asset!r}; known: {known}")
    now_ns = desk.clock.now_ns()
    end_ns = now_ns if until is None else until_ns(now_ns, until.moment, until.lasting)
    if end_ns - now_ns > LONGEST_FILL_NS:
        raise InputError(
            f"nothing is filled for {in_words(end_ns - now_ns)}: at most {in_words(LONGEST_FILL_NS)}"
        )
    return desk.state(lambda: [desk.draft(fills, Filling(asset, end_ns), author, now_ns)])


def suppressed_while_filling(desk: Desk, asset: str) -> list[str]:
    """Names of the suppressions of the configuration that go by it."""
    return [
        design.name
        for design in desk.configuration.suppressions
        if design.when is Condition.FILLING and (not design.assets or asset in design.assets)
    ]


def _meant(alarm: AlarmRow) -> tuple[str, str]:
    """Channel and rule; of a fault its name alone."""
    cause = cause_of(alarm.body)
    if isinstance(cause, Excursion):
        return str(alarm.body["place"]["channel"]), cause.rule
    return "", cause.key


def _is_shelved(words: Words, channel: str, rule: str, now_ns: int) -> bool:
    """Whether the latest word that counts keeps it quiet, under whatever name the channel had."""
    last: Shelve | Unshelve | None = None
    own = words.names.identity
    for statement in words.of(shelving.KIND, unshelving.KIND):
        kind = shelving if statement.kind == shelving.KIND else unshelving
        said: Shelve | Unshelve = kind.of(statement.body)
        if said.rule == rule and own("channels", said.channel) == own("channels", channel):
            last = said
    return isinstance(last, Shelve) and last.until_ns > now_ns
