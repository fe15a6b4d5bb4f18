"""Whether an alarm that somebody has answered became more severe: services that call people must know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.followers.transitions import Transitions
from gateway.journal.alarm_tables import TransitionRow
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.statements import transition
from gateway.statements.transition import Transition
from tests.unit.followers.office import START, published

ANSWERED = {"state": "acknowledged"}


def worsened(folder: Path, *story: tuple[str, str, dict[str, Any]], in_records: bool) -> list[bool]:
    """Of an alarm with these changes, severities and states, among others."""
    journal, records = Journal.open(folder / "journal.sqlite"), Records(folder / "records.sqlite")
    for number, (change, severity, more) in enumerate(story, 1):
        for name in ("E-1", "E-2"):
            worst = {"severity": severity if name == "E-1" else "critical"}
            known = {"id": name, "start": START, "state": "unacknowledged", **worst, **more}
            body = transition.to_body(Transition(name, number, change, 0, "", "0.1.0", known))
            (seq,) = journal.commit(statements=[Statement(transition.KIND, "test", 0, body)]).seqs
            if in_records:
                with records.transaction():
                    records.book.put_transition(TransitionRow(seq, name, number, change, 0, 0))
    page = Transitions(journal, records, published).page(0, 100)
    assert page is not None
    return [change.worsened for change in page.items if change.alarm["id"] == "E-1"]


@pytest.mark.parametrize("in_records", [True, False])
def test_more_severe_after_an_answer_and_nothing_else(tmp_path: Path, in_records: bool) -> None:
    found = worsened(
        tmp_path,
        ("raised", "minor", {}),
        ("amended", "major", {}),  # nobody had answered: the service calls on anyway
        ("acknowledged", "major", ANSWERED),
        ("amended", "major", ANSWERED),
        ("amended", "critical", ANSWERED),
        ("amended", "critical", ANSWERED),
        ("amended", "minor", ANSWERED),
        in_records=in_records,
    )
    assert found == [False, False, False, False, True, False, False]


QUIET = ANSWERED | {"overlay": {"kind": "out of service"}}


@pytest.mark.parametrize("in_records", [True, False])
@pytest.mark.parametrize(("answered", "says"), [("minor", True), ("critical", False)])
def test_what_becomes_more_severe_while_it_is_quiet_says_so_once_it_speaks(
    tmp_path: Path, in_records: bool, answered: str, says: bool
) -> None:
    found = worsened(
        tmp_path,
        ("raised", "minor", {}),
        ("acknowledged", "minor", ANSWERED),
        ("out of service", "minor", QUIET),
        ("amended", "critical", QUIET),
        ("acknowledged", answered, QUIET),
        ("speaks again", "critical", ANSWERED),
        in_records=in_records,
    )
    assert found == [False] * 5 + [says]
