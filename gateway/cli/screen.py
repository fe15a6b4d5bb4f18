"""Status and alarms as rich tables: one look must tell what is wrong and whose cells are inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.clocks.device_clocks import SHOWN_S, span, words
from gateway.doctor import Finding, Level, worst_first
from gateway.doctor.running import findings
from gateway.text import one_line

STATE_STYLES = {"in range": "green", "unknown": "magenta", "no limits": "dim"}
SEVERITY_STYLES = {
    "critical": "bold white on red",
    "major": "bold red",
    "minor": "yellow",
    "warning": "yellow",
}
LINK_STYLES = {"up": "green", "connecting": "yellow", "stopped": "dim"}
MOST_UNITS = 6  # shown in a line; the JSON has all
MOST_ALARMS = 8  # on the live screen
MOST_TROUBLES = 4  # there, too
LEVEL_STYLES = {Level.ERROR: "bold white on red", Level.WARNING: "yellow", Level.NOTE: "dim"}
SIGNS = {"degC": "°C", "percent": "%"}


def watch_screen(status: Mapping[str, Any], alarms: Sequence[Mapping[str, Any]]) -> RenderableType:
    """The whole live view."""
    gateway = status["gateway"]
    head = (
        f"{gateway['name']}  {gateway['time'][:19]}Z  readings {status['journal']['readings']}"
        f"  refused {sum(r['count'] for r in status['refused'])}  waiting {status['journal']['waiting']}"
    )
    shown = list(alarms[:MOST_ALARMS])
    more = f"\n... and {len(alarms) - MOST_ALARMS} more" if len(alarms) > MOST_ALARMS else ""
    body = Group(alarms_table(shown), *alarm_lines(shown), more) if shown else Text("no alarms", "green")
    return Group(
        *_troubles(status),
        Panel(fleet_table(status["channels"]), title=Text(head), title_align="left"),
        Panel(body, title="alarms", title_align="left", border_style="red" if shown else "green"),
    )


def fleet_table(channels: Sequence[Mapping[str, Any]]) -> Table:
    """One line a channel: where, value, age, state."""
    table = Table("asset", "zone", "channel", "value", "age", "state", expand=True, box=None)
    for channel in channels:
        state = channel["state"]
        style = STATE_STYLES.get(state) or SEVERITY_STYLES.get(state.split(" ", 1)[0], "red")
        if abs(channel["clock_offset_s"] or 0.0) > SHOWN_S:
            state += f", {words(channel['clock_offset_s'])}"
        if (channel["ahead_s"] or 0.0) > SHOWN_S:
            state += f", {channel['waiting']} readings wait, ahead by {span(channel['ahead_s'])}"
        value = "-" if channel["value"] is None else f"{channel['value']:.2f} {sign_of(channel['unit'])}"
        age = "-" if channel["age_s"] is None else f"{channel['age_s']:.0f} s"
        table.add_row(
            channel["asset"],
            channel["zone"] or "",
            channel["channel"],
            Text(value, justify="right"),
            age,
            Text(state, style),
        )
    return table


def alarms_table(alarms: Sequence[Mapping[str, Any]]) -> Table:
    """One line an alarm; whatever the width, its id can be read."""
    table = Table(box=None, expand=True)
    for name in ("alarm", "severity", "asset", "rule", "since", "state", "extreme", "beyond"):
        table.add_column(name, no_wrap=name in ("alarm", "severity", "extreme"), overflow="fold")
    for alarm in alarms:
        table.add_row(
            alarm["id"],
            Text(alarm["severity"], SEVERITY_STYLES[alarm["severity"]]),
            ("/".join(p for p in (alarm["asset"], alarm["zone"]) if p)) or "gateway",
            (alarm["rule"]),
            alarm["start"][:19] + "Z",
            state_of(alarm),
            Text(_extreme(alarm), justify="right"),
            duration(alarm["beyond_s"]),
        )
    return table


def _extreme(alarm: Mapping[str, Any]) -> str:
    """The worst value, with the expanded uncertainty of the certificate where there is one."""
    if alarm["extreme"] is None:
        return "-"
    how_well = "" if alarm["uncertainty"] is None else f" ± {alarm['uncertainty']:g}"
    return f"{alarm['extreme']:.2f}{how_well} {sign_of(alarm['unit'])}"


def alarm_lines(alarms: Sequence[Mapping[str, Any]]) -> list[Text]:
    """For each alarm the product units inside, with how long they have been beyond the limit.

    Of a fault what is wrong, and the units that are not watched because of it.
    """
    return [_units_line(alarm) for alarm in alarms]


def _units_line(alarm: Mapping[str, Any]) -> Text:
    line = Text(f"{alarm['id']} ")
    line.append(f" {alarm['severity']} ", SEVERITY_STYLES[alarm["severity"]])
    if alarm["message"]:
        line.append(f" {alarm['message']} ({state_of(alarm)})")
        if alarm["asset"]:
            line.append(f", not watched: {alarm['asset']}, inside: ")
            _append_units(line, alarm)
    else:
        line.append(f" {alarm['asset']} {alarm['rule']} ({state_of(alarm)}), inside: ")
        _append_units(line, alarm)
    for reset in alarm["resets"]:
        line.append(f"\n    budget reset at {reset['at'][:19]}Z by {reset['by']}: {reset['comment']}")
    return line


def _append_units(line: Text, alarm: Mapping[str, Any]) -> None:
    if alarm["units"] == "unknown":
        line.append("unknown - nobody has said what is inside", "bold magenta")
        return
    for unit in alarm["units"][:MOST_UNITS]:
        line.append(f"\n    {unit['scheme']} {unit['code']}", "bold")
        line.append(f" {unit['product']}" if unit["product"] else "")
        if not unit.get("certain", True):  # an alarm of before there were conflicts does not say
            line.append("  possibly", "bold magenta")
        if unit["beyond_s"] is not None:
            line.append(f"  beyond the limit for {duration(unit['beyond_s'])}")
        if unit.get("conflict"):
            line.append(f"\n        {unit['conflict']}", "magenta")
    if len(alarm["units"]) > MOST_UNITS:
        line.append(f"\n    ... and {len(alarm['units']) - MOST_UNITS} more")


def state_of(alarm: Mapping[str, Any]) -> str:
    """What an alarm asks of people, and whether late data says that there was nothing."""
    return f"withdrawn, {alarm['state']}" if alarm["withdrawn"] else str(alarm["state"])


def status_panel(status: Mapping[str, Any]) -> RenderableType:
    """Everything `cryogate status` says."""
    gateway, journal = status["gateway"], status["journal"]
    parts: list[RenderableType] = [
        f"{gateway['name']} {gateway['version']}, running for {duration(gateway['uptime_s'])}, "
        f"configuration {gateway['configuration']}",
        f"journal: {journal['readings']} readings since start, {journal['repeated']} repeated, "
        f"{journal['waiting']} waiting, screening {journal['screening_behind']} entries behind",
    ]
    parts += [*finding_lines(worst_first(findings(status))), ""]
    parts += [_links(status["sources"]), fleet_table(status["channels"])]
    parts += [_follower(f) for f in status["followers"]]
    return Group(*parts)


def _follower(follower: Mapping[str, Any]) -> str:
    late = f" ({duration(follower['behind_s'])})" if follower["behind"] else ""
    changes = follower["alarm_changes_behind"]
    alarms = f", {changes} alarm changes behind" if changes else ""
    return f"{follower['name']}: {follower['behind']} entries behind{late}{alarms}"


def finding_lines(found: Iterable[Finding]) -> list[Text]:
    """What is wrong and where, and under it what to do."""
    return [_finding_line(f).append(f"\n        -> {one_line(f.do)}" if f.do else "", "cyan") for f in found]


def _finding_line(found: Finding) -> Text:
    where = f"{one_line(found.where)}: "
    return Text.assemble(
        (f"{found.level:8}", LEVEL_STYLES[found.level]), (where, "bold"), one_line(found.what)
    )


def _troubles(status: Mapping[str, Any]) -> list[Text]:
    """Errors and warnings, a line each, the worst first; `cryogate status` has all, with what to do."""
    found = [f for f in worst_first(findings(status)) if f.level is not Level.NOTE]
    more = len(found) - MOST_TROUBLES
    rest = [Text(f"... and {more} more: cryogate status", "yellow")] if more > 0 else []
    return [_finding_line(f) for f in found[:MOST_TROUBLES]] + rest


def _links(sources: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("source", "kind", "state", "since", "detail", expand=True, box=None)
    for source in sources:
        style = LINK_STYLES.get(source["state"], "red")
        table.add_row(
            source["name"],
            source["kind"],
            Text(source["state"], style),
            source["since"][:19] + "Z",
            (source["detail"]),
        )
    return table


def duration(seconds: float | None) -> str:
    """1 h 02 min, 3 min 20 s, 12 s; - for none."""
    if seconds is None:
        return "-"
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"


def sign_of(unit: str) -> str:
    """A unit as people write it."""
    return SIGNS.get(unit, unit)
