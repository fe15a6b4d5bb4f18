"""A text with fields in it, ${address}: checked when the configuration is read, filled in as its place asks.

What is filled in comes from outside; in an address, a form, JSON or XML it is always a value, never a part of
the form itself.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

FIELD: Final = re.compile(r"\$\{([^{}]*)\}")
LONGEST: Final = 20_000  # characters of a template

Escape = Callable[[str], str]


def in_url(value: str) -> str:
    return quote(value, safe="", errors="replace")


def in_form(value: str) -> str:
    return quote_plus(value, errors="replace")


def in_json(value: str) -> str:
    """Between the quotation marks of a string."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def in_xml(value: str) -> str:
    return escape(value, {'"': "&quot;", "'": "&apos;"})


def as_it_is(value: str) -> str:
    return value


def fields_of(template: str) -> set[str]:
    return set(FIELD.findall(template))


def check(key: str, template: str, known: frozenset[str]) -> None:
    """Raises ValueError for a field that nothing is known of."""
    if len(template) > LONGEST:
        raise ValueError(f"{key}: at most {LONGEST} characters, found {len(template)}")
    for field in sorted(fields_of(template) - known):
        near = difflib.get_close_matches(field[:80], known, 1)
        hint = f"did you mean ${{{near[0]}}}?" if near else f"known: {', '.join(sorted(known))}"
        raise ValueError(f"{key}: there is no field ${{{field[:80]}}}; {hint}")


def filled(template: str, values: Mapping[str, str], escaped: Escape) -> str:
    return FIELD.sub(lambda found: escaped(values[found[1]]), template)
