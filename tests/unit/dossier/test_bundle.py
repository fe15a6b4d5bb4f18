"""A bundle for inspectors: whole, checked by what stands in it, and never there by half."""

from __future__ import annotations

import csv
import json
import subprocess
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.dossier import bundle as bundles
from gateway.dossier.bundle import Wanted, bundle
from gateway.dossier.state import state_of
from gateway.errors import EvidenceError, InputError
from gateway.evidence.keeping import begin
from gateway.evidence.store import Store
from gateway.journal.items import Items
from scripts import cryogate_verify
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk
from tests.unit.dossier.test_report_proofs import follow

PERIOD = ("--from", "2026-01-05T12:00:00Z", "--to", "2026-01-05T12:01:30Z")
NAME = "<script>=1+1</script> 罐"


def desk_in(folder: Path) -> Desk:
    """An excursion in one asset, readings in another, and nothing in a third."""
    text = CONFIG.replace('name = "test"', 'name = "test"\ndata_dir = "."')
    text = text.replace("[assets.freezer]", f'[assets.freezer]\nname = "{NAME}"')
    (folder / "cryogate.toml").write_text(text + '[assets.empty]\nsite = "s"\n')
    desk = Desk(folder, text + '[assets.empty]\nsite = "s"\n')
    desk.contain("=BAG-1", "freezer", 0)
    readings = zip((30.0, 60.0, 70.0, 90.0), (-160.0, -140.0, -141.5, -160.0), strict=True)
    desk.read(*(("top", at, value) for at, value in readings), ("shipper", 40.0, -160.0))
    desk.run()
    return desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Desk:
    desk = desk_in(tmp_path_factory.mktemp("desk"))
    follow(desk)
    return desk


@pytest.fixture(scope="module")
def made(desk, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "q1"
    config = ("--config", str(desk.folder / "cryogate.toml"))
    done = CliRunner().invoke(app, ["bundle", *PERIOD, "-o", str(folder), "--language", "en", *config])
    assert done.exit_code == 0, done.output
    assert "3 reports" in done.output
    return folder


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]


def test_it_is_whole_and_every_file_is_in_the_checksums(made):
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=made, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    named = {line.split("  ", 1)[1] for line in (made / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert there - named == {"SHA256SUMS"}
    assert {"checkpoint", "log.key", "cryogate_verify.py", "index.html", "index.csv"} <= there
    assert not list(made.parent.glob(".*")), "nothing is left beside it"


def test_its_own_verifier_proves_each_report_and_each_proof(made, desk, capsys):
    with Store(desk.folder / "evidence.sqlite") as store:
        assert (made / "log.key").read_text().strip() == store.key
    assert (made / "cryogate_verify.py").read_bytes() == Path(cryogate_verify.__file__).read_bytes()
    reports, proofs = list((made / "reports").iterdir()), list((made / "proofs").iterdir())
    assert len(reports) == 3 and proofs
    for path in (*reports, *proofs, made / "checkpoint"):
        assert cryogate_verify.main(["--key", str(made / "log.key"), str(path)]) == 0, path
    assert capsys.readouterr().out.count("Signed by:") == len(reports) + len(proofs) + 1


def test_the_index_has_no_scripts_fetches_nothing_and_names_each_report(made):
    text = (made / "index.html").read_text()
    page = Page()
    page.feed(text)
    assert not page.tags & {"script", "img", "link", "iframe", "object"} and "on=" not in text
    reports = sorted(f"reports/{path.name}" for path in (made / "reports").iterdir())
    assert sorted(page.links) == reports
    rows = list(csv.DictReader((made / "index.csv").open(newline="")))
    assert [row["file"] for row in rows] == reports
    assert [row["kind"] for row in rows] == ["asset", "excursion", "asset"]
    assert rows[1]["alarm"].startswith("E-") and rows[1]["certainty"] == "possible"


def test_one_asset_as_a_zip_file_with_the_same_bytes(desk, tmp_path):
    config = ("--config", str(desk.folder / "cryogate.toml"), "--json")
    words = ["bundle", *PERIOD, "--asset", "shipper", "--language", "en", *config]
    for name in ("one.zip", "one-too.zip"):
        done = CliRunner().invoke(app, [*words, "-o", str(tmp_path / name)])
        assert done.exit_code == 0 and json.loads(done.stdout)["reports"] == 1, done.output
    one, other = (zipfile.ZipFile(tmp_path / name) for name in ("one.zip", "one-too.zip"))
    assert one.testzip() is None and {name.split("/")[0] for name in one.namelist()} == {"one"}
    same = [name.partition("/")[2] for name in one.namelist()]
    assert [name.partition("/")[2] for name in other.namelist()] == same
    assert all(one.read(f"one/{name}") == other.read(f"one-too/{name}") for name in same)


def asked(desk, output, asset=None, end_s=90):
    wanted = Wanted(asset, NOON_NS, NOON_NS + end_s * 10**9, "en", "a4")
    return bundle(state_of(desk.journal), desk.records, wanted, output, lambda *_: None)


def test_what_is_there_is_never_written_over(desk, tmp_path):
    kept = tmp_path / "kept.zip"
    kept.write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        asked(desk, kept)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is there already"):
        asked(desk, tmp_path / "link")
    assert kept.read_text() == "mine"


def test_what_cannot_be_bundled_is_refused(desk, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no asset 'nobody'"):
        asked(desk, tmp_path / "b", "nobody")
    with pytest.raises(InputError, match="nothing was measured"):
        asked(desk, tmp_path / "b", "empty")
    monkeypatch.setattr(bundles, "MOST", 2)
    with pytest.raises(InputError, match="3 reports; a bundle has at most 2"):
        asked(desk, tmp_path / "b")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["b", "b.zip"])
def test_interrupted_it_leaves_nothing(desk, tmp_path, name):
    def told(step, done, of):
        if done == 1:
            raise KeyboardInterrupt

    wanted = Wanted("freezer", NOON_NS, NOON_NS + 90 * 10**9, "en", "a4")
    with pytest.raises(KeyboardInterrupt):
        bundle(state_of(desk.journal), desk.records, wanted, tmp_path / name, told)
    assert not list(tmp_path.iterdir())


def test_without_a_log_it_says_so_and_before_the_first_checkpoint_it_waits(tmp_path):
    (tmp_path / "data").mkdir()
    desk = desk_in(tmp_path / "data")
    assert asked(desk, tmp_path / "plain", "shipper") == 1
    assert not (tmp_path / "plain" / "log.key").exists()
    assert "no evidence log" in (tmp_path / "plain" / "index.html").read_text()
    with Items(desk.journal.path, writing=True) as items:
        begin(desk.folder, items, "test", "it is the first").close()
    with pytest.raises(EvidenceError, match="nothing was signed yet"):
        asked(desk, tmp_path / "early", "shipper")
    assert not (tmp_path / "early").exists()
