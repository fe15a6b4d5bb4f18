"""Are the entries still those that were committed? The chain knows; see chain.py."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from gateway.errors import JournalError, StatementError
from gateway.journal import chain, entries, log
from gateway.journal.archive import Archive, Segment
from gateway.journal.chain import Chain, Link
from gateway.journal.damaged import Damaged
from gateway.journal.database import Connection
from gateway.journal.transaction import snapshot
from gateway.statements import retention

AT_ONCE = 500  # links, between two signs of progress
READINGS_AT_ONCE = 200_000

Tell = Callable[[str], None]
Hashed = tuple[int, bytes]
"""An entry's number and hash."""


def check(
    connection: Connection,
    archive: Archive,
    keys: Sequence[Chain],
    problem: Tell,
    note: Tell,
    progress: Callable[[str, int, int], None],
) -> list[Link]:
    """Follow the chain from its beginning; `keys`: those that the reader trusts. All links that there are."""
    with snapshot(connection):
        links, last_seq = chain.links(connection), entries.last_seq(connection)
        thinned = _thinned(connection, archive, problem)
    if not links:
        if last_seq and keys:
            note("no entry is linked: whether somebody changed the journal on purpose cannot be told")
        return links
    _check_links(links, keys, problem, note)
    if links[-1].last_seq < last_seq:
        problem(f"{_entries(links[-1].last_seq + 1, last_seq)} not in the chain: written without its key")
    if thinned:
        note("retention deleted readings, as stated: their files are not compared with the chain")
    for start in range(0, len(links) - 1, AT_ONCE):
        progress("chain", start, len(links))
        with snapshot(connection):
            _follow(connection, archive, links[start : start + AT_ONCE + 1], thinned, problem)
    progress("chain", len(links), len(links))
    return links


def _check_links(links: Sequence[Link], keys: Sequence[Chain], problem: Tell, note: Tell) -> None:
    known = {one.fingerprint: one for one in keys}
    if links[0].number != 0 or links[0].digest != chain.START:
        problem(f"the beginning of the chain is gone: nothing vouches for entries up to {links[0].last_seq}")
    elif links[0].last_seq:
        note(f"the chain begins behind entry {links[0].last_seq}; what is older has checksums alone")
    for link in links:
        one = known.get(link.key)
        if one is not None and not one.made(link):
            problem(f"link {link.number} of the chain, at entry {link.last_seq}, was not made with the key")
    foreign = [link for link in links if link.key not in known]
    if keys and len(foreign) == len(links):
        problem("no link of the chain was made with the key: it was made anew, or another key is meant")
    elif foreign:
        first, last = foreign[0].last_seq, foreign[-1].last_seq
        note(f"links at entries {first} to {last} are of another key, and not checked against it; see --key")


def _follow(
    connection: Connection, archive: Archive, links: Sequence[Link], thinned: list[Segment], problem: Tell
) -> None:
    """From the end of the first link to that of the last; behind what cannot be read it goes on."""
    hashes: Iterator[Hashed] | None = None
    following: Hashed | None = None
    unreadable_until = 0
    for before, link in itertools.pairwise(links):
        if link.last_seq <= unreadable_until:
            continue
        digest, seen = before.digest, before.last_seq
        try:
            if hashes is None:
                hashes, following = _hashes(connection, archive, seen), None
            while seen < link.last_seq:
                following = following or next(hashes, None)
                if following is None or following[0] > link.last_seq:
                    break
                digest = chain.ran_over(digest, [following[1]])
                seen, following = following[0], None
        except JournalError as error:
            problem(str(error))
            file = archive.segment_behind(seen)  # hot entries are behind all files
            hashes, unreadable_until = None, 0 if file is None else file.last_seq
            continue
        range_ = before.last_seq + 1, link.last_seq
        if digest != link.digest and not any(_overlaps(one, *range_) for one in thinned):
            problem(f"{_entries(*range_)} not what was committed: changed, left out or put in")


def _hashes(connection: Connection, archive: Archive, seq: int) -> Iterator[Hashed]:
    """Of all entries behind `seq`, in order; of statements as they stand there, damaged or not."""
    readings = (
        (one.seq, chain.of_readings(one.seq, one.committed_ns, one.arrivals))
        for one in log.after(connection, archive, seq, READINGS_AT_ONCE, Damaged())
        if one.arrivals is not None
    )
    return heapq.merge(readings, _statements(connection, seq), key=lambda one: one[0])


def _statements(connection: Connection, seq: int) -> Iterator[Hashed]:
    select = """SELECT seq, committed_ns, first_ns, CAST(kind AS BLOB), CAST(body AS BLOB) FROM entry
        WHERE hour IS NULL AND seq > ? ORDER BY seq"""
    with closing(connection.execute(select, (seq,))) as rows:
        for number, committed_ns, at_ns, kind, body in rows:
            yield (
                number,
                chain.of_statement(number, committed_ns, at_ns, kind.decode("utf-8", "replace"), body),
            )


def _thinned(connection: Connection, archive: Archive, problem: Tell) -> list[Segment]:
    """Files from which retention deleted readings, by its statements."""
    stems, seq = set[str](), 0
    try:
        while page := entries.of_kind(connection, retention.KIND, seq, AT_ONCE):
            seq = page[-1].seq
            said = [retention.of(one.statement.body) for one in page if one.statement is not None]
            stems |= {one.file.partition(".")[0].partition("-")[0] for one in said}
    except (JournalError, StatementError) as error:
        problem(str(error))
    return [one for one in archive.segments() if f"{one.first_seq:012d}" in stems]


def _overlaps(segment: Segment, first: int, last: int) -> bool:
    return segment.first_seq <= last and first <= segment.last_seq


def _entries(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"
