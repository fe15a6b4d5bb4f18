"""What stands in the envelope of what people state, and what happens when two people state at once."""

from __future__ import annotations

import getpass
import os
import time
from pathlib import Path

import pytest

from gateway.commands import contents, resets
from gateway.commands.author import Author, at_this_box, operating_system_user
from gateway.commands.desk import TRIES, Desk
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.statements import PERSON, Statement, placement
from gateway.statements.placement import Placement
from gateway.statements.reset import Reset
from tests.unit.commands.front_desk import DAY, LI, WANG, Office


class Behind:
    """A clock that nobody believes, an hour behind."""

    trusted, reason = False, "nothing synchronizes it"

    def now_ns(self) -> int:
        return time.time_ns() - 3600 * 10**9


def test_the_envelope_says_who_when_and_from_where(office: Office) -> None:
    before_ns = time.time_ns()
    with office.desk() as desk:
        done = resets.reset(desk, at_this_box("Li Na"), "probe-1", "spent", "new load", f"{DAY}08:00:00Z")
    (stated,) = office.stated("reset")
    assert stated == done.new[0]
    assert (stated.by, stated.actor, stated.user, stated.origin) == (
        "Li Na",
        PERSON,
        operating_system_user(),
        "cli",
    )
    assert stated.stated_ns is not None and before_ns <= stated.stated_ns <= time.time_ns()
    with Journal.open_reading(office.path) as journal:
        assert stated.id == done.id == f"{journal.id}-1"


def test_the_user_of_the_system_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    assert operating_system_user() == getpass.getuser()
    if os.geteuid() == 0:
        monkeypatch.setenv("SUDO_UID", "0")
        assert operating_system_user() == "root as root"
        monkeypatch.setenv("SUDO_UID", "424242")
        assert operating_system_user() == "uid 424242 as root"


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "say who says it"), (" ", "say who"), ("x" * 201, "at most 200"), ("a\nb", "one line")],
)
def test_nobody_is_no_author(name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Author(name)


def test_times_are_those_of_the_gateways_clock(office: Office) -> None:
    with office.desk() as desk:
        desk = Desk(desk.configuration, desk.journal, Behind())
        done = contents.state_empty(desk, LI, "shipper-1")
        assert not done.new[0].trusted
        assert time.time_ns() - done.new[0].at_ns > 3500 * 10**9
        with pytest.raises(InputError, match="that clock is not trusted: nothing synchronizes it"):
            contents.state_empty(desk, LI, "shipper-1", at="2062-01-01T00:00:00Z")
        with pytest.raises(InputError, match="is before 2000"):
            contents.state_empty(desk, LI, "shipper-1", at="1999-01-01T00:00:00Z")


def test_whoever_is_overtaken_looks_again(office: Office) -> None:
    with office.desk() as desk, Journal.open(office.path) as other:
        looks: list[int] = []

        def look() -> list[Statement]:
            looks.append(desk.journal.last_seq())
            if len(looks) == 1:
                said = placement.to_body(Placement("probe-1", "shipper-2", None))
                other.commit(statements=[Statement(placement.KIND, "somebody", 1, said)])
            return [desk.draft(placement, Placement("probe-1", "shipper-1", None), LI, 2)]

        done = desk.state(look)
    assert looks == [0, 1]
    assert done.id.endswith("-2")


def test_whoever_is_overtaken_all_the_time_is_told(office: Office) -> None:
    with office.desk() as desk, Journal.open(office.path) as other:

        def look() -> list[Statement]:
            said = placement.to_body(Placement("probe-1", "shipper-2", None))
            other.commit(statements=[Statement(placement.KIND, "somebody", 1, said)])
            return [desk.draft(placement, Placement("probe-1", "shipper-1", None), LI, 2)]

        with pytest.raises(InputError, match="nothing was stated, try again"):
            desk.state(look)
        assert desk.journal.last_seq() == TRIES


def test_what_cannot_be_said_is_refused_in_words(office: Office) -> None:
    with office.desk() as desk:
        from gateway.statements import reset

        with pytest.raises(InputError, match="this cannot be stated: comment has 4001 characters"):
            desk.draft(reset, Reset("a", "b", 1, "x" * 4001), LI, 1)


def test_a_file_stands_in_the_origin_with_its_hash(office: Office) -> None:
    file = office.file(
        f"holder,BAG-1,shipper-1,,{DAY}08:00:00Z,,,", f"holder,BAG-2,shipper-1,top,{DAY}09:00:00Z,,,"
    )
    with office.desk() as desk:
        done = contents.load(desk, WANG, file)
    first, second = office.stated("containment")
    assert (done.rows, [s.id for s in done.stated.new]) == (2, [first.id, second.id])
    assert first.origin == second.origin
    assert first.origin.startswith("file containment.csv ") and len(first.origin.split()[2]) == 64
    assert (first.at_ns, second.at_ns) == (1_767_600_000 * 10**9, 1_767_603_600 * 10**9)


def test_a_file_that_cannot_be_read(office: Office) -> None:
    (office.folder / "odd.csv").write_bytes(b"\xff\xfe")
    with office.desk() as desk:
        with pytest.raises(InputError, match="nothing was taken, because of\nit is not UTF-8"):
            contents.load(desk, LI, office.folder / "odd.csv")
        with pytest.raises(InputError, match="cannot be read"):
            contents.load(desk, LI, Path("/nowhere/at/all.csv"))
