"""`cryogate roster`: who is on duty when, set from a file or by options, and shown as a week."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway.alarms.duty import ANY
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
from gateway.errors import InputError
from gateway.published.people import person_row
from gateway.questions import duty as ask
from gateway.statements import roster as stated
from gateway.statements.roster import Roster, people_of
from gateway.text import counted, safe
from gateway.times import format_rfc3339

roster = typer.Typer(
    cls=Whole, no_args_is_help=True, help="Rosters: who is on duty when, for which sites and risks."
)
PERIOD_DAYS: Final = 7
HAND_OVER: Final = "08:00"
BESIDE: Final = ("new", "id", "remarks", "nobody_now")  # the roster itself in an answer
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
    show_rosters([stated.to_body(one) for one in found], as_json)


def show_rosters(bodies: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """As `--json` and the API have them."""
    if as_json:
        print_json({"schema": ask.SCHEMA, "rosters": bodies})
        return
    for one in map(stated.of, bodies):
        since = f"{local_time(one.from_ns, zone_named(one.time_zone)):%Y-%m-%d %H:%M} {one.time_zone}"
        say(f"{one.id}: {_scope(one)}, {', '.join(sorted(people_of(one)))}; from {since} on")
    say(counted(len(bodies), "roster"))


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
    period_days: Annotated[int, typer.Option("--period-days", help="How long a turn is.")] = PERIOD_DAYS,
    hand_over: Annotated[str, typer.Option("--hand-over", help="At what time of day.")] = HAND_OVER,
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
    options |= {"weekdays": on, "period_days": period_days, "hand_over": hand_over}
    whole = {"sites": site, "risks": risk, "deputies": deputy, "everybody": everybody, "time_zone": time_zone}
    document, where = told(file, options, whole)
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
    known, now_ns = duty_there(configuration), time.time_ns()
    found = ask.week_shown(known, configuration, (name, site, risk), _date(week), now_ns)
    show_week({"schema": ask.SCHEMA, **found}, map(person_row, known.people()), as_json)


def show_week(found: Mapping[str, Any], people: Iterable[Mapping[str, Any]], as_json: bool) -> None:
    """As `--json` and the API have it; `people`: for their names."""
    if as_json:
        print_json(found)
        return
    found, out = safe(found), console()
    zone, monday = zone_named(found["time_zone"]), datetime.date.fromisoformat(found["week"])
    what = f"site {found['site']}" if found["site"] else "all sites"
    if found["roster"]:
        what = f"roster {found['roster']}"
    out.print(f"{what}, week of {monday:%A %Y-%m-%d}, times of {found['time_zone']}")
    shifts = [ask.shift_of(row) for row in found["shifts"]]
    days = ask.days(shifts, monday, zone)
    out.print(week_table(days, zone, named(safe(list(people))), time.time_ns()))


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


def told(
    file: Path | None, options: Mapping[str, Any], whole: Mapping[str, Any]
) -> tuple[dict[str, Any], str]:
    """The roster as a file has it, and what says so: the file, or the options of its one rotation."""
    if (file is None) == (options["people"] is None):
        raise InputError("give a file, or --person and --start for one rotation (docs/people.md)")
    usual = {"period_days": PERIOD_DAYS, "hand_over": HAND_OVER}
    given = [value for key, value in options.items() if value != usual.get(key)]
    if file is not None and any(value is not None for value in (*given, *whole.values())):
        raise InputError("the file says it all: give no options of the roster beside it")
    if file is not None:
        return read_toml(file), str(file)
    return _given(whole) | {"rotations": [_given(options)]}, "the options"


def _tell(done: commands.Set, as_json: bool) -> None:
    more = {"remarks": list(done.remarks), "nobody_now": list(done.nobody_now)}
    shown = answer(done.stated, **stated.to_body(done.roster), **more)
    show_set(shown, said_by(done.stated), as_json)


def show_set(done: Mapping[str, Any], ends: str, as_json: bool) -> None:
    """As `--json` and the API have it; `ends`: how the answer ends."""
    if as_json:
        print_json(done)
        return
    for site in done["nobody_now"]:
        say(f"nobody is on duty NOW for {site}: see `cryogate duty`", err=True)
    one = stated.of({name: value for name, value in done.items() if name not in BESIDE})
    say(f"roster {one.id}: {_scope(one)}, {_since(one)}; {ends}")
    for remark in done["remarks"]:
        say(f"remark: {remark}", err=True)


def _scope(one: Roster) -> str:
    risks = f", risk {', '.join(one.risks)}" if one.risks else ""
    return (", ".join(one.sites) or "all sites") + risks


def _since(one: Roster) -> str:
    verb = "ends" if one.state == stated.ENDED else "holds from"
    return f"{verb} {format_rfc3339(one.from_ns)[:19]}Z" + ("" if verb == "ends" else " on")


def _date(text: str | None) -> datetime.date | None:
    return None if text is None else day_of(text)


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}
