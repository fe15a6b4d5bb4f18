"""The authority on layers: a module imports only from rows above its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = (
    # vocabulary: numpy and the standard library; no clock, no logging
    ("dataclass",),
    ("model", "errors", "text", "json_text", "closes"),
    ("units", "hosts", "regular", "shape"),
    ("possible", "times", "zones"),
    ("statements",),
    # kernels: columns and plain data in and out
    (
        "probes",
        "drivers",
        "payloads",
        "screening",
        "alarms",
        "codes",
        "traceability",
        "tables",
        "rights",
        "reviews",
    ),
    # edges: one outside thing each
    ("mqtt", "client", "locks"),
    ("journal", "ingestion", "downloads"),
    # the journal to the outside world
    ("sinks", "notifiers"),
    ("followers",),
    ("evidence",),  # what people outside can check: the log of hashes over the journal
    # who watches the gateway itself
    ("heartbeats", "power"),
    ("peers",),
    # who may log in
    ("accounts", "openid"),
    ("plans",),  # pictures of sites, and where assets stand on them
    # policy
    ("config",),
    ("clocks",),
    ("writing",),
    ("alarming",),
    ("published",),  # what is known of alarms, in the shape that others read
    ("tiles",),
    ("questions",),
    ("commands",),
    ("dossier",),  # reports that people sign and show: facts, sections, the printed file
    ("jobs",),  # long questions, each in a child process
    # root: wiring
    ("running",),
    ("api",),
    ("pages",),  # what a browser gets; it knows no data
    ("doctor",),
    ("app",),
    ("cli",),
)
ROW = {name: i for i, row in enumerate(ROWS) for name in row}
PURE = {
    "dataclass",
    "model",
    "errors",
    "units",
    "possible",
    "closes",
    "hosts",
    "shape",
    "text",
    "json_text",
    "times",
    "zones",
    "probes",
    "drivers",
    "payloads",
    "screening",
    "alarms",
    "codes",
    "traceability",
    "tables",
    "statements",
    "rights",
    "reviews",
}
IMPURE = {
    "dataclass",
    "logging",
    "socket",
    "apsw",
    "asyncio",
    "threading",
    "time",
    "serial",
    "paho",
    "aiomqtt",
    "os",
    "pathlib",
}
LIBRARIES = {"sqlite3", "apsw", "pysqlite3"}
DATABASE = {"database.py", "failures.py"}  # in gateway/journal: who opens one, and who explains its errors
LONGEST_FILE = 400  # lines
ALONE = {"scripts/cryogate_verify.py": 800}  # who checks a report gets it as one file, and reads it as one
BROAD = {"Exception", "BaseException"}

GATEWAY = sorted((ROOT / "gateway").rglob("*.py"))
EVERYTHING = sorted(
    p for d in ("gateway", "firmware_sim", "dashboards", "tests", "scripts") for p in (ROOT / d).rglob("*.py")
)


@dataclass(frozen=True, slots=True)
class Source:
    """What is asked here of a file: `broad`, lines of handlers that catch everything."""

    imports: frozenset[str]
    broad: tuple[int, ...]
    docstring: str | None


@cache
def source(path: Path) -> Source:
    """Each file is parsed once, which takes most of the time here."""
    tree = ast.parse(path.read_text())
    nodes = list(ast.walk(tree))
    names = frozenset(name for node in nodes for name in imported(path, node))
    broad = tuple(node.lineno for node in nodes if isinstance(node, ast.ExceptHandler) and is_broad(node))
    return Source(names, broad, ast.get_docstring(tree))


def imported(path: Path, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        assert node.level == 0, f"{path}: relative import"
        yield node.module
        if node.module == "gateway":
            yield from (f"gateway.{alias.name}" for alias in node.names)


def is_broad(node: ast.ExceptHandler) -> bool:
    return node.type is None or (isinstance(node.type, ast.Name) and node.type.id in BROAD)


def imports(path: Path) -> frozenset[str]:
    return source(path).imports


def part(module: str) -> str | None:
    pieces = module.split(".")
    return pieces[1] if pieces[0] == "gateway" and len(pieces) > 1 else None


def owner(path: Path) -> str:
    """The folder or file of gateway/ that it belongs to."""
    return path.relative_to(ROOT / "gateway").parts[0].removesuffix(".py")


def against_the_rows(path: Path) -> set[tuple[str, str]]:
    """(file, module) of each import of a module that does not stand above."""
    own, where = owner(path), path.relative_to(ROOT / "gateway").as_posix()
    if own == "__init__":
        return set()
    parts = {module: part(module) for module in imports(path)}
    others = {module: other for module, other in parts.items() if other not in (None, own, "__version__")}
    return {(where, module) for module, other in others.items() if ROW[str(other)] >= ROW[own]}


def test_everything_has_a_row() -> None:
    assert not {owner(path) for path in GATEWAY} - {"__init__"} - set(ROW), "give it a row in ROWS"
    assert not set(ROW) - {owner(path) for path in GATEWAY}, "a row of what is no more"


@pytest.mark.parametrize("path", GATEWAY, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_from_rows_above(path: Path) -> None:
    assert not against_the_rows(path)


@pytest.mark.parametrize("path", GATEWAY, ids=lambda p: str(p.relative_to(ROOT)))
def test_kernels_are_pure(path: Path) -> None:
    if owner(path) in PURE:
        assert not {m.split(".")[0] for m in imports(path)} & IMPURE


def test_one_place_opens_databases() -> None:
    """Python's own sqlite3 brings whatever SQLite the machine has, mostly one that can lose commits."""
    folders = ("gateway", "tests", "benchmarks", "scripts", "firmware_sim", "dashboards")
    users = {
        path.relative_to(ROOT)
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if any(name in path.read_text() for name in LIBRARIES)  # reading is quick, parsing is not
        and {m.split(".")[0] for m in imports(path)} & LIBRARIES
    }
    assert users == {Path("gateway/journal") / name for name in DATABASE}


def test_the_simulators_import_nothing_from_the_gateway() -> None:
    for path in (ROOT / "firmware_sim").rglob("*.py"):
        assert not [m for m in imports(path) if m.split(".")[0] == "gateway"], path


def test_no_file_tells_two_stories() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in EVERYTHING
        if (n := len(p.read_text().splitlines())) > ALONE.get(str(p.relative_to(ROOT)), LONGEST_FILE)
    }
    assert not long


def test_every_module_says_what_it_is() -> None:
    silent = [str(p.relative_to(ROOT)) for p in GATEWAY if not source(p).docstring]
    assert not silent


def test_one_place_catches_everything() -> None:
    broad = [f"{p.relative_to(ROOT)}:{line}" for p in GATEWAY for line in source(p).broad]
    assert len(broad) == 1 and broad[0].startswith("gateway/running/supervisor.py")


def test_test_files_have_names_of_their_own() -> None:
    """pytest imports them by their bare name."""
    names = [p.name for p in (ROOT / "tests").rglob("*.py")]
    assert not sorted({n for n in names if names.count(n) > 1} - {"conftest.py"})
