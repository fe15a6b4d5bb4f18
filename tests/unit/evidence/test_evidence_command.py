"""`cryogate evidence`: what people type, and what the verifier says of what they get."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.errors import CryogateError, EvidenceError, InputError
from scripts import cryogate_verify
from tests.unit.evidence.evidence_data import Box

CONFIG = '[gateway]\nname = "Pudong edge 1"\ndata_dir = "data"\n'


@pytest.fixture
def box(tmp_path):
    (tmp_path / "cryogate.toml").write_text(CONFIG)
    (tmp_path / "data").mkdir()
    box = Box(tmp_path / "data")
    box.day()
    return box


@pytest.fixture
def ask(box):
    def run(*words):
        config = ("--config", str(box.folder.parent / "cryogate.toml"))
        done = CliRunner().invoke(app, ["evidence", *map(str, words), *config])
        if isinstance(done.exception, CryogateError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_before_there_is_a_log(box, ask):
    with pytest.raises(InputError, match="no evidence log yet"):
        ask("status")
    with box.keeping() as keeping:
        keeping.step()
    assert "checkpoint: none yet" in ask("status")
    with pytest.raises(EvidenceError, match="nothing was signed yet"):
        ask("checkpoint")


def test_status(box, ask):
    box.follow()
    told = json.loads(ask("status", "--json"))
    assert (told["leaves"], told["entry"], told["last_entry"]) == (8, 10, 10)
    assert told["checkpoint"] == {"leaves": 8, "at": "2026-01-05T12:03:07.000000000Z"}
    assert "log cryogate/pudong-edge-1/" in ask("status") and "8 leaves" in ask("status")
    assert json.loads(ask("key", "--json"))["key"] == ask("key").strip()


def test_what_is_handed_out_holds_by_the_other_program(box, ask, capsys):
    box.follow()
    folder = box.folder.parent
    kept, since, proof = folder / "kept", folder / "since", folder / "p.tlog-proof"
    ask("checkpoint", "-o", kept)
    box.day()
    box.follow()
    ask("consistency", kept, "-o", since)
    assert "leaf 1 says" in ask("prove", 3, "-o", proof)
    ask("tiles", folder / "tiles")
    key = ask("key").strip()
    for words in (
        (proof,),
        (kept,),
        ("--before", kept, since),
        ("--tiles", folder / "tiles", folder / "tiles" / "checkpoint"),
    ):
        assert cryogate_verify.main(["--key", key, *map(str, words)]) == 0, capsys.readouterr().out
    assert "no problem" in ask("verify", "--checkpoint", kept)
    assert json.loads(ask("verify", "--json")) == {"leaves": 14, "same": 14, "problems": [], "missing": []}


def test_nothing_that_somebody_kept_is_written_over(box, ask):
    box.follow()
    path = box.folder.parent / "kept"
    path.write_text("mine")
    for words in (("checkpoint", "-o", path), ("prove", 3, "-o", path)):
        with pytest.raises(InputError, match="is there already"):
            ask(*words)
    assert path.read_text() == "mine"


def test_an_entry_that_is_in_no_checkpoint_yet(box, ask):
    box.follow()
    with pytest.raises(EvidenceError, match="entry 99 is in no leaf"):
        ask("prove", 99)
    box.say()
    with box.keeping() as keeping:
        keeping.step()
    with pytest.raises(EvidenceError, match="in no checkpoint yet"):
        ask("prove", 11)


def test_verify_finds_what_was_changed(box, ask):
    box.follow()
    kept = box.folder.parent / "kept"
    ask("checkpoint", "-o", kept)
    with box.database("evidence.sqlite") as connection:
        connection.execute("UPDATE leaf SET entry = CAST('{}' AS BLOB) WHERE number = 3")
    with box.database() as connection:
        connection.execute("DELETE FROM entry WHERE seq = 3")
    config = ["--config", str(box.folder.parent / "cryogate.toml")]
    done = CliRunner().invoke(app, ["evidence", "verify", "--json", *config])
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert "leaf 3 is not what the tree has the hash of" in told["problems"]
    assert any("entry 3" in one for one in [*told["missing"], *told["problems"]])


def test_a_checkpoint_of_another_log_is_not_taken(box, ask, tmp_path_factory):
    box.follow()
    other = Box(tmp_path_factory.mktemp("other"))
    other.say()
    other.follow()
    path = other.folder / "evidence.checkpoint"
    with pytest.raises(EvidenceError, match="not signed with the key"):
        ask("verify", "--checkpoint", path)
    with pytest.raises(EvidenceError, match="not signed with the key"):
        ask("consistency", path, "-o", other.folder / "out")
    with pytest.raises(InputError, match="No such file"):
        ask("verify", "--checkpoint", other.folder / "nowhere")


def test_another_log_begins(box, ask):
    box.follow()
    before = ask("key")
    told = json.loads(ask("begin", "--reason", "key seen", "--json"))
    assert told["key"] == ask("key").strip() != before.strip() and told["leaves"] == 8
    box.follow()
    assert "no problem" in ask("verify")


def test_a_checkpoint_of_before_another_key_is_proven_with_both_keys(box, ask, capsys):
    box.follow()
    folder = box.folder.parent
    kept, since = folder / "kept", folder / "since"
    ask("checkpoint", "-o", kept)
    before = ask("key").strip()
    ask("begin", "--reason", "the key was seen")
    box.day()
    box.follow()
    now = ask("key").strip()
    assert "no problem" in ask("verify", "--checkpoint", kept)
    ask("consistency", kept, "-o", since)
    words = ("--key", now, "--before", str(kept), str(since))
    assert cryogate_verify.main(list(words)) == 1
    assert cryogate_verify.main(["--before-key", before, *words]) == 0
    assert "nothing was changed, left out or put in" in capsys.readouterr().out
    done = CliRunner().invoke(app, ["verify", "--before-key", before, *words])
    assert done.exit_code == 0


def test_leaves_that_cannot_be_compared_are_told_in_one_line(box, ask):
    box.follow()
    with box.database() as connection:
        connection.execute("UPDATE entry SET crc = crc + 1")
    said = ask("verify")
    assert said.count("cannot be compared any more") == 1 and "leaves): damaged" in said


def test_a_file_that_was_added(box, ask, capsys, tmp_path):
    """As it was then, and no other."""
    report, proof = tmp_path / "r.pdf", tmp_path / "r.tlog-proof"
    report.write_bytes(b"%PDF-1.7")
    told = json.loads(ask("add", report, "--json"))
    assert told["name"] == "r.pdf" and told["bytes"] == 8
    box.follow()
    assert "leaf 7 says" in ask("prove", "--file", report, "-o", proof)
    words = ["--key", ask("key").strip(), "--of", str(report), str(proof)]
    assert cryogate_verify.main(words) == 0
    assert f"which is about the file {report}, as it is now" in capsys.readouterr().out
    report.write_bytes(b"%PDF-1.8")
    assert cryogate_verify.main(words) == 1
    assert "the leaf is not about" in capsys.readouterr().out
    with pytest.raises(EvidenceError, match="no leaf is about a file"):
        ask("prove", "--file", report)
    for neither in ((), (3, "--file", report)):
        with pytest.raises(InputError, match="either the number"):
            ask("prove", *neither)
    with pytest.raises(InputError, match="No such file"):
        ask("add", tmp_path / "nowhere")


def test_a_file_of_the_archive(box, ask, tmp_path):
    box.now_ns += 24 * 3600 * 10**9
    box.roll()
    box.follow()
    path = next((box.folder / "archive").glob("*.parquet"))
    assert '"type":"archive file"' in ask("prove", "--file", path, "-o", tmp_path / "p")
