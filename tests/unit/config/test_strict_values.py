"""What a configuration's value may be, beside pydantic's strict mode, which says the same of every type."""

from __future__ import annotations

import dataclasses
import datetime
import typing
from collections.abc import Iterator
from typing import Any, Literal

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gateway.config import plugins, types
from gateway.config.strict import Unexpected, reader

FOLDERS = (
    *(types.SOURCES, types.DRIVERS, types.PAYLOADS, types.PROBES, types.SINKS, types.NOTIFIERS),
    *(types.HEARTBEATS, types.PEERS, types.POWER, types.CODES, types.DOWNLOADS),
)
HINTS = (
    *(str, int, float, bool, datetime.date, datetime.datetime, datetime.time, Any, float | None),
    *(int | None, str | None, Literal["a", "b"], Literal["a", "b"] | None, datetime.date | str | None),
    *(tuple[str, ...], tuple[float, ...] | None, tuple[tuple[int, ...], ...], dict[str, Any]),
    *(tuple[float, float], tuple[tuple[float, float], ...] | None),
    *(dict[str, str], dict[str, Any] | None, tuple[dict[str, Any], ...], tuple[Literal["a", "b"], ...]),
)
ADAPTERS: dict[Any, TypeAdapter[Any]] = {hint: TypeAdapter(hint) for hint in HINTS}
SCALARS = st.one_of(
    st.text(max_size=3),
    st.sampled_from(["a", "b"]),
    st.integers(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=6,
)


def expected(hint: Any, value: object) -> tuple[str, Any]:
    try:
        return "is", ADAPTERS[hint].validate_python(value, strict=True)
    except ValidationError as error:
        return "not at", tuple(part for part in error.errors()[0]["loc"] if isinstance(part, int))


def found(hint: Any, value: object) -> tuple[str, Any]:
    try:
        return "is", reader(hint)(value)
    except Unexpected as error:
        return "not at", error.at


@given(st.sampled_from(HINTS), VALUES)
@example(float, 10**400)
@example(float, float("inf"))
@example(int, True)
@example(datetime.date, datetime.datetime(2026, 1, 5))  # noqa: DTZ001
@example(tuple[tuple[int, ...], ...], ((1, 2), (3, "4")))
@example(dict[str, str], {"a": 1})
def test_a_value_is_read_as_strictly_as_pydantic_reads_it(hint: Any, value: object) -> None:
    ours, theirs = found(hint, value), expected(hint, value)
    assert ours == theirs
    assert type(ours[1]) is type(theirs[1])


def options() -> Iterator[type]:
    for folder in FOLDERS:
        for name in plugins.names(folder, "Options"):
            module = plugins.find(folder, name, "Options")
            yield module.Options
    for name in plugins.names(types.RULES, "Parameters"):
        yield plugins.find(types.RULES, name, "Parameters").Parameters
    yield from (types.Gateway, types.JournalOptions, types.ClockOptions, types.MetricsOptions)
    yield from (types.PagesOptions, types.Site, types.Asset, types.Vessel, types.ChannelTable)
    yield from (types.RecordClass, types.CallLimits)


def readable(told: type) -> None:
    """Raises TypeError for a type of a field that nobody taught; tables in tables, too."""
    for hint in typing.get_type_hints(told).values():
        tables = [one for one in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(one)]
        for table in tables:
            readable(typing.cast(type, table))
        if not tables:
            reader(hint)


def test_every_option_of_a_plug_in_can_be_read() -> None:
    for told in options():
        readable(told)
