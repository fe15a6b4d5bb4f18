"""Reviews on a terminal, as scripts get them: the worklist, and one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import typer

from gateway.published.labels import Labels
from gateway.text import counted, one_line

COLOURS: Final = {"approved": "green", "open": "yellow", "re-opened": "red"}
OVERDUE: Final = "overdue"
MOST_SHOWN: Final = 200  # reviews on a screen; --json has all
AMENDED: Final = "amended"


def worklist_lines(rows: Sequence[Mapping[str, Any]], labels: Labels) -> Iterator[str]:
    for row in rows[:MOST_SHOWN]:
        yield from _work(row, labels)
    if len(rows) > MOST_SHOWN:
        yield f"... and {len(rows) - MOST_SHOWN} more: --json has all"
    need = sum(row["needs_somebody"] for row in rows)
    late = sum(row["overdue"] for row in rows)
    yield f"{counted(len(rows), 'review')}, {need} to be done, {late} {OVERDUE}"


def review_lines(of: Mapping[str, Any], labels: Labels) -> Iterator[str]:
    """One review, its earlier revisions last."""
    yield f"{of['excursion']} {_state(of)}{_due(of, labels)}"
    yield f"    {_where(of)}; {_span(of, labels)}"
    yield from _revision(of, of, labels)
    for one in reversed(of["earlier"]):
        yield f"revision {one['revision']}, {one['state']}, since {_at(one['since'], of, labels)}"
        yield from _revision(one, of, labels)


def said_words(excursion: str, decision: str, many: int) -> str:
    """What `dispose` says of what it did."""
    what = decision or "as before"
    return f"{counted(many, 'unit')} in the review of {excursion}: {what}"


def _work(row: Mapping[str, Any], labels: Labels) -> Iterator[str]:
    yield f"{row['excursion']} {_state(row)}{_due(row, labels)}"
    told = [f"{_where(row)}; {_span(row, labels)}", _contents(row)]
    if row["deviation"]:
        told.append(str(row["deviation"]))
    yield f"    {one_line('; '.join(told))}"


def _contents(row: Mapping[str, Any]) -> str:
    if row["units"] is None:
        return "contents unknown"
    left = f", {row['undecided']} without a disposition" if row["undecided"] else ""
    kept = f", {row['in_quarantine']} in quarantine" if row["in_quarantine"] else ""
    return f"{counted(row['units'], 'unit')}{left}{kept}"


def _state(of: Mapping[str, Any]) -> str:
    state = str(of["state"])
    shown = typer.style(state, fg=COLOURS[state]) if state in COLOURS else state
    return f"{shown}, revision {of['revision']}"


def _due(of: Mapping[str, Any], labels: Labels) -> str:
    if of["due"] is None:
        return ""
    late = f" {typer.style(OVERDUE, fg='red')}" if of.get("overdue") else ""
    return f", due {_at(of['due'], of, labels)}{late}"


def _where(of: Mapping[str, Any]) -> str:
    where = one_line(f"{of['asset']} {of['channel']} {of['rule']}")
    return f"{where} ({of['severity']})"


def _span(of: Mapping[str, Any], labels: Labels) -> str:
    if of["withdrawn"]:
        return "withdrawn: it never was"
    end = "goes on" if of["end"] is None else f"to {_at(of['end'], of, labels)}"
    return f"{_at(of['start'], of, labels)} {end}"


def _revision(one: Mapping[str, Any], of: Mapping[str, Any], labels: Labels) -> Iterator[str]:
    if one["because"] is not None:
        yield f"    opened again: {_because(one)}"
        yield from (f"        {_change(change)}" for change in one["changes"])
    judged = one["assessment"]
    if judged is not None:
        yield from _assessment(judged, of, labels)
    if not one["contents_known"]:
        yield "    contents unknown: nobody has said what was inside"
    yield from (f"    {_unit(unit, of, labels)}" for unit in one["units"])
    for signed in one["signatures"]:
        yield f"    {_signed(signed, of, labels)}"


def _because(one: Mapping[str, Any]) -> str:
    if one["because"] != AMENDED:
        return f"{one['because']} was stated after the approval"
    return "what is known was amended" if one["changes"] else "amended, and back as it was"


def _change(change: Mapping[str, Any]) -> str:
    groups = (("+", "came"), ("-", "left"), ("~", "changed"))
    codes = [f"{sign}{', '.join(change[name])}" for sign, name in groups if change.get(name)]
    before, after = (_value(change[name]) for name in ("before", "after"))
    return one_line(" ".join([f"{change['what']}: {before} -> {after}", *codes]))


def _value(value: Any) -> str:
    return (
        "unknown" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    )


def _assessment(judged: Mapping[str, Any], of: Mapping[str, Any], labels: Labels) -> Iterator[str]:
    yield f"    assessed by {_by(judged, of, labels)}: {one_line(judged['assessment'])}"
    named = (("root cause", "root_cause"), ("deviation", "deviation"), ("CAPA", "capa"))
    told = [f"{words}: {one_line(judged[name])}" for words, name in named if judged[name]]
    if told:
        yield f"        {'; '.join(told)}"


def _unit(unit: Mapping[str, Any], of: Mapping[str, Any], labels: Labels) -> str:
    code, said = one_line(unit["code"]), unit["disposition"]
    if said is None:
        return f"{code}: no disposition"
    cited = f" ({', '.join(said['references'])})" if said["references"] else ""
    return f"{code}: {said['decision']}, by {_by(said, of, labels)}: {one_line(said['why'] + cited)}"


def _signed(signed: Mapping[str, Any], of: Mapping[str, Any], labels: Labels) -> str:
    older = "" if signed["is_current"] else f" (of {signed['label']})"
    by = one_line(f"{signed['printed']} ({signed['account']})")
    return f"signed as {signed['meaning']} by {by} {_at(signed['stated'], of, labels)}, {signed['id']}{older}"


def _by(said: Mapping[str, Any], of: Mapping[str, Any], labels: Labels) -> str:
    return f"{one_line(said['by'])} {_at(said['stated'], of, labels)} ({said['id']})"


def _at(moment: str, of: Mapping[str, Any], labels: Labels) -> str:
    return labels.beside(moment, str(of["site"]))
