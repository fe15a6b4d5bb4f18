"""Which statements speak of what, found in the index, and what became of them: the same as by reading all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.journal import schema
from gateway.journal.database import all_rows, connect
from gateway.journal.journal import Journal
from gateway.journal.said import said
from gateway.journal.standing import Standing, bearing_on, speaking_of
from gateway.journal.verify import verify
from gateway.statements import PERSON, Statement, containment, empty, withdrawal
from gateway.statements.effect import Effects
from gateway.statements.empty import Empty
from gateway.statements.withdrawal import Withdrawal
from tests.unit.journal.journal_data import NOON_NS


def inside(code, asset="dewar-1", **envelope):
    unit = containment.Unit("holder", code)
    stay = containment.UnitStay(unit, asset, None, NOON_NS, None)
    body = containment.to_body(containment.Containment((stay,)))
    return Statement(containment.KIND, "Li Na", NOON_NS, body, actor=PERSON, **envelope)


def taken_back(identity):
    body = withdrawal.to_body(Withdrawal())
    return Statement(
        withdrawal.KIND, "Li Na", NOON_NS, body, actor=PERSON, reason="wrong", withdraws=identity
    )


def state(journal, *statements):
    return [f"{journal.id}-{seq}" for seq in journal.commit(statements=statements).seqs]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path):
    with Journal.open(path) as opened:
        yield opened


def codes(found):
    return [containment.of(one.body).stays[0].unit.code for _, one in found]


def test_what_speaks_of_a_name_is_found_in_any_case_and_in_order(journal):
    state(journal, inside("BAG-1"), inside("bag-2"), inside("BAG-3", "dewar-2"), inside("BAG-1", "dewar-2"))
    assert codes(speaking_of(journal, ["bag-1"])) == ["BAG-1", "BAG-1"]
    assert codes(speaking_of(journal, ["DEWAR-1", "bag-2"])) == ["BAG-1", "bag-2"]
    assert codes(speaking_of(journal, ["dewar-2"], after_seq=3)) == ["BAG-1"]
    assert codes(speaking_of(journal, ["BAG"])) == []


def test_more_than_a_page_of_them(journal):
    state(journal, *(inside(f"BAG-{k}") for k in range(1200)))
    assert codes(speaking_of(journal, ["dewar-1"])) == [f"BAG-{k}" for k in range(1200)]


def test_a_statement_is_found_by_the_id_that_the_journal_or_its_sender_gave_it(journal):
    (own,) = state(journal, inside("BAG-1"))
    state(journal, inside("BAG-2", id="phone-7"), inside("BAG-3", id="phone-7"))
    standing = Standing(journal)
    assert codes([(0, standing.find(own.lower()))]) == ["BAG-1"]
    assert codes([(0, standing.find(" Phone-7 "))]) == ["BAG-2"]
    assert standing.numbered("phone-7")[0] == 2
    assert standing.find("") is standing.find("AAAAAAAA-1") is standing.find(f"{journal.id}-9") is None


def test_what_bears_on_one_statement_is_the_chain_that_it_is_part_of(journal):
    first, _ = state(journal, inside("BAG-1"), inside("BAG-2"))
    (second,) = state(journal, inside("BAG-3", corrects=first, reason="r"))
    (third,) = state(journal, taken_back(second))
    state(journal, inside("BAG-2"))
    for one in (first, second, third):
        assert [s.id for _, s in bearing_on(journal, [one])] == [first, second, third]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["", "corrects", "withdraws"])), max_size=14))
def test_what_became_of_each_is_what_reading_all_says(tmp_path_factory, told):
    with Journal.open(tmp_path_factory.mktemp("j") / "journal.sqlite") as journal:
        ids = []
        for k, (which, how) in enumerate(told):
            target = ids[which % len(ids)] if ids and how else ""
            new = inside(f"BAG-{k}", reason="r")
            new = taken_back(target) if target and how == "withdraws" else replace(new, corrects=target)
            ids += state(journal, new)
        every = Effects()
        for statement in said(journal, containment.KIND, withdrawal.KIND):
            every.hear(statement)
        for one in ids:
            standing = Standing(journal)
            undone, wanted = standing.undone_by(one), every.undone_by(one)
            assert (undone and undone.id) == (wanted and wanted.id)
            assert standing.counts(standing.find(one)) == every.counts(one)


def test_a_journal_of_an_earlier_version_gets_its_index_when_it_is_opened(path):
    with pytest.MonkeyPatch.context() as past:
        past.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:5])
        past.setattr(schema, "CURRENT", 5)
        schema.open_writing(path).close()
    with Journal.open(path.with_name("donor.sqlite")) as donor:
        (first,) = state(donor, inside("BAG-1"))
        emptied = Statement(
            empty.KIND, "Li", NOON_NS, empty.to_body(Empty("dewar-2", None)), id="P-1", actor=PERSON
        )
        state(donor, taken_back(first), emptied, *(inside(f"BAG-{k}") for k in range(1, 700)))
        rows = all_rows(donor._connection, "SELECT * FROM entry")
        who = all_rows(donor._connection, "SELECT * FROM identity")
    with connect(path, writing=True) as old:
        old.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        old.execute("DELETE FROM identity")
        old.executemany("INSERT INTO identity VALUES (?, ?, ?, ?)", who)
    old.close()
    with Journal.open(path) as journal:
        assert codes(speaking_of(journal, ["BAG-1"])) == ["BAG-1", "BAG-1"]
        standing = Standing(journal)
        assert standing.undone_by(first).kind == withdrawal.KIND
        assert standing.find("p-1").id == "P-1"
        assert len(list(speaking_of(journal, ["dewar-1"]))) == 700
    assert verify(path).problems == []


def test_verify_finds_a_statement_that_the_index_does_not_lead_to(path):
    with Journal.open(path) as journal:
        state(journal, inside("BAG-1"), inside("BAG-2"))
    with connect(path, writing=True) as other:
        other.execute(
            "DELETE FROM mention WHERE seq = 2 AND name = (SELECT max(name) FROM mention WHERE seq = 2)"
        )
    other.close()
    assert verify(path).problems == ["journal entry 2 is missing in table mention; restore a backup"]
