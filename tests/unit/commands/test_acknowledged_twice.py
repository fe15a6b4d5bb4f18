"""Who acknowledges twice is told so; it counts once, until the alarm asks again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from gateway.alarms.lifecycle import AlarmState
from gateway.commands import alarms
from gateway.commands.calls import acknowledge_group, take_group
from gateway.commands.until import lasting_ns
from gateway.errors import InputError
from gateway.model import SECOND
from gateway.statements import Statement, transition
from gateway.statements.transition import Transition
from tests.unit.commands.front_desk import LI, WANG, Office
from tests.unit.commands.test_alarms_said import an_alarm

ACKNOWLEDGED = an_alarm(AlarmState.UNACKNOWLEDGED)


def test_a_double_click_counts_once(office: Office) -> None:
    with office.desk() as desk:
        first = alarms.acknowledge(desk, LI, ACKNOWLEDGED, "seen")
        again = alarms.acknowledge(desk, LI, ACKNOWLEDGED, "seen")
        assert first.stated.is_new and not again.stated.is_new and again.stated.id == first.stated.id
        with pytest.raises(InputError, match=r"acknowledged E-7Q2M9XKD already at .*Z; .* is a comment"):
            alarms.acknowledge(desk, LI, ACKNOWLEDGED, "and I moved the bags")
        with pytest.raises(InputError, match="or Li Na did already"):
            acknowledge_group(desk, LI, [ACKNOWLEDGED], "seen")
    assert len(office.stated("acknowledge")) == 1


def test_a_whole_group_is_acknowledged_once_by_two_clicks_at_the_same_moment(office: Office) -> None:
    """The second one looks again, and is told what it would be told later."""
    with office.desk() as desk, office.desk() as other:
        first, commits = desk.journal.commit, list[str]()

        def overtaken(**drafts: Any) -> Any:
            if not commits:
                commits.append("now")
                acknowledge_group(other, LI, [ACKNOWLEDGED], "seen")
            return first(**drafts)

        object.__setattr__(desk.journal, "commit", overtaken)
        several = [ACKNOWLEDGED, replace(ACKNOWLEDGED, id="E-2")]
        names, stated = acknowledge_group(desk, LI, several, "seen")
        assert names == ["E-2"] and len(stated.new) == 1
    assert len(office.stated("acknowledge")) == 2


def test_what_asks_again_at_once_can_be_acknowledged_at_once(office: Office) -> None:
    """The gateway took the first one in, and then a unit turned out to have been inside."""
    with office.desk() as desk:
        first = alarms.acknowledge(desk, LI, ACKNOWLEDGED, "seen").stated.id
        asks = an_alarm(AlarmState.RETURNED)
        asks.body["alarm"]["acknowledgements"] = [{"by": "Li Na", "at_ns": 1, "comment": "seen", "id": first}]
        again = alarms.acknowledge(desk, LI, asks, "seen").stated
        assert again.is_new and again.id != first
        assert not alarms.acknowledge(desk, LI, asks, "seen").stated.is_new
    assert len(office.stated("acknowledge")) == 2


def test_a_closing_counts_once_whoever_is_second(office: Office) -> None:
    over = an_alarm(AlarmState.ENDED)
    with office.desk() as desk:
        first = alarms.close(desk, LI, over, "looked at").stated
        again = alarms.close(desk, LI, over, "looked at").stated
        assert first.is_new and not again.is_new and again.id == first.id
        with pytest.raises(InputError, match=r"Li Na closed E-7Q2M9XKD already at .*Z"):
            alarms.close(desk, WANG, over, "looked at")
    office.run("withdraw", first.id, "--by", "Li Na", "--reason", "not yet")
    with office.desk() as desk:
        assert alarms.close(desk, WANG, over, "now").stated.is_new


def test_what_opened_again_can_be_closed_again(office: Office) -> None:
    """The gateway took the closing in, and then a unit turned out to have been inside."""
    over = an_alarm(AlarmState.ENDED)
    with office.desk() as desk:
        first = alarms.close(desk, LI, over, "looked at").stated.id
        for number, state in enumerate(("closed", "ended"), 1):
            change = Transition(over.id, number, state, 1, "c", "v", {"alarm": {"state": state}}, first)
            said = Statement(transition.KIND, "edge", 1, transition.to_body(change))
            desk.journal.commit(statements=[said])
            with suppress(InputError):
                alarms.close(desk, WANG, over, f"looked at when {state}")
    assert [one.body["comment"] for one in office.stated("close")] == ["looked at", "looked at when ended"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("99999999999999d", "longer than ten years: nothing is quiet for ever"),
        ("0min", "is no time at all"),
        ("soon", "is no time: write 30min"),
    ],
)
def test_how_long(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        lasting_ns(text)
    assert lasting_ns("1.5h") == 5400 * SECOND


def test_a_whole_group_is_taken_in_one_commit(office: Office) -> None:
    several = [ACKNOWLEDGED, replace(ACKNOWLEDGED, id="E-2"), replace(ACKNOWLEDGED, id="E-3", closed=True)]
    with office.desk() as desk:
        names, stated = take_group(desk, LI, several, "on my way")
        assert names == ["E-7Q2M9XKD", "E-2"] and len(stated.new) == 2
        with pytest.raises(InputError, match="there is nothing to take"):
            take_group(desk, LI, several[2:], "")
    assert [one.body["alarm"] for one in office.stated("take")] == names
