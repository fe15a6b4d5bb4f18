"""The printed file: PDF/A-3a and PDF/UA-1 by typst, attachments inside; the same input gives the same bytes.

typst gets texts as JSON, and knows no clock: the date of the file is that of the state of the journal.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.dossier.blocks import plain, shown
from gateway.dossier.kinds import kind_of
from gateway.dossier.proven import write_proofs
from gateway.dossier.report import Report, as_bytes
from gateway.dossier.samples import attach, write_samples
from gateway.dossier.sections import Attached, sections
from gateway.dossier.words import Language, in_language
from gateway.errors import InputError
from gateway.evidence.note import Note
from gateway.journal import rights
from gateway.text import one_line

if TYPE_CHECKING:
    import typst

FONTS: Final = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC")
PAPERS: Final = {"a4": "a4", "letter": "us-letter"}
STANDARDS: Final[list[Any]] = ["a-3a", "ua-1"]  # Literal names of typst
LONGEST_FOOT: Final = 60  # characters of a name at the foot of each page
LAYOUT: Final = "layout.typ"
FACTS: Final = "facts.json"
PLAIN_RANGES: Final = (
    *((0x20, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x2010, 0x2044), (0x2212, 0x2212), (0x2264, 0x2265)),
    *((0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xFF01, 0xFF5E)),
)
"""Characters that every Chinese font has; others are written as their numbers where no font has them."""
NO_FONT: Final = (
    "no font with Chinese characters is installed, and a report is printed with one; install it: on Debian "
    "`apt-get install fonts-noto-cjk`, on Fedora `dnf install google-noto-sans-cjk-fonts`, or give a "
    f"folder that has one of {', '.join(FONTS)} with --fonts"
)


def gathered(report: Report, under: Note | None = None) -> dict[str, Any]:
    """The facts, with the hashes of the samples and proofs that belong to them.

    `under`: the checkpoint of the evidence log; None: the newest one.
    """
    with _folder() as folder:
        return _with_files(report, folder, under)[0]


def made(
    report: Report, language: Language, paper: str, fonts: Path | None = None, under: Note | None = None
) -> bytes:
    """As PDF. Raises InputError where the printer or a font is missing."""
    need_printer()
    with _folder() as folder:
        told, attached = _with_files(report, folder, under)
        content = as_bytes(told)
        attached.append(attach(folder / FACTS, content, "all facts of this report", "data"))
        font, known = _font(fonts)
        document = _document(told, attached, language, PAPERS[paper], font)
        return _printed(folder, document, known)


def _with_files(report: Report, folder: Path, under: Note | None) -> tuple[dict[str, Any], list[Attached]]:
    samples = write_samples(report, folder)
    named_ = [{"name": one.name, "bytes": one.size, "sha256": one.sha256} for one in samples]
    evidence, proofs = write_proofs(report.told, report.state, folder, under)
    return {**report.told, "samples": named_, "evidence": evidence}, [*samples, *proofs]


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cryogate-report-") as folder:
        yield Path(folder)


def _document(
    told: Mapping[str, Any], attached: list[Attached], language: Language, paper: str, font: str
) -> dict[str, Any]:
    kind = kind_of(told)
    title = kind.title(told)
    foot = f"{kind.foot(told)[:LONGEST_FOOT]} · {told['basis']['journal']['last_entry']}"
    languages = ("zh", "en") if language == "both" else (language,)
    return {
        "title": [{"lang": one, "text": in_language(title, one)} for one in languages],
        "preliminary": " / ".join(in_language(kind.PRELIMINARY, one) for one in languages)
        if told["preliminary"]
        else "",
        "foot": shown(foot),
        "lang": languages[0],
        "paper": paper,
        "font": font,
        "date": [int(told["as_of"][a:b]) for a, b in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))],
        "sections": plain(sections(kind.ORDER, told, attached), language),
        "attached": [asdict(one) for one in attached],
    }


def _font(folder: Path | None) -> tuple[str, typst.Fonts]:
    """The first that is there, and all that may stand in for it."""
    import typst

    paths = [] if folder is None else [folder]
    known = typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=paths)
    families = set(known.families())
    font = next((one for one in FONTS if one in families), None)
    if font is None:
        raise InputError(NO_FONT)
    return font, known


def need_printer() -> None:
    """Raises InputError where the packages of the extra `report` are not there."""
    missing = [name for name in ("typst", "zxingcpp") if find_spec(name) is None]
    if missing:
        raise InputError(
            f"a report is printed with {' and '.join(missing)}, not installed here: "
            "pip install 'cryogate[report]'; --json works without"
        )


def _printed(folder: Path, document: dict[str, Any], fonts: typst.Fonts) -> bytes:
    import typst

    layout = (files("gateway.dossier") / LAYOUT).read_bytes()
    for content in (document, _in_numbers(document)):
        _write(folder / "document.json", json.dumps(content, ensure_ascii=False).encode())
        _write(folder / LAYOUT, layout)
        # A compiler for each: one that is used again goes by the changes of its files, and trips over some.
        compiler = typst.Compiler(folder / LAYOUT, root=folder, font_paths=fonts, ignore_system_fonts=True)
        try:
            printed = compiler.compile(format="pdf", pdf_standards=STANDARDS)
        except typst.TypstError as error:
            why = f"{error.message} {' '.join(error.hints)}"
            continue
        assert isinstance(printed, bytes)
        return printed
    raise InputError(f"the report cannot be printed: {one_line(why)[:500]}")


def _in_numbers(data: Any) -> Any:
    """The same, with rare characters as [U+1F9EA]: where no font has one of them, paper shows no box."""
    if isinstance(data, str):
        return data if data.startswith("<svg") else "".join(map(_in_number, data))
    if isinstance(data, dict):
        return {name: _in_numbers(value) for name, value in data.items()}
    return [_in_numbers(one) for one in data] if isinstance(data, list) else data


def _in_number(character: str) -> str:
    number = ord(character)
    return character if any(a <= number <= b for a, b in PLAIN_RANGES) else f"[U+{number:04X}]"


def _write(path: Path, content: bytes) -> None:
    with open(path, "wb", opener=rights.opener) as file:
        file.write(content)
