"""Words of the examination (`cryogate doctor`) in the languages of the pages: one catalogue for each.

The examination says what it found in English, with names and numbers in it. A message of the catalogue is
such a sentence with `{1}`, `{2}` ... in the place of what differs; scripts/findings.js finds it again.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from gateway.pages.languages import LANGUAGES, catalogues

PROGRAM: Final = Path(__file__).parents[1]
SAID_IN: Final = ("doctor/*.py", "config/files.py", "config/signs.py")  # what findings say is written there
FINDINGS: Final = frozenset(("error", "warning", "note", "Finding"))
COUNTED: Final = "counted"
JOINS: Final = string.punctuation + string.whitespace + string.digits


def table_of(folder: Path, language: str) -> dict[str, str]:
    """Sentences and their translations; `folder` holds a folder of each language with the catalogue."""
    found = [message for _, catalogue in catalogues(folder / language) for message in catalogue]
    return {str(one.id): str(one.string) for one in found if one.id and not one.fuzzy}


def tables(folder: Path) -> Mapping[str, bytes]:
    """As scripts ask for them; English needs none, and is empty."""
    return {f"words/findings-{name}.json": msgspec.json.encode(table_of(folder, name)) for name in LANGUAGES}


def sentences(program: Path = PROGRAM) -> dict[str, str]:
    """All that the examination can say in words of its own, each with the file where it stands first."""
    found: dict[str, str] = {}
    for pattern in SAID_IN:
        for path in sorted(program.glob(pattern)):
            for one in _said(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(one, path.name)
    return found


def _said(tree: ast.Module) -> Iterator[str]:
    """Texts of more than one word, what is given to a finding, and what is counted."""
    silent, given = set(_docstrings(tree)), set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            silent |= {id(inner) for inner in _constants_of(node)}
        elif isinstance(node, ast.Call) and _name(node) in FINDINGS:
            given |= {id(one) for one in node.args}
        elif isinstance(node, ast.Call) and _name(node) == COUNTED:
            yield from _counted(node)
    for node in ast.walk(tree):
        text = "" if id(node) in silent else _text(node)
        if text.strip(JOINS) and (" " in text.strip() or id(node) in given):
            yield text


def _text(node: ast.AST) -> str:
    """With numbers for what is put in; empty: it is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    holes = iter(range(1, len(node.values) + 1))
    parts = (str(one.value) if isinstance(one, ast.Constant) else f"{{{next(holes)}}}" for one in node.values)
    return "".join(parts)


def _counted(node: ast.Call) -> Iterator[str]:
    words = [
        one.value for one in node.args[1:] if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    if words:
        yield f"1 {words[0]}"
        yield f"{{1}} {words[1] if len(words) > 1 else f'{words[0]}s'}"


def _name(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _constants_of(node: ast.JoinedStr) -> Iterator[ast.AST]:
    """The pieces between what is put in; a text within what is put in is one of its own."""
    for one in node.values:
        if isinstance(one, ast.Constant):
            yield one
        elif isinstance(one, ast.FormattedValue) and one.format_spec is not None:
            yield from ast.walk(one.format_spec)


def _docstrings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and isinstance(
            node.body[0], ast.Expr
        ):
            yield id(node.body[0].value)
