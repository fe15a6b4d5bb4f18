"""What `status` and `watch` show: one look must tell what is wrong and whose cells are inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from gateway.cli.alarm_screen import short_lines
from gateway.cli.fleet import ORDER, WIDE, fleet_table
from gateway.cli.measures import duration
from gateway.cli.terminal import folding_table
from gateway.doctor import Finding, Level, worst_first
from gateway.doctor.running import findings
from gateway.published.labels import UNLABELLED, Labels, site_lines
from gateway.published.urgency import most_urgent_first
from gateway.text import counted, one_line

LINK_STYLES: Final = {"up": "green", "connecting": "yellow", "stopped": "dim"}
LEVEL_STYLES: Final = {Level.ERROR: "bold white on red", Level.WARNING: "yellow", Level.NOTE: "dim"}
MOST_TROUBLES: Final = 2  # on the live screen
FRAME: Final = 4  # lines there: title, foot, a rule, how many alarms stand below
LINES_OF_FLEET: Final = 15  # which alarms leave free on a small screen: 14 channels with their header
MOST_SITES: Final = 4


def watch_title(status: Mapping[str, Any], labels: Labels) -> Text:
    """Which gateway, what time it is there, and how much is wrong."""
    gateway, channels = status["gateway"], status["channels"]
    states = [channel["state"] for channel in channels]
    danger = sum(state.split(" ", 1)[0] in ORDER[:4] for state in states)
    unknown = sum("unknown" in state for state in states)
    title = Text().append(f"{gateway['name']}  {labels.both(gateway['time'], _site(channels))}  ", "bold")
    title.append(f"danger {danger}", "bold white on red" if danger else "green").append(", ")
    title.append(f"unknown {unknown}", "magenta" if unknown else "green")
    return title.append(f" of {len(channels)}")


def watch_body(
    status: Mapping[str, Any], alarms: Sequence[Mapping[str, Any]], labels: Labels, console: Console
) -> RenderableType:
    """Under the title: troubles and the worst alarms, the fleet, and the alarms that did not fit above it."""
    channels = status["channels"]
    fleet = fleet_table(channels, labels, console.width)
    above_fleet = console.height - FRAME - min(len(channels) + 1, LINES_OF_FLEET)
    troubles = _troubles(status, {alarm["rule"] for alarm in alarms})
    shown = _alarm_texts(status, alarms, labels)
    fitting = _fitting(console, shown, above_fleet - len(troubles))
    rest = [Text(f"{counted(len(shown) - fitting, 'more alarm')}:", "yellow"), *shown[fitting:]]
    return Group(
        *troubles,
        *(shown[:fitting] or [Text("no alarms", "green")]),
        *([Text(f"... and {len(shown) - fitting} more below", "yellow")] if fitting < len(shown) else []),
        Rule(style="dim"),
        fleet,
        *(rest if fitting < len(shown) else []),
        _counts(status),
    )


def _alarm_texts(
    status: Mapping[str, Any], alarms: Sequence[Mapping[str, Any]], labels: Labels
) -> list[Text]:
    """The most urgent first; what is silent now is not proven since its last reading."""
    now = status["gateway"]["time"]
    silent = {c["channel"]: c["age_s"] or 0.0 for c in status["channels"] if c["unknown"]}
    return [
        short_lines({**a, "unproven_s": a["unproven_s"] + silent.get(a["channel"], 0.0)}, labels, now)
        for a in most_urgent_first(alarms)
    ]


def _fitting(console: Console, texts: Sequence[Text], lines: int) -> int:
    """How many from the first on fit into so many lines; one in any case."""
    taken = 0
    for k, text in enumerate(texts):
        taken += len(console.render_lines(text, pad=False))
        if k and taken > lines:
            return k
    return len(texts)


def status_panel(
    status: Mapping[str, Any],
    labels: Labels = UNLABELLED,
    width: int = WIDE,
    alarms: Iterable[Finding] = (),
) -> RenderableType:
    """Everything `cryogate status` says; `alarms` in short."""
    gateway, journal = status["gateway"], status["journal"]
    sites = [channel["site"] for channel in status["channels"]]
    readings = f"{counted(journal['readings'], 'reading')} since start, {journal['repeated']} repeated"
    behind = f"screening {counted(journal['screening_behind'], 'entry', 'entries')} behind"
    time = labels.both(gateway["time"], _site(status["channels"]))
    parts: list[RenderableType] = [
        f"{gateway['name']} {gateway['version']}, running for {duration(gateway['uptime_s'])}, "
        f"configuration {gateway['configuration']}, {time}",
        *site_lines(labels, sites, gateway["time"])[:MOST_SITES],
        f"journal: {readings}, {journal['waiting']} waiting, {behind}",
    ]
    parts += [*finding_lines(worst_first([*alarms, *findings(status)])), ""]
    parts += [_links(status["sources"], labels), fleet_table(status["channels"], labels, width)]
    parts += [_follower(f) for f in status["followers"]]
    return Group(*parts)


def finding_lines(found: Iterable[Finding]) -> list[Text]:
    """What is wrong and where, and under it what to do."""
    return [_finding_line(f).append(f"\n        -> {one_line(f.do)}" if f.do else "", "cyan") for f in found]


def _site(channels: Sequence[Mapping[str, Any]]) -> str:
    """Whose clock stands in the title: that of the only site."""
    sites = {channel["site"] for channel in channels}
    return sites.pop() if len(sites) == 1 else ""


def _counts(status: Mapping[str, Any]) -> Text:
    journal = status["journal"]
    refused = sum(row["count"] for row in status["refused"])
    readings = counted(journal["readings"], "reading")
    return Text(f"{readings}, {refused} refused, {journal['waiting']} waiting", "dim")


def _follower(follower: Mapping[str, Any]) -> str:
    late = f" ({duration(follower['behind_s'])})" if follower["behind"] else ""
    changes = follower["alarm_changes_behind"]
    alarms = f", {counted(changes, 'alarm change')} behind" if changes else ""
    return f"{follower['name']}: {counted(follower['behind'], 'entry', 'entries')} behind{late}{alarms}"


def _finding_line(found: Finding) -> Text:
    where = f"{one_line(found.where)}: "
    return Text.assemble(
        (f"{found.level:8}", LEVEL_STYLES[found.level]), (where, "bold"), one_line(found.what)
    )


def _troubles(status: Mapping[str, Any], faults: set[str]) -> list[Text]:
    """Errors and warnings, a line each; not those that are alarms, too. `cryogate status` has all."""
    found = [f for f in worst_first(findings(status)) if f.level is not Level.NOTE]
    new = [f for f in found if f.where.replace(" ", ":", 1) not in faults]
    more = len(new) - MOST_TROUBLES
    shown = [_finding_line(f) for f in new[:MOST_TROUBLES]]
    shown += [Text(f"... and {more} more: cryogate status", "yellow")] if more > 0 else []
    for line in shown:
        line.no_wrap, line.overflow = True, "ellipsis"
    return shown


def _links(sources: Sequence[Mapping[str, Any]], labels: Labels) -> Table:
    table = folding_table("source", "kind", "state", "since", "detail", expand=True)
    for source in sources:
        style = LINK_STYLES.get(source["state"], "red")
        since = labels.both(source["since"], "")
        table.add_row(source["name"], source["kind"], Text(source["state"], style), since, source["detail"])
    return table
