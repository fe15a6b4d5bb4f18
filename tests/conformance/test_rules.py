"""Every file in the rules folder keeps the contract; a new one is tested the moment it exists."""

from __future__ import annotations

import dataclasses
import importlib
import math
import pkgutil
import typing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model import Quality, Samples
from gateway.screening import rules
from gateway.screening.plan import Instance, Plan
from gateway.screening.screen import Screen
from tests.conformance.frozen import is_frozen
from tests.oracle.restarts import restarted
from tests.oracle.rule_strategies import PARAMETERS, plans
from tests.oracle.strategies import CHANNELS, EPOCH, SECOND, channel_plans, columns, sorted_rows

KINDS = sorted(m.name for m in pkgutil.iter_modules(rules.__path__) if not m.name.startswith("_"))
EXAMPLES = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


every_kind = pytest.mark.parametrize("kind", KINDS)


def parameters_of(kind: str) -> type:
    return importlib.import_module(f"gateway.screening.rules.{kind}").Parameters


def an_instance(kind: str, data: st.DataObject) -> Plan:
    parameters = data.draw(PARAMETERS[kind])
    return Plan(channel_plans(), (Instance(CHANNELS[0], "rule", kind, parameters, 4, "1"),))


@every_kind
def test_parameters_are_a_frozen_dataclass_with_known_units(kind: str) -> None:
    cls = parameters_of(kind)
    assert is_frozen(cls)
    assert cls.__doc__
    for field in dataclasses.fields(cls):
        assert field.metadata.get("unit") in (None, "value", "value per minute")
        if "unit" not in field.metadata and typing.get_type_hints(cls)[field.name] in (float, float | None):
            assert field.name.rsplit("_", 1)[-1] in ("s", "K", "Pa"), f"{field.name} says no unit"


@every_kind
def test_it_has_a_twin_and_a_strategy(kind: str) -> None:
    assert kind in PARAMETERS
    assert (Path(importlib.import_module("tests.oracle.automaton").__file__).parent / f"{kind}.py").exists()


@every_kind
@EXAMPLES
@given(data=st.data())
def test_no_number_that_is_none_is_accepted(kind: str, data: st.DataObject) -> None:
    parameters = data.draw(PARAMETERS[kind])
    for field in dataclasses.fields(parameters):
        if isinstance(getattr(parameters, field.name), float):
            for nonsense in (math.nan, math.inf, -math.inf):
                with pytest.raises(ValueError, match=r"\w"):
                    dataclasses.replace(parameters, **{field.name: nonsense})


@every_kind
@EXAMPLES
@given(data=st.data(), rows=sorted_rows(20), bits=st.integers(0, 2**20))
def test_no_cut_and_no_restart_changes_a_bit(kind: str, data: st.DataObject, rows: list, bits: int) -> None:
    plan = data.draw(plans((kind,)))
    moments = sorted({r[0] for r in rows})
    cuts = [m for k, m in enumerate(moments) if bits >> (k % 20) & 1]
    whole = Screen(plan)
    expected = whole.feed(usable(rows), settled=True)
    pieces, screen = [], Screen(plan)
    for begin, end in zip([-(2**62), *cuts], [*cuts, 2**62], strict=True):
        pieces.append(screen.feed(usable([r for r in rows if begin <= r[0] < end]), settled=True))
        screen = restarted(screen, usable([r for r in rows if r[0] < end]))
    assert closed(np.concatenate(pieces)).tobytes() == closed(expected).tobytes()
    everyone = np.arange(len(plan.channels))
    assert screen.present(everyone).tobytes() == whole.present(everyone).tobytes()  # what is not settled, too
    later = max(moments, default=EPOCH) + SECOND
    more = usable([(later + k * SECOND, c, float(k % 3), 0) for c in CHANNELS for k in range(9)])
    assert screen.feed(more).tobytes() == whole.feed(more).tobytes()  # what they remember is worth the same


@every_kind
@EXAMPLES
@given(data=st.data())
def test_it_says_nothing_about_unusable_readings_alone(kind: str, data: st.DataObject) -> None:
    screen = Screen(an_instance(kind, data))
    rows = [(EPOCH + k * SECOND, CHANNELS[0], math.nan, Quality.BAD) for k in range(30)]
    assert len(screen.feed(columns(rows))) == 0
    assert len(screen.feed(Samples.empty())) == 0


def usable(rows: list) -> Samples:
    """Columns as the screen is fed: NaN exactly where a reading is not usable."""
    fits = [math.isfinite(r[2]) and abs(r[2]) <= 1e9 for r in rows]
    return columns([r if ok else (r[0], r[1], math.nan, 2) for r, ok in zip(rows, fits, strict=True)])


def closed(findings: np.ndarray) -> np.ndarray:
    ended = findings[findings["phase"] == 1]
    return ended[np.lexsort((ended["start"], ended["instance"]))]
