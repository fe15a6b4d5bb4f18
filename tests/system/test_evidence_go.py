"""What the log hands out holds by a program that nobody here wrote: Go's sumdb/note and sumdb/tlog."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.evidence import note
from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.note import Signer
from tests.unit.evidence.test_merkle_tree import LARGE, tree_of

SOURCES = Path("/usr/share/gocode")  # Debian's golang-golang-x-mod-dev
SIZES = [(1, 2), (3, 7), (255, 256), (256, 257), (511, 1000), (64, 1000), (1000, 1000)]
pytestmark = pytest.mark.skipif(
    shutil.which("go") is None or not (SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
    reason="needs Debian's golang-go and golang-golang-x-mod-dev",
)
LOG = Signer("cryogate/pudong-edge-1/abcd2345-0a1b2c3d", Ed25519PrivateKey.from_private_bytes(bytes(32)))


@pytest.fixture(scope="module")
def checker(tmp_path_factory):
    """The program, built without a network."""
    made = tmp_path_factory.mktemp("go")
    environment = {
        "GO111MODULE": "off",
        "GOPATH": str(SOURCES),
        "GOCACHE": str(made / "cache"),
        "GOFLAGS": "",
    }
    source = Path(__file__).with_name("evidence_go") / "main.go"
    command = ["go", "build", "-o", str(made / "checker"), str(source)]
    subprocess.run(command, check=True, env=os.environ | environment, cwd=made)
    return made / "checker"


def told(old, new):
    """Of a log of `new` leaves that somebody kept a checkpoint of at `old`."""
    tree = tree_of(LARGE[:new])
    index = new // 3
    return {
        "Key": str(LOG.verifier),
        "Old": str(note.sign(Checkpoint(LOG.name, old, tree.root(old)).text, [LOG])),
        "New": str(note.sign(Checkpoint(LOG.name, new, tree.root()).text, [LOG])),
        "Index": index,
        "Leaf": base64.b64encode(LARGE[index]).decode(),
        "Inclusion": [base64.b64encode(one).decode() for one in tree.inclusion(index, new)],
        "Consistency": [base64.b64encode(one).decode() for one in tree.consistency(old, new)],
    }


def asked(checker, what):
    done = subprocess.run([checker], input=json.dumps(what), capture_output=True, text=True, timeout=120)
    return done.stdout.strip()


@pytest.mark.parametrize(("old", "new"), SIZES)
def test_go_reads_it(checker, old, new):
    assert asked(checker, told(old, new)) == f"holds {old} {new}"


def test_go_finds_what_was_changed(checker):
    whole = told(511, 1000)
    changes = {
        "Leaf": base64.b64encode(b"another").decode(),
        "Index": 332,
        "New": whole["New"].replace("\n1000\n", "\n1001\n"),
        "Consistency": whole["Consistency"][::-1],
        "Inclusion": whole["Inclusion"][:-1],
    }
    for name, changed in changes.items():
        assert asked(checker, whole | {name: changed}).startswith("does not hold"), name
