"""The log of a data folder: opened, begun, made again; and what must be true before it signs.

A log never signs two checkpoints that do not fit together. So how far it has signed stands twice: in its
database, and in the file `evidence.checkpoint`, which is written before anybody gets the checkpoint. Whatever
is found at a start has to reach that, and to have that root there; else nothing is signed under this name.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.closes import Closes
from gateway.errors import EvidenceError, InputError, JournalError
from gateway.evidence import checkpoint, files, note
from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.compare import tail_differs
from gateway.evidence.leaves import Leaves
from gateway.evidence.note import Signer
from gateway.evidence.patience import PATIENCE_S, Patience
from gateway.evidence.store import FILE, Signed, Store
from gateway.journal import exhibits
from gateway.journal.failures import files_explained, is_damage
from gateway.journal.items import Items
from gateway.journal.rollover import sync_folder
from gateway.journal.signing_key import EVIDENCE, evidence_key, put_evidence_key_aside
from gateway.statements.fields import LONGEST_TEXT

log = logging.getLogger(__name__)
MARK: Final = "evidence.checkpoint"
LONGEST_SLUG: Final = 40  # characters of the gateway's name in the name of its log
BEGIN: Final = "`cryogate evidence begin` begins another log, and keeps this one to be looked at"


class Keeping(Closes):
    """The one who writes the log. `problem`: why nothing is signed; `stands`: why nothing is appended either.

    Raises JournalError, InputError or EvidenceError where it cannot even be opened.
    """

    def __init__(
        self,
        folder: Path,
        items: Items,
        gateway: str,
        now_ns: Callable[[], int],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._folder = folder
        self._items = items
        self._now_ns = now_ns
        self._signer: Signer | None = None
        self._mark: Checkpoint | None = None  # how far it has signed
        self._patience = Patience(items, patience_s)
        self.store = self._opened(gateway)
        self._leaves = Leaves(items.names(), self.store.place)
        self.stands = self._contradiction()
        self._no_key = self._load_key()

    def close(self) -> None:
        self.store.close()

    @property
    def problem(self) -> str:
        return self._refusal or self._patience.waiting

    @property
    def _refusal(self) -> str:
        """Why nothing is signed."""
        return self.stands or self._unreached() or self._no_key

    def step(self) -> bool:
        """Take the next items of the journal; False where there are none, or where nothing may be taken."""
        if self.stands:
            return False
        items = self._patience.behind(self._leaves.read)
        self.store.append(list(self._leaves.of(items)))
        if self._mark is not None and self.store.size >= self._mark.size:
            self.stands = self._forked(self._mark)
        return bool(items)

    def sign(self) -> Signed | None:
        """A checkpoint of all there is; None where nothing is new, or nothing may be signed."""
        if self._refusal or self._signer is None or (self._mark and self._mark.size == self.store.size):
            return None
        point = Checkpoint(self.store.origin, self.store.size, self.store.tree.root())
        text = str(note.sign(point.text, [self._signer]))
        with files_explained(self._folder):
            files.write(self._folder / MARK, text.encode())
        signed = Signed(point.origin, point.size, self._now_ns(), text)
        self.store.keep(signed)
        self._mark = point
        return signed

    # How it was found

    def _opened(self, gateway: str) -> Store:
        path, mark = self._folder / FILE, self._folder / MARK
        signed = _read_mark(mark)
        if path.exists():
            try:
                store = Store(path, writing=True)
                self._mark = signed or _newest(store)
                return store
            except (JournalError, EvidenceError) as error:
                if isinstance(error, JournalError) and not is_damage(error):
                    raise  # no room, no rights, too many files: that passes, and the log is there
                log.error("evidence: %s; it is put aside and made again from the journal", error)
                _aside(path)
        if signed is not None and (key := _own_key(self._folder, signed.origin)):
            self._mark = signed
            return Store.make(path, signed.origin, str(key.verifier), self._items.journal_id())
        self._mark = None
        return begin(self._folder, self._items, gateway, "it is the first, or that before is not there")

    def _load_key(self) -> str:
        """What is wrong with it; empty: nothing."""
        try:
            signer = _signer(self._folder, self.store.origin)
        except InputError as error:
            return f"nothing is signed: {error}"
        if str(signer.verifier) != self.store.key:
            return f"nothing is signed: evidence.key is not the key of this log, {self.store.key}; {BEGIN}"
        self._signer = signer
        return ""

    def _contradiction(self) -> str:
        """Why what is there cannot be gone on with; empty: it can."""
        store, mark, last = self.store, self._mark, self._items.last_place()
        if store.journal != (own := self._items.journal_id()):
            return f"the evidence log follows journal {store.journal}, and this one is {own}; {BEGIN}"
        if mark is not None and mark.origin != store.origin:
            return f"{MARK} is of the log {mark.origin}, and {FILE} of {store.origin}; {BEGIN}"
        if store.place > last:
            return (
                f"the evidence log has entries up to {store.place.seq}, and the journal only up to "
                f"{last.seq}: an older journal was put in place; {BEGIN}"
            )
        if differs := tail_differs(store, self._items):
            return f"{differs}; {BEGIN}"
        return self._forked(mark) if mark is not None and mark.size <= store.size else ""

    def _forked(self, mark: Checkpoint) -> str:
        if self.store.tree.root(mark.size) == mark.root:
            return ""
        return (
            f"the evidence log is not the one of which the first {mark.size} leaves were signed: what the "
            f"journal has now differs from what it had; {BEGIN}"
        )

    def _unreached(self) -> str:
        if self._mark is None or self.store.size >= self._mark.size:
            return ""
        return (
            f"the evidence log has {self.store.size} leaves, and {self._mark.size} were signed: it is made "
            f"again from the journal; where it stays so, the journal has lost its end, and {BEGIN}"
        )


def begin(folder: Path, items: Items, gateway: str, reason: str) -> Store:
    """Another log, with another name and key; the journal keeps that it began, and why.

    It goes on with the tree that is there, where that fits to the journal; else it makes its own. Raises
    InputError for a reason that is longer than those of statements.
    """
    if len(reason) > LONGEST_TEXT:
        raise InputError(f"the reason has {len(reason)} characters; {LONGEST_TEXT} at most")
    journal, number = items.journal_id(), secrets.token_hex(4)
    slug = re.sub(r"[^a-z0-9.-]", "-", gateway.lower())[:LONGEST_SLUG]
    origin = f"cryogate/{slug}/{journal.lower()}-{number}"
    before = _read_mark(folder / MARK)
    put_evidence_key_aside(folder, number)
    key = str(Signer(origin, _private(evidence_key(folder, new=True))).verifier)
    store = _fitting(folder / FILE, items, before)
    if store is None and (folder / FILE).exists():
        _aside(folder / FILE)
    reason = reason.encode("utf-8", "replace").decode()
    said = {"origin": origin, "key": key, "reason": reason, "goes_on": store is not None}
    items.put(exhibits.LOG, said | ({"before": before.text} if before else {}))
    if store is None:
        store = Store.make(folder / FILE, origin, key, journal)
    else:
        store.rename(origin, key)
    with files_explained(folder):
        (folder / MARK).unlink(missing_ok=True)
        sync_folder(folder)
    log.info("evidence: the log %s begins: %s; note its key elsewhere: %s", origin, reason, key)
    return store


def _fitting(path: Path, items: Items, mark: Checkpoint | None) -> Store | None:
    """The store that is there, where its tree can be gone on with."""
    if not path.exists():
        return None
    try:
        store = Store(path, writing=True)
    except (JournalError, EvidenceError) as error:
        if isinstance(error, JournalError) and not is_damage(error):
            raise
        return None
    is_behind = mark is not None and (mark.size > store.size or store.tree.root(mark.size) != mark.root)
    is_other = store.journal != items.journal_id() or store.place > items.last_place()
    if is_behind or is_other or tail_differs(store, items):
        store.close()
        return None
    return store


def _signer(folder: Path, origin: str) -> Signer:
    return Signer(origin, _private(evidence_key(folder, new=False)))


def _private(key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key)


def _own_key(folder: Path, origin: str) -> Signer | None:
    """None where there is none; raises InputError where it cannot be read."""
    return _signer(folder, origin) if (folder / EVIDENCE).exists() else None


def _newest(store: Store) -> Checkpoint | None:
    signed = store.newest()
    return None if signed is None else checkpoint.read(note.parse(signed.note.encode()).text)


def _read_mark(path: Path) -> Checkpoint | None:
    """None where there is none, or it is damaged: the log's own checkpoints count then. Raises JournalError
    where it cannot be read."""
    with files_explained(path.parent):
        try:
            return checkpoint.read(note.parse(path.read_bytes()).text)
        except (FileNotFoundError, EvidenceError):
            return None


def _aside(path: Path) -> None:
    """With what SQLite has beside it, under a name of its own."""
    name = f"{path.name}.before-{secrets.token_hex(4)}"
    with files_explained(path.parent):
        for end in ("", "-wal", "-shm"):
            if (one := path.with_name(path.name + end)).exists():
                one.rename(path.with_name(name + end))
