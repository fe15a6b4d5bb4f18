"""Who is on duty, from the journal: a day or a week for a site or a roster, and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta, tzinfo
from typing import Any, Final

from gateway.alarms.call import Priority
from gateway.alarms.duty import ANY, KINDS, Coverage, Duty, Hole, Shift
from gateway.alarms.policy import Policy, policy_for
from gateway.alarms.priority import Risk
from gateway.alarms.rotation import MIDNIGHT
from gateway.alarms.walltime import DAY, begins_ns, local_time, zone_named
from gateway.config.escalations import named_in
from gateway.config.names import Names
from gateway.config.timeline import timeline_of
from gateway.config.types import FOREVER, Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.said import said
from gateway.model import SECOND
from gateway.statements.stand_in import StandIn
from gateway.times import format_rfc3339, parse_rfc3339

SCHEMA: Final = 1
AHEAD_NS: Final = 7 * 86_400 * SECOND  # a hole is said a week before it comes
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a place, from midnight to midnight there, and who is on duty in it."""

    day: date
    shifts: tuple[Shift, ...]


def duty_of(journal: Journal, names: Names | None = None) -> Duty:
    """As the journal is now; sites by their identities. `names`: of the journal, by whoever has them."""
    names = names or timeline_of(journal).names
    duty = Duty(lambda site: names.identity("sites", site))
    for statement in said(journal, *KINDS):
        duty.hear(statement)
    return duty


def week_of(day: date) -> date:
    """Its Monday."""
    return day - timedelta(days=day.weekday())


def days(shifts: Collection[Shift], monday: date, zone: tzinfo) -> tuple[Day, ...]:
    """The shifts of a week, cut at each midnight."""
    return tuple(_day(shifts, monday + k * DAY, zone) for k in range(7))


def span_of_week(monday: date, zone: tzinfo) -> tuple[int, int]:
    return begins_ns(monday, MIDNIGHT, zone), begins_ns(monday + WEEK, MIDNIGHT, zone)


def holes_ahead(duty: Duty, configuration: Configuration, now_ns: int) -> tuple[Hole, ...]:
    """Those of the coming week, and of now, at sites of the configuration."""
    known = {duty.same_site(name) for name in configuration.sites}
    holes = duty.holes(now_ns, now_ns + AHEAD_NS, configuration.sites)
    return tuple(hole for hole in holes if hole.site in known)


def sites_with_roster(duty: Duty, configuration: Configuration, now_ns: int) -> set[str]:
    """Those for which one holds now or soon, or has ended."""
    return set(duty.sites(now_ns, now_ns + AHEAD_NS, configuration.sites))


def coverages(duty: Duty, configuration: Configuration, now_ns: int) -> Iterator[Coverage]:
    """Of every site that has a roster, or that the configuration says needs one."""
    with_roster = sites_with_roster(duty, configuration, now_ns)
    for name, site in configuration.sites.items():
        found = duty.coverage(
            name,
            now_ns,
            configuration.notifiers,
            is_contract_manufacturer=site.contract_manufacturer,
        )
        if site.needs_duty or found.site in with_roster:
            yield found


def without_roster(duty: Duty, configuration: Configuration, now_ns: int) -> tuple[str, ...]:
    """Sites with something that is measured, or with a peer that is watched, and nobody who is called: no
    roster covers them, or will, and policies name nobody for them. None where nobody is called at all: there
    are neither rosters nor policies.
    """
    policies = configuration.escalations
    if not policies and not duty.rosters_from(0):
        return ()
    watched = {configuration.assets[c.table.asset].site for c in configuration.channels.values()}
    watched |= {str(peer.options.site) for peer in configuration.peers.values()}
    with_roster = set(duty.sites(now_ns, FOREVER, configuration.sites))
    bare = (site for site in sorted(watched) if duty.same_site(site) not in with_roster)
    return tuple(site for site in bare if not _names_people(policies, site))


def _names_people(policies: Sequence[Policy], site: str) -> bool:
    """For all that may be in danger; what is of low priority can wait for a roster."""
    deciding = (policy_for(policies, one, site) for one in Priority if one > Priority.LOW)
    return all(policy is not None and named_in([policy]) for policy in deciding)


def lacking(coverage: Coverage) -> str:
    """Why a site does not count as covered, in words; empty: it does."""
    if coverage.is_enough:
        return ""
    told = []
    if len(coverage.people) < coverage.needs:
        told.append(
            f"{_people(coverage.people)} of its rosters can be reached by a notifier of the configuration, "
            f"at least {coverage.needs} are needed"
        )
    if len(coverage.on_site) < coverage.needs_on_site:
        told.append(
            f"{_people(coverage.on_site)} of them on the spot, a contract manufacturer needs "
            f"{coverage.needs_on_site}"
        )
    return "; ".join(told)


def check_risk(risk: str) -> None:
    """Raises InputError for one that no product has: of a mistyped one nobody would seem to be on duty."""
    known = [one.word for one in Risk]
    if risk not in (ANY, *known):
        raise InputError(f"there is no risk {risk!r}; known: {', '.join(known)}")


def duty_rows(duty: Duty, configuration: Configuration, risk: str, at_ns: int) -> Iterator[dict[str, Any]]:
    """Of each site with a roster: who is on duty, who is next, whether it is covered, what is missing."""
    check_risk(risk)
    covered = {one.site: one for one in coverages(duty, configuration, at_ns)}
    holes = holes_ahead(duty, configuration, at_ns)
    for name in configuration.sites:
        found = covered.get(duty.same_site(name))
        if found is None:
            continue
        until_ns, everybody = duty.until_ns(name, risk, at_ns), duty.everybody(name, risk, at_ns)
        yield {
            "site": name,
            "time_zone": configuration.sites[name].time_zone,
            "on_duty": list(duty.on_duty(name, risk, at_ns)),
            "until": None if until_ns is None else format_rfc3339(until_ns),
            "deputies": list(duty.deputies(name, risk, at_ns)),
            "everybody": list(everybody),
            "stand_ins": [
                {"person": one.person, "instead_of": one.instead_of, "until": format_rfc3339(one.to_ns)}
                for one in _standing_in(duty, everybody, at_ns)
            ],
            "coverage": coverage_row(found),
            "holes": [hole_row(hole) for hole in holes if hole.site == found.site],
        }


def _standing_in(duty: Duty, everybody: Collection[str], at_ns: int) -> list[StandIn]:
    """For these, and for whoever stands in for them; not who has left, unless that turn is taken, too."""
    every, wanted = duty.stand_ins(at_ns, at_ns + 1), set(everybody)
    for _ in every:
        wanted |= {one.person for one in every if one.instead_of in wanted}
    replaced = {one.instead_of for one in every}
    mine = (one for one in every if one.instead_of in wanted)
    return [one for one in mine if one.person in replaced or _is_here(duty, one.person)]


def _is_here(duty: Duty, who: str) -> bool:
    person = duty.person(who)
    return person is not None and not person.has_left


def week_shown(
    duty: Duty,
    configuration: Configuration,
    of: tuple[str | None, str | None, str],
    day: date | None,
    now_ns: int,
) -> dict[str, Any]:
    """Who is on duty from when to when in the week of a day (None: today), Monday to Sunday of its clocks.

    `of`: a roster; or a site, None: all, and a risk. Raises InputError.
    """
    roster, site, risk = of
    check_risk(risk)
    zone_name = _zone_shown(duty, configuration, roster, site, now_ns)
    zone = zone_named(zone_name)
    monday = week_of(day or local_time(now_ns, zone).date())
    begin_ns, end_ns = span_of_week(monday, zone)
    if roster is not None:
        shifts = duty.course_of(roster, begin_ns, end_ns)
    else:
        shifts = duty.course(site or ANY, risk, begin_ns, end_ns)
    told = {"roster": roster, "site": site, "risk": risk or None, "time_zone": zone_name}
    return {**told, "week": monday.isoformat(), "shifts": [shift_row(shift) for shift in shifts]}


def unknown_roster(duty: Duty, identity: str, at_ns: int) -> str:
    """Why there is none of this name, in words."""
    names = ", ".join(dict.fromkeys(one.id for one in duty.rosters_from(at_ns))) or "none"
    return f"no roster {identity!r} is in force; there is {names}"


def _zone_shown(
    duty: Duty, configuration: Configuration, roster: str | None, site: str | None, now_ns: int
) -> str:
    """Whose clock the times are of: the roster's, or the site's."""
    if roster is not None:
        there = {one.id: one for one in duty.rosters_from(now_ns)}
        found = duty.roster(roster, now_ns) or there.get(roster)
        if found is None:
            raise InputError(unknown_roster(duty, roster, now_ns))
        return found.time_zone
    if site is not None and site not in configuration.sites:
        raise InputError(f"there is no site {site!r}; known: {', '.join(configuration.sites) or 'none'}")
    known = {s.time_zone for key, s in configuration.sites.items() if site in (None, key)}
    return known.pop() if len(known) == 1 else "UTC"


def duty_shown(
    duty: Duty, configuration: Configuration, site: str | None, risk: str, at_ns: int
) -> dict[str, Any]:
    """The rows of a site, or of all, as JSON has them."""
    rows = [row for row in duty_rows(duty, configuration, risk, at_ns) if site in (None, row["site"])]
    return {"schema": SCHEMA, "at": format_rfc3339(at_ns), "risk": risk or None, "sites": rows}


def shift_row(shift: Shift) -> dict[str, Any]:
    """As JSON has it."""
    return {
        "from": format_rfc3339(shift.from_ns),
        "to": format_rfc3339(shift.to_ns),
        "people": list(shift.people),
    }


def shift_of(row: Mapping[str, Any]) -> Shift:
    """What `shift_row` made."""
    return Shift(parse_rfc3339(row["from"]), parse_rfc3339(row["to"]), tuple(row["people"]))


def hole_row(hole: Hole) -> dict[str, Any]:
    return {
        "site": hole.site,
        "risks": list(hole.risks),
        "from": format_rfc3339(hole.from_ns),
        "to": None if hole.to_ns is None else format_rfc3339(hole.to_ns),
    }


def coverage_row(coverage: Coverage) -> dict[str, Any]:
    return {
        "covered": coverage.is_enough,
        "why_not": lacking(coverage),
        "people": list(coverage.people),
        "needs": coverage.needs,
        "on_site": list(coverage.on_site),
        "needs_on_site": coverage.needs_on_site,
    }


def _day(shifts: Collection[Shift], day: date, zone: tzinfo) -> Day:
    begin_ns, end_ns = begins_ns(day, MIDNIGHT, zone), begins_ns(day + DAY, MIDNIGHT, zone)
    cut = (Shift(max(s.from_ns, begin_ns), min(s.to_ns, end_ns), s.people) for s in shifts)
    return Day(day, tuple(s for s in cut if s.from_ns < s.to_ns))


def _people(ids: Collection[str]) -> str:
    if not ids:
        return "nobody"
    return f"only {', '.join(ids)}"
