"""Every kind of statement keeps the contract; a new file is tested the moment it exists."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import StatementError
from gateway.statements.fields import LONGEST_DOCUMENT
from gateway.statements.kinds import Kind, kinds
from gateway.text import one_line
from tests.conformance.frozen import is_frozen
from tests.conformance.statement_worlds import BEFORE_SCHEMAS, SAID

EXAMPLES = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
every_kind = pytest.mark.parametrize("kind", kinds().values(), ids=kinds().keys())
every_old_body = pytest.mark.parametrize(
    ("kind", "body"),
    [(kinds()[name], body) for name, bodies in BEFORE_SCHEMAS.items() for body in bodies],
    ids=[f"{name} {n}" for name, bodies in BEFORE_SCHEMAS.items() for n in range(len(bodies))],
)
TOO_LONG = {  # field -> a length that no text may have
    "document": None,  # so long that a test would only measure memory
    "state": None,
}


def through_the_journal(body: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(body, allow_nan=False)))


def changes_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something can be changed in a body: every key and item, at any depth."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key)
        yield from changes_of(item, (*path, key))


def changed(body: dict[str, Any], path: tuple[Any, ...], to: Any) -> dict[str, Any]:
    made, at = copied(body, path)
    at[path[-1]] = to
    return made


def without(body: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    made, at = copied(body, path)
    del at[path[-1]]
    return made


def copied(body: dict[str, Any], path: tuple[Any, ...]) -> tuple[dict[str, Any], Any]:
    """A copy of a body along a path, and what in it holds the path's end."""
    made = dict(body)
    at: Any = made
    for key in path[:-1]:
        at[key] = at[key].copy()
        at = at[key]
    return made, at


def is_free(kind: Kind, path: tuple[Any, ...]) -> bool:
    """Whether the keys below are somebody else's: of a transition what was known, of tables their names."""
    return (
        len(path) > 1
        and path[0] in ("known", "logger", "channels", "corrections")
        and kind.KIND != "configuration"
    )


@every_kind
def test_it_says_what_it_is(kind: Kind) -> None:
    assert kind.KIND in SAID
    assert kind.SCHEMA >= 1
    assert isinstance(kind.BY_PEOPLE, bool)
    module: Any = kind
    assert module.__name__ == f"gateway.statements.{kind.KIND}" + ("_" if kind.KIND == "import" else "")
    assert module.__doc__


@every_kind
@EXAMPLES
@given(data=st.data())
def test_what_is_said_comes_back(kind: Kind, data: st.DataObject) -> None:
    said = data.draw(SAID[kind.KIND])
    assert is_frozen(type(said))
    body = kind.to_body(said)
    assert body["schema"] == kind.SCHEMA
    assert kind.of(through_the_journal(body)) == said
    assert kind.words(said) == one_line(kind.words(said)) and kind.words(said).strip()
    assert all(isinstance(name, str) and name for name in kind.about(said))
    with pytest.raises(StatementError, match="newer version"):
        kind.of({**body, "schema": kind.SCHEMA + 1})


@every_kind
@EXAMPLES
@given(data=st.data())
def test_a_damaged_one_is_refused_and_never_crashes(kind: Kind, data: st.DataObject) -> None:
    body = kind.to_body(data.draw(SAID[kind.KIND]))
    optional = {"at", "frames", "commits", "first_seq", "last_seq"} if kind.KIND == "recovery" else set()
    for path in changes_of(body):
        if path != ("schema",) and not is_free(kind, path) and not isinstance(path[-1], int):
            shorter = without(body, path)
            if path[-1] in optional:
                kind.of(shorter)
            else:
                with pytest.raises(StatementError):
                    kind.of(shorter)
        if is_free(kind, path) and path[0] == "known":
            continue
        for other in (True, 1.5, b"bytes", ["x", 7], {"x": [1]}, "\ud800"):
            if not _may_be(kind, path, other):
                with pytest.raises(StatementError):
                    kind.of(changed(body, path, other))
    with pytest.raises(StatementError):
        kind.of({**body, "surplus": 1})


def _may_be(kind: Kind, path: tuple[Any, ...], value: Any) -> bool:
    """A number where there is one, a flag where there is one; free tables of text take text."""
    if kind.KIND == "clock" and path[0] in ("jump_s", "moved_s"):
        return type(value) is float
    if kind.KIND == "clock" and path[0] == "trusted":
        return type(value) is bool
    if kind.KIND in ("attempt", "call") and path[0] in ("drill", "over", "took_s"):
        return type(value) is {"drill": bool, "over": bool, "took_s": float}[path[0]]
    if kind.KIND == "drill" and path[0] in ("signal", "within_s"):
        return type(value) is float
    if kind.KIND == "import" and path[-1] in ("limit", "above"):
        return type(value) is {"limit": float, "above": bool}[path[-1]]
    if kind.KIND == "transition" and path == ("known",):
        return isinstance(value, dict)
    return is_free(kind, path) and path[0] in ("logger", "channels", "corrections") and value == "\ud800"


@every_kind
@pytest.mark.parametrize("body", [None, [], "text", 7, {"schema": "1"}, {"schema": True}, {"schema": -1}])
def test_what_is_no_body_at_all(kind: Kind, body: Any) -> None:
    with pytest.raises(StatementError, match="damaged"):
        kind.of(body)


@every_kind
@EXAMPLES
@given(data=st.data())
def test_too_long_a_text_and_half_a_character_are_refused_when_they_are_said(
    kind: Kind, data: st.DataObject
) -> None:
    said = data.draw(SAID[kind.KIND])
    for field in dataclasses.fields(said):
        if type(getattr(said, field.name)) is not str:
            continue
        with pytest.raises(StatementError):
            kind.to_body(dataclasses.replace(said, **{field.name: "half \ud800"}))
        if field.name not in TOO_LONG:
            with pytest.raises(StatementError, match=r"characters, at most|is '|expected retry"):
                kind.to_body(dataclasses.replace(said, **{field.name: "x" * 20_001}))
    assert LONGEST_DOCUMENT < 2**30


@every_old_body
def test_bodies_of_the_first_version_are_read(kind: Kind, body: dict[str, Any]) -> None:
    said = kind.of(body)
    assert kind.words(said).isprintable()
    if kind.KIND != "containment":  # one statement held all units of a file
        assert kind.of(kind.to_body(said)) == said


@every_old_body
def test_damaged_bodies_of_the_first_version_are_refused(kind: Kind, body: dict[str, Any]) -> None:
    for path in changes_of(body):
        if (
            is_free(kind, path)
            or isinstance(path[-1], int)
            or (kind.KIND == "recovery" and path[-1] != "message")
        ):
            continue
        with pytest.raises(StatementError):
            kind.of(without(body, path))


def test_kinds_that_people_never_stated_in_the_first_version_have_no_schema_0() -> None:
    for name in kinds().keys() - BEFORE_SCHEMAS.keys():
        with pytest.raises(StatementError, match="no schema"):
            kinds()[name].of({})


def test_long_words_of_the_first_version_stay_readable() -> None:
    said = kinds()["acknowledge"].of({"alarm": "E-1", "comment": "x" * 100_000})
    assert len(said.comment) == 100_000
    with pytest.raises(StatementError, match="has 100000 characters, at most 4000"):
        kinds()["acknowledge"].to_body(said)
