"""What a call to act says of an alarm that does not go on as it began: its end, and whether it returned."""

from __future__ import annotations

import pytest

from gateway.alarms.call import CallKind
from gateway.notifiers.call_words import call_message
from tests.unit.notifiers.calls import RAISED, call, in_chinese
from tests.unit.notifiers.test_messages_to_people import Shanghai


@pytest.mark.parametrize("why", ["moved", "superseded", "retired"])
def test_a_call_about_an_end_that_is_no_return_says_so_and_since_when(why: str) -> None:
    ended = {**RAISED, "state": "ended unacknowledged", "ended_by": why, "end": RAISED["start"]}
    ended["over"] = "2026-01-05T11:03:00.000000000Z"
    told = call_message(call(alarms=(ended,)), Shanghai())
    assert told.title == "URGENT, ended, not returned: freezer-1/top -140.5 °C"
    assert (
        told.rows[0][1].startswith("it may be as it was: ") and "since 2026-01-05 19:00:00" in told.rows[0][1]
    )
    assert dict(told.rows)["Ended"].startswith("2026-01-05 19:03:00") and "Over" not in dict(told.rows)
    chinese = call_message(in_chinese(alarms=(ended,)), Shanghai())
    assert chinese.title == "【特急】已终止，未恢复：freezer-1/top -140.5 °C"
    assert chinese.rows[0][1].startswith("自 2026-01-05 19:00:00") and "终止" in dict(chinese.rows)


def test_what_is_over_leads_a_call_to_act_only_as_over() -> None:
    over = {**RAISED, "state": "returned unacknowledged", "over": RAISED["start"]}
    goes_on = {**RAISED, "id": "E-9"}
    beside = {"kind": CallKind.WORSE, "alarms": (over, goes_on), "over": 1, "is_beside": True}
    assert call_message(call(**beside), Shanghai()).title == (
        "URGENT, over already, another goes on: freezer-1/top -140.5 °C"
    )
    assert call_message(in_chinese(**beside), Shanghai()).title.startswith("【特急】已结束，另有报警持续：")
    past = {**beside, "is_beside": False, "is_past": True}
    assert call_message(call(**past), Shanghai()).title.startswith("Over already - URGENT: ")
    assert call_message(in_chinese(**past), Shanghai()).title.startswith("【已经结束】【特急】freezer-1")
    assert dict(call_message(call(**past), Shanghai()).rows)["What"] == "1 go on, 1 over"
