"""A data folder whose journal and evidence log grow together, for the tests of the log."""

import json
from contextlib import closing, contextmanager

from gateway.evidence import checkpoint, note
from gateway.evidence.compare import compare, damaged_leaves
from gateway.evidence.keeping import Keeping
from gateway.evidence.store import Store
from gateway.journal.chain import Chain
from gateway.journal.database import connect
from gateway.journal.items import Items
from gateway.journal.journal import Journal, Statement
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.model import SECOND
from tests.unit.journal.journal_data import NOON_NS, arrivals

GATEWAY = "Pudong edge 1"
MINUTE = 60 * SECOND


class Box:
    """`folder` with a journal; `now_ns` is the clock of all."""

    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "journal.sqlite"
        self.now_ns = NOON_NS
        self.said = 0

    def time_ns(self):
        return self.now_ns

    @contextmanager
    def journal(self):
        with Journal.open(self.path, self.time_ns, chain=Chain(b"k" * 32)) as journal:
            yield journal

    def read(self, *values):
        """Readings, in one commit."""
        rows = [(self.now_ns + n, n % 3 + 1, value) for n, value in enumerate(values or (-190.0,))]
        with self.journal() as journal:
            journal.commit(arrivals(rows))
        self.now_ns += SECOND

    def say(self, text="well"):
        self.said += 1
        with self.journal() as journal:
            journal.commit(statements=[Statement("notification", "Li Na", self.said, {"text": text})])

    def day(self):
        """Some of everything."""
        for minute in range(3):
            self.read(-190.0, -191.0, -192.0)
            self.read(-189.0 - minute)
            self.say()
            self.now_ns += MINUTE
        self.read(-180.0)

    def roll(self, most_entries=4):
        with RollOver(self.path) as rolling:
            while rolling.step(self.now_ns, SegmentEnd(0, most_entries=most_entries)):
                pass

    @contextmanager
    def keeping(self, patience_s=0.0):
        with (
            Items(self.path, writing=True) as items,
            Keeping(self.folder, items, GATEWAY, self.time_ns, patience_s) as it,
        ):
            yield it

    def follow(self, patience_s=0.0):
        """Until nothing is left; signed. Its size and root, and what is wrong."""
        with self.keeping(patience_s) as keeping:
            while keeping.step():
                pass
            keeping.sign()
            return keeping.store.size, keeping.store.tree.root(), keeping.problem

    @contextmanager
    def database(self, name="journal.sqlite"):
        with closing(connect(self.folder / name, writing=True)) as connection, connection:
            yield connection

    def lose_log(self):
        for path in self.folder.glob("evidence.sqlite*"):
            path.unlink()


def entries(box):
    with Store(box.folder / "evidence.sqlite") as store:
        return [json.loads(leaf.entry) for leaf in store.leaves(0, 1000)]


def compared(box):
    with Store(box.folder / "evidence.sqlite") as store, Items(box.path) as items:
        assert damaged_leaves(store) == []
        return compare(store, items)


def signed(box):
    with Store(box.folder / "evidence.sqlite") as store:
        found = store.newest()
        point, _ = checkpoint.trusted(note.parse(found.note.encode()), note.verifier(store.key))
        assert (box.folder / "evidence.checkpoint").read_text() == found.note
        return point
