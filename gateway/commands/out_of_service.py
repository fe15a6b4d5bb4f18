"""Taking a channel or an asset out of service: one person asks, a second one approves, anybody ends it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final

from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.quieting import Until
from gateway.commands.second import check_second
from gateway.commands.until import in_words, until_ns
from gateway.commands.words import Words, correction, who_and_when
from gateway.config.names import Names
from gateway.config.timeline import names_of, timeline_of
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.model import SECOND
from gateway.statements import Statement
from gateway.statements import out_of_service as stating
from gateway.statements.out_of_service import Approved, Ended, Requested, Scope
from gateway.statements.second import is_second
from gateway.times import format_rfc3339

LONGEST_NS: Final = (
    366 * 86_400 * SECOND
)  # a year: what is longer has left, and belongs out of the configuration


@dataclass(frozen=True, slots=True)
class Rest:
    """What was asked for and is not over; `approval`: None while nobody approved it."""

    scope: Scope
    request: Statement
    approval: Statement | None

    @property
    def said(self) -> Requested:
        said = stating.of(self.request.body)
        assert isinstance(said, Requested)
        return said


def request(
    desk: Desk,
    author: Author,
    scope: Scope,
    why: str,
    times: tuple[Until, Until],
    corrects: str | None = None,
) -> Stated:
    """Ask for it; nothing is quiet before a second person approves. `times`: its end, or its review.

    Raises InputError.
    """
    _check_scope(desk, scope)
    now_ns = desk.clock.now_ns()
    until, review = times
    if (until == Until()) == (review == Until()):
        raise InputError("say how it ends: --for 14d, --until TIME, or --review TIME for a look at it again")
    which = until if review == Until() else review
    last_ns = until_ns(now_ns, which.moment, which.lasting)
    if last_ns - now_ns > LONGEST_NS:
        raise InputError(
            f"out of service for {in_words(last_ns - now_ns)} is for ever: at most {in_words(LONGEST_NS)}, "
            "or leave it out of the configuration"
        )
    ends = (None, last_ns) if which is review else (last_ns, None)

    def look() -> list[Statement]:
        revising, _ = correction(Words(desk.journal), stating.KIND, corrects, why if corrects else "")
        return [desk.draft(stating, Requested(scope, why, *ends), author, now_ns, revising)]

    return desk.state(look)


def approve(desk: Desk, author: Author, scope: Scope, comment: str) -> tuple[Stated, Rest]:
    """Agree to what somebody else asked for. Raises InputError for the same person."""
    _check_scope(desk, scope)
    found: Rest | None = None

    def look() -> list[Statement]:
        nonlocal found
        now_ns = desk.clock.now_ns()
        found = next(_resting(desk, scope, now_ns), None)
        if found is None:
            raise InputError(f"nobody asked to take {scope.name} out of service, or that is over")
        if found.approval is not None:
            raise InputError(f"{who_and_when(found.approval)} approved that {scope.name} is out of service")
        check_second(desk, found.request, author)
        said = Approved(scope, found.request.id, comment)
        return [desk.draft(stating, said, author, now_ns)]

    stated = desk.state(look)
    assert found is not None
    return stated, found


def end(desk: Desk, author: Author, scope: Scope, why: str) -> Stated:
    """Put it into service again, or take a request off the table. Raises InputError where there is none."""
    _check_scope(desk, scope)

    def look() -> list[Statement]:
        now_ns = desk.clock.now_ns()
        if not any(_resting(desk, scope, now_ns)):
            raise InputError(f"{scope.name} is in service: there is nothing to end")
        return [desk.draft(stating, Ended(scope, why), author, now_ns)]

    return desk.state(look)


def rests(desk: Desk, now_ns: int) -> list[Rest]:
    """What is out of service, or asked to be, by the name that it has now."""
    last: dict[Scope, Rest | None] = {}
    words = Words(desk.journal)
    for statement in words.of(stating.KIND):
        said = stating.of(statement.body)
        scope = _named_now(words.names, said.scope)
        before = last.get(scope)
        if isinstance(said, Requested):
            last[scope] = Rest(scope, statement, None)
        elif isinstance(said, Ended):
            last[scope] = None
        elif before is not None and _approves(said, statement, before):
            last[scope] = Rest(scope, before.request, statement)
    there = [rest for rest in last.values() if rest is not None and rest.said.last_ns > now_ns]
    return sorted(there, key=lambda one: one.scope.name)


def rests_of(desk: Desk, site: str, at_ns: int) -> list[Rest]:
    """Those of a site; empty: all. What left the configuration is of every site."""
    sites = {name: asset.site for name, asset in desk.configuration.assets.items()}
    sites |= {name: channel.site for name, channel in desk.configuration.channels.items()}
    return [one for one in rests(desk, at_ns) if site in ("", sites.get(one.scope.name, site))]


def rest_row(rest: Rest) -> dict[str, Any]:
    """As JSON has it; `approved_by` null: it waits for a second person."""
    said = rest.said
    return {
        "channel": rest.scope.channel or None,
        "asset": rest.scope.asset or None,
        "reason": said.why,
        "until": None if said.until_ns is None else format_rfc3339(said.until_ns),
        "review": None if said.review_ns is None else format_rfc3339(said.review_ns),
        "request": rest.request.id,
        "requested_by": rest.request.by,
        "approved_by": None if rest.approval is None else rest.approval.by,
    }


def _resting(desk: Desk, scope: Scope, now_ns: int) -> Iterator[Rest]:
    """It alone, under whatever name it was asked for."""
    now = _named_now(names_of(desk.journal), scope)
    return (one for one in rests(desk, now_ns) if one.scope == now)


def _named_now(names: Names, scope: Scope) -> Scope:
    return Scope(names.today("channels", scope.channel), names.today("assets", scope.asset))


def _approves(said: Approved, statement: Statement, before: Rest) -> bool:
    return said.request == before.request.id and is_second(before.request, statement)


def _check_scope(desk: Desk, scope: Scope) -> None:
    section = "channels" if scope.channel else "assets"
    if bool(scope.channel) == bool(scope.asset):
        raise InputError("name what is out of service: --channel NAME or --asset NAME")
    known = {*timeline_of(desk.journal).names.ever(section), *getattr(desk.configuration, section)}
    if scope.name not in known:
        near = get_close_matches(scope.name, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
        raise InputError(f"there is no {section[:-1]} {scope.name!r}; {hint}")
