"""The evidence log of a real gateway that is killed: it never signs what does not fit to what it signed."""

from __future__ import annotations

import json
import random
import time

import pytest

from gateway.evidence import checkpoint, note
from gateway.evidence.store import Store
from gateway.evidence.tree import consistent
from gateway.journal.journal import Journal, Statement
from tests.system.gateway_process import GatewayProcess, eventually

KILLS = 4
CONFIG = """
[gateway]
name = "test"
[clock]
require_sync = false
"""


@pytest.fixture
def gateway(tmp_path):
    (tmp_path / "cryogate.toml").write_text(CONFIG)
    gateway = GatewayProcess(tmp_path / "cryogate.toml")
    yield gateway
    gateway.end()


def signed(gateway):
    path = gateway.folder / "evidence.checkpoint"
    return checkpoint.read(note.parse(path.read_bytes()).text) if path.exists() else None


def test_kills_leave_one_story(gateway):
    chance, seen = random.Random(20_260_105), []
    for number in range(KILLS):
        before = signed(gateway)
        gateway.start()
        gateway.wait_until_up()
        eventually(lambda old=before: signed(gateway) != old, "a checkpoint is signed after the start")
        with Journal.open(gateway.folder / "journal.sqlite") as journal:
            for said in range(20):
                journal.commit(statements=[Statement("notification", "Li Na", said, {"n": number})])
        time.sleep(chance.uniform(0.0, 2.0))  # a moment that nobody chose
        seen.append(signed(gateway))
        gateway.kill()
    gateway.start()
    gateway.wait_until_up()
    assert gateway.status()["evidence"]["problem"] == ""
    assert gateway.stop() == 0
    seen.append(signed(gateway))
    with Store(gateway.folder / "evidence.sqlite") as store:
        root = store.tree.root(seen[-1].size)
        for one in seen:
            proof = store.tree.consistency(one.size, seen[-1].size)
            assert one.origin == store.origin
            assert consistent(one.size, one.root, seen[-1].size, root, proof)
    done = gateway.asked("evidence", "verify", "--json")
    told = json.loads(done.stdout)
    assert (told["problems"], told["missing"]) == ([], []) and told["same"] == told["leaves"] > 20 * KILLS
