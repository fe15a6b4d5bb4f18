"""The history of an alarm on a terminal: of each change what is known now and was not before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from gateway.alarming.versions import version_words
from gateway.alarms.member import ASKS_AGAIN
from gateway.published.few import with_few_units
from gateway.published.inside_words import inside, inside_now, inside_words
from gateway.published.labels import Labels
from gateway.published.quiet import overlay_words
from gateway.published.urgency import state_words
from gateway.text import safe

LIVE = (
    "readings",
    "raised",
    "returned",
    "over",
    "units",
    "changes",
    "profile_version",
)  # follow from the others, or from the moment of looking
MOMENTS = ("start", "confirmed", "end", "cleared", "extreme_at")
TOLD = ("revision", "acknowledgements", "closing", "resets", "taken", "assigned", "comments", "overlay")
STILL_SILENT = (
    "it is silent still, and what whoever answered had in mind is over: most of those that fell silent with "
    "it talk again, or this gateway was away itself"
)
CHANGE_STYLES = {"raised": "bold red", "amended": "cyan", "withdrawn": "magenta"}


def print_history(
    out: Console, alarm: Mapping[str, Any], known: Iterable[Mapping[str, Any]], labels: Labels
) -> None:
    now = safe(with_few_units(alarm))
    out.print(f"{now['id']} {now['channel']} {now['rule']}, {state_words(now)}")
    before: Mapping[str, Any] = {}
    for entry in map(_shown, known):
        style = CHANGE_STYLES.get(entry["change"], "bold")
        recorded = labels.beside(entry["recorded"], now["site"])
        out.print(Text.assemble(f"{recorded}  ", (entry["change"], style)))
        known_now = _with_local_times(entry["known"], labels)
        for line in (*_cause(entry), *_differences(before, known_now)):
            out.print(f"    {line}", soft_wrap=True)
        before = known_now


def _shown(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Nothing in it drives a terminal; of its units, of which there may be 100 000, only the codes."""
    codes = inside(entry["known"])
    shown = safe({**entry, "known": {**entry["known"], "units": None}})
    return {**shown, "known": {**shown["known"], "units": codes}}


def _with_local_times(known: Mapping[str, Any], labels: Labels) -> Mapping[str, Any]:
    """Each moment beside what clocks at the site showed."""
    told = {name: known[name] for name in MOMENTS if known.get(name)}
    return {**known, **{name: f"{at}{_local(at, known['site'], labels)}" for name, at in told.items()}}


def _local(moment: str, site: str, labels: Labels) -> str:
    local = labels.local(moment, site)
    return f" ({local})" if local else ""


def _cause(entry: Mapping[str, Any]) -> Iterator[str]:
    """The statement that brought a change, where it was no reading."""
    because = entry["because"]
    if because is None and entry["change"] == ASKS_AGAIN:
        yield STILL_SILENT
    elif because is not None:
        words, reason = because["words"], because["reason"]
        why = f", because: {reason}" if reason and not words.endswith(f": {reason}") else ""
        yield f"{because['by']} {words}{why} ({because['id']})"


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """What is known now and was not before; of the first change, what an alarm is about."""
    if not before:
        for name in ("severity", "start", "end", "extreme", "beyond_s"):
            yield f"{name} {_text(now[name])}"
        yield f"version {version_words(now['profile_version'])}"
        if now["kind"] != "fault" or now["asset"]:
            yield inside_now(now["units"])
        return
    for name, value in now.items():
        if name not in (*LIVE, *TOLD) and value != before[name]:
            yield f"{_label(name)} {_text(value)}, was {_text(before[name])}"
    for said in now["acknowledgements"]:
        if said not in before["acknowledgements"]:
            yield f"{said['by']}: {said['comment']}"
    yield from _handled(before, now)
    closing = now["closing"]
    if closing is not None and closing != before["closing"]:
        yield f"{closing['by']}: {closing['comment']}"
    for said in now["resets"]:
        if said not in before["resets"]:
            yield f"{said['by']}: {said['comment']} (reset at {said['at']})"
    if now["units"] != before["units"]:
        yield inside_words(before["units"], now["units"])


def _handled(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Who is on it, what people remarked, and whether it speaks."""
    taken, assigned = now["taken"], now["assigned"]
    if taken != before["taken"]:
        yield _said(taken) if taken else "nobody is on it any more"
    if assigned != before["assigned"]:
        yield f"assigned to {assigned['to']} by {assigned['by']}" if assigned else "assigned to nobody"
    for remark in now["comments"]:
        if remark not in before["comments"]:
            yield _said(remark)
    if now["overlay"] != before["overlay"]:
        yield overlay_words(now) or f"it is not {before['overlay']['kind']} any more"


def _said(words: Mapping[str, Any]) -> str:
    return f"{words['by']}: {words['comment']}" if words["comment"] else str(words["by"])


def _label(name: str) -> str:
    return "versions" if name == "profile_versions" else name


def _text(value: object) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(version_words(one) for one in value) or "none"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
