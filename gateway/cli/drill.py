"""`cryogate drill`: a test from a sensor to a person, and who was reached how fast."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from gateway.api.asking import ask
from gateway.cli.liveness import known_at_ns
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in
from gateway.cli.saying import answer, remark_on, said_by
from gateway.cli.terminal import console, print_json, say
from gateway.commands import drill as drilling
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.commands.drill import Wanted
from gateway.commands.until import in_words, lasting_ns
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.opened import open_records
from gateway.model import SECOND
from gateway.questions.drills import due_row, report, schedules_due
from gateway.text import counted, safe
from gateway.times import parse_rfc3339

NAMELESS: Final = "name what is tested: --asset ASSET; or --report [ID] for what came of drills"
MOST_SHOWN: Final = 20  # drills on a screen
STYLES: Final = {"passed": "green", "failed": "bold red", "goes on": "bold yellow", "never began": "bold red"}


def add_to(app: typer.Typer) -> None:
    app.command()(drill)


def drill(
    which: Annotated[
        str, typer.Argument(metavar="ID", help="With --report: one drill, or the start of its id.")
    ] = "",
    asset: Annotated[str, typer.Option("--asset", help="Whose alarm is tested.")] = "",
    channel: Annotated[
        str, typer.Option("--channel", help="Its sensor; default: the one whose limit is worst.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Who wants it.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="What for.")] = "",
    within: Annotated[
        str, typer.Option("--within", metavar="TIME", help="Until somebody has acknowledged: 15min, 1h.")
    ] = "15min",
    at: Annotated[
        str | None, typer.Option("--at", help="When it begins, RFC 3339 with zone; default: now.")
    ] = None,
    as_report: Annotated[
        bool, typer.Option("--report", help="Who was reached how fast, of each drill.")
    ] = False,
    due: Annotated[
        bool, typer.Option("--due", help="When the next one of each schedule is due ([drills.NAME]).")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Begin a drill: a test reading at a sensor, through limits, calls and messages, to an acknowledgement.

    Every message, screen and record says that it is a drill. It is over when somebody acknowledges it
    (`ack`), and has failed when nobody does in time; `withdraw` ends it.

    Examples: cryogate drill --asset dewar-1 --by "Li Na" --reason "monthly, night shift"; cryogate drill
    --asset dewar-1 --at 2026-01-06T02:00:00Z --within 1h --by "Li Na"; cryogate drill --report;
    cryogate drill --report D-7Q2M --json
    """
    configuration = load(config)
    if due:
        _due(configuration, as_json)
        return
    if as_report:
        _report(configuration, which, as_json)
        return
    if which or not asset:
        raise InputError(NAMELESS)
    wanted = Wanted(asset, channel, reason, lasting_ns(within) / SECOND, at)
    if at is None:
        ask(configuration.data_dir, "status")  # who would carry it out?
    author = at_this_box(by)
    with open_records(configuration.data_dir) as records, open_desk(configuration) as desk:
        begun = drilling.begin(desk, author, wanted, records)
        remark_on(desk, by)
    show_begun(answer(begun.stated, **begun.plain()), said_by(begun.stated), as_json)


def show_begun(begun: Mapping[str, Any], ends: str, as_json: bool) -> None:
    """As `--json` and the API have it; `ends`: how the first line ends."""
    if as_json:
        print_json(begun)
        return
    lasts_ns = parse_rfc3339(begun["until"]) - parse_rfc3339(begun["at"])
    say(f"{begun['drill']}: drill on {begun['asset']}; {ends}")
    say(f"  a reading of {begun['value']:.7g} {begun['unit']} at {begun['channel']} raises {begun['rule']}")
    say(f"  acknowledge it within {in_words(lasts_ns)}: cryogate ack {begun['drill']}")


def _report(configuration: Configuration, which: str, as_json: bool) -> None:
    folder = configuration.data_dir
    with open_records(folder) as records, journal_in(folder) as journal:
        known_at_ns(configuration)
        found = report(journal, records, time.time_ns(), which)
    show_report(found, as_json)


def show_report(found: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """As `--json` and the API have it."""
    if as_json:
        print_json(found)
        return
    out = console()
    for one in safe(found[:MOST_SHOWN]):
        for line in _lines(one):
            out.print(line, soft_wrap=True)
    if not found:
        out.print("no drill was ever begun")
    elif len(found) > MOST_SHOWN:
        out.print(f"... and {counted(len(found) - MOST_SHOWN, 'earlier drill')}: --json has all")


def _due(configuration: Configuration, as_json: bool) -> None:
    folder, now_ns = configuration.data_dir, time.time_ns()
    with open_records(folder) as records, journal_in(folder) as journal:
        found = schedules_due(configuration, journal, records, now_ns)
    show_due([due_row(one, now_ns) for one in found], as_json)


def show_due(rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """As `--json` and the API have them."""
    if as_json:
        print_json(rows)
        return
    for row in rows:
        last = "never" if row["last"] is None else f"{row['last'][:16]}Z"
        how = "begins by itself" if row["automatic"] else f"cryogate drill --asset {row['asset']}"
        at = f"{'OVERDUE, ' if row['overdue'] else ''}due {row['due'][:16]}Z"
        say(f"{row['name']}: {row['asset']}, last {last}, {at}: {how}")
    if not rows:
        say("no drill is scheduled; see [drills.NAME] of the configuration")


def _lines(one: Mapping[str, Any]) -> Iterator[Text]:
    line = Text(f"{one['id']} ", "bold").append(f" {one['state']} ", STYLES.get(one["state"], ""))
    line.append(f" {one['asset']} by {one['channel']}, {one['at'][:19]}Z, of {one['by']}")
    yield line.append(f" ({one['reason']})" if one["reason"] else "")
    if one["why"]:
        yield Text(f"    {one['why']}")
    if one["raised_after_s"] is not None and one["rule"]:
        yield Text(f"    {one['raised_after_s']:8.1f} s  raised, {one['severity']} {one['rule']}")
    for _, told in sorted(_hops(one), key=lambda hop: hop[0]):
        yield told
    for person in one["not_reached"]:
        yield Text(f"    {person['name']} was never reached: {person['answer']}", "red")


def _hops(one: Mapping[str, Any]) -> Iterator[tuple[float, Text]]:
    for call in one["calls"]:
        names = ", ".join(call["names"]) or "nobody"
        step = f" step {call['steps'][-1]}" if call["steps"] else ""
        yield call["after_s"], _hop(call["after_s"], f"{call['kind']}{step} decided: {names}")
    for told in one["attempts"]:
        who = f" to {told['name']}" if told["name"] else ""
        words = f"{told['kind']}{who} by {told['by']}: {told['outcome']}, {told['answer']}"
        yield (
            told["after_s"],
            _hop(told["after_s"], words, "green" if told["outcome"] == "delivered" else "red"),
        )
    for what in ("taken", "acknowledged"):
        for said in one[what]:
            yield said["after_s"], _hop(said["after_s"], f"{what} by {said['by']}", "bold")


def _hop(after_s: float, words: str, style: str = "") -> Text:
    return Text(f"    {after_s:8.1f} s  {words}", style)
