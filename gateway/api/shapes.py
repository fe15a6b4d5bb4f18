"""The shape of an answer, from its example: names and types, as far as one example shows them.

Null is possible everywhere, and more names may come with later versions. What every list or statement has is
always there.
"""

from __future__ import annotations

from typing import Any, Final

ALWAYS: Final = ("schema", "items", "next", "id", "new")
CHANGE: Final = {"field", "old", "new"}  # before and after, values of any type
UNKNOWN: Final = "unknown"  # instead of a list: never an empty one, which would say that there is nothing
TYPES: Final = {bool: "boolean", int: "number", float: "number", str: "string"}


def shape_of(example: Any) -> dict[str, Any]:
    """A JSON schema that the example meets."""
    if isinstance(example, dict):
        required = [name for name in ALWAYS if example.get(name) is not None]
        named = {str(name): shape_of(value) for name, value in example.items()}
        if example.keys() == CHANGE:
            named |= {"old": {}, "new": {}}
        return {"type": ["object", "null"], "properties": named, "required": required}
    if isinstance(example, list | tuple):
        several = {"type": ["array", "null"], "items": shape_of(example[0]) if example else {}}
        return {"anyOf": [several, {"const": UNKNOWN}]}
    known = TYPES.get(type(example))
    return {} if known is None else {"type": [known, "null"]}
