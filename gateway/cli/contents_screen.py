"""Contents on a terminal: what is inside which asset, by whose word, and what is in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli.contents import MOST_SHOWN
from gateway.cli.terminal import folding_table
from gateway.published.labels import Labels
from gateway.text import counted

UNKNOWN, DOUBTED = "bold magenta", "magenta"  # styles


def print_assets(out: Console, found: Mapping[str, Any], labels: Labels) -> None:
    """As published, or as `_with_few_units` leaves it."""
    sites = {labels.site_of(asset["asset"]) for asset in found["assets"]}
    out.print(f"at {labels.beside(found['at'], sites.pop() if len(sites) == 1 else '')}")
    for asset in found["assets"]:
        line = Text(asset["asset"], "bold")
        units = asset["units"]
        if units:
            number = asset.get("number", len(units))
            out.print(line.append(f"  {counted(number, 'unit')}", "not bold"))
            out.print(_table(units[:MOST_SHOWN], "zone", labels))
            if more := max(0, number - MOST_SHOWN):
                out.print(f"... and {counted(more, 'more unit')}: --json has all")
        elif asset["known"]:
            empty = asset["empty"]
            since = labels.beside(empty["from"], labels.site_of(asset["asset"]))
            out.print(line.append(f"  empty since {since}, stated by {empty['by']}", "not bold"))
        else:
            out.print(line.append("  unknown - nobody has said what is inside", UNKNOWN))
        _print_doubts(out, asset.get("in_doubt", units))


def print_units(out: Console, found: Mapping[str, Any], labels: Labels) -> None:
    for unit in found["units"]:
        out.print(_unit_line(unit, found["at"], labels), soft_wrap=True)
        if unit["stays"]:
            out.print(_table(unit["stays"], "asset", labels))
        out.print("everything that was said:")
        for said in unit["statements"]:
            out.print(_statement_line(said, labels), soft_wrap=True)
        _print_doubts(out, unit["stays"])


def print_conflicts(out: Console, found: Mapping[str, Any], labels: Labels) -> None:  # noqa: ARG001
    for conflict in found["conflicts"]:
        line = Text(f"{conflict['scheme']} {conflict['code']}: ", "bold").append(conflict["words"], DOUBTED)
        out.print(line, soft_wrap=True)
    out.print(_count(found["conflicts"], "conflict"))


def _print_doubts(out: Console, stays: list[Mapping[str, Any]]) -> None:
    for words in dict.fromkeys((s["code"], words) for s in stays for words in s["conflicts"]):
        out.print(Text(f"    {words[0]}: {words[1]}", DOUBTED), soft_wrap=True)


def _table(stays: list[Mapping[str, Any]], place: str, labels: Labels) -> Table:
    table = folding_table("", "unit", "product", "chain", place, "from", "to", "stated by", "in")
    for stay in stays:
        site = labels.site_of(stay["asset"])
        table.add_row(
            "" if stay["certain"] else Text("possibly", UNKNOWN),
            Text(f"{stay['scheme']} {stay['code']}", overflow="fold"),
            Text(stay["product"]),
            Text(stay["chain_of_identity"]),
            Text(_place(stay) if place == "asset" else stay["zone"] or ""),
            labels.beside(stay["from"], site),
            "" if stay["to"] is None else labels.beside(stay["to"], site),
            Text(", ".join(dict.fromkeys(said["by"] for said in stay["stated"]))),
            Text(_ids(stay)),
        )
    return table


def _unit_line(unit: Mapping[str, Any], at: str, labels: Labels) -> Text:
    moment = labels.beside(at, labels.site_of(*unit["inside"]))
    line = Text(f"{unit['scheme']} {unit['code']}", "bold")
    told = "  ".join(t for t in (unit["product"], unit["chain_of_identity"]) if t)
    line.append(f"  {told}" if told else "", "not bold")
    if not unit["inside"]:
        return line.append(f"  at {moment}: nobody has said where", UNKNOWN)
    return line.append(f"  at {moment}: {'in ' + ' or '.join(unit['inside'])}", "not bold")


def _statement_line(said: Mapping[str, Any], labels: Labels) -> Text:
    shown = partial(labels.beside, site=labels.site_of(said["asset"]))
    until = "on" if said["to"] is None else f"to {shown(said['to'])}"
    line = Text(f"    {said['id']}  {shown(said['at'])}  {said['by']}: in {_place(said)} ")
    line.append(f"from {shown(said['from'])} {until}")
    line.append(f", chain {said['chain_of_identity']}" if said["chain_of_identity"] else "")
    line.append(f", because {said['reason']}" if said["reason"] else "")
    return line.append(f"  [{said['fate']}]" if said["fate"] else "", "cyan")


def _ids(stay: Mapping[str, Any]) -> str:
    ids = [said["id"] for said in stay["stated"]]
    return ", ".join(ids) if len(ids) <= 3 else f"{ids[0]} ... {ids[-1]}"


def _place(of: Mapping[str, Any]) -> str:
    return "/".join(part for part in (of["asset"], of["zone"]) if part)


def _count(of: list[Mapping[str, Any]], what: str) -> str:
    return f"1 {what}" if len(of) == 1 else f"{len(of)} {what}s"
