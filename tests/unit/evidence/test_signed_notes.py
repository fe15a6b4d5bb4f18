"""Signed notes, checkpoints and proof files, as C2SP has them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import EvidenceError
from gateway.evidence import checkpoint, note, proof
from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.note import Signer

# The example of the documentation of Go's golang.org/x/mod/sumdb/note.
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
LOG = Signer("example.com/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = Signer("example.com/other", Ed25519PrivateKey.from_private_bytes(bytes(32)))
POINT = Checkpoint(LOG.name, 20_852_163, bytes(range(32)))


def test_the_published_note_and_its_key():
    key = note.verifier(PUBLISHED_KEY)
    assert str(key) == PUBLISHED_KEY
    read = note.parse(PUBLISHED)
    assert note.signed_by(read, [key]) == [key]
    assert str(read).encode() == PUBLISHED


def test_what_is_signed_is_read_back():
    made = note.sign(POINT.text, [LOG, OTHER])
    read = note.parse(str(made).encode())
    assert read == made
    assert note.signed_by(read, [OTHER.verifier, LOG.verifier]) == [LOG.verifier, OTHER.verifier]
    assert checkpoint.trusted(read, LOG.verifier) == (POINT, [LOG.verifier])


def test_a_key_that_nobody_knows_is_passed_over():
    assert note.signed_by(note.sign("text\n", [OTHER]), [LOG.verifier]) == []


@given(st.integers(0, len(PUBLISHED) - 1), st.integers(1, 255))
def test_no_byte_of_a_note_can_be_another(at, flip):
    """Either it is no note, nobody known signed it, or the signature does not hold."""
    changed = bytearray(PUBLISHED)
    changed[at] ^= flip
    with suppress(EvidenceError):
        assert note.signed_by(note.parse(bytes(changed)), [note.verifier(PUBLISHED_KEY)]) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"\n\n\n\n",
        b"text\n\nno signature\n",
        "text\n\n— name\n".encode(),
        "text\n\n— na+me AAAAAAAA\n".encode(),
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— name AAAAAAAA".encode(),
        "te\0xt\n\n— name AAAAAAAA\n".encode(),
        "te\rxt\n\n— name AAAAAAAA\n".encode(),
        b"te\xffxt\n\n",
        "text\n\n— name AAAAAAAA\n\n— name AAAAAAAA\n\n".encode(),
        b"x" * (note.LONGEST + 1),
        ("text\n\n" + "— name AAAAAAAA\n" * (note.MOST_SIGNATURES + 1)).encode(),
    ],
    ids=range(15),
)
def test_what_is_no_note_is_refused(data):
    with pytest.raises(EvidenceError):
        note.parse(data)


@pytest.mark.parametrize("text", ["no newline", "contr\tol\n", ""])
def test_what_cannot_be_signed(text):
    with pytest.raises(ValueError, match="ends in a newline"):
        note.sign(text, [LOG])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        "a+b+c",
        PUBLISHED_KEY.replace("c74f", "c74e"),
        PUBLISHED_KEY[:-1],
        PUBLISHED_KEY.replace("ARp", "Bhp"),
    ],
    ids=range(6),
)
def test_what_is_no_verifier_key(text):
    with pytest.raises(EvidenceError, match="key"):
        note.verifier(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u00a0b", "\x01"])
def test_names_that_no_key_has(name):
    assert not note.is_name(name)
    assert note.is_name("example.com/日志")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n",
        "log\n1\n",
        "log\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n+1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "log\n1\nAAAA\n",
        "log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
        "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        f"log\n{2**63}\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    ],
    ids=range(10),
)
def test_what_is_no_checkpoint(text):
    with pytest.raises(EvidenceError, match="no checkpoint"):
        checkpoint.read(text)


def test_lines_behind_the_third_are_passed_over():
    assert checkpoint.read(f"{POINT.text}more\n") == POINT


def test_a_checkpoint_of_another_log_is_refused():
    with pytest.raises(EvidenceError, match="not signed with the key"):
        checkpoint.trusted(note.sign(POINT.text, [OTHER]), LOG.verifier)
    stolen = Signer(LOG.name, OTHER.private)
    with pytest.raises(EvidenceError, match="not signed with the key"):
        checkpoint.trusted(note.sign(POINT.text, [stolen]), LOG.verifier)
    with pytest.raises(EvidenceError, match=r"is one of example\.com/log"):
        checkpoint.trusted(note.sign(POINT.text, [OTHER]), OTHER.verifier)


def test_a_signature_of_a_known_key_that_does_not_hold_rejects_all():
    made = note.sign(POINT.text, [LOG, OTHER])
    changed = note.Note(
        made.text, (made.signatures[0], note.Signature(OTHER.name, OTHER.verifier.key_id, bytes(64)))
    )
    assert checkpoint.trusted(changed, LOG.verifier)[0] == POINT
    with pytest.raises(EvidenceError, match=r"example\.com/other does not hold"):
        checkpoint.trusted(changed, LOG.verifier, [OTHER.verifier])


@given(
    st.integers(0, 2**40),
    st.lists(st.binary(min_size=32, max_size=32), max_size=40),
    st.none() | st.binary(max_size=99),
)
def test_a_proof_file_is_read_back(index, hashes, extra):
    made = proof.Proof(index, tuple(hashes), note.sign(POINT.text, [LOG]), extra)
    assert proof.parse(str(made).encode()) == made


@pytest.mark.parametrize(
    "head",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 1",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\nindex x",
        "c2sp.org/tlog-proof@v1\nindex -1",
        "c2sp.org/tlog-proof@v1\nindex 01",
        "c2sp.org/tlog-proof@v1\nindex 1\nAAAA",
        "c2sp.org/tlog-proof@v1\nextra !\nindex 1",
        "c2sp.org/tlog-proof@v1\nindex 1\n" + "\n".join(["A" * 43 + "="] * 64),
        "c2sp.org/tlog-proof@v1\nindex " + "9" * 5000,
    ],
    ids=range(10),
)
def test_what_is_no_proof_file(head):
    with pytest.raises(EvidenceError):
        proof.parse(f"{head}\n\n{note.sign(POINT.text, [LOG])}".encode())
