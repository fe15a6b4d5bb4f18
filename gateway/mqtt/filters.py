"""Topic filters beside each other: which covers which, which can match one topic, which match a given one.

MQTT 5.0 section 4.7: "+" is one level, a last "#" any number of them and their parent, and neither matches a
first level that begins with "$".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product, zip_longest
from typing import Final

ONE: Final = "+"
ANY: Final = "#"


def widest(filters: Sequence[str]) -> tuple[str, ...]:
    """Those that no other one covers, in their order: together they match what all of them match."""
    kept: list[str] = []
    for topic_filter in filters:
        if not any(covers(other, topic_filter) for other in kept):
            kept = [other for other in kept if not covers(topic_filter, other)] + [topic_filter]
    return tuple(kept)


def covers(wide: str, narrow: str) -> bool:
    """Whether `wide` matches every topic that `narrow` matches, or the topic `narrow`."""
    if _is_wild(wide) and narrow.startswith("$"):
        return False
    if narrow == ANY:  # a topic has at least one level
        narrow = f"{ONE}/{ANY}"
    for level, other in zip_longest(wide.split("/"), narrow.split("/")):
        if level == ANY:
            return True
        if other in (None, ANY) or level not in (ONE, other):
            return False
    return True


def meet(one: str, other: str) -> bool:
    """Whether there is a topic that both match."""
    if (_is_wild(one) and other.startswith("$")) or (_is_wild(other) and one.startswith("$")):
        return False
    for a, b in zip_longest(one.split("/"), other.split("/")):
        if ANY in (a, b):
            return True
        if None in (a, b) or (a != b and ONE not in (a, b)):
            return False
    return True


def matching(topic: str) -> Iterator[str]:
    """Every filter that matches `topic`: three times two to the number of its levels, less one."""
    levels = topic.split("/")
    choices: list[tuple[str, ...]] = [(level, ONE) for level in levels]
    if topic.startswith("$"):
        choices[0] = (levels[0],)
    for count in range(len(levels) + 1):
        for chosen in product(*choices[:count]):
            if count == len(levels):
                yield "/".join(chosen)
            if count or not topic.startswith("$"):
                yield "/".join((*chosen, ANY))


def _is_wild(topic_filter: str) -> bool:
    return topic_filter.split("/", 1)[0] in (ONE, ANY)
