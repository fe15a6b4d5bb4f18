"""The alarm life cycle, cell by cell, and what it keeps on the way."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms import lifecycle
from gateway.alarms.lifecycle import (
    LONGEST_COMMENT,
    LONGEST_NAME,
    TRANSITIONS,
    Acknowledgement,
    Alarm,
    AlarmState,
    Event,
)
from gateway.errors import InputError

UNACKNOWLEDGED, ACKNOWLEDGED = AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED
RETURNED, CLOSED = AlarmState.RETURNED, AlarmState.CLOSED
SAID = Acknowledgement("Li Na", 50, "courier called")

TABLE = {  # as in the docstring of lifecycle.py, columns raise, acknowledge, return, withdraw
    UNACKNOWLEDGED: (UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, RETURNED),
    ACKNOWLEDGED: (ACKNOWLEDGED, ACKNOWLEDGED, CLOSED, CLOSED),
    RETURNED: (UNACKNOWLEDGED, CLOSED, RETURNED, RETURNED),
    CLOSED: (UNACKNOWLEDGED, None, CLOSED, CLOSED),
}
CELLS = [(s, e, after) for s, row in TABLE.items() for e, after in zip(Event, row, strict=True)]


def happen(alarm: Alarm, event: Event, at_ns: int = 90) -> Alarm:
    if event is Event.RAISE:
        return lifecycle.raise_again(alarm)
    if event is Event.ACKNOWLEDGE:
        return lifecycle.acknowledge(alarm, Acknowledgement("Li Na", at_ns, "seen"))
    over = lifecycle.return_to_normal if event is Event.RETURN else lifecycle.withdraw
    return over(alarm, at_ns)


def in_state(state: AlarmState) -> Alarm:
    over = state in (RETURNED, CLOSED)
    return Alarm("E-1", state, 10, 40 if over else None, (SAID,) if state in (ACKNOWLEDGED, CLOSED) else ())


def test_a_new_alarm_is_unacknowledged():
    assert lifecycle.raised("E-1", 10) == Alarm("E-1", UNACKNOWLEDGED, 10)


@pytest.mark.parametrize(("state", "event", "after"), CELLS)
def test_every_cell_of_the_table(state, event, after):
    alarm = in_state(state)
    if after is None:
        with pytest.raises(InputError, match="E-1 is closed: there is nothing to acknowledge"):
            happen(alarm, event)
        assert (state, event) not in TRANSITIONS
        return
    now = happen(alarm, event)
    assert now.state is after
    assert (now.id, now.raised_ns) == (alarm.id, alarm.raised_ns)
    assert (now.returned_ns is None) == (after in (UNACKNOWLEDGED, ACKNOWLEDGED))
    assert len(now.acknowledgements) == len(alarm.acknowledgements) + (event is Event.ACKNOWLEDGE)


def test_the_table_has_no_other_cells():
    assert set(TRANSITIONS) <= set(product(AlarmState, Event))
    assert len(TRANSITIONS) == len([c for c in CELLS if c[2] is not None])


@pytest.mark.parametrize("event", [Event.RETURN, Event.WITHDRAW])
@pytest.mark.parametrize("state", [RETURNED, CLOSED])
def test_when_it_returned_first_stands(state, event):
    assert happen(in_state(state), event, at_ns=90).returned_ns == 40


def test_acknowledgements_add_up_in_order():
    alarm = lifecycle.acknowledge(lifecycle.raised("E-1", 10), SAID)
    again = Acknowledgement("Zhang Wei", 60, "refilled")
    assert lifecycle.acknowledge(alarm, again).acknowledgements == (SAID, again)


@given(st.lists(st.sampled_from(list(Event)), max_size=12))
def test_any_history_keeps_what_people_said(events):
    alarm, said = lifecycle.raised("E-1", 10), 0
    for at_ns, event in enumerate(events, 20):
        try:
            alarm = happen(alarm, event, at_ns)
        except InputError:
            assert (alarm.state, event) == (CLOSED, Event.ACKNOWLEDGE)
        else:
            said += event is Event.ACKNOWLEDGE
        assert len(alarm.acknowledgements) == said
        assert (alarm.returned_ns is None) == (alarm.state in (UNACKNOWLEDGED, ACKNOWLEDGED))


@pytest.mark.parametrize(
    ("by", "comment", "what"),
    [
        ("", "seen", "needs a name"),
        (" \t", "seen", "needs a name"),
        ("Li Na", "", "needs a comment"),
        ("x" * (LONGEST_NAME + 1), "seen", f"name .* at most {LONGEST_NAME}"),
        ("Li Na", "x" * (LONGEST_COMMENT + 1), f"comment .* at most {LONGEST_COMMENT}"),
        ("Li Na", "caf\udce9", "comment .* not readable"),
        ("\udcff", "seen", "name .* not readable"),
    ],
)
def test_an_acknowledgement_says_who_and_why(by, comment, what):
    with pytest.raises(InputError, match=what):
        Acknowledgement(by, 1, comment)


def test_the_longest_and_any_language_are_taken():
    assert Acknowledgement("李" * LONGEST_NAME, 1, "已处理\n" * (LONGEST_COMMENT // 4)).by.startswith("李")
