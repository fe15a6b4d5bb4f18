"""`cryogate duty` and `stand-in`: who is called now or at any time, and who takes somebody's turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Annotated, Any

import typer
from rich.text import Text

from gateway.alarms.duty import ANY
from gateway.alarms.walltime import local_time, which_one, zone_named
from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.people import duty_there
from gateway.cli.saying import By, Corrects, Reason, answer, said_by
from gateway.cli.terminal import console, print_json, say
from gateway.cli.week_screen import NOBODY, named
from gateway.commands import rosters as commands
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.commands.names import person_known
from gateway.commands.when import moment_ns
from gateway.config.load import load
from gateway.errors import InputError
from gateway.published.people import person_row
from gateway.questions import duty as ask
from gateway.statements import stand_in as stated
from gateway.statements.stand_in import StandIn
from gateway.text import safe
from gateway.times import format_rfc3339, parse_rfc3339


def add_to(app: typer.Typer) -> None:
    app.command()(duty)
    app.command(name="stand-in")(stand_in)


def duty(
    site: Annotated[str | None, typer.Option("--site", help="Only of this one.")] = None,
    risk: Annotated[str, typer.Option("--risk", help="Of the products; left out: not known.")] = ANY,
    at: Annotated[str | None, typer.Option("--at", help="RFC 3339, or by the site's clock.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Who is on duty, until when, who comes next, and who stands in; holes of the coming week.

    A site is covered if at least three people of its rosters can be reached, and at a contract manufacturer
    two contacts are on the spot.

    Examples: cryogate duty; cryogate duty --site lab --at 2026-02-17T03:00:00+08:00 --json
    """
    configuration = load(config)
    if site is not None and site not in configuration.sites:
        raise InputError(f"there is no site {site!r}; known: {', '.join(configuration.sites) or 'none'}")
    known = duty_there(configuration)
    if at is None:
        known_at_ns(configuration)
    now_ns = time.time_ns()
    zones = {one.time_zone for name, one in configuration.sites.items() if site in (None, name)}
    at_ns = now_ns if at is None else asked_ns(at, zones, now_ns)
    found = ask.duty_shown(known, configuration, site, risk, at_ns)
    show_duty(found, map(person_row, known.people()), as_json)


def asked_ns(at: str, zones: Collection[str], now_ns: int) -> int:
    """By the clocks of the sites that are asked about. Raises InputError where they show different times."""
    found = {moment_ns(at, zone_named(zone), now_ns) for zone in zones or ("UTC",)}
    if len(found) > 1:
        raise InputError(f"{at!r}: the sites have several clocks; give --site, or RFC 3339 with zone")
    return found.pop()


def show_duty(found: Mapping[str, Any], people: Iterable[Mapping[str, Any]], as_json: bool) -> None:
    """As `--json` and the API have it; `people`: for their names."""
    if as_json:
        print_json(found)
        return
    if not found["sites"]:
        say("no roster covers anything: set one with `cryogate roster set`")
    out, name = console(), named(safe(list(people)))
    for row in safe(found["sites"]):
        for line in _lines(row, name):
            out.print(line, soft_wrap=True)


def stand_in(
    person: Annotated[str, typer.Argument(help="Who stands in; the id.")],
    instead_of: Annotated[str, typer.Option("--for", metavar="ID", help="Whose turns they are.")],
    until: Annotated[
        str, typer.Option("--until", help="RFC 3339, or of that person's clock: 'friday 08:00'.")
    ],
    by: By,
    since: Annotated[str | None, typer.Option("--from", help="In the same way; default: now.")] = None,
    roster: Annotated[list[str] | None, typer.Option("--roster", help="Only there; default: all.")] = None,
    corrects: Corrects = None,
    reason: Reason = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say that one person takes the turns of another for a while, in all rosters or some.

    `cryogate withdraw` takes it back. Two stand-ins for one person at a time are refused, and circles are.

    Example: cryogate stand-in wang.wei --for li.na --until "friday 08:00" --by "Li Na"
    """
    with open_desk(load(config)) as desk:
        now_ns = desk.clock.now_ns()
        zone_name = person_known(ask.duty_of(desk.journal), instead_of).time_zone
        zone = zone_named(zone_name)
        from_ns = now_ns if since is None else moment_ns(since, zone, now_ns)
        to_ns = moment_ns(until, zone, now_ns)
        said = _said(person, instead_of, roster, from_ns, to_ns)
        done = commands.stand_in(desk, at_this_box(by), said, corrects, reason)
    if as_json:
        print_json(answer(done, **stated.to_body(said)))
    else:
        say(f"{words_of(stated.to_body(said), zone_name)}; {said_by(done)}")


def words_of(said: Mapping[str, Any], zone_name: str) -> str:
    """Of a stand-in as JSON has it, by the clock of whose turns they are."""
    where = f" in {', '.join(said['rosters'])}" if said["rosters"] else ""
    to_ns, zone = parse_rfc3339(said["to"]), zone_named(zone_name)
    end = f"{local_time(to_ns, zone):%A %Y-%m-%d %H:%M}{which_one(to_ns, zone)} {zone_name}"
    return f"{said['person']} stands in for {said['instead_of']}{where} until {end}"


def _said(person: str, instead_of: str, rosters: list[str] | None, from_ns: int, to_ns: int) -> StandIn:
    if person == instead_of:
        raise InputError(f"{person} cannot stand in for {person}")
    if to_ns <= from_ns:
        span = f"{format_rfc3339(from_ns)[:19]}Z to {format_rfc3339(to_ns)[:19]}Z"
        raise InputError(f"a stand-in from {span} ends before it begins")
    return StandIn(person, instead_of, tuple(dict.fromkeys(rosters or ())), from_ns, to_ns)


def _lines(row: Mapping[str, Any], name: Callable[[str], str]) -> Iterator[Text]:
    zone_name = row["time_zone"]
    zone = zone_named(zone_name)
    on_duty = Text(", ".join(map(name, row["on_duty"]))) if row["on_duty"] else NOBODY
    until = "further notice," if row["until"] is None else _local(row["until"], zone)
    yield Text.assemble((row["site"], "bold"), "  on duty: ", on_duty, f" until {until} {zone_name}")
    if row["deputies"]:
        yield Text(f"    then: {', '.join(map(name, row['deputies']))}")
    for one in row["stand_ins"]:
        until = _local(one["until"], zone)
        yield Text(f"    {name(one['person'])} stands in for {name(one['instead_of'])} until {until}")
    if not row["coverage"]["covered"]:
        yield Text(f"    not covered: {row['coverage']['why_not']}", "yellow")
    for hole in row["holes"]:
        risks = f" (risk {', '.join(hole['risks'])})" if hole["risks"] else ""
        end = "on" if hole["to"] is None else f"to {_local(hole['to'], zone)}"
        yield Text(f"    nobody on duty{risks} from {_local(hole['from'], zone)} {end}", "bold red")


def _local(moment: str, zone: tzinfo) -> str:
    at_ns = parse_rfc3339(moment)
    return f"{local_time(at_ns, zone):%a %Y-%m-%d %H:%M}{which_one(at_ns, zone)}"
