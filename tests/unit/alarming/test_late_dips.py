"""What a buffer brings and is over is late news from its first transition on; what happens now is not."""

from __future__ import annotations

from pathlib import Path

from gateway.alarms.member import Member, member
from gateway.model import SECOND
from gateway.published.alarm import of_known
from gateway.statements import transition
from tests.unit.alarming.alarm_desk import NOON_NS, Desk, now_ns


def raised(desk: Desk) -> list[Member]:
    desk.run()
    found = []
    for seq, statement in desk.journal.statements(transition.KIND):
        said = transition.of(statement.body)
        at_ns = statement.at_ns if statement.stated_ns is None else statement.stated_ns
        found.append(member(seq, at_ns, said, of_known(said.known, said.number)))
    return [one for one in found if one.is_new]


def test_dips_of_a_buffer_are_late_news(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(*(("top", 60.0 * k, -140.0 if k % 2 else -190.0) for k in range(7)))
    assert [one.is_late_news for one in raised(desk)] == [True, True, True]


def test_what_goes_on_is_none_however_long_ago_it_began(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(("top", 0.0, -190.0), ("top", 60.0, -140.0))
    assert [one.is_late_news for one in raised(desk)] == [False]


def test_nor_is_what_was_over_just_now(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    at_s = (now_ns() - NOON_NS) / SECOND
    desk.read(*(("top", at_s - 3.0 + k, -140.0 if k % 2 else -190.0) for k in range(3)))
    assert [one.is_late_news for one in raised(desk)] == [False]
