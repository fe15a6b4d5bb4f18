"""Proofs inside a report: what the verifier says of it, and that every change is found and named."""

from __future__ import annotations

import copy
import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from typer.testing import CliRunner

from gateway.cli import app
from gateway.dossier.case import case_of
from gateway.dossier.facts import report_of
from gateway.dossier.making import made
from gateway.dossier.proven import MOST, _some
from gateway.dossier.sections import sections
from gateway.dossier.words import in_language
from gateway.errors import EvidenceError
from gateway.evidence import note
from gateway.evidence.keeping import Keeping, begin
from gateway.evidence.store import Store
from gateway.journal.items import Items
from scripts import cryogate_verify
from tests.unit.alarming.alarm_desk import CONFIG, Desk
from tests.unit.dossier.test_report_file import text_of
from tests.unit.evidence.test_stand_alone_verifier import report as pdf_with


def desk_in(folder: Path) -> Desk:
    """An excursion that is over, with two units inside."""
    text = CONFIG.replace('name = "test"', 'name = "test"\ndata_dir = "."')
    (folder / "cryogate.toml").write_text(text)
    desk = Desk(folder, text)
    for code in ("BAG-1", "BAG-2"):
        desk.contain(code, "freezer", 0)
    readings = zip((30.0, 60.0, 70.0, 90.0), (-160.0, -140.0, -141.5, -160.0), strict=True)
    desk.read(*(("top", at, value) for at, value in readings))
    desk.run()
    return desk


def follow(desk: Desk) -> None:
    """The evidence log catches up, and signs."""
    with (
        Items(desk.journal.path, writing=True) as items,
        Keeping(desk.folder, items, "test", desk.now_ns) as keeping,
    ):
        while keeping.step():
            pass
        keeping.sign()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = desk_in(tmp_path_factory.mktemp("proofs"))
    (alarm,) = (one["id"] for one in desk.alarms())
    desk.acknowledge(alarm)
    desk.run()
    follow(desk)
    return desk


@pytest.fixture(scope="module")
def key(desk: Desk) -> str:
    with Store(desk.folder / "evidence.sqlite") as store:
        return store.key


@pytest.fixture(scope="module")
def pdf(desk: Desk) -> bytes:
    return made(report_of(case_of(desk.journal, desk.records, "E-")), "both", "a4")


@pytest.fixture(scope="module")
def parts(pdf: bytes) -> dict[str, bytes]:
    return cryogate_verify.attachments_of(pdf)


def asked(capsys, path: Path, *words: str) -> tuple[int, str]:
    code = cryogate_verify.main([*words, str(path)])
    return code, capsys.readouterr().out


def test_the_verifier_says_what_is_proven_until_when_and_what_is_not(desk, pdf, key, tmp_path, capsys):
    path = tmp_path / "r.pdf"
    path.write_bytes(pdf)
    code, said = asked(capsys, path, "--key", key)
    assert code == 0, said
    alarm = case_of(desk.journal, desk.records, "E-").alarm
    assert "Proven: screened again under high -150.0, 4 readings of top in samples.csv give the same" in said
    newest = max(case_of(desk.journal, desk.records, "E-").changes)[0]
    assert f"Proven: the numbers of {alarm} are those of entry {desk.journal.id}-{newest}, the newest" in said
    assert "That no other entry changes these numbers" in said and "All else that facts.json says" in said
    assert "(configuration): configuration, committed " in said and "(contents): containment" in said
    assert "(alarm): transition, committed " in said and "(alarm): acknowledge, committed" in said
    assert f"Proven: until entry {desk.journal.id}-" in said and "Signed by:\n    cryogate/test/" in said
    assert "Not proven:\n" in said and "Readings: the log has hashes of whole minutes" in said
    code, said = asked(capsys, path)
    assert code == 0 and "give the key of the log with --key" in said
    code, said = asked(capsys, path, "--key", key, "--json")
    assert code == 0 and json.loads(said)["holds"] is True and json.loads(said)["signers"]


def test_the_checkpoint_is_printed_as_text_and_as_a_code_that_scans(pdf, desk, key, tmp_path):
    note_text = (desk.folder / "evidence.checkpoint").read_text()
    pages = text_of(pdf)
    whole = "".join("".join(pages).split())
    for line in note_text.split():
        assert line in whole
    assert "+".join(key.split("+", 2)[:2]) in whole and key not in whole
    (number,) = (k for k, page in enumerate(pages, 1) if "Log (origin)" in page)
    subprocess.run(
        ["pdftoppm", "-r", "150", "-f", str(number), "-l", str(number + 1), "-gray", "-", tmp_path / "page"],
        input=pdf,
        check=True,
    )
    found = [
        one.text
        for page in sorted(tmp_path.glob("page*.pgm"))
        for one in zxingcpp.read_barcodes(picture(page))
        if "QR" in str(one.format)
    ]
    assert found == [note_text]


def picture(path: Path) -> np.ndarray:
    head, size, _, pixels = path.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    assert head == b"P5"
    return np.frombuffer(pixels, np.uint8).reshape(height, width)


def test_the_same_checkpoint_gives_the_same_bytes_later(desk, tmp_path):
    """Of another folder, as this one changes."""
    then = desk_in(tmp_path)
    follow(then)
    kept = note.parse((then.folder / "evidence.checkpoint").read_bytes())
    first = made(report_of(case_of(then.journal, then.records, "E-")), "en", "a4")
    entry = str(then.journal.last_seq())
    then.read(("top", 100.0, -161.0))
    (alarm,) = (one["id"] for one in then.alarms())
    then.acknowledge(alarm)
    then.run()
    follow(then)
    case = case_of(then.journal, then.records, "E-", entry)
    assert made(report_of(case), "en", "a4") != first, "its proofs are under a newer checkpoint"
    assert made(report_of(case), "en", "a4", under=kept) == first
    other = note.parse((desk.folder / "evidence.checkpoint").read_bytes())
    with pytest.raises(EvidenceError, match="is not signed with the key"):
        made(report_of(case), "en", "a4", under=other)


def test_a_log_that_signed_nothing_is_said(tmp_path):
    desk = desk_in(tmp_path)
    with Items(desk.journal.path, writing=True) as items:
        begin(desk.folder, items, "test", "it is the first").close()
    told = made(report_of(case_of(desk.journal, desk.records, "E-")), "en", "a4")
    assert any("this report carries no proof" in " ".join(page.split()) for page in text_of(told))


def test_what_is_cut_is_counted():
    assert _some(range(30), MOST["alarm"]) == [0, *range(11, 30)]
    evidence = {"checkpoint": "log\n1\nr\n\n— log AAA\n", "key": "log+1", "proofs": []}
    more = evidence | {"not_yet": ["J-9"], "left_out": {"alarm": 10}}
    (one,) = sections(("evidence",), {"evidence": more}, ())
    words = " ".join(in_language(b.text, "en") for b in one.blocks if hasattr(b, "text"))
    assert "not proven by it: J-9" in words and "10 more have no proof inside" in words


Change = Callable[[dict[str, bytes], dict], None]


def re_made(parts: dict[str, bytes], change: Change) -> bytes:
    """With everything that names hashes made to fit again, as whoever forges a report would."""
    mine, facts = dict(parts), json.loads(parts["facts.json"])
    change(mine, facts)
    evidence = facts["evidence"] or {"proofs": [], "statements": None}
    for row in [*facts["samples"], *evidence["proofs"], *filter(None, [evidence["statements"]])]:
        if row["name"] in mine:
            data = mine[row["name"]]
            row |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    mine["facts.json"] = json.dumps(facts).encode()
    return pdf_with(**mine)


def proof_named(facts: dict, about: str) -> str:
    return next(str(row["name"]) for row in facts["evidence"]["proofs"] if about in row["about"])


def left_out(mine, facts):
    del mine[proof_named(facts, "alarm")]


def exchanged(mine, facts):
    mine[proof_named(facts, "configuration")] = mine[proof_named(facts, "alarm")]


def flipped(mine, facts):
    name = proof_named(facts, "alarm")
    at = mine[name].index(b"index ") + 12
    mine[name] = mine[name][:at] + bytes([mine[name][at] ^ 1]) + mine[name][at + 1 :]


def another_leaf(mine, facts):
    name = proof_named(facts, "alarm")
    lines = mine[name].split(b"\n")
    lines[1] = b"extra " + lines[1][6:].replace(b"Q", b"R", 1)
    mine[name] = b"\n".join(lines)


def other_entry(mine, facts):
    row = next(row for row in facts["evidence"]["proofs"] if "alarm" in row["about"])
    row["entry"] = row["entry"][:-1] + str((int(row["entry"][-1]) + 1) % 10)


def other_configuration(mine, facts):
    facts["basis"]["configuration"]["entry"] += 1


def other_history(mine, facts):
    facts["basis"]["entries"]["alarm"] = [1]


def other_number(mine, facts):
    facts["excursion"]["extreme"] = -150.5


def other_end(mine, facts):
    facts["excursion"]["end"] = "2026-01-05T12:01:10Z"


def other_person(mine, facts):
    row = next(row for row in facts["history"] if row["kind"] == "acknowledge")
    row["by"] = "Wang Wei"


def other_statement(mine, facts):
    mine["statements.json"] = mine["statements.json"].replace(b"-140", b"-150", 1)


def other_checkpoint(mine, facts):
    facts["evidence"]["checkpoint"] = facts["evidence"]["checkpoint"].replace("\n\n", "\nmore\n\n", 1)


def no_proofs(mine, facts):
    for row in facts["evidence"]["proofs"]:
        del mine[row["name"]]
    del mine["statements.json"]
    facts["evidence"] = None


def other_readings(mine, facts):
    mine["samples.csv"] = mine["samples.csv"].replace(b"-140.0", b"-139.0")


def no_excursion_in_readings(mine, facts):
    mine["samples.csv"] = mine["samples.csv"].replace(b"-14", b"-15")


def a_reading_left_out(mine, facts):
    lines = mine["samples.csv"].split(b"\n")
    mine["samples.csv"] = b"\n".join(line for line in lines if b"-141.5" not in line)


def other_limit(mine, facts):
    facts["screening"]["limit"] = -145.0


def other_deadband(mine, facts):
    facts["screening"]["deadband"] = 20.0


def put_in(mine, facts):
    mine["more.tlog-proof"] = b"x"


def damaged(mine, facts):
    facts["basis"] = []


def huge(mine, facts):
    mine["statements.json"] = mine["statements.json"].replace(b'"seq":', b'"seq":9999999999999999999999', 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (left_out, ".tlog-proof was left out"),
        (exchanged, "is of another entry than the facts name"),
        (flipped, "the proof"),
        (another_leaf, "does not lead to the root that was signed"),
        (other_entry, "is of another entry than the facts name"),
        (other_configuration, "the facts name other entries (configuration)"),
        (other_history, "the facts name other entries (alarm)"),
        (other_number, "the facts say extreme of E-"),
        (other_end, "the facts say end of E-"),
        (other_person, "the facts say of entry"),
        (other_statement, "is not the one that is in the log"),
        (other_checkpoint, "does not hold: the checkpoint was changed"),
        (no_proofs, "name no proof of an evidence log"),
        (other_readings, "give extreme otherwise than the facts say"),
        (no_excursion_in_readings, "have no excursion under this limit that begins when the facts say"),
        (a_reading_left_out, "give readings otherwise than the facts say"),
        (other_limit, "give beyond_s otherwise than the facts say"),
        (other_deadband, "have no excursion under this limit"),
        (put_in, "that its facts do not name"),
        (damaged, "facts.json is damaged"),
        (huge, "facts.json is damaged"),
    ],
)
def test_what_was_changed_is_found_and_named(parts, key, tmp_path, capsys, change, words):
    path = tmp_path / "r.pdf"
    path.write_bytes(re_made(parts, change))
    code, said = asked(capsys, path, "--key", key)
    assert code == 1 and words in said, said


def test_as_it_was_it_holds(parts, key, tmp_path, capsys):
    path = tmp_path / "r.pdf"
    path.write_bytes(re_made(parts, lambda mine, facts: None))
    code, said = asked(capsys, path, "--key", key)
    assert code == 0, said


def test_another_log_and_a_younger_key_are_named(desk, parts, pdf, key, tmp_path, capsys):
    other = desk_in(tmp_path)
    follow(other)
    theirs = cryogate_verify.attachments_of(
        made(report_of(case_of(other.journal, other.records, "E-")), "en", "a4")
    )

    def of_another(mine, facts):
        mine[proof_named(facts, "alarm")] = theirs[proof_named(json.loads(theirs["facts.json"]), "alarm")]

    path = tmp_path / "r.pdf"
    path.write_bytes(re_made(parts, of_another))
    code, said = asked(capsys, path, "--key", key)
    assert code == 1 and "is under another checkpoint than the report's" in said
    path.write_bytes(pdf)
    with Store(other.folder / "evidence.sqlite") as store:
        code, said = asked(capsys, path, "--key", store.key)
    assert code == 1 and "is not signed with the key of cryogate/test/" in said
    with Items(other.journal.path, writing=True) as items:
        begin(other.folder, items, "test", "it was seen").close()
    follow(other)
    with Store(other.folder / "evidence.sqlite") as store:
        path.write_bytes(re_made(theirs, lambda mine, facts: None))
        code, said = asked(capsys, path, "--key", store.key)
    assert code == 1 and "is not signed with the key" in said


def test_the_command_gives_the_same_answer_and_puts_the_report_into_the_log(desk, key, tmp_path, capsys):
    config, path = desk.folder / "cryogate.toml", tmp_path / "r.pdf"
    words = ["report", "E-", "--language", "en", "-o", str(path), "--add-to-log", "--config", str(config)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    follow(desk)
    code, said = asked(capsys, path, "--key", key)
    same = CliRunner().invoke(app, ["verify", "--key", key, str(path)])
    assert (same.exit_code, same.stdout) == (code, said) and code == 0
    told = CliRunner().invoke(app, ["verify", "--key", key, str(path), "--json"])
    assert json.loads(told.stdout)["holds"] is True
    proof = f"{path}.tlog-proof"
    done = CliRunner().invoke(
        app, ["evidence", "prove", "--file", str(path), "-o", proof, "--config", str(config)]
    )
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(app, ["verify", "--key", key, "--of", str(path), proof])
    assert done.exit_code == 0 and "as it is now" in done.stdout
    path.write_bytes(path.read_bytes() + b"\n")
    assert CliRunner().invoke(app, ["verify", "--key", key, "--of", str(path), proof]).exit_code == 1
    assert CliRunner().invoke(app, ["verify", "--tiles", "x", str(path)]).exit_code == 2
    assert CliRunner().invoke(app, [*words[:2], "--json", *words[-3:]]).exit_code == 1


def test_facts_are_not_shared_between_changes(parts):
    """The fixture stays what it was, whatever a test changed."""
    before = copy.deepcopy(parts)
    re_made(parts, no_proofs)
    assert parts == before
