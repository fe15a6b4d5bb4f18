"""The log follows the journal: the same leaves whenever it is read, and never two stories under one name."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.evidence import checkpoint, note
from gateway.evidence.store import Store
from gateway.evidence.tree import consistent
from gateway.journal.retaining import retain
from tests.unit.evidence.evidence_data import MINUTE, Box, compared, entries, signed
from tests.unit.journal.journal_data import NOON_NS


def test_what_becomes_a_leaf(box):
    box.day()
    box.follow()
    found = entries(box)
    assert [one["type"] for one in found] == [
        "statement",
        *["readings", "statement"] * 3,
        "readings",
        "evidence log",
    ]
    run = found[1]
    name = found[0]["entry"].partition("-")[0]
    assert (run["first"], run["last"]) == (f"{name}-2", f"{name}-3")
    assert (run["entries"], run["readings"]) == (2, 4)
    assert run["committed"] == ["2026-01-05T12:00:00.000000000Z", "2026-01-05T12:00:01.000000000Z"]
    assert len(bytes.fromhex(run["sha256"])) == 32
    assert found[2]["kind"] == "notification"


def test_the_bytes_of_leaves_are_fixed(box):
    """A log is checked by later versions, too."""
    with box.database() as connection:
        connection.execute("UPDATE identity SET id = 'ABCD2345'")
    box.read(-190.5)
    box.say()
    box.follow()
    with Store(box.folder / "evidence.sqlite") as store:
        told = [leaf.entry.decode() for leaf in store.leaves(0, 3)]
    assert told[1:] == [
        '{"committed":["2026-01-05T12:00:00.000000000Z","2026-01-05T12:00:00.000000000Z"],"entries":1,'
        '"first":"ABCD2345-2","last":"ABCD2345-2","readings":1,'
        '"sha256":"d62f1d5e5090c66326a6b0f0b6db8782b9ec4faaffb4ae9863a7bee1b72ae41d",'
        '"times":["2026-01-05T12:00:00.000000000Z",'
        '"2026-01-05T12:00:00.000000000Z"],"type":"readings"}',
        '{"committed":"2026-01-05T12:00:01.000000000Z","entry":"ABCD2345-3","kind":"notification",'
        '"sha256":"9b56c35d64dfab25317677a986d32abbfb09860544b89eeb5afa1ba97f7c00d1","type":"statement"}',
    ]


def test_a_run_ends_with_its_minute_however_often_somebody_looks(box):
    box.follow()
    for _ in range(5):
        box.read()
        box.follow()
    assert [one["type"] for one in entries(box)].count("readings") == 0
    box.now_ns = NOON_NS + MINUTE
    box.read()
    box.follow()
    assert [one["entries"] for one in entries(box) if one["type"] == "readings"] == [5]


def test_a_checkpoint_is_signed_when_something_is_new(box):
    size, root, problem = box.follow()
    assert problem == ""
    first = signed(box)
    assert (first.size, first.root) == (size, root)
    box.day()
    box.follow()
    second = signed(box)
    with Store(box.folder / "evidence.sqlite") as store:
        proof = store.tree.consistency(first.size, second.size)
        assert len(store.checkpoints()) == 2
    assert consistent(first.size, first.root, second.size, second.root, proof)
    box.follow()
    with Store(box.folder / "evidence.sqlite") as store:
        assert len(store.checkpoints()) == 2


def test_the_key_is_the_users_alone(box):
    box.follow()
    assert stat.S_IMODE((box.folder / "evidence.key").stat().st_mode) == 0o600


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from(["read", "say", "minute", "back", "roll", "follow", "crash"]), max_size=25))
def test_the_same_tree_whenever_and_however_often_it_is_read(tmp_path_factory, steps):
    """Also with a clock that is set back, after roll-overs, and after a kill at any point of following."""
    box = Box(tmp_path_factory.mktemp("evidence"))
    box.say()
    box.follow()
    for step in steps:
        if step == "minute":
            box.now_ns += MINUTE
        elif step == "back":
            box.now_ns -= 7 * MINUTE
        elif step == "crash":
            with box.keeping() as keeping:  # what it read and did not store is forgotten
                keeping.step()
        else:
            getattr(box, step)()
    size, root, problem = box.follow()
    assert problem == ""
    found = compared(box)
    assert (found.same, found.missing, found.differing) == (size, [], [])
    box.lose_log()
    assert box.follow() == (size, root, "")


def test_a_kill_between_the_file_and_the_database_signs_the_same_again(box, monkeypatch):
    box.day()
    with box.keeping() as keeping:
        keeping.step()
        monkeypatch.setattr(keeping.store, "keep", lambda signed: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            keeping.sign()
    mark = (box.folder / "evidence.checkpoint").read_text()
    assert box.follow()[2] == ""
    assert (box.folder / "evidence.checkpoint").read_text() == mark
    box.say()
    box.follow()
    assert signed(box).size > checkpoint.read(note.parse(mark.encode()).text).size


def test_what_was_archived_and_then_removed_stays_provable(box):
    box.day()
    size, _, _ = box.follow()
    box.now_ns += 24 * 60 * MINUTE
    box.roll()
    archived = box.follow()[0]
    files = [one["said"] for one in entries(box) if one["type"] == "archive file"]
    assert archived - size == len(files) == 2 and all(one["readings"] for one in files)

    class First:
        """A policy of retention: channel 1 may go."""

        latest_ns, heard_seq = 2**62, 10**6

        def may_go(self, those):
            return those.samples.channel == 1

        def waits_for(self, seq):
            return ""

    assert retain(box.path, First(), "Li Na", box.now_ns, dry_run=False).removed
    size, _root, problem = box.follow()
    assert problem == ""
    found = compared(box)
    assert found.differing == [] and found.missing and found.same + len(found.missing) == size
    assert all(one.endswith(": removed") for one in found.missing)
    removed = [one for one in entries(box) if one.get("kind") == "retention"]
    assert removed
    box.lose_log()
    size, _, problem = box.follow()
    assert "differs from what it had" in problem or "were signed" in problem


def test_what_was_changed_in_the_journal_is_found(box):
    box.day()
    box.follow()
    with box.database() as connection:
        body = b'{"text":"another"}'
        connection.execute("UPDATE entry SET body = ? WHERE seq = 4", (body,))
    assert compared(box).missing == ["entry 4: damaged"]
    change_with_its_checksum(box)
    assert compared(box).differing == ["entry 4 of the journal is not what the evidence log has of it"]
    assert "entry 4 of the journal is not what" in box.follow()[2]


def change_with_its_checksum(box):
    """As somebody does who knows the format."""
    from gateway.journal import entries as stored

    with box.database() as connection:
        (row,) = connection.execute(f"SELECT {stored._FIELDS} FROM entry WHERE seq = 4").fetchall()
        crc = stored._crc(stored._Row(*row))
        connection.execute("UPDATE entry SET crc = ? WHERE seq = 4", (crc,))


def test_an_entry_that_was_damaged_before_it_was_logged_says_so_and_holds_up_nothing(box):
    box.follow()
    box.read()
    box.say()
    with box.database() as connection:
        connection.execute("UPDATE entry SET crc = crc + 1, committed_ns = 'x'")
    box.say()
    assert box.follow()[2] == ""
    assert [one.get("missing") for one in entries(box)] == [None, None, "damaged", "damaged", None]
