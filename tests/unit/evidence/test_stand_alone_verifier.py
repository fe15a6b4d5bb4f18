"""scripts/cryogate_verify.py: what holds is said to hold, and of what was changed nothing is."""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.evidence import note, proving
from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.note import Signer
from gateway.evidence.proof import Proof
from gateway.evidence.store import Store
from gateway.evidence.tree import leaf_hash
from scripts import cryogate_verify
from tests.unit.evidence.evidence_data import Box
from tests.unit.evidence.test_merkle_tree import tree_of

SCRIPT = Path(cryogate_verify.__file__)
LOG = Signer("example.com/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
LEAVES = [b'{"leaf":%d}' % n for n in range(11)]


def proof_of(index, size):
    tree = tree_of(LEAVES[:size])
    signed = note.sign(Checkpoint(LOG.name, size, tree.root()).text, [LOG])
    return str(Proof(index, tuple(tree.inclusion(index, size)), signed, LEAVES[index])).encode()


def verified(capsys, *words):
    code = cryogate_verify.main([str(word) for word in words])
    return code, capsys.readouterr().out


def shown(path, data):
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log that grew after a checkpoint was kept; its tiles, and a proof of what lies between."""
    box = Box(tmp_path_factory.mktemp("log") / "data")
    box.folder.mkdir()
    box.day()
    box.follow()
    folder = box.folder.parent
    with Store(box.folder / "evidence.sqlite") as store:
        kept = proving.newest(store)[1]
        (folder / "kept.checkpoint").write_text(str(kept))
        proving.write_tiles(store, folder / "tiles")
    box.day()
    box.follow()
    with Store(box.folder / "evidence.sqlite") as store:
        (folder / "key").write_text(store.key)
        (folder / "since.consistency").write_text(proving.grown(store, kept)[1])
        (folder / "entry.tlog-proof").write_text(str(proving.prove(store, proving.leaf_of(store, 3))))
        assert proving.write_tiles(store, folder / "tiles") == 2
    return folder


def test_a_proof_of_an_entry(log, capsys):
    code, said = verified(capsys, "--key", log / "key", log / "entry.tlog-proof")
    assert code == 0 and "Proven: leaf 1 of the log cryogate/pudong-edge-1/" in said
    assert '"kind":"notification"' in said and "Signed by:\n    cryogate/" in said
    assert "Not proven:\n" in said and "log has its SHA-256" in said


def test_it_runs_by_itself_without_cryogate(log, tmp_path):
    alone = tmp_path / "cryogate_verify.py"
    alone.write_text(SCRIPT.read_text())
    words = ["--key", (log / "key").read_text(), str(log / "entry.tlog-proof")]
    done = subprocess.run(
        [sys.executable, "-I", str(alone), *words], capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("Proven: leaf 1")
    assert "gateway" not in {
        line.split()[1].partition(".")[0]
        for line in alone.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }


def test_a_checkpoint_and_all_that_it_is_over(log, capsys):
    code, said = verified(capsys, "--key", log / "key", log / "kept.checkpoint")
    assert code == 0 and "had 8 leaves, with one root over all" in said
    code, said = verified(
        capsys, "--key", log / "key", "--tiles", log / "tiles", log / "tiles" / "checkpoint"
    )
    assert code == 0 and "the 14 entries in" in said
    code, said = verified(capsys, "--key", log / "key", "--tiles", log / "tiles", log / "kept.checkpoint")
    assert code == 0 and "the 8 entries in" in said


def test_an_entry_in_the_tiles_that_was_changed(log, capsys, tmp_path):
    path = log / "tiles" / "tile" / "entries" / "000.p" / "14"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"notification", b"notificatiom", 1))
    code, said = verified(
        capsys, "--key", log / "key", "--tiles", log / "tiles", log / "tiles" / "checkpoint"
    )
    path.write_bytes(whole[:-1])
    short, told = verified(
        capsys, "--key", log / "key", "--tiles", log / "tiles", log / "tiles" / "checkpoint"
    )
    path.write_bytes(whole)
    assert (code, short) == (1, 1)
    assert "have another root than was signed" in said and "ends within an entry" in told


def test_nothing_was_changed_since_a_checkpoint_that_was_kept(log, capsys):
    words = ("--key", log / "key", "--before", log / "kept.checkpoint", log / "since.consistency")
    code, said = verified(capsys, *words)
    assert (
        code == 0
        and "of 8 leaves of the log" in said
        and "nothing was changed, left out or put in; 6 were" in said
    )
    code, said = verified(capsys, "--key", log / "key", log / "since.consistency")
    assert code == 1 and "--before" in said


def test_a_log_that_forked(tmp_path, capsys):
    one, other = tree_of(LEAVES[:5]), tree_of([b"another", *LEAVES[1:9]])
    kept = note.sign(Checkpoint(LOG.name, 5, one.root()).text, [LOG])
    new = note.sign(Checkpoint(LOG.name, 9, other.root()).text, [LOG])
    lines = [base64.b64encode(h).decode() for h in other.consistency(5, 9)]
    proof = shown(tmp_path / "p", ("\n".join(["old 5", *lines]) + f"\n\n{new}").encode())
    before = shown(tmp_path / "k", str(kept).encode())
    code, said = verified(capsys, "--key", LOG.verifier, "--before", before, proof)
    assert code == 1 and "the log forked" in said


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_byte_of_a_proof_can_be_another(tmp_path_factory, data):
    """What proves then proves the same: only a base64 text has other spellings, and none of them is taken."""
    size = data.draw(st.integers(1, len(LEAVES)))
    proof = bytearray(proof_of(data.draw(st.integers(0, size - 1)), size))
    proof[data.draw(st.integers(0, len(proof) - 1))] ^= data.draw(st.integers(1, 255))
    asked = argparse.Namespace(entry=None, tiles=None, before=None)
    keys = [cryogate_verify.key_of(str(LOG.verifier))]
    with suppress(cryogate_verify.Wrong):
        check, _ = cryogate_verify.kind_of(bytes(proof))
        said = check(bytes(proof), keys, asked)
        pytest.fail(f"{bytes(proof)!r} proves {said}")


def test_another_key(log, capsys):
    code, said = verified(capsys, "--key", LOG.verifier, log / "entry.tlog-proof")
    assert code == 1 and "is not signed with the key of example.com/log" in said
    code, said = verified(capsys, "--key", str(LOG.verifier).replace("example", "exampel"), log / "key")
    assert code == 1 and "was copied wrong" in said
    assert verified(capsys, log / "entry.tlog-proof")[0] == 2
    assert verified(capsys, "--key", log / "key", log / "nowhere")[0] == 2


def test_a_witness_that_signed_too(tmp_path, capsys):
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    public = b"\x04" + key.public_key().public_bytes_raw()
    number = sha256(b"example.com/witness\n" + public).digest()[:4]
    told = base64.b64encode(public).decode()
    text = Checkpoint(LOG.name, 3, tree_of(LEAVES[:3]).root()).text
    signature = (1_767_614_400).to_bytes(8, "big") + key.sign(
        f"cosignature/v1\ntime 1767614400\n{text}".encode()
    )
    made = note.Note(text, (LOG.sign(text), note.Signature("example.com/witness", number, signature)))
    path = shown(tmp_path / "c", str(made).encode())
    witness = f"example.com/witness+{number.hex()}+{told}"
    code, said = verified(capsys, "--key", LOG.verifier, "--witness", witness, path)
    assert code == 0 and "example.com/witness (witness, 2026-01-05 12:00:00 UTC)" in said
    assert "witness" not in verified(capsys, "--key", LOG.verifier, path)[1].partition("Not proven")[0]
    late = signature[:7] + b"\x01" + signature[8:]
    made = note.Note(text, (LOG.sign(text), note.Signature("example.com/witness", number, late)))
    shown(path, str(made).encode())
    code, said = verified(capsys, "--key", LOG.verifier, "--witness", witness, path)
    assert code == 1 and "the signature of example.com/witness does not hold" in said


def report(**parts):
    """A file with attachments, as typst writes them."""
    parts = {name.replace("_", "."): data for name, data in parts.items()}
    made = b"%PDF-1.7\n"
    for number, (name, data) in enumerate(parts.items(), 1):
        packed = zlib.compress(data)
        made += b"%d 0 obj\n<</Length %d/Type/EmbeddedFile/Filter/FlateDecode>>\nstream\n" % (
            number,
            len(packed),
        )
        made += packed + b"\nendstream\nendobj\n"
        called = name.encode()
        made += b"%d 0 obj\n<</Type/Filespec/F(%s)/UF(%s)" % (number + 100, called, called)
        made += b"/EF<</F %d 0 R/UF %d 0 R>>>>\nendobj\n" % (number, number)
    return made


def facts(**parts):
    told = [
        {"name": name.replace("_", "."), "bytes": len(data), "sha256": sha256(data).hexdigest()}
        for name, data in parts.items()
    ]
    return json.dumps({"samples": told}).encode()


def test_attachments_of_a_report(tmp_path, capsys):
    samples = {"samples_csv": b"time,value\n", "samples_parquet": b"PAR1"}
    told = facts(**samples)
    whole = report(**samples, facts_json=told)
    path = shown(tmp_path / "r.pdf", whole)
    code, said = verified(capsys, path)
    assert code == 0 and "samples.csv, samples.parquet are those that facts.json names" in said
    wrong = {
        "samples.csv was left out": report(samples_parquet=b"PAR1", facts_json=told),
        "samples.csv is not the one": report(**samples | {"samples_csv": b"time,value\r"}, facts_json=told),
        "do not name: more.csv": report(**samples, more_csv=b"x", facts_json=told),
        "no attachment facts.json": report(**samples),
        "facts.json is damaged": report(**samples, facts_json=b"[]"),
        "object 1 is in it twice": whole + report(samples_csv=b"x")[9:],
        "has its name twice": whole
        + report(**{f"x{k}": b"" for k in range(3)}, samples_csv=b"x")[9:].replace(
            b"\n1 0 obj", b"\n9 0 obj"
        ),
    }
    for why, data in wrong.items():
        code, said = verified(capsys, shown(path, data))
        assert code == 1, why
        assert why in said or "is in it twice" in said


@given(st.binary(max_size=300))
def test_whatever_it_is_given_it_answers(data):
    asked = argparse.Namespace(entry=None, tiles=None, before=None)
    keys = [cryogate_verify.key_of(str(LOG.verifier))]
    for head in (b"", cryogate_verify.PROOF, cryogate_verify.OLD, cryogate_verify.PDF):
        with pytest.raises(cryogate_verify.Wrong):
            cryogate_verify.kind_of(head + data)[0](head + data, keys, asked)


def test_both_implementations_agree_on_roots():
    for size in range(len(LEAVES) + 1):
        assert cryogate_verify.root_of(map(leaf_hash, LEAVES[:size])) == tree_of(LEAVES[:size]).root()


@pytest.mark.parametrize(
    ("file", "options"),
    [
        ("kept.checkpoint", ("--before", "kept.checkpoint")),
        ("kept.checkpoint", ("--of", "key")),
        ("entry.tlog-proof", ("--tiles", "tiles")),
        ("entry.tlog-proof", ("--before", "kept.checkpoint")),
        ("since.consistency", ("--before", "kept.checkpoint", "--entry", "key")),
    ],
)
def test_what_it_would_not_look_at_is_not_passed_over(log, capsys, file, options):
    told = [one if one.startswith("--") else log / one for one in options]
    code, out = verified(capsys, "--key", log / "key", *told, log / file)
    assert (code, out) == (2, "")


def test_a_witness_with_the_name_of_the_log_is_not_the_log(tmp_path, capsys):
    other = Signer(LOG.name, Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
    text = Checkpoint(LOG.name, 3, tree_of(LEAVES[:3]).root()).text
    file = shown(tmp_path / "c", str(note.sign(text, [other])).encode())
    keys = "--key", LOG.verifier, "--witness", other.verifier
    code, out = verified(capsys, *keys, file)
    assert code == 1 and "is not signed with the key of example.com/log" in out


def test_a_key_that_is_no_text_could_not_be_asked(log, capsys, tmp_path):
    key = shown(tmp_path / "key", bytes(range(128, 256)))
    assert verified(capsys, "--key", key, log / "entry.tlog-proof") == (2, "")


def test_a_report_that_something_was_put_behind(tmp_path, capsys):
    report = shown(tmp_path / "r.pdf", b"%PDF-1.7\nstartxref\n0\n%%EOF\nstartxref\n0\n%%EOF\n")
    code, out = verified(capsys, report)
    assert code == 1 and "something was put behind its end" in out
