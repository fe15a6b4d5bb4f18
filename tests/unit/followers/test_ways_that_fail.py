"""A way that failed is a fault until it works, or nobody has it any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.followers import caller as calling
from gateway.statements.person import Way
from tests.unit.alarming.alarm_desk import eventually
from tests.unit.followers.switchboard import Phone, Switchboard

MAILBOXES = ("li@lab.example", "wang@lab.example")
PROGRAMS = ("https://li.example/hook", "https://wang.example/hook")


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    monkeypatch.setattr(calling, "WAIT_S", 0.02)
    made = Switchboard(tmp_path)
    made.roster("li-na", "wang-wei")
    return made


def employ(board: Switchboard, name: str, *addresses: str) -> None:
    board.employ(name, ways=[Way("told", one) for one in addresses])


@pytest.mark.parametrize(("addresses", "stays"), [(MAILBOXES, False), (PROGRAMS, True)])
def test_one_who_is_reached_proves_a_server_to_work_and_no_other_server(
    board: Switchboard, addresses: tuple[str, str], stays: bool
) -> None:
    phone = Phone()
    phone.down = {addresses[1]}
    for name, address in zip(("li-na", "wang-wei"), addresses, strict=True):
        employ(board, name, address)
    with board.running(board.caller({"told": phone})) as caller:
        board.happens("E-1", "raised")
        board.now_s = 360
        eventually(lambda: "told wang-wei" in caller.failing, "the deputy is not reached")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: "G-2.1.li-na" in phone.ids(), "who is on duty is")
        eventually(lambda: any(one.call == "G-2.1" for one in board.attempts()), "stated")
        eventually(lambda: ("told wang-wei" in caller.failing) is stays, "so it is over, or not")
        employ(board, "wang-wei", "new@lab.example")
        eventually(lambda: not caller.failing, "what is given up cannot fail")


def test_another_address_of_the_same_person_is_another_way(board: Switchboard) -> None:
    phone = Phone()
    phone.down = {PROGRAMS[0]}
    employ(board, "li-na", *PROGRAMS)
    with board.running(board.caller({"told": phone})) as caller:
        board.happens("E-1", "raised")
        eventually(lambda: [at for _, at in phone.heard] == [PROGRAMS[1]], "by the second")
        eventually(lambda: any(one.outcome == "delivered" for one in board.attempts()), "stated")
        board.happens("E-2", "raised", "dewar-2")
        eventually(lambda: len(phone.heard) == 2, "and again")
        assert caller.failing == {"told li-na": f"{PROGRAMS[0]}: busy"}
