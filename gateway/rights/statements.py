"""Kinds of statements and the rights that they need: to read them, and to take them back."""

from __future__ import annotations

from typing import Final

READ_BY: Final = {  # besides the right to read statements
    "account": "account.read",
    "attempt": "calls.read",
    "call": "calls.read",
    "configuration": "configuration.read",
    "person": "people.read",
    "roster": "rosters.read",
    "stand_in": "rosters.read",
}
WITHDRAWN_BY: Final = {  # whoever may state it may take it back, besides the right to withdraw
    "account": "account.write",
    "acknowledge": "alarm.acknowledge",
    "assessment": "disposition.propose",
    "assign": "alarm.assign",
    "close": "alarm.close",
    "comment": "alarm.comment",
    "containment": "contents.write",
    "disposition": "disposition.propose",
    "drill": "drill.write",
    "empty": "contents.write",
    "filling": "filling.write",
    "handover": "handover.write",
    "hold": "hold.write",
    "import": "import.write",
    "look": "account.write",
    "out_of_service": "out-of-service.end",
    "parked": "parked.write",
    "person": "people.write",
    "placement": "placement.write",
    "proposal": "profile.propose",
    "release": "hold.write",
    "reset": "reset.write",
    "retry": "refused.write",
    "roster": "roster.write",
    "shelve": "alarm.shelve",
    "signature": "record.sign",
    "stand_in": "roster.write",
    "take": "alarm.take",
    "unshelve": "alarm.shelve",
    "written": "configuration.write",
}
