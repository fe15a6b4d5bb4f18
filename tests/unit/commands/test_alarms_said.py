"""Acknowledging and closing: what can be said of an alarm in which state."""

from __future__ import annotations

import pytest

from gateway.alarms.lifecycle import AlarmState
from gateway.commands import alarms
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from tests.unit.commands.front_desk import LI, Office


def an_alarm(state: AlarmState) -> AlarmRow:
    told = {
        "id": "E-7Q2M9XKD",
        "state": state.value,
        "raised_ns": 1,
        "over_ns": None,
        "ended": False,
        "acknowledgements": [],
        "closing": None,
    }
    return AlarmRow("E-7Q2M9XKD", state is AlarmState.CLOSED, 1, 1, {"alarm": told})


@pytest.mark.parametrize("state", [s for s in AlarmState if s is not AlarmState.CLOSED])
def test_what_is_not_closed_can_be_acknowledged(office: Office, state: AlarmState) -> None:
    with office.desk() as desk:
        done = alarms.acknowledge(desk, LI, an_alarm(state), "seen")
    (stated,) = office.stated("acknowledge")
    assert (done.alarm, done.stated.id, stated.body["comment"]) == ("E-7Q2M9XKD", stated.id, "seen")


@pytest.mark.parametrize("state", [AlarmState.RETURNED, AlarmState.ENDED, AlarmState.ENDED_UNACKNOWLEDGED])
def test_what_is_over_can_be_closed(office: Office, state: AlarmState) -> None:
    with office.desk() as desk:
        alarms.close(desk, LI, an_alarm(state), "looked at")
    (stated,) = office.stated("close")
    assert (stated.by, stated.body["comment"]) == ("Li Na", "looked at")


@pytest.mark.parametrize("state", [AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.CLOSED])
def test_what_goes_on_or_is_closed_cannot_be_closed(office: Office, state: AlarmState) -> None:
    with (
        office.desk() as desk,
        pytest.raises(InputError, match=r"there is nothing to close|is closed already"),
    ):
        alarms.close(desk, LI, an_alarm(state), "looked at")
    assert office.stated("close") == []


def test_what_is_closed_cannot_be_acknowledged(office: Office) -> None:
    with office.desk() as desk, pytest.raises(InputError, match="there is nothing to acknowledge"):
        alarms.acknowledge(desk, LI, an_alarm(AlarmState.CLOSED), "seen")


def test_without_words_nothing_is_said(office: Office) -> None:
    with office.desk() as desk:
        with pytest.raises(InputError, match="comment is empty"):
            alarms.acknowledge(desk, LI, an_alarm(AlarmState.UNACKNOWLEDGED), " ")
        with pytest.raises(InputError, match="comment is empty"):
            alarms.close(desk, LI, an_alarm(AlarmState.RETURNED), "")
