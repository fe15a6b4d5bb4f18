"""The follower of a running gateway: signed as time goes by, whether the journal rests or not."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from gateway.evidence import follower as module
from gateway.evidence.follower import EvidenceFollower
from gateway.journal.records import Records
from tests.unit.evidence.evidence_data import GATEWAY, MINUTE, Box, compared, signed

PATIENCE_S = 60.0


@contextmanager
def following(box: Box, monkeypatch):
    """Looks after each few commits, and signs each time; whatever it raises ends the test."""
    for name, seconds in (("LOOK_S", 0.1), ("REST_S", 0.1), ("SIGN_S", 0.01)):
        monkeypatch.setattr(module, name, seconds)
    records = Records(box.folder / "records.sqlite")
    evidence = EvidenceFollower(box.path, GATEWAY, records, box.time_ns)
    stop = threading.Event()
    running = threading.Thread(target=evidence.run, args=(stop,))
    running.start()
    try:
        yield evidence, running
    finally:
        stop.set()
        running.join(PATIENCE_S)
        records.close()
    assert not running.is_alive() and not evidence.problem


def test_it_is_signed_also_while_readings_never_pause(box, monkeypatch):
    box.say()
    sizes = set()
    with following(box, monkeypatch) as (_, running):
        while len(sizes) < 4:
            box.read(-190.0)
            box.now_ns += MINUTE
            assert running.is_alive()
            if (box.folder / "evidence.checkpoint").exists():
                sizes.add((box.folder / "evidence.checkpoint").read_text().splitlines()[1])
    assert signed(box).size >= max(map(int, sizes))
    found = compared(box)
    assert (found.same, found.missing, found.differing) == (found.leaves, [], [])
