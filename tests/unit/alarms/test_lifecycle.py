"""The alarm life cycle, cell by cell, and what it keeps on the way."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import example, given
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
ENDED_UNACK, ENDED = AlarmState.ENDED_UNACKNOWLEDGED, AlarmState.ENDED
SAID = Acknowledgement("Li Na", 50, "courier called", "J-5")
CLOSING = Acknowledgement("Zhang Wei", 60, "inspected", "J-6")
ACTIVE = (UNACKNOWLEDGED, ACKNOWLEDGED)

TABLE = {  # as in the docstring of lifecycle.py: raise, acknowledge, return, withdraw, end, look, close
    UNACKNOWLEDGED: (UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, RETURNED, ENDED_UNACK, UNACKNOWLEDGED, None),
    ACKNOWLEDGED: (ACKNOWLEDGED, ACKNOWLEDGED, CLOSED, CLOSED, ENDED, UNACKNOWLEDGED, None),
    RETURNED: (UNACKNOWLEDGED, CLOSED, RETURNED, RETURNED, ENDED_UNACK, RETURNED, CLOSED),
    ENDED_UNACK: (UNACKNOWLEDGED, ENDED, RETURNED, RETURNED, ENDED_UNACK, ENDED_UNACK, CLOSED),
    ENDED: (UNACKNOWLEDGED, ENDED, CLOSED, CLOSED, ENDED, ENDED_UNACK, CLOSED),
    CLOSED: (UNACKNOWLEDGED, None, CLOSED, CLOSED, ENDED_UNACK, RETURNED, None),
}
CELLS = [(s, e, after) for s, row in TABLE.items() for e, after in zip(Event, row, strict=True)]
OVER = (Event.RETURN, Event.WITHDRAW, Event.END)
SHORT = {  # of the docstring
    "same": None,
    "unack": UNACKNOWLEDGED,
    "acknowledged": ACKNOWLEDGED,
    "returned": RETURNED,
    "ended unack": ENDED_UNACK,
    "ended u.": ENDED_UNACK,
    "ended": ENDED,
    "closed": CLOSED,
}


def happen(alarm: Alarm, event: Event, at_ns: int = 90) -> Alarm:
    said = Acknowledgement("Li Na", at_ns, "seen", f"J-{at_ns}")
    match event:
        case Event.RAISE:
            return lifecycle.raise_again(alarm)
        case Event.ACKNOWLEDGE:
            return lifecycle.acknowledge(alarm, said)
        case Event.CLOSE:
            return lifecycle.close(alarm, said)
        case Event.LOOK:
            return lifecycle.look(alarm)
    over = {
        Event.RETURN: lifecycle.return_to_normal,
        Event.WITHDRAW: lifecycle.withdraw,
        Event.END: lifecycle.end,
    }
    return over[event](alarm, at_ns)


def in_state(state: AlarmState) -> Alarm:
    seen = (SAID,) if state in (ACKNOWLEDGED, ENDED, CLOSED) else ()
    over_ns = None if state in ACTIVE else 40
    return Alarm("E-1", state, 10, over_ns, state in (ENDED, ENDED_UNACK), seen)


def test_a_new_alarm_is_unacknowledged():
    assert lifecycle.raised("E-1", 10) == Alarm("E-1", UNACKNOWLEDGED, 10)


@pytest.mark.parametrize(("state", "event", "after"), CELLS)
def test_every_cell_of_the_table(state, event, after):
    alarm = in_state(state)
    if after is None:
        with pytest.raises(InputError, match=f"E-1 is {state}: there is nothing to {event}"):
            happen(alarm, event)
        assert (state, event) not in TRANSITIONS
        return
    now = happen(alarm, event)
    assert now.state is after
    assert (now.id, now.raised_ns) == (alarm.id, alarm.raised_ns)
    assert (now.over_ns is None) == (after in ACTIVE)
    assert len(now.acknowledgements) == len(alarm.acknowledgements) + (event is Event.ACKNOWLEDGE)


def test_the_table_has_no_other_cells():
    assert set(TRANSITIONS) <= set(product(AlarmState, Event))
    assert len(TRANSITIONS) == len([c for c in CELLS if c[2] is not None])


def test_the_docstring_shows_this_table():
    lines = str(lifecycle.__doc__).splitlines()
    first = next(i for i, line in enumerate(lines) if line.split()[:1] == ["state"])
    starts = [lines[first].index(word) for word in ("raise", "acknowledge", "return", "end", "look", "close")]
    for line, (state, row) in zip(lines[first + 1 :], TABLE.items(), strict=False):
        cells = [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
        returned, withdrawn = row[2:4]
        assert returned is withdrawn  # one column
        assert SHORT.get(line[: starts[0]].strip(), state) is state
        for cell, after in zip(cells, (*row[:3], *row[4:]), strict=True):
            assert after is (None if cell == "-" else (SHORT[cell] or state)), (line, cell)


@pytest.mark.parametrize("event", OVER)
@pytest.mark.parametrize("state", [RETURNED, ENDED_UNACK, ENDED, CLOSED])
def test_when_it_was_over_first_stands(state, event):
    assert happen(in_state(state), event, at_ns=90).over_ns == 40


@pytest.mark.parametrize("event", OVER)
@pytest.mark.parametrize("state", list(AlarmState))
def test_only_an_end_that_no_reading_gave_is_an_ended_one(state, event):
    assert happen(in_state(state), event).ended == (event is Event.END)


@pytest.mark.parametrize("state", [RETURNED, ENDED_UNACK, ENDED, CLOSED])
def test_raised_again_it_is_as_if_it_had_not_been_over(state):
    alarm = replace(in_state(state), closing=CLOSING)
    again = lifecycle.raise_again(alarm)
    assert (again.over_ns, again.ended, again.closing) == (None, False, None)
    assert again.acknowledgements == alarm.acknowledgements


@pytest.mark.parametrize("state", [RETURNED, ENDED_UNACK, ENDED])
def test_closing_says_who_and_why(state):
    closed = lifecycle.close(in_state(state), CLOSING)
    assert (closed.state, closed.closing, closed.ended) == (CLOSED, CLOSING, in_state(state).ended)


@pytest.mark.parametrize(("ended", "after"), [(False, RETURNED), (True, ENDED_UNACK)])
def test_a_closed_one_that_asks_for_a_look_is_what_it_was_before(ended, after):
    closed = replace(in_state(CLOSED), ended=ended, closing=CLOSING)
    again = lifecycle.look(closed)
    assert (again.state, again.closing, again.ended, again.over_ns) == (after, None, ended, 40)
    assert again.acknowledgements == (SAID,)


def test_acknowledgements_add_up_in_order():
    alarm = lifecycle.acknowledge(lifecycle.raised("E-1", 10), SAID)
    again = Acknowledgement("Zhang Wei", 60, "refilled")
    assert lifecycle.acknowledge(alarm, again).acknowledgements == (SAID, again)


@pytest.mark.parametrize(
    ("state", "after"), [(ACKNOWLEDGED, UNACKNOWLEDGED), (ENDED, ENDED_UNACK), (CLOSED, RETURNED)]
)
def test_the_only_acknowledgement_taken_back_asks_again(state, after):
    left = lifecycle.take_back(in_state(state), SAID.id)
    assert (left.state, left.acknowledgements) == (after, ())


@pytest.mark.parametrize("state", [ACKNOWLEDGED, ENDED])
def test_while_another_acknowledgement_stands_nothing_is_asked(state):
    other = Acknowledgement("Zhang Wei", 60, "refilled", "J-7")
    alarm = lifecycle.acknowledge(in_state(state), other)
    assert lifecycle.take_back(alarm, SAID.id) == replace(alarm, acknowledgements=(other,))


@pytest.mark.parametrize("state", [RETURNED, ENDED_UNACK, ENDED])
def test_a_closing_taken_back_asks_again_and_keeps_the_acknowledgements(state):
    closed = lifecycle.close(in_state(state), CLOSING)
    left = lifecycle.take_back(closed, CLOSING.id)
    assert left.state is (ENDED_UNACK if closed.ended else RETURNED)
    assert (left.closing, left.acknowledgements) == (None, closed.acknowledgements)


@pytest.mark.parametrize("state", list(AlarmState))
def test_taking_back_what_was_not_said_here_changes_nothing(state):
    assert lifecycle.take_back(in_state(state), "J-99") == in_state(state)


@given(st.lists(st.sampled_from(list(Event)), max_size=12))
@example([Event.RETURN, Event.CLOSE, Event.END])
def test_any_history_keeps_what_people_said(events):
    alarm, said = lifecycle.raised("E-1", 10), 0
    for at_ns, event in enumerate(events, 20):
        try:
            alarm = happen(alarm, event, at_ns)
        except InputError:
            assert TABLE[alarm.state][list(Event).index(event)] is None
        else:
            said += event is Event.ACKNOWLEDGE
        assert len(alarm.acknowledgements) == said
        assert (alarm.over_ns is None) == (alarm.state in ACTIVE)
        assert alarm.ended or alarm.state not in (ENDED, ENDED_UNACK)
        assert alarm.closing is None or alarm.state is CLOSED


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
