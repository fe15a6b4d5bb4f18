"""A TOML table into a frozen dataclass, collecting every mistake instead of stopping at the first.

A problem is one line: the path in the file, what is wrong, what was expected. A field with metadata
{"path": True} names a file or a device; a relative one starts at the configuration file. One with metadata
{"file": parse} names a text file and holds what `parse` makes of the text.
"""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import functools
import hashlib
import types
import typing
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from gateway.config import plugins
from gateway.config.strict import Unexpected, reader
from gateway.errors import InputError

T = TypeVar("T")
Table = dict[str, Any]
LONGEST_COMPARED = 500  # characters of a name: comparing takes as many steps, for each of the known ones
LARGEST_FILE = 1_000_000  # characters of a file that a configuration names; a sensor's curve has 4000


class Problems(list[str]):
    """Mistakes found so far, each with its path; `folder` is where relative paths of the file start.

    `files` has the SHA-256 of each text file that became part of the configuration, by the path of its key;
    `reads` the files that are read later.
    """

    def __init__(self, folder: Path = Path()) -> None:
        super().__init__()
        self.folder = folder
        self.files: dict[str, str] = {}
        self.reads: dict[str, Path] = {}

    def add(self, path: str, message: str) -> None:
        self.append(f"{path}: {message}")

    def unknown(self, path: str, given: str, known: Iterable[str], what: str) -> None:
        """`given` is not among `known`: say so, and name the nearest."""
        names = sorted(known)
        near = difflib.get_close_matches(given, names, 1) if len(given) <= LONGEST_COMPARED else []
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names) or 'none'}"
        self.add(path, f"unknown {what} {given!r}; {hint}")


def build(
    cls: type[T], table: object, path: str, problems: Problems, keys: dict[str, str] | None = None
) -> T | None:
    """An instance of dataclass `cls` from `table`, or None where it cannot be; mistakes go to `problems`.

    `keys` renames fields whose TOML key carries a unit: {"limit": "limit_degC"}.
    """
    if not isinstance(table, dict):
        problems.add(path, f"expected a table, found {_kind_of(table)}")
        return None
    keys = keys or {}
    fields = {keys.get(f.name, f.name): f for f in _fields(typing.cast(Any, cls))}
    for key in table:
        if key not in fields:
            problems.unknown(f"{path}.{key}", key, fields, "key")
    before = len(problems)  # without an unknown key the rest can be looked at
    hints = _hints(typing.cast(Any, cls))
    values = {
        field.name: _value(hints[field.name], field, table, key, path, problems)
        for key, field in fields.items()
        if key in table or _needed(field) or "plug_in" in field.metadata
    }
    if len(problems) > before:
        return None
    try:
        return cls(**values)
    except (ValueError, InputError) as error:
        problems.add(path, str(error))
        return None


def plug_in(
    folder: str, contract: str, name: object, path: str, what: str, problems: Problems
) -> types.ModuleType | None:
    """The module a configuration names, or None after saying which names there are."""
    if not isinstance(name, str):
        problems.add(
            path, f"expected the name of a {what}; known: {', '.join(plugins.names(folder, contract))}"
        )
        return None
    module = plugins.find(folder, name, contract)
    if module is None:
        problems.unknown(path, name, plugins.names(folder, contract), what)
    return module


@functools.cache
def _hints(cls: Any) -> dict[str, Any]:
    """Once for each type: a site has thousands of channels."""
    return typing.get_type_hints(cls)


@functools.cache
def _fields(cls: Any) -> tuple[dataclasses.Field[Any], ...]:
    return tuple(field for field in dataclasses.fields(cls) if field.init)


def _needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _value(
    hint: Any, field: dataclasses.Field[Any], table: Table, key: str, path: str, problems: Problems
) -> Any:
    where = f"{path}.{key}"
    if "plug_in" in field.metadata:
        return _options(field, table, key, path, problems)
    is_file = "file" in field.metadata
    if key not in table:
        problems.add(where, f"missing; expected {'the path of a file' if is_file else _expected(hint)}")
        return None
    given = table[key]
    if is_file:
        return _content(given, field.metadata["file"], where, problems)
    inner = _dataclass_in(hint)
    if inner is not None and isinstance(given, list):
        return tuple(build(inner, item, f"{where}[{i}]", problems) for i, item in enumerate(given))
    if inner is not None:
        return build(inner, given, where, problems)
    value = _scalar(hint, given, where, problems)
    if not field.metadata.get("path"):
        return value
    path_or_url = _anchored(value, where, problems)
    if field.metadata.get("reads") and isinstance(path_or_url, str):
        problems.reads[where] = Path(path_or_url)
    return path_or_url


def _anchored(path: object, where: str, problems: Problems) -> object:
    """A relative path starts at the configuration file; a URL is none."""
    if not isinstance(path, str) or "://" in path:
        return path
    if "\0" in path:
        problems.add(where, f"no path has a zero character, found {path[:80]!r}")
    return str(problems.folder / path)


def _content(given: object, parse: Callable[[str], Any], where: str, problems: Problems) -> Any:
    """What `parse` makes of the text of a file; it raises ValueError for one that is not right."""
    path = _scalar(str, given, where, problems)
    if path is None:
        return None
    try:
        with (problems.folder / path).open(encoding="utf-8", errors="replace") as file:
            text = file.read(LARGEST_FILE)
        problems.files[where] = hashlib.sha256(text.encode()).hexdigest()
        return parse(text)
    except OSError as error:
        problems.add(where, f"{path} cannot be read: {error.strerror}")
    except ValueError as error:
        problems.add(where, f"{path}: {error}")
    return None


def _options(field: dataclasses.Field[Any], table: Table, key: str, path: str, problems: Problems) -> Any:
    """The Options of the plug-in that the sibling key `named_by` names, or else `unless_named`."""
    named_by = field.metadata["named_by"]
    name = table.get(named_by, field.metadata.get("unless_named"))
    if name is None:
        return None  # reported as missing there
    where = f"{path}.{named_by}"
    module = plug_in(field.metadata["plug_in"], "Options", name, where, named_by, problems)
    if module is None:
        return None
    return build(module.Options, table.get(key, {}), f"{path}.{key}", problems)


def _scalar(hint: Any, given: object, where: str, problems: Problems) -> Any:
    try:
        return reader(hint)(_tuples(given))
    except Unexpected as error:
        at = "".join(f"[{position}]" for position in error.at)
        problems.add(where + at, f"expected {_expected(hint)}, found {_kind_of(given)}")
        return None


def _tuples(given: object) -> object:
    return tuple(_tuples(item) for item in given) if isinstance(given, list) else given


@functools.cache
def _dataclass_in(hint: Any) -> Any:
    """The dataclass inside `X`, `X | None` or `tuple[X, ...]`; None when there is none."""
    for candidate in (hint, *typing.get_args(hint)):
        if dataclasses.is_dataclass(candidate):
            return candidate
    return None


def _expected(hint: Any) -> str:
    words = {
        str: "text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        datetime.date: "a date without quotes, e.g. 2026-05-01",
        type(None): "nothing",
    }
    if hint in words:
        return words[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return "one of " + ", ".join(repr(a) for a in args)
    if origin is tuple:
        return f"a list of {_several(args[0])}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_expected(a) for a in args if a is not type(None))
    return "a table" if dataclasses.is_dataclass(hint) else str(getattr(hint, "__name__", hint))


def _several(hint: Any) -> str:
    """The same in the plural, as lists need it."""
    words = {str: "texts", int: "whole numbers", float: "numbers"}
    if typing.get_origin(hint) is tuple:
        return f"lists of {_several(typing.get_args(hint)[0])}"
    return words.get(hint) or _expected(hint)


def _kind_of(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
