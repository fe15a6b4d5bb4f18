"""The chain finds what somebody changed who can compute every checksum, and nothing else."""

import hashlib
import zlib
from contextlib import closing, contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.journal import chain as chains
from gateway.journal import columns, entries, index_seal, parquet
from gateway.journal.chain import Chain
from gateway.journal.database import connect
from gateway.journal.journal import Journal, Statement
from gateway.journal.retaining import retain
from gateway.journal.rollover import RollOver, SegmentEnd, cuts_of, write_file
from gateway.journal.verify import verify
from tests.unit.journal.journal_data import HOUR_NS, NOON_NS, arrivals, noisy
from tests.unit.journal.test_rollover import Clock, commit, others, roll, rolled, wait

KEY, OTHER = Chain(b"k" * 32), Chain(b"o" * 32)


@contextmanager
def changing(path):
    with closing(connect(path, writing=True)) as connection, connection:
        yield connection


def said(number):
    return Statement("notification", "Li Na", number, {"n": number})


@pytest.fixture
def path(tmp_path):
    """Two archived files; six hot entries, two of them statements, one beside readings."""
    path = tmp_path / "journal.sqlite"
    with Journal.open(path, Clock().time_ns, chain=KEY) as journal:
        journal.commit(noisy(300), statements=[said(1)])
        journal.commit(noisy(300, start_ns=NOON_NS + HOUR_NS - 100_000_000))
        journal.commit(noisy(200, start_ns=NOON_NS - 3 * HOUR_NS))
        rolled(path, end=SegmentEnd(0, most_entries=2))
        for number in range(4):
            journal.commit(
                arrivals([(NOON_NS + number, 1, -190.0 + number)]), statements=[said(2)] * (number == 2)
            )
        journal.commit(statements=[said(3)])
    return path


def problems(path, keys=(KEY,), head=""):
    return "; ".join(verify(path, keys=keys, noted=head).problems)


def test_what_nobody_touched_is_intact_and_has_a_head(path):
    found = verify(path, keys=[KEY])
    assert (found.problems, found.notes) == ([], [])
    assert found.head.startswith("11:") and found.head == verify(path).head
    assert problems(path, head=found.head) == ""


def test_of_an_archived_file_one_link_stays(path):
    with changing(path) as connection:
        last = [seq for (seq,) in connection.execute("SELECT last_seq FROM link ORDER BY number")]
    assert last == [0, 2, 5, 6, 7, 9, 10, 11]


def rewrite(connection, seq, **changed):
    """An entry with a checksum that fits."""
    fields = entries._Row._fields
    row = connection.execute(f"SELECT {', '.join(fields)} FROM entry WHERE seq = ?", (seq,)).fetchone()
    row = entries._Row(*row)._replace(**changed)
    sets = ", ".join(f"{name} = ?" for name in (*fields, "crc"))
    connection.execute(f"UPDATE entry SET {sets} WHERE seq = ?", (*row, entries._crc(row), seq))


def warmer(connection):
    found = columns.decode(connection.execute("SELECT body FROM entry WHERE seq = 7").fetchone()[0])
    found.samples.value[:] = -180.0
    rewrite(connection, 7, body=columns.encode(found))


def another_word(connection):
    (body,) = connection.execute("SELECT body FROM entry WHERE seq = 9").fetchone()
    rewrite(connection, 9, body=body.replace(b"Li Na", b"Li Li"))


def another_time(connection):
    rewrite(connection, 11, committed_ns=1)


def another_kind(connection):
    rewrite(connection, 11, kind="progress")


def swapped(connection):
    for old, new in ((6, -1), (7, 6), (-1, 7)):
        connection.execute("UPDATE entry SET seq = ? WHERE seq = ?", (new, old))


def moved_in_number(connection):
    connection.execute("UPDATE entry SET seq = 12 WHERE seq = 11")
    connection.execute("UPDATE sqlite_sequence SET seq = 12 WHERE name = 'entry'")


def put_in(connection):
    body = connection.execute("SELECT body FROM entry WHERE seq = 11").fetchone()[0]
    row = entries._Row("notification", 1, None, 1, 1, 0, b"", body)
    connection.execute(
        f"INSERT INTO entry ({', '.join(row._fields)}, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, entries._crc(row)),
    )


def put_in_with_a_link(connection):
    """As the program does, under a key of one's own."""
    put_in(connection)
    row = connection.execute("SELECT number, digest FROM link ORDER BY number DESC LIMIT 1").fetchone()
    body = connection.execute("SELECT body FROM entry WHERE seq = 12").fetchone()[0]
    digest = chains.ran_over(row[1], [chains.of_statement(12, 1, 1, "notification", body)])
    mac = OTHER._mac(row[0] + 1, 12, digest)
    connection.execute("INSERT INTO link VALUES (?, 12, ?, ?, ?)", (row[0] + 1, digest, KEY.fingerprint, mac))


def without_beginning(connection):
    connection.execute("DELETE FROM link WHERE number < 5")


def another_digest(connection):
    connection.execute("UPDATE link SET digest = zeroblob(32) WHERE last_seq = 9")


def another_end(connection):
    connection.execute("UPDATE link SET last_seq = 8 WHERE last_seq = 9")


ATTACKS = {
    warmer: "entry 7 is not what was committed",
    another_word: "entries 8 to 9 are not what was committed",
    another_time: "entry 11 is not what was committed",
    another_kind: "entry 11 is not what was committed",
    swapped: "entry 6 is not what was committed.*entry 7 is not what was committed",
    moved_in_number: "entry 11 is",
    put_in: "entry 12 is not in the chain",
    put_in_with_a_link: "was not made with the key",
    without_beginning: "the beginning of the chain is gone",
    another_digest: "was not made with the key",
    another_end: "was not made with the key",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_somebody_changed_on_purpose_is_found(path, attack):
    with changing(path) as connection:
        attack(connection)
    with pytest.raises(AssertionError, match=ATTACKS[attack]):
        assert problems(path) == ""


def test_a_chain_made_anew_under_another_key_is_found_by_whoever_has_the_key(path):
    with changing(path) as connection:
        connection.execute("DELETE FROM link")
    with Journal.open(path, chain=OTHER) as journal:
        journal.commit(statements=[said(4)])
    assert "no link of the chain was made with the key" in problems(path)
    found = verify(path, keys=[OTHER])
    assert found.problems == [] and "the chain begins behind entry 11" in found.notes[0]


def test_an_archived_file_that_was_written_anew_is_found(path):
    folder = path.parent / "archive"
    with changing(path) as connection:
        name, crc = connection.execute("SELECT file, footer_crc FROM segment WHERE number = 1").fetchone()
        file = parquet.File(folder / name, crc)
        [rows] = [file.group(number) for number in range(file.groups)]
        file.close()
        rows.arrivals.samples.value[7] += 1.0
        made = write_file(folder, name, rows, list(cuts_of(rows)), {n: f"c{n}" for n in range(1, 11)})
        connection.execute(
            "UPDATE segment SET bytes = ?, sha256 = ?, footer_crc = ? WHERE number = 1",
            (made.bytes, made.sha256, made.footer_crc),
        )
    assert "segment 1 of the archive" in problems(path)
    with changing(path) as connection:
        index_seal.put(connection, 1)  # as whoever writes it anew would do
    assert "segment 1 of the archive" not in problems(path)
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == made.sha256
    assert "entries 1 to 2 are not what was committed" in problems(path)


def test_what_was_cut_off_is_found_by_a_head_that_was_noted(path):
    noted = verify(path).head
    with changing(path) as connection:
        connection.execute("DELETE FROM entry WHERE seq > 9")
        connection.execute("DELETE FROM link WHERE last_seq > 9")
        connection.execute("UPDATE sqlite_sequence SET seq = 9 WHERE name = 'entry'")
    assert problems(path) == ""
    assert f"the chain does not have {noted}" in problems(path, head=noted)


def test_whoever_writes_without_the_key_is_found(path):
    with Journal.open(path) as journal:
        journal.commit(statements=[said(4)])
    with Journal.open(path, chain=KEY) as journal:
        journal.commit(statements=[said(5)])
    assert "entries 12 to 13 are not what was committed" in problems(path)


def test_another_key_goes_on_with_the_chain_and_both_can_be_given(path):
    with Journal.open(path, chain=OTHER) as journal:
        journal.commit(statements=[said(4)])
    assert problems(path, keys=[KEY, OTHER]) == ""
    found = verify(path, keys=[OTHER])
    assert found.problems == [] and "links at entries 0 to 11 are of another key" in found.notes[0]


def test_a_journal_from_before_says_from_where_on_the_chain_vouches(tmp_path):
    path = tmp_path / "journal.sqlite"
    with Journal.open(path, Clock().time_ns) as journal:
        journal.commit(noisy(20), statements=[said(1)])
    assert verify(path).notes == []
    assert "no entry is linked" in verify(path, keys=[KEY]).notes[0]
    with Journal.open(path, Clock().time_ns, chain=KEY) as journal:
        journal.commit(statements=[said(2)])
    assert verify(path, keys=[KEY]).notes == [
        "the chain begins behind entry 2; what is older has checksums alone"
    ]


def test_damage_is_no_end_of_it(path):
    with changing(path) as connection:
        connection.execute("UPDATE entry SET body = zeroblob(50) WHERE seq = 6")
        warmer(connection)
    found = problems(path)
    assert "entry 6 is damaged" in found and "entry 7 is not what was committed" in found
    assert found.count("not what was committed") == 1


def test_a_damaged_statement_puts_nothing_else_in_doubt(path):
    with changing(path) as connection:
        connection.execute("UPDATE entry SET body = x'01' WHERE hour IS NULL AND seq != 11")
    found = verify(path, keys=[KEY]).problems
    changed = [one for one in found if "not what was committed" in one]
    assert any("entry 2 is damaged" in one for one in found)
    assert changed == [
        f"entries {both} are not what was committed: changed, left out or put in"
        for both in ("1 to 2", "8 to 9")
    ]


def test_damaged_links_are_no_crash(path):
    for change in ("digest = x''", "mac = 'text'", "key = 7", "number = number + 100", "last_seq = 'x'"):
        with changing(path) as connection:
            connection.execute(f"UPDATE link SET {change} WHERE last_seq = 9")
        assert problems(path)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(commit, commit, roll, wait, others), max_size=15))
def test_whatever_is_committed_and_rolled_over_the_chain_holds(tmp_path_factory, steps):
    clock, path = Clock(), tmp_path_factory.mktemp("chain") / "journal.sqlite"
    with Journal.open(path, clock.time_ns, chain=KEY) as journal:
        for number, (name, *told) in enumerate(steps):
            if name == "commit":
                journal.commit(arrivals(told[0]), statements=[said(number + k) for k in range(told[1])])
            elif name == "wait":
                clock.now_ns += told[0]
            elif name == "roll":
                with RollOver(path) as rolling:
                    rolling.step(clock.now_ns, SegmentEnd(10**9, *told))
    assert verify(path, keys=[KEY]).problems == []


def test_the_bytes_of_a_hash_are_fixed():
    """A journal is checked by later versions, too."""
    rows = [(NOON_NS, 1, -190.5), (NOON_NS + 1, 1, float("nan"), 2, NOON_NS + 5, 7)]
    assert zlib.crc32(chains.of_readings(3, 4, arrivals(rows))) == 1905746183
    assert zlib.crc32(chains.of_statement(3, 4, 5, "progress", b"{}")) == 2990195946


class EveryThird:
    """A policy of retention."""

    latest_ns, heard_seq = 2**62, 10**6

    def may_go(self, those):
        return those.samples.channel % 3 == 0

    def waits_for(self, seq):
        return ""


def test_what_retention_deleted_and_stated_is_no_change_of_the_rest(path):
    assert retain(path, EveryThird(), "Li Na", NOON_NS, dry_run=False, chain=KEY).removed
    found = verify(path, keys=[KEY])
    assert (found.problems, len(found.notes)) == ([], 1) and "retention deleted readings" in found.notes[0]
    with changing(path) as connection:
        warmer(connection)
    assert "entry 7 is not what was committed" in problems(path)
