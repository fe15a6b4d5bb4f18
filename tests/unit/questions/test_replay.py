"""Replay of a recording is what the running gateway found, whatever order the rows are in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.alarming import present
from gateway.alarming import screening as follower
from gateway.journal.journal import Statement
from gateway.model import SECOND, Samples
from gateway.questions.replay import replay
from gateway.statements.containment import KIND as CONTAINMENT
from gateway.traceability.containment import Containments
from gateway.traceability.statements import from_body
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, SOME_CODE, Desk, Still, body, moment

SHAPE = [
    *("channel", "rule", "severity", "start", "confirmed", "end", "cleared", "extreme", "extreme_at"),
    *("beyond_s", "degree_seconds", "readings", "unproven_s", "contains_gap", "units"),
]
DEADBANDS = CONFIG.replace(
    "limit_degC = -150.0", "limit_degC = -150.0\ndeadband_degC = 5.0\non_delay_s = 2.0\noff_delay_s = 3.0"
).replace("no_data_after_s = 300000000.0", "no_data_after_s = 30.0")


def stays(*bodies: dict[str, Any]) -> Containments:
    inside = Containments()
    for told in bodies:
        inside.state(from_body(told, "Li Na", NOON_NS))
    return inside


def recorded(desk: Desk) -> Samples:
    return desk.journal.read(None, 0, None).samples


def replayed(desk: Desk, inside: Containments, *parts: Samples) -> list[dict[str, Any]]:
    return replay(desk.configuration, desk.numbers, parts or [recorded(desk)], inside)


def test_the_shape_that_other_programs_read(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(("top", 0, -190.0), ("top", 10, -140.0), ("top", 20, -190.0), ("shipper", 20, -140.0))
    found = replayed(desk, stays(body(SOME_CODE, "freezer", -60)))
    assert [list(e)[: len(SHAPE)] for e in found] == [SHAPE, SHAPE]
    assert {k: found[0][k] for k in SHAPE} == {
        "channel": "top",
        "rule": "above-150",
        "severity": "critical",
        "start": moment(10),
        "confirmed": moment(10),
        "end": moment(20),
        "cleared": moment(20),
        "extreme": -140.0,
        "extreme_at": moment(10),
        "beyond_s": 2.0,
        "degree_seconds": 10.0,
        "readings": 1,
        "unproven_s": 0.0,
        "contains_gap": False,
        "units": [
            {
                "scheme": "holder",
                "code": SOME_CODE,
                "product": "EXAMPLE",
                "chain_of_identity": "COI-1",
                "from": moment(8),
                "to": moment(20),
                "beyond_s": 4.0,
                "unproven_s": 0.0,
                "extreme": -140.0,
                "certain": True,
                "conflict": None,
            }
        ],
    }
    assert (found[1]["channel"], found[1]["end"], found[1]["units"]) == ("shipper", None, "unknown")


def test_nothing_recorded_is_no_excursion(tmp_path: Path) -> None:
    assert replayed(Desk(tmp_path), Containments(), Samples.empty()) == []


def test_the_clock_of_a_recording_is_its_last_reading(tmp_path: Path) -> None:
    desk = Desk(tmp_path, DEADBANDS)
    desk.read(("top", 0, -190.0), ("shipper", 0, -190.0), ("shipper", 25, -190.0), ("shipper", 50, -190.0))
    inside = stays(body("NOW", "freezer", 40), body("LATER", "freezer", 60))
    (silence,) = replayed(desk, inside)
    assert (silence["channel"], silence["rule"], silence["end"]) == ("top", "no-data", None)
    assert silence["start"] == moment(30)
    assert [u["code"] for u in silence["units"]] == ["NOW"]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["top", "shipper"]),
        st.integers(1, 60),
        st.sampled_from([-190.0, -155.0, -151.0, -150.0, -149.0, -100.0, None]),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row[:2],
)
HEARD = [
    ("top", 0, -190.0),
    ("shipper", 0, -190.0),
]  # a recording knows of no silence before the first reading
STAYS = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["freezer", "shipper"]), st.integers(-10, 60)),
    max_size=4,
)


def compared(of: dict[str, Any]) -> dict[str, Any]:
    """Without the words of a conflict, which name the statements of a journal: that there is one counts."""
    units = of["units"]
    if not isinstance(units, str):
        units = [{**u, "conflict": u["conflict"] is not None} for u in units]
    return {**{k: of[k] for k in SHAPE}, "units": units}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, said=STAYS, cut=st.integers(0, 30), data=st.data())
def test_the_same_as_live(
    rows: list,
    said: list,
    cut: int,
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(tmp_path_factory.mktemp("live"), DEADBANDS, NOON_NS)
    bodies = [body(*statement) for statement in said]
    desk.say(Statement(CONTAINMENT, "Li Na", NOON_NS, {"units": bodies}))
    end_s = max(s for _, s, _ in rows)
    monkeypatch.setattr(follower, "GRACE_S", -1.0)
    monkeypatch.setattr(present, "steady_s", lambda: 0.0)
    desk.clock = Still(NOON_NS + end_s * SECOND)
    rows = [*HEARD, *rows]
    for part in (rows[: cut + 2], rows[cut + 2 :]):
        if part:
            desk.read(*part)
        desk.run()
    order = np.array(data.draw(st.permutations(range(len(rows)))))
    found = replayed(desk, stays(*bodies), recorded(desk).take(order))
    live = [compared(a) for a in desk.alarms() if not a["withdrawn"]]
    assert sorted(live, key=str) == sorted(map(compared, found), key=str)
    assert [e["start"] for e in found] == sorted(e["start"] for e in found)
