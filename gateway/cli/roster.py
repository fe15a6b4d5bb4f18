"""`cryogate roster`: who is on duty when, set from a file or by options, and shown as a week."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.alarms.duty import ANY, Duty
from gateway.alarms.walltime import local_time, zone_named
from gateway.cli.listing import Whole
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.people import duty_there
from gateway.cli.saying import By, Corrects, Reason, answer, said_by
from gateway.cli.terminal import console, print_json, say
from gateway.cli.week_screen import named, week_table
from gateway.commands import rosters as commands
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.commands.roster_file import read_for
from gateway.commands.when import day_of, moment_ns
from gateway.config.load import load
from gateway.config.toml import read_toml
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.questions import duty as ask
from gateway.statements import roster as stated
from gateway.statements.roster import Roster, people_of
from gateway.text import counted
from gateway.times import format_rfc3339

roster = typer.Typer(
    cls=Whole, no_args_is_help=True, help="Rosters: who is on duty when, for which sites and risks."
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the roster, lower case.")]


def add_to(app: typer.Typer) -> None:
    roster.command(name="list")(list_rosters)
    roster.command(name="set")(set_roster)
    roster.command()(show)
    roster.command()(end)
    app.add_typer(roster, name="roster")


def list_rosters(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Every roster that is in force or will be: sites, risks, people, from when on.

    Example: cryogate roster list
    """
    found = duty_there(load(config)).rosters_from(time.time_ns())
    if as_json:
        print_json({"schema": ask.SCHEMA, "rosters": [stated.to_body(one) for one in found]})
        return
    for one in found:
        since = f"{local_time(one.from_ns, zone_named(one.time_zone)):%Y-%m-%d %H:%M} {one.time_zone}"
        say(f"{one.id}: {_scope(one)}, {', '.join(sorted(people_of(one)))}; from {since} on")
    say(counted(len(found), "roster"))


def set_roster(
    name: Name,
    by: By,
    file: Annotated[Path | None, typer.Argument(help="A TOML file: docs/people.md. Or options.")] = None,
    person: Annotated[
        list[str] | None, typer.Option("--person", help="Who takes turns; several: in their order.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="The first day of the first, 2026-01-05.")
    ] = None,
    period_days: Annotated[int, typer.Option("--period-days", help="How long a turn is.")] = 7,
    hand_over: Annotated[str, typer.Option("--hand-over", help="At what time of day.")] = "08:00",
    weekday: Annotated[str | None, typer.Option("--weekday", help="On which day of the week.")] = None,
    hours: Annotated[str | None, typer.Option("--hours", help="Only then, e.g. 20:00-08:00.")] = None,
    on: Annotated[list[str] | None, typer.Option("--on", help="Only on this day of the week.")] = None,
    site: Annotated[list[str] | None, typer.Option("--site", help="It covers this one; none: all.")] = None,
    risk: Annotated[list[str] | None, typer.Option("--risk", help="It covers this one; none: all.")] = None,
    deputy: Annotated[
        list[str] | None, typer.Option("--deputy", help="Is called next; none: the next in turn.")
    ] = None,
    everybody: Annotated[
        list[str] | None, typer.Option("--everybody", help="Is called with everybody, too.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="Of its times; default: that of the site.")
    ] = None,
    corrects: Corrects = None,
    reason: Reason = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Set a roster, whole. It replaces the one of this name from `valid_from` of the file, or from now, on.

    A file can have several rotations, teams and holidays; the options make one rotation. Every mistake is
    told with its place, and nothing is stated then. The same again changes nothing.

    Examples: cryogate roster set night night.toml --by "Wang Wei"; cryogate roster set lab --site lab
    --person li.na --person wang.wei --start=2026-01-05 --weekday monday --by "Wang Wei"
    """
    options: dict[str, Any] = {"people": person, "start": _date(start), "hours": hours, "weekday": weekday}
    options |= {"weekdays": on}
    whole = {"sites": site, "risks": risk, "deputies": deputy, "everybody": everybody, "time_zone": time_zone}
    if (file is None) == (person is None):
        raise InputError("give a file, or --person and --start for one rotation (docs/people.md)")
    if file is not None and any(value is not None for value in (*options.values(), *whole.values())):
        raise InputError("the file says it all: give no options of the roster beside it")
    if file is None:
        rotation = _given(options) | {"period_days": period_days, "hand_over": hand_over}
        document, where = _given(whole) | {"rotations": [rotation]}, "the options"
    else:
        document, where = read_toml(file), str(file)
    with open_desk(load(config)) as desk:
        said = read_for(desk, document, name, where)
        try:
            done = commands.set_roster(desk, at_this_box(by), said, corrects, reason)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
    _tell(done, as_json)


def show(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Of a roster; or --site.")] = None,
    site: Annotated[str | None, typer.Option("--site", help="Of all rosters of a site.")] = None,
    risk: Annotated[str, typer.Option("--risk", help="Of its products; left out: not known.")] = ANY,
    week: Annotated[str | None, typer.Option("--week", help="A day of the week to show.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """A week, Monday to Sunday: who is on duty from when to when, with stand-ins and holidays, in local time.

    Examples: cryogate roster show night; cryogate roster show --site lab --week 2026-02-16
    """
    configuration = load(config)
    duty, now_ns = duty_there(configuration), time.time_ns()
    zone_name = _zone_shown(configuration, duty, name, site, now_ns)
    zone = zone_named(zone_name)
    monday = ask.week_of(_date(week) or local_time(now_ns, zone).date())
    begin_ns, end_ns = ask.span_of_week(monday, zone)
    of_roster = name is not None
    shifts = (
        duty.course_of(name or "", begin_ns, end_ns)
        if of_roster
        else duty.course(site or ANY, risk, begin_ns, end_ns)
    )
    if as_json:
        told = {"roster": name, "site": site, "risk": risk or None, "time_zone": zone_name}
        rows = [ask.shift_row(shift) for shift in shifts]
        print_json({"schema": ask.SCHEMA, **told, "week": monday.isoformat(), "shifts": rows})
        return
    what = f"roster {name}" if of_roster else f"site {site}" if site else "all sites"
    console().print(f"{what}, week of {monday:%A %Y-%m-%d}, times of {zone_name}")
    console().print(week_table(ask.days(shifts, monday, zone), zone, named(duty), now_ns))


def end(
    name: Name,
    by: By,
    at: Annotated[
        str | None, typer.Option("--at", help="RFC 3339, or 'friday 08:00'; it may lie ahead; default: now.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say that a roster holds no more. What it said about the time before stays.

    Example: cryogate roster end night --at 2026-06-30T08:00:00+08:00 --by "Wang Wei"
    """
    with open_desk(load(config)) as desk:
        now_ns = desk.clock.now_ns()
        known = {one.id: one for one in ask.duty_of(desk.journal).rosters_from(now_ns)}
        zone = zone_named(known[name].time_zone if name in known else "UTC")
        at_ns = now_ns if at is None else moment_ns(at, zone, now_ns)
        done = commands.end_roster(desk, at_this_box(by), name, at_ns)
    _tell(done, as_json)


def _tell(done: commands.Set, as_json: bool) -> None:
    if as_json:
        print_json(
            answer(
                done.stated,
                **stated.to_body(done.roster),
                remarks=list(done.remarks),
                nobody_now=list(done.nobody_now),
            )
        )
        return
    for site in done.nobody_now:
        say(f"nobody is on duty NOW for {site}: see `cryogate duty`", err=True)
    say(f"roster {done.roster.id}: {_scope(done.roster)}, {_since(done.roster)}; {said_by(done.stated)}")
    for remark in done.remarks:
        say(f"remark: {remark}", err=True)


def _scope(one: Roster) -> str:
    risks = f", risk {', '.join(one.risks)}" if one.risks else ""
    return (", ".join(one.sites) or "all sites") + risks


def _since(one: Roster) -> str:
    verb = "ends" if one.state == stated.ENDED else "holds from"
    return f"{verb} {format_rfc3339(one.from_ns)[:19]}Z" + ("" if verb == "ends" else " on")


def _zone_shown(
    configuration: Configuration, duty: Duty, name: str | None, site: str | None, now_ns: int
) -> str:
    """Whose clock the times are of: the roster's, or the site's."""
    if name is not None:
        there = {one.id: one for one in duty.rosters_from(now_ns)}
        found = duty.roster(name, now_ns) or there.get(name)
        if found is None:
            raise InputError(commands.unknown_roster(duty, name, now_ns))
        return found.time_zone
    if site is not None and site not in configuration.sites:
        raise InputError(f"there is no site {site!r}; known: {', '.join(configuration.sites) or 'none'}")
    known = {s.time_zone for key, s in configuration.sites.items() if site in (None, key)}
    return known.pop() if len(known) == 1 else "UTC"


def _date(text: str | None) -> datetime.date | None:
    return None if text is None else day_of(text)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}
