"""Stating a drill: whose channel, which test reading, until when somebody has to have acknowledged it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from gateway.alarming.entry import cause_of
from gateway.alarming.rehearsal import Input, input_of, worst_signal
from gateway.alarms.drills import LONGEST_S, SHORTEST_S, USUAL_S, Rehearsed, StatedDrill, sealed
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.words import Words
from gateway.config.timeline import Timeline, timeline_of
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.records import Records
from gateway.journal.signing_key import drill_key
from gateway.model import SECOND, to_ns
from gateway.screening.excursion import identity
from gateway.statements import GATEWAY, Statement
from gateway.statements import drill as drills
from gateway.statements.drill import Drill
from gateway.text import one_line
from gateway.times import format_rfc3339, parse_rfc3339

AHEAD_NS: Final = 30 * 86_400 * SECOND  # a drill that is further ahead is a schedule
NO_CHANNEL: Final = -1


@dataclass(frozen=True, slots=True)
class Wanted:
    """A drill as it is asked for. `channel` is empty: the one whose limit is worst; `at`: now."""

    asset: str
    channel: str = ""
    why: str = ""
    within_s: float = USUAL_S
    at: str | None = None
    schedule: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """What was stated, and what its reading raises as things are."""

    stated: Stated
    drill: Drill
    rehearsed: Rehearsed
    unit: str
    at_ns: int

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "drill": self.drill.id,
            "asset": self.drill.asset,
            "channel": self.drill.channel,
            "signal": self.drill.signal,
            "value": self.rehearsed.value,
            "unit": self.unit,
            "rule": self.rehearsed.rule,
            "at": format_rfc3339(self.at_ns),
            "until": format_rfc3339(self.at_ns + to_ns(self.drill.within_s)),
        }


def begin(desk: Desk, author: Author, wanted: Wanted, records: Records) -> Begun:
    """State a drill; the running gateway carries it out.

    Raises InputError for an asset that is not there or that nothing measures, for channels without a limit,
    and while there is another drill on the asset.
    """
    if not SHORTEST_S <= wanted.within_s <= LONGEST_S:
        raise InputError(
            f"within: expected {SHORTEST_S / 60:g} min to {LONGEST_S / 3600:g} h, found {wanted.within_s:g} s"
        )
    timeline, at_ns = timeline_of(desk.journal), _moment(desk, wanted.at)
    at, signal, rehearsed = _chosen(desk, timeline, wanted, at_ns)
    name = identity(desk.journal.id, NO_CHANNEL, f"drill {wanted.asset}", at_ns)
    said = Drill(
        f"D{name[1:]}",
        wanted.asset,
        at.channel.name,
        signal,
        wanted.within_s,
        wanted.why,
        wanted.schedule,
        "",
    )
    key = drill_key(desk.journal.path.parent)

    def look() -> list[Statement]:
        _check_alone(desk, wanted.asset, records)
        whole = sealed(said, author.name, at_ns, desk.journal.id, key)
        draft = desk.draft(drills, whole, author, at_ns)
        return [replace(draft, actor=GATEWAY) if wanted.schedule else draft]

    return Begun(desk.state(look), said, rehearsed, at.channel.unit, at_ns)


def _moment(desk: Desk, at: str | None) -> int:
    now_ns = desk.clock.now_ns()
    if at is None:
        return now_ns
    at_ns = parse_rfc3339(at)
    if not now_ns <= at_ns <= now_ns + AHEAD_NS:
        raise InputError(
            f"a drill begins now or within 30 days, not at {at} (the gateway's clock says "
            f"{format_rfc3339(now_ns)[:19]}Z)"
        )
    return at_ns


def _chosen(desk: Desk, timeline: Timeline, wanted: Wanted, at_ns: int) -> tuple[Input, float, Rehearsed]:
    """The channel whose limit is worst, with the reading just beyond it."""
    asset = desk.configuration.assets.get(wanted.asset)
    if asset is None:
        known = ", ".join(desk.configuration.assets) or "none"
        raise InputError(f"there is no asset {one_line(wanted.asset[:80])!r}; known: {known}")
    found, problems = list[tuple[Input, float, Rehearsed]](), list[str]()
    for name in _channels(desk, timeline, wanted, at_ns):
        try:
            at = input_of(desk.configuration, timeline, name, at_ns)
            found.append((at, *worst_signal(at)))
        except InputError as error:
            problems.append(str(error))
    if not found:
        raise InputError("; ".join(problems))
    return max(found, key=lambda one: one[2].severity)


def _channels(desk: Desk, timeline: Timeline, wanted: Wanted, at_ns: int) -> Sequence[str]:
    """That measure the asset, by placement."""
    identity_ = timeline.asset_identity(wanted.asset)
    numbers = ((name, timeline.numbers.get(name)) for name in desk.configuration.channels)
    places = ((name, timeline.place_of(n, at_ns)) for name, n in numbers if n is not None)
    mine = [name for name, place in places if place is not None and place.asset_identity == identity_]
    if not mine:
        raise InputError(
            f"no channel that the gateway has measured is in {wanted.asset}: there is no sensor input at "
            "which a drill could begin"
        )
    if wanted.channel and wanted.channel not in mine:
        known = ", ".join(mine)
        raise InputError(
            f"channel {one_line(wanted.channel[:80])!r} is not in {wanted.asset}; there: {known}"
        )
    return [wanted.channel] if wanted.channel else mine


def _check_alone(desk: Desk, asset: str, records: Records) -> None:
    """Raises InputError while another drill on the asset goes on, or is to come."""
    words = Words(desk.journal)
    named = words.names.borne_with(asset, "assets")
    for statement in words.of(drills.KIND):
        said = drills.of(statement.body)
        if said.asset in named and not _is_over(statement, said, records, desk.clock.now_ns()):
            raise InputError(
                f"there is a drill on {asset}: {said.id} of {format_rfc3339(statement.at_ns)[:19]}Z by "
                f"{statement.by}; wait until it is over, or `cryogate withdraw {statement.id}`"
            )


def _is_over(statement: Statement, said: Drill, records: Records, now_ns: int) -> bool:
    """Also where nothing was ever made of it, as of one that is forged."""
    row = records.book.alarm(said.id)
    if row is None:
        return now_ns > statement.at_ns + to_ns(said.within_s)
    cause = cause_of(row.body)
    return not isinstance(cause, StatedDrill) or cause.outcome != ""
