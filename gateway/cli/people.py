"""`cryogate people`: who can be called, by which ways, and who has left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from gateway.alarms.duty import Duty
from gateway.cli.listing import Whole
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in
from gateway.cli.saying import At, By, Corrects, Reason, answer, said_by
from gateway.cli.terminal import console, folding_table, print_json, say
from gateway.commands import people as commands
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.commands.names import person_known
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.published.people import person_row
from gateway.questions.duty import SCHEMA, duty_of
from gateway.statements import person as stated
from gateway.statements.person import LANGUAGES, called, masked
from gateway.statements.person import Person as Stated
from gateway.text import counted, safe

NONE: Final = "none"  # clears a list
BESIDE: Final = ("new", "id", "remarks")  # the person itself in an answer
people = typer.Typer(
    cls=Whole, no_args_is_help=True, help="People who can be called: names, languages, ways to reach them."
)
Identity = Annotated[str, typer.Argument(metavar="ID", help="Lower case, e.g. li.na.")]


def add_to(app: typer.Typer) -> None:
    people.command(name="list")(list_people)
    people.command(name="set")(set_person)
    people.command()(remove)
    app.add_typer(people, name="people")


def list_people(
    every: Annotated[bool, typer.Option("--all", help="Those who have left, too.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Everybody with names, languages and ways. Addresses are shortened; --json has them whole.

    Examples: cryogate people list; cryogate people list --json
    """
    known = duty_there(load(config)).people()
    show_people([person_row(one) for one in known], every, as_json)


def show_people(known: Sequence[Mapping[str, Any]], every: bool, as_json: bool) -> None:
    """Rows as `--json` and the API have them; `every`: those who have left, too."""
    shown = [one for one in known if every or not one["has_left"]]
    if as_json:
        print_json({"schema": SCHEMA, "people": shown})
        return
    table = folding_table("id", "name", "reads", "ways, in order", "on site", padding=(0, 1))
    for one in safe(shown):
        cells = one["id"], _names(one), " ".join(one["languages"]), _ways(one), " ".join(one["on_site"])
        table.add_row(*cells)
    if shown:
        console().print(table)
    left = len(known) - len(shown)
    say(counted(len(shown), "person", "people") + (f", {left} who have left (--all)" if left else ""))


def set_person(
    identity: Identity,
    by: By,
    name_en: Annotated[str | None, typer.Option("--name", help="The name in Latin script.")] = None,
    name_zh: Annotated[str | None, typer.Option("--name-zh", help="The name in Chinese script.")] = None,
    language: Annotated[
        list[str] | None, typer.Option("--language", help="en or zh; several: the best first.")
    ] = None,
    way: Annotated[
        list[str] | None,
        typer.Option("--way", help=f"{commands.WAY}; several: in the order in which they are tried."),
    ] = None,
    on_site: Annotated[
        list[str] | None, typer.Option("--on-site", metavar="SITE", help="Is on the spot there.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="Of the quiet hours; default: that of the site.")
    ] = None,
    at: At = None,
    corrects: Corrects = None,
    reason: Reason = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Enter a person, or change what is left as it was where an option is not given; "none" empties a list.

    A way is used for calls from its priority (low, medium, high, urgent) on, and in its quiet hours only for
    those that break them (default: urgent). The notifier must be one of the configuration that reaches single
    people.

    Example: cryogate people set li.na --name "Li Na" --name-zh 李娜 --language zh --language en --way "push
    li-na from low" --way "sms +8613812345678 from high quiet 22:00-07:00 unless urgent" --on-site lab
    --by "Wang Wei"
    """
    with open_desk(load(config)) as desk:
        changes = changes_of(name_en, name_zh, language, time_zone, way, on_site)
        said = commands.whole(desk.configuration, changes.of(duty_of(desk.journal), identity))
        done = commands.enter(desk, at_this_box(by), said, at, corrects, reason)
    _tell(done, said, as_json)


def remove(
    identity: Identity,
    by: By,
    at: At = None,
    corrects: Corrects = None,
    reason: Reason = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say that somebody has left: is on duty no more, and is called no more. The names stay in the record.

    Example: cryogate people remove li.na --at 2026-06-30T18:00:00+08:00 --by "Wang Wei" --reason "has moved"
    """
    with open_desk(load(config)) as desk:
        done = commands.leave(desk, at_this_box(by), identity, at, corrects, reason)
        said = person_known(duty_of(desk.journal), identity)
    _tell(done, said, as_json)


def duty_there(configuration: Configuration) -> Duty:
    """As the journal is now. Raises InputError where there is none."""
    path = configuration.data_dir / "journal.sqlite"
    if not path.exists():
        raise InputError(f"{path.parent}: no journal yet; enter people with `cryogate people set`")
    with journal_in(path.parent) as journal:
        return duty_of(journal)


def changes_of(
    name_en: str | None,
    name_zh: str | None,
    language: list[str] | None,
    time_zone: str | None,
    way: list[str] | None,
    on_site: list[str] | None,
) -> commands.Changes:
    """What the options say. Raises InputError."""
    return commands.Changes(
        name_en,
        name_zh,
        _languages(language),
        time_zone,
        None if way is None else tuple(commands.way_of(one) for one in _listed(way)),
        None if on_site is None else tuple(dict.fromkeys(_listed(on_site))),
    )


def _tell(done: commands.Entered, said: Stated, as_json: bool) -> None:
    shown = answer(done.stated, **stated.to_body(said), remarks=list(done.remarks))
    show_entered(shown, said_by(done.stated), as_json)


def show_entered(done: Mapping[str, Any], ends: str, as_json: bool) -> None:
    """As `--json` and the API have it; `ends`: how the answer ends."""
    if as_json:
        print_json(done)
        return
    said = stated.of({name: value for name, value in done.items() if name not in BESIDE})
    what = "has left" if said.state == stated.GONE else f"is reached by {_by(said)}"
    say(f"{called(said)} {what}; {ends}")
    for remark in done["remarks"]:
        say(f"remark: {remark}", err=True)


def _languages(given: list[str] | None) -> tuple[str, ...] | None:
    unknown = [one for one in given or () if one not in LANGUAGES]
    if unknown:
        raise InputError(f"--language {unknown[0]!r}: there is {' and '.join(LANGUAGES)}")
    return tuple(dict.fromkeys(given)) if given else None


def _listed(given: Iterable[str]) -> list[str]:
    return [one for one in given if one != NONE]


def _by(said: Stated) -> str:
    return ", ".join(way.notifier for way in said.ways) or "no way"


def _names(one: Mapping[str, Any]) -> Text:
    names = " ".join(name for name in (one["name_zh"], one["name_en"]) if name.strip())
    return Text(names).append(" has left", "dim") if one["has_left"] else Text(names)


def _ways(one: Mapping[str, Any]) -> str:
    return "\n".join(map(_way, one["ways"]))


def _way(way: Mapping[str, Any]) -> str:
    quiet = f", quiet {way['quiet']} unless {way['unless']}" if way["quiet"] else ""
    return f"{way['notifier']} {masked(way['address'])} from {way['from_priority']}{quiet}"
