"""The printed report, opened by programs that nobody here wrote: attachments, text, codes, pages."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import zxingcpp
from pypdf import PdfReader
from typer.testing import CliRunner

from gateway.cli import app
from gateway.dossier import making
from gateway.dossier.case import Case, case_of
from gateway.dossier.facts import facts, report_of
from gateway.dossier.making import gathered, made
from gateway.dossier.matrix import svg_of
from gateway.dossier.report import as_bytes
from gateway.dossier.samples import write_samples
from gateway.dossier.state import state_of
from gateway.errors import InputError
from gateway.journal.journal import Statement
from gateway.model import Samples
from gateway.statements import containment
from gateway.statements.containment import Unit, UnitStay
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk

LONG = "超长名称" * 10 + "X" * 130
NAME = f'🧊 مرحبا ܐ #panic() $a$ *b* \\" {LONG}'
PACK = "(01)09521234543213(21)1234"
UNITS = [
    Unit("gs1", PACK, "#eval(x) _y_", "COI-1"),
    Unit("holder", "🧪" * 20 + "W" * 150, "مرحبا", ""),
    *(Unit("holder", f"BAG-{k:03}", "产品", f"COI-{k}") for k in range(60)),
]


def desk_in(folder: Path, *, end: bool) -> Desk:
    text = CONFIG.replace("[assets.freezer]", f'[assets.freezer]\nname = "{NAME}"')
    text = text.replace('name = "test"', 'name = "test"\ndata_dir = "."').replace(
        "[sites.s]", '[sites.s]\ntime_zone = "Asia/Shanghai"'
    )
    (folder / "cryogate.toml").write_text(text)
    desk = Desk(folder, text)
    stays = [UnitStay(one, "freezer", "top", NOON_NS, None) for one in UNITS if end]
    said = [containment.to_body(containment.Containment((stay,))) for stay in stays]
    desk.journal.commit(
        statements=[Statement(containment.KIND, "Li Na", NOON_NS, body, actor="person") for body in said]
    )
    last = [("top", 90.0, -160.0)] if end else []
    desk.read(("top", 30.0, -160.0), ("top", 60.0, -140.0), ("top", 70.0, -141.5), *last)
    desk.run()
    return desk


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    desk = desk_in(tmp_path_factory.mktemp("report"), end=True)
    yield case_of(desk.journal, desk.records, "E-")
    desk.journal.close()
    desk.records.close()


@pytest.fixture(scope="module")
def both(case: Case) -> bytes:
    return made(report_of(case), "both", "a4")


def text_of(pdf: bytes, *options: str) -> list[str]:
    """Page by page, in the order in which a screen reader has it."""
    told = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return told.stdout.decode().split("\f")[:-1]


def test_attachments_are_whole_and_their_hashes_are_printed(case: Case, both: bytes) -> None:
    attached = {name: content[0] for name, content in PdfReader(io.BytesIO(both)).attachments.items()}
    assert attached["facts.json"] == as_bytes(gathered(report_of(case)))
    printed = "".join("".join(text_of(both)).split())
    for content in attached.values():
        assert hashlib.sha256(content).hexdigest() in printed
    table = pq.read_table(io.BytesIO(attached["samples.parquet"]))
    assert table.column("value").to_pylist() == [-160.0, -140.0, -141.5, -160.0]
    assert attached["samples.csv"].decode().count("\n") == 1 + 4
    named = {one["name"]: one["sha256"] for one in json.loads(attached["facts.json"])["samples"]}
    assert named["samples.csv"] == hashlib.sha256(attached["samples.csv"]).hexdigest()


def test_facts_are_the_same_whether_samples_went_by_before_or_not(case: Case, tmp_path: Path) -> None:
    attached = gathered(report_of(case))
    del attached["samples"], attached["evidence"]
    fresh = state_of(case.journal)
    alone = Case(fresh, case.alarm, case.changes, case.known, case.found)
    assert facts(alone) == attached
    heard = Case(state_of(case.journal), case.alarm, case.changes, case.known, case.found)
    number, asked = case.found.channel, list[tuple[int, int | None]]()

    def read(channels: Sequence[int], start_ns: int, end_ns: int | None) -> Samples:
        asked.append((start_ns, end_ns))
        return fresh.ground.read(channels, start_ns, end_ns)

    write_samples(report_of(heard), tmp_path)
    start_ns, end_ns = case.shown
    found = heard.as_of.heard.read(read, [number], start_ns - 5, end_ns + 5)
    assert asked == [(start_ns - 5, start_ns), (end_ns, end_ns + 5)], "only what lies around is read"
    assert found.time.tolist() == fresh.read([number], start_ns - 5, end_ns + 5).time.tolist()
    assert len(heard.as_of.heard.read(read, [number], start_ns, end_ns)) == len(found), "once"
    assert asked[-1] == (start_ns, end_ns)


def test_the_file_says_what_it_is_and_is_sound(both: bytes, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(both)
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    metadata = PdfReader(path).xmp_metadata
    assert metadata is not None
    raw = metadata.stream.get_data().decode()
    assert "<pdfaid:part>3<" in raw and "<pdfaid:conformance>A<" in raw and "<pdfuaid:part>1<" in raw


def test_the_same_state_of_the_journal_gives_the_same_bytes(case: Case, both: bytes) -> None:
    assert made(report_of(case), "both", "a4") == both


def test_hostile_names_are_text_and_nothing_else(both: bytes) -> None:
    first, *_ = text_of(both)
    assert "#panic() $a$ *b*" in first and "[U+1F9CA]" in first and "[U+0710]" in first
    whole = "".join("".join(text_of(both)).split())
    assert "X" * 130 in whole and "W" * 150 in whole and "#eval(x)_y_" in whole


def test_heads_of_tables_stand_on_every_page_and_every_unit_is_there(both: bytes) -> None:
    pages = text_of(both)
    with_units = [page for page in pages if "BAG-0" in page and "DataMatrix" not in page]
    assert len(with_units) > 3 and all("编码" in page or "Stated by" in page for page in with_units)
    assert not [k for k in range(60) if not any(f"BAG-{k:03} (holder)" in page for page in pages)]


@pytest.mark.parametrize(
    ("language", "paper", "title", "size"),
    [("zh", "a4", "超限报告", 595), ("en", "letter", "Excursion report", 612)],
    ids=["zh", "en"],
)
def test_each_language_by_itself(case: Case, language: str, paper: str, title: str, size: int) -> None:
    pdf = made(report_of(case), language, paper)
    first = text_of(pdf)[0]
    assert first.lstrip().startswith(title) and "PRELIMINARY" not in first
    assert ("Numbers" in "".join(text_of(pdf))) == (language == "en")
    assert round(float(PdfReader(io.BytesIO(pdf)).pages[0].mediabox.width)) == size


def test_printed_codes_are_read_from_150_dots_an_inch(both: bytes, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(both)
    pages = [k for k, page in enumerate(text_of(both), 1) if PACK in page]
    render = ["pdftoppm", "-gray", "-r", "150", "-f", str(pages[0]), "-l", str(pages[0]), path]
    head, size, _, pixels = subprocess.run(render, capture_output=True, check=True).stdout.split(b"\n", 3)
    width, height = map(int, size.split())
    assert head == b"P5"
    seen = zxingcpp.read_barcodes(
        np.frombuffer(pixels, np.uint8).reshape(height, width), text_mode=zxingcpp.TextMode.HRI
    )
    assert (PACK, "]d2") in {(one.text, one.symbology_identifier) for one in seen}


def test_a_code_that_fits_into_no_symbol_stands_as_text() -> None:
    assert svg_of("holder", "9" * 401) is None and svg_of("holder", "\x1d") is None
    assert svg_of("gs1", "(99)") is None


def test_while_it_goes_on_every_page_says_so(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, end=False)
    pages = text_of(made(report_of(case_of(desk.journal, desk.records, "E-")), "both", "a4"))
    assert len(pages) > 1 and all("初步报告" in page and "PRELIMINARY" in page for page in pages)
    assert "nobody has stated what was inside" in "".join(pages)


def test_the_command_writes_once_and_prints_the_facts(tmp_path: Path) -> None:
    desk_in(tmp_path, end=False)
    path, configured = tmp_path / "out.pdf", ("--config", str(tmp_path / "cryogate.toml"))
    words = ["report", "E-", "-o", str(path), "--language", "en", "--json", *configured]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    attached = PdfReader(path).attachments["facts.json"][0]
    assert json.loads(done.stdout) == json.loads(attached)
    assert "is there already" in str(CliRunner().invoke(app, words).exception)
    assert "where to?" in str(CliRunner().invoke(app, ["report", "E-", *configured]).exception)


def test_without_printer_or_font_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "FONTS", ("No Such Font",))
    with pytest.raises(InputError, match="apt-get install fonts-noto-cjk"):
        making._font(None)
    monkeypatch.setattr(making, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'cryogate\[report\]'"):
        making.need_printer()
