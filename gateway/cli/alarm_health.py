"""`cryogate alarm-health`: whether there are more alarms than people can answer, and what would help."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from gateway.alarms.advice import Change, Effect
from gateway.cli.measures import duration
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import open_records
from gateway.cli.terminal import console, errors, print_json
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import SECOND
from gateway.questions.alarm_advice import Advice, advise
from gateway.questions.alarm_health import Report, advice_public, alarm_health
from gateway.text import counted, safe
from gateway.times import parse_rfc3339, to_the_second

DEFAULT_DAYS: Final = 90
MOST_ROWS: Final = 15  # of a table of assets or people; the JSON has all
TITLES: Final = {
    "assets": "asset",
    "people": "who took or acknowledged it first",
    "duty": "who was on duty",
}
UNREADABLE: Final = (
    "readings from {from} to {to} cannot be read, because a file of the archive is missing or damaged: "
    "alarms of that time are as they were stated"
)
VERDICTS: Final = {True: ("good", "green"), False: ("too much", "bold red"), None: ("too few to tell", "dim")}


def add_to(app: typer.Typer) -> None:
    app.command("alarm-health")(show)


def show(
    start: Annotated[
        str | None, typer.Option("--from", help="RFC 3339 with zone; default: 90 days before the end.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="RFC 3339 with zone; the interval is half-open. Default: now.")
    ] = None,
    asset: Annotated[str, typer.Option(help="Only alarms about this asset.")] = "",
    advice: Annotated[
        bool, typer.Option("--advice", help="Try other deadbands, delays and time-outs on the readings.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """How many alarms people get, which causes make most of them, and how soon somebody acts.

    The figures are those of EEMUA 191 and ISA-18.2, with their goals. Withdrawn alarms are left out. With
    --advice the rules that make most alarms are screened again with other parameters, on all readings of the
    time: what is said of a change is what would have happened.

    Example: cryogate alarm-health --advice
    """
    configuration = load(config)
    folder = configuration.data_dir
    now_ns = time.time_ns()
    end_ns = now_ns if end is None else parse_rfc3339(end)
    start_ns = end_ns - DEFAULT_DAYS * 86_400 * SECOND if start is None else parse_rfc3339(start)
    if now_ns <= start_ns < end_ns:
        raise InputError(f"{to_the_second(start_ns)} is in the future: no alarms were raised yet")
    end_ns = min(end_ns, now_ns)
    with open_records(folder) as records, Journal.open_reading(folder / "journal.sqlite") as journal:
        found = _figures(journal, records, configuration, start_ns, end_ns, asset)
        told = _advice(journal, configuration, found) if advice else []
    show_health(found.public(), told, as_json, with_advice=advice)


def show_health(
    found: Mapping[str, Any], told: list[Advice], as_json: bool, with_advice: bool = False
) -> None:
    """Figures as `--json` and the API have them."""
    if as_json:
        print_json({**found, **({"advice": [_public(one) for one in told]} if with_advice else {})})
        return
    found = safe(found)
    _print(console(), found)
    if with_advice:
        _print_advice(console(), told, found["all"])


def _figures(
    journal: Journal,
    records: Records,
    configuration: Configuration,
    start_ns: int,
    end_ns: int,
    asset: str,
) -> Report:
    with _bar("reading alarms", records.book.count_within(start_ns, end_ns)) as (bar, task):
        return alarm_health(
            journal,
            records,
            configuration.priorities,
            start_ns,
            end_ns,
            asset,
            lambda n: bar.advance(task, n),
        )


def _advice(journal: Journal, configuration: Configuration, of: Report) -> list[Advice]:
    """About the causes of most alarms, as far as they come from rules."""
    causes = {actor.cause: of.causes[actor.cause] for actor in of.all.actors if actor.cause in of.causes}
    start_ns, end_ns = of.start_ns, of.all.end_ns
    with _bar("screening", end_ns - start_ns) as (bar, task):
        return advise(
            configuration,
            journal,
            causes,
            start_ns,
            end_ns,
            lambda at_ns: bar.update(task, completed=at_ns - start_ns),
        )


@contextmanager
def _bar(text: str, total: int) -> Iterator[tuple[Progress, TaskID]]:
    err = errors()
    columns = (TextColumn(text), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        yield bar, bar.add_task("", total=max(1, total))


def _print(out: Console, of: Mapping[str, Any]) -> None:
    whole = of["all"]
    left_out = f", {of['withdrawn']} withdrawn left out" if of["withdrawn"] else ""
    alarms, span = counted(whole["rate"]["alarms"], "alarm"), _span(whole)
    out.print(f"{alarms} raised {span}{left_out}", soft_wrap=True)
    for part in of.get("unreadable", ()):  # an older gateway does not say
        out.print(UNREADABLE.format(**part), style="yellow", soft_wrap=True)
    if not whole["rate"]["alarms"]:
        return
    out.print(_goals(of["goals"]))
    for name, title in TITLES.items():
        out.print(_groups(title, of[name], whole["to_take"]["done"] > 0))
    out.print(_actors(whole))
    for line in _remarks(whole):
        out.print(line, soft_wrap=True)


def _goals(of: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("figure", "value", "goal, at most", "")
    for goal in of:
        sign = f" {goal['unit']}" if goal["unit"] else ""
        word, style = VERDICTS[goal["is_met"]]
        value, most = f"{goal['value']:.3g}{sign}", f"{goal['goal']:g}{sign}"
        table.add_row(goal["name"], value, most, Text(word, style))
    return table


def _groups(title: str, of: Mapping[str, Mapping[str, Any]], with_taken: bool) -> Table:
    acts = (*(("taken",) if with_taken else ()), "acknowledged", "returned")
    table = _table(title, "alarms", "median / worst in 10 min", "floods", "stale", *acts)
    for name, health in list(of.items())[:MOST_ROWS]:
        rate = health["rate"]
        table.add_row(
            name,
            str(rate["alarms"]),
            f"{rate['median_per_10_min']:g} / {rate['worst_per_10_min']}",
            str(len(health["floods"]) or ""),
            str(health["stale"] or ""),
            *([_waiting(health["to_take"])] if with_taken else []),
            _waiting(health["to_acknowledge"]),
            _waiting(health["to_return"]),
        )
    if len(of) > MOST_ROWS:
        table.add_row(f"... and {len(of) - MOST_ROWS} more")
    return table


def _actors(of: Mapping[str, Any]) -> Table:
    chattering = {one["cause"]: one for one in of["chatter"]}
    table = _table("cause", "alarms", "share", "chattering")
    for actor in of["actors"]:
        one = chattering.get(actor["cause"])
        words = ""
        if one is not None:
            words = f"{one['alarms']} in {counted(one['stretches'], 'stretch', 'stretches')}"
        table.add_row(actor["cause"], str(actor["alarms"]), f"{100 * actor['share']:.0f} %", words)
    return table


def _remarks(of: Mapping[str, Any]) -> Iterator[str]:
    rate = of["rate"]
    if rate["worst_at_ns"] is not None and rate["worst_per_10_min"] > 1:
        yield f"the worst ten minutes began at {to_the_second(rate['worst_at_ns'])}"
    for flood in of["floods"][:MOST_ROWS]:
        yield f"flood: {flood['alarms']} alarms {_span(flood)}"
    if of["still_stale"]:
        yield f"{counted(of['still_stale'], 'alarm')} older than a day not over at the end"
    for what in ("severities", "priorities"):
        shares = sorted(of[what].items(), key=lambda pair: -pair[1])
        told = (f"{name} {100 * count / rate['alarms']:.0f} %" for name, count in shares)
        yield f"{what}: {', '.join(told)}"


def _span(of: Mapping[str, Any]) -> str:
    return f"from {to_the_second(of['start_ns'])} to {to_the_second(of['end_ns'])}"


def _waiting(of: Mapping[str, Any]) -> str:
    """The median and the worst, and how many never were."""
    if of["median_s"] is None or of["worst_s"] is None:
        return "never"
    words = f"{duration(of['median_s'])}, worst {duration(of['worst_s'])}"
    return f"{words}, {of['never']} never" if of["never"] else words


def _print_advice(out: Console, told: list[Advice], of: Mapping[str, Any]) -> None:
    long_s = (of["end_ns"] - of["start_ns"]) / SECOND
    span = f"{long_s / 86_400:.3g} days" if long_s >= 2 * 86_400 else duration(long_s)
    for one in told:
        if one.best is None:
            why = one.why_not or "no change that was tried is worth it"
            out.print(f"{one.cause}: {why}", soft_wrap=True)
            continue
        change, effect = one.best
        out.print(
            Text.assemble((f"{one.cause}: ", ""), (_change_words(change, one.unit), "bold")), soft_wrap=True
        )
        out.print(f"    {_effect_words(effect, span)}", soft_wrap=True)
    if not told:
        out.print("no rule made alarms: there is nothing to try")
    out.print("look at a change with `cryogate preview` before a profile gets a new version")


def _change_words(change: Change, unit: str) -> str:
    name, sign = (change.parameter, unit) if change.parameter == "deadband" else (change.parameter[:-2], "s")
    return f"{name} {change.before:g} -> {change.after:g} {sign}"


def _effect_words(of: Effect, span: str) -> str:
    lost = "none would have been lost"
    if of.lost:
        lost = f"{of.lost} of at most {duration(of.longest_lost_s)} would not have been said at all"
    return (
        f"would have spared {of.spared} of {of.now} in {span}; {lost}; no excursion said more than "
        f"{of.delay_s:g} s later, no return more than {of.return_delay_s:g} s later"
    )


def _public(of: Advice) -> dict[str, object]:
    return {
        "cause": of.cause,
        "channel": of.channel,
        "rule": of.rule,
        "best": None if of.best is None else advice_public(of.cause, *of.best),
        "tried": [advice_public(of.cause, change, effect) for change, effect in of.tried.items()],
        "why_not": of.why_not,
    }


def _table(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2))
    for name in names:
        table.add_column(name, overflow="fold")
    return table
