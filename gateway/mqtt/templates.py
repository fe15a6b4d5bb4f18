"""Topics to publish to, made from names: cryogate/{site}/{id} with the site and the id of an alarm."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

LONGEST: Final = 300  # bytes: filled with names of 200 characters it is still a topic, of at most 65 535
NOTHING: Final = "-"  # stands for what a place does not have: a level of a topic cannot be empty
_PART: Final = re.compile(r"\{(\w*)\}")
_STRUCTURE: Final = re.compile(r"[/+#\x00-\x1f\x7f]")  # would change the level, or is not allowed in topics


def check_template(template: str, names: Sequence[str]) -> None:
    """Raises ValueError where `template` makes no topic (MQTT 5.0 section 4.7)."""
    if len(template.encode()) > LONGEST:
        raise ValueError(f"topic {template[:40]!r}...: longer than {LONGEST} bytes")
    unknown = [name for name in _PART.findall(template) if name not in names]
    if unknown:
        raise ValueError(f"topic {template!r} names {unknown[0]!r}; it can name {', '.join(names)}")
    rest = _PART.sub("x", template)
    if not rest or rest.startswith("$") or any(c in rest for c in "+#{}\0"):
        raise ValueError(f"topic {template!r}: expected text without +, # and $, as in cryogate/{{site}}")


def filled(template: str, names: Mapping[str, str]) -> str:
    """The topic; each name is one level, whatever stands in it."""
    return _PART.sub(lambda part: _STRUCTURE.sub("_", names[part[1]]) or NOTHING, template)
