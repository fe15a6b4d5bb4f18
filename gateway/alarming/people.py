"""What people say about one alarm: acknowledge, close, take, assign, comment; and what follows for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.alarming.steps import ACKNOWLEDGED, ASSIGNED, CLOSED, COMMENTED, TAKEN
from gateway.alarms import lifecycle
from gateway.alarms.handling import Assignment, Remark, Taking
from gateway.alarms.lifecycle import Acknowledgement, Alarm
from gateway.statements import Statement, acknowledge, assign, close, comment, take
from gateway.statements.kinds import kinds

CHANGES: Final[Mapping[str, str]] = {
    acknowledge.KIND: ACKNOWLEDGED,
    close.KIND: CLOSED,
    take.KIND: TAKEN,
    assign.KIND: ASSIGNED,
    comment.KIND: COMMENTED,
}
"""By kind of statement, what happens to the alarm."""
Follow = Callable[[Alarm, Statement, Any], Alarm]


def alarm_meant(statement: Statement) -> str:
    """The id of the alarm."""
    return str(kinds()[statement.kind].of(statement.body).alarm)


def follow(alarm: Alarm, statement: Statement) -> Alarm:
    """The alarm after it. Raises InputError where it comes too late, or says nothing."""
    return _FOLLOWS[statement.kind](alarm, statement, kinds()[statement.kind].of(statement.body))


def _acknowledge(alarm: Alarm, statement: Statement, said: acknowledge.Acknowledge) -> Alarm:
    return lifecycle.acknowledge(alarm, _words(statement, said.comment))


def _close(alarm: Alarm, statement: Statement, said: close.Close) -> Alarm:
    return lifecycle.close(alarm, _words(statement, said.comment))


def _words(statement: Statement, words: str) -> Acknowledgement:
    return Acknowledgement(statement.by, statement.at_ns, words, statement.id)


def _take(alarm: Alarm, statement: Statement, said: take.Take) -> Alarm:
    return lifecycle.take(alarm, Taking(statement.by, statement.at_ns, said.comment, statement.id))


def _assign(alarm: Alarm, statement: Statement, said: assign.Assign) -> Alarm:
    return lifecycle.assign(alarm, Assignment(said.to, statement.by, statement.at_ns, statement.id))


def _comment(alarm: Alarm, statement: Statement, said: comment.Comment) -> Alarm:
    return lifecycle.comment(alarm, Remark(statement.by, statement.at_ns, said.comment, statement.id))


_FOLLOWS: Final[Mapping[str, Follow]] = {
    acknowledge.KIND: _acknowledge,
    close.KIND: _close,
    take.KIND: _take,
    assign.KIND: _assign,
    comment.KIND: _comment,
}
