"""`cryogate alarm-health`: whether there are more alarms than people can answer, and what would help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli.bars import bars
from gateway.cli.measures import duration
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import console, print_json
from gateway.config.load import load
from gateway.jobs.kinds.advice import figures
from gateway.model import SECOND
from gateway.text import counted, safe
from gateway.times import to_the_second

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
    with bars() as told:
        found = figures(load(config), told, start, end, asset, advice)
    show_health(found, as_json)


def show_health(found: Mapping[str, Any], as_json: bool) -> None:
    """Figures as `--json` and the API have them, with advice where some was asked for."""
    if as_json:
        print_json(found)
        return
    found = safe(found)
    _print(console(), found)
    if "advice" in found:
        _print_advice(console(), found["advice"], found["all"])


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


def _print_advice(out: Console, told: Sequence[Mapping[str, Any]], of: Mapping[str, Any]) -> None:
    long_s = (of["end_ns"] - of["start_ns"]) / SECOND
    span = f"{long_s / 86_400:.3g} days" if long_s >= 2 * 86_400 else duration(long_s)
    for one in told:
        best = one["best"]
        if best is None:
            why = one["why_not"] or "no change that was tried is worth it"
            out.print(f"{one['cause']}: {why}", soft_wrap=True)
            continue
        change = Text.assemble((f"{one['cause']}: ", ""), (_change_words(best, one["unit"]), "bold"))
        out.print(change, soft_wrap=True)
        out.print(f"    {_effect_words(best, span)}", soft_wrap=True)
    if not told:
        out.print("no rule made alarms: there is nothing to try")
    out.print("look at a change with `cryogate preview` before a profile gets a new version")


def _change_words(of: Mapping[str, Any], unit: str) -> str:
    parameter = of["parameter"]
    name, sign = (parameter, unit) if parameter == "deadband" else (parameter[:-2], "s")
    return f"{name} {of['before']:g} -> {of['after']:g} {sign}"


def _effect_words(of: Mapping[str, Any], span: str) -> str:
    lost = "none would have been lost"
    if of["lost"]:
        longest = duration(of["longest_lost_s"])
        lost = f"{of['lost']} of at most {longest} would not have been said at all"
    return (
        f"would have spared {of['spared']} of {of['now']} in {span}; {lost}; no excursion said more than "
        f"{of['delay_s']:g} s later, no return more than {of['return_delay_s']:g} s later"
    )


def _table(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2))
    for name in names:
        table.add_column(name, overflow="fold")
    return table
