"""Groups of alarms on a terminal: who was told when by what with what answer, and who is next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.text import Text

from gateway.cli.fleet import UNKNOWN_STYLE
from gateway.published.labels import Labels
from gateway.text import counted

PRIORITY_STYLES: Final = {"urgent": "bold white on red", "high": "bold red", "medium": "yellow", "low": ""}
OUTCOME_STYLES: Final = {"delivered": "green", "retry": "yellow", "rejected": "red"}
MOST_ATTEMPTS: Final = 20  # of a group, on a screen; the JSON has all that are kept


def group_lines(group: Mapping[str, Any], labels: Labels, now: str) -> Iterator[Text]:
    line = Text(f"{group['id']} ", "bold")
    line.append(f" {group['priority']} ", PRIORITY_STYLES[group["priority"]])
    line.append(" DRILL" if group.get("drill") else "", "bold")
    line.append(f" {counted(len(group['alarms']), 'alarm')}, first {group['first']}")
    line.append(f" since {labels.short(group['since'], '', now)}, {_state(group)}")
    yield line
    yield Text(f"    {group['priority_reason']}", "dim")
    if group["nobody_since"]:
        since = labels.short(group["nobody_since"], "", now)
        why = "no policy is for it, nobody is called" if group["no_policy"] else "nobody could be reached"
        yield Text(f"    {why} since {since}: tell somebody yourself", UNKNOWN_STYLE)
    attempts = group["attempts"]
    if len(attempts) > MOST_ATTEMPTS:
        yield Text(f"    ... {len(attempts) - MOST_ATTEMPTS} earlier attempts: --json", "dim")
    for one, times in _without_repeats(attempts[-MOST_ATTEMPTS:]):
        line = _attempt(one, labels, now)
        yield line.append(f" ({times} times so far)", "dim") if times > 1 else line
    if group["next"]:
        names = ", ".join(group["next"]["names"]) or "nobody"
        yield Text(f"    next {labels.short(group['next']['at'], '', now)}: {names}")


def _state(group: Mapping[str, Any]) -> str:
    if group["swings"] and group["calling"]:
        return f"comes and goes ({group['swings']} times), people are called"
    if group["over"]:
        return "over"
    if group["calling"] and not group["no_policy"]:
        return "people are called"
    return f"taken by {', '.join(group['taken_by'])}" if group["taken_by"] else "nobody is called"


def _without_repeats(attempts: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int]]:
    """Each with how often it was tried: the same call by the same way with the same answer is one line."""
    found: dict[tuple[object, ...], tuple[Mapping[str, Any], int]] = {}
    for one in attempts:
        key = one["call"], one["person"], one["by"], one["outcome"], one["answer"]
        found[key] = one, found.get(key, (one, 0))[1] + 1
    return list(found.values())


def _attempt(one: Mapping[str, Any], labels: Labels, now: str) -> Text:
    line = Text(f"    {labels.short(one['at'], '', now)} {one['kind']}")
    line.append(f" step {one['step']}" if one["step"] else "")
    line.append(f" to {one['name']}" if one["person"] else "").append(f" by {one['by']}: ")
    line.append(one["outcome"], OUTCOME_STYLES.get(one["outcome"], ""))
    return line.append(f" after {one['took_s']:.1f} s" + (f", {one['answer']}" if one["answer"] else ""))
