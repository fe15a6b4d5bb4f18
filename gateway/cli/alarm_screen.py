"""Alarms on a terminal: what is wrong where, since when, who knows, and whose cells are inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway.alarms.lifecycle import AlarmState
from gateway.cli.fleet import SEVERITY_STYLES, UNKNOWN_STYLE
from gateway.cli.measures import duration, extreme_of, place_of
from gateway.cli.told import told_lines, told_short
from gateway.published.few import MOST_UNITS, more_units
from gateway.published.labels import UNLABELLED, Labels
from gateway.published.quiet import handling_words, overlay_words
from gateway.published.urgency import asks, goes_on, state_words

NARROW: Final = 120  # columns; in fewer each of the table's is too narrow for its words
OVER_STYLE: Final = "bold"
WITHDRAWN_STYLE: Final = "dim"
UNWATCHING: Final = frozenset({"source", "unmeasured", "journal", "screening"})  # faults, by their first word
COLUMNS: Final = ("alarm", "severity", "asset", "rule", "since", "state", "extreme", "beyond")


def alarms_table(
    alarms: Sequence[Mapping[str, Any]], labels: Labels = UNLABELLED, width: int = NARROW
) -> RenderableType:
    """One row an alarm; on a narrow terminal some lines each, as columns would break words."""
    return _rows(alarms, labels) if width >= NARROW else Group(*(_narrow(one, labels) for one in alarms))


def _rows(alarms: Sequence[Mapping[str, Any]], labels: Labels) -> Table:
    table = Table(box=None, expand=True)
    for name in COLUMNS:
        table.add_column(name, no_wrap=name in ("alarm", "severity", "extreme"), overflow="fold")
    for alarm in alarms:
        table.add_row(
            alarm["id"],
            Text(alarm["severity"], style_of(alarm)).append(_priority(alarm), "bold"),
            "\n".join(part for part in (place_of(alarm) or "gateway", *_names(alarm, labels)) if part),
            _rule(alarm),
            labels.both(alarm["start"], alarm["site"]),
            "\n".join(state_and_people(alarm)),
            Text(extreme_of(alarm), justify="right"),
            "\n".join(part for part in (duration(alarm["beyond_s"]), _unproven(alarm)) if part),
        )
    return table


def _narrow(alarm: Mapping[str, Any], labels: Labels) -> Text:
    line = Text(f"{alarm['id']}  ").append(alarm["severity"], style_of(alarm))
    line.append(_priority(alarm).replace("\n", "  "), "bold")
    where = ", ".join(part for part in (place_of(alarm) or "gateway", *_names(alarm, labels)) if part)
    line.append(f"\n  {where}: {_rule(alarm)}")
    line.append(f"\n  since {labels.both(alarm['start'], alarm['site'])}")
    facts = [f"extreme {extreme_of(alarm)}"] if alarm["extreme"] is not None else []
    facts += [f"beyond {duration(alarm['beyond_s'])}"] if alarm["beyond_s"] else []
    facts += [part for part in (_unproven(alarm), *state_and_people(alarm)) if part]
    return line.append(f"\n  {', '.join(facts)}")


def alarm_lines(alarms: Sequence[Mapping[str, Any]], labels: Labels = UNLABELLED) -> list[Text]:
    """For each alarm the product units inside, with how long they have been beyond the limit.

    Of a fault what is wrong, and the units that it is about.
    """
    return [_whole_line(alarm, labels) for alarm in alarms]


def short_lines(alarm: Mapping[str, Any], labels: Labels, now: str) -> Text:
    """The same for a live screen: two lines that wrap."""
    line = Text().append(f" {alarm['severity']} ", style_of(alarm))
    line.append(f" {alarm['priority']}" if alarm.get("priority") else "", "bold")
    about = alarm["message"] or f"{place_of(alarm)} {alarm['channel']} {alarm['rule']}"
    line.append(f" {about}")
    names = [name for name in (labels.asset(alarm["asset"]), labels.site(alarm["site"])) if name]
    line.append(f" ({', '.join(names)})" if names else "")
    facts = [f"since {labels.short(alarm['start'], alarm['site'], now)}"]
    facts += [f"extreme {extreme_of(alarm)}"] if alarm["extreme"] is not None else []
    facts += [_unproven(alarm)] if _unproven(alarm) else []
    facts += [*state_and_people(alarm), *told_short(alarm), alarm["id"]]
    line.append(f"\n   {', '.join(facts)}")
    if alarm["asset"] or not alarm["message"]:
        line.append("; inside: ")
        _append_codes(line, alarm)
    return line


def style_of(alarm: Mapping[str, Any]) -> str:
    """Danger is red while it goes on; what is over is not, and what never was steps back."""
    if alarm["withdrawn"]:
        return WITHDRAWN_STYLE
    return SEVERITY_STYLES[alarm["severity"]] if goes_on(alarm) else OVER_STYLE


def state_and_people(alarm: Mapping[str, Any]) -> list[str]:
    """The state, who has acknowledged it, who is on it, and why it does not speak."""
    beside = [*handling_words(alarm), overlay_words(alarm)]
    return [*_state(alarm), *(words for words in beside if words)]


def _state(alarm: Mapping[str, Any]) -> list[str]:
    """Where it asks again, who had acknowledged it before."""
    state, said = state_words(alarm), alarm.get("acknowledgements") or ()
    if said and asks(alarm):
        people = dict.fromkeys(str(one["by"]) for one in said)
        return [state, f"acknowledged before by {', '.join(people)}"]
    known = [f"acknowledged by {said[-1]['by']}"] if said else []
    return known if known and state == AlarmState.ACKNOWLEDGED else [state, *known]


def _rule(alarm: Mapping[str, Any]) -> str:
    return f"DRILL {alarm['rule']}" if alarm.get("drill") else str(alarm["rule"])


def _names(alarm: Mapping[str, Any], labels: Labels) -> tuple[str, str]:
    return labels.asset(alarm["asset"]), labels.site(alarm["site"]) or alarm["site"]


def _priority(alarm: Mapping[str, Any]) -> str:
    return f"\n{alarm['priority']}" if alarm.get("priority") else ""


def _unproven(alarm: Mapping[str, Any]) -> str:
    return f"not proven {duration(alarm['unproven_s'])}" if alarm.get("unproven_s") else ""


def _whole_line(alarm: Mapping[str, Any], labels: Labels) -> Text:
    line = Text(f"{alarm['id']} ")
    line.append(f" {alarm['severity']} ", style_of(alarm))
    name = labels.asset(alarm["asset"])
    if alarm["message"]:
        line.append(f" {alarm['message']} ({state_words(alarm)})")
        if alarm["asset"]:
            line.append(f", {_concerned(alarm['rule'])}: {alarm['asset']}, inside: ")
            _append_units(line, alarm)
    else:
        where = f"{alarm['asset']} ({name})" if name else alarm["asset"]
        line.append(f" {where} {alarm['rule']} ({state_words(alarm)}), inside: ")
        _append_units(line, alarm)
    if alarm.get("priority"):
        line.append(f"\n    priority {alarm['priority']}: {alarm['priority_reason']}")
    for words in _guidance(alarm):
        line.append(f"\n    {words}")
    for words in filter(None, [*handling_words(alarm), overlay_words(alarm, labels)]):
        line.append(f"\n    {words}", "bold")
    for remark in told_lines(alarm, labels):
        line.append(f"\n    {remark}")
    said = [("acknowledged", one) for one in alarm.get("acknowledgements") or ()]
    said += [("comment", one) for one in alarm.get("comments") or ()]
    for what, one in (*said, *(("budget reset", one) for one in alarm["resets"])):
        at = labels.both(one["at"], alarm["site"])
        line.append(f"\n    {what} at {at} by {one['by']}: {one['comment']}")
    return line


def _concerned(rule: str) -> str:
    """What a fault means for its assets; one that is about to run dry is watched all the same."""
    return "not watched" if rule.partition(":")[0] in UNWATCHING else "about"


def _guidance(alarm: Mapping[str, Any]) -> Iterator[str]:
    """What to do first, while there is something to do; in English where it is there."""
    told = alarm.get("guidance")
    if not told or not goes_on(alarm):
        return
    steps: Sequence[str] = told["steps"].get("en") or next(iter(told["steps"].values()), [])
    for number, step in enumerate(steps, 1):
        yield f"{'do first: ' if number == 1 else '          '}{number}. {step}"
    if told["contacts"]:
        yield f"contacts: {'; '.join(told['contacts'])}"
    if told["plan"]:
        yield f"plan: {told['plan']}"


def _append_units(line: Text, alarm: Mapping[str, Any]) -> None:
    if alarm["units"] == "unknown":
        line.append("unknown - nobody has said what is inside", UNKNOWN_STYLE)
        return
    for unit in alarm["units"][:MOST_UNITS]:
        line.append(f"\n    {unit['scheme']} {unit['code']}", "bold")
        line.append(f" {unit['product']}" if unit["product"] else "")
        if not unit.get("certain", True):  # an alarm of before there were conflicts does not say
            line.append("  possibly", UNKNOWN_STYLE)
        if unit["beyond_s"] is not None:
            line.append(f"  beyond the limit for {duration(unit['beyond_s'])}")
            line.append(f", {silent}" if (silent := _unproven(unit)) else "", UNKNOWN_STYLE)
        if unit.get("conflict"):
            line.append(f"\n        {unit['conflict']}", "magenta")
    if more := more_units(alarm):
        line.append(f"\n    ... and {more} more")


def _append_codes(line: Text, alarm: Mapping[str, Any]) -> None:
    units = alarm["units"]
    if units == "unknown":
        line.append("unknown", UNKNOWN_STYLE)
        return
    for k, unit in enumerate(units[:MOST_UNITS]):
        line.append(", " if k else "").append(unit["code"], "bold")
        line.append("" if unit.get("certain", True) else " (possibly)", UNKNOWN_STYLE)
    more = f" and {more_units(alarm)} more" if more_units(alarm) else ""
    line.append(more if units else "nothing")
