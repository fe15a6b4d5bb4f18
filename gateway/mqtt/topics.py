"""Topic patterns: MQTT filters whose wildcards have names.

"cryo/{device}/telemetry" subscribes to cryo/+/telemetry and reads {"device": "dewar-3"} out of
cryo/dewar-3/telemetry; a last level "{rest...}" stands for any number of levels, the filter's "#".
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.dataclass import dataclass

LONGEST = 65_535  # bytes of UTF-8, MQTT 5.0 section 1.5.4
FORBIDDEN = "+#{}\0"  # in a level that stands for itself


@dataclass(frozen=True, slots=True)
class TopicPattern:
    """A parsed pattern. `levels` holds (text, is a name); `tail` is the name of a last "{name...}"."""

    text: str
    levels: tuple[tuple[str, bool], ...]
    tail: str | None

    @staticmethod
    def parse(text: str) -> TopicPattern:
        """Raises ValueError that says which level is wrong and why."""
        if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
            raise ValueError(f"pattern {text[:40]!r}...: longer than {LONGEST} bytes")
        if text.startswith("$share/"):
            raise ValueError(f"pattern {text!r}: a shared subscription would split the readings, in no order")
        levels, tail = text.split("/"), None
        if levels[-1].startswith("{") and levels[-1].endswith("...}"):
            tail = _name(levels.pop()[:-4] + "}", text)
        parsed = tuple(_level(level, text) for level in levels)
        _check_distinct([level for level, named in parsed if named] + ([tail] if tail else []), text)
        return TopicPattern(text, parsed, tail)

    @property
    def filter(self) -> str:
        """What to subscribe to."""
        levels = ["+" if named else level for level, named in self.levels]
        return "/".join(levels + (["#"] if self.tail else []))

    @property
    def names(self) -> frozenset[str]:
        """The names a match delivers."""
        return frozenset([n for n, named in self.levels if named] + ([self.tail] if self.tail else []))

    def match(self, topic: str) -> Mapping[str, str] | None:
        """The named parts of `topic`, None where the filter would not match either."""
        parts = topic.split("/")
        if len(parts) < len(self.levels) or (len(parts) > len(self.levels) and self.tail is None):
            return None
        names = {}
        for part, (level, named) in zip(parts, self.levels, strict=False):
            if named:
                names[level] = part
            elif part != level:
                return None
        if self.tail is not None:
            names[self.tail] = "/".join(parts[len(self.levels) :])  # "#" matches its parent level, too
        return names


def _level(level: str, pattern: str) -> tuple[str, bool]:
    if not level:
        raise ValueError(f"pattern {pattern!r}: an empty level; no slash at the ends, none doubled")
    if level.endswith("...}"):
        raise ValueError(f"pattern {pattern!r}: {level!r} can only be the last level")
    if level.startswith("{") and level.endswith("}"):
        return _name(level, pattern), True
    for character in FORBIDDEN:
        if character in level:
            raise ValueError(
                f"pattern {pattern!r}: {character!r} in level {level!r}; "
                "a wildcard is a whole level with a name, as in cryo/{device}/telemetry"
            )
    return level, False


def _name(level: str, pattern: str) -> str:
    name = level[1:-1]
    if not name.isidentifier():
        raise ValueError(f"pattern {pattern!r}: {name!r} is no name; letters, digits and _ only")
    return name


def _check_distinct(names: list[str], pattern: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"pattern {pattern!r}: the name {name!r} stands in it twice")
