"""What CONTRIBUTING, the README and the decisions say about the repository is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.test_layers import GATEWAY, owner

ROOT = Path(__file__).parents[1]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
PAGES = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *DECISIONS]
SECTIONS = ("**Context.**", "**Decision.**", "**Consequences.**", "**Evidence.**")
LONGEST_DECISION = 40  # lines: half a page


def name(path: Path) -> str:
    return path.name


def test_the_coverage_that_is_stated_is_the_one_that_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    stated = re.search(r"fails below \*\*(\d+) %\*\*", (ROOT / "CONTRIBUTING.md").read_text())
    assert stated and int(stated[1]) == project["tool"]["coverage"]["report"]["fail_under"]


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    assert [int(p.name[:4]) for p in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = (ROOT / "docs" / "decisions" / "README.md").read_text()
    assert re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", index) == [p.name for p in DECISIONS]


@pytest.mark.parametrize("page", DECISIONS, ids=name)
def test_a_decision_is_half_a_page_with_its_evidence(page: Path) -> None:
    text = page.read_text()
    places = [text.find(f"\n{section} ") for section in SECTIONS]
    assert -1 not in places and places == sorted(places)
    assert len(text.splitlines()) <= LONGEST_DECISION
    assert re.search(r"`(tests/|python -m benchmarks)", text[places[-1] :])


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    files = re.findall(r"`((?:tests|gateway|docs|scripts|firmware_sim)/[\w./-]+)`", text)
    files += [f"{module.replace('.', '/')}.py" for module in re.findall(r"python -m (benchmarks\.\w+)", text)]
    links = list(re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text))
    missing = [f for f in files if "NAME" not in f and "yours" not in f and not exists(f)]
    assert not missing + [link for link in links if not (page.parent / link).exists()]


def test_tests_that_the_docs_name_are_there() -> None:
    named = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
    told = {pair for page in (ROOT / "docs").rglob("*.md") for pair in named.findall(page.read_text())}
    texts = {path.name: path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
    assert not {(file, name) for file, name in told if f"def {name}(" not in texts.get(file, "")}


def exists(name: str) -> bool:
    """A file, a folder, or a benchmark that is a folder."""
    path = ROOT / name
    return path.exists() or path.with_suffix("").is_dir()


def test_the_readme_has_a_line_for_every_folder_of_the_gateway() -> None:
    table = (ROOT / "README.md").read_text().partition("## Where things are")[2]
    told = set(re.findall(r"`(?:gateway/)?(\w+)(?:\.py)?`", table))
    assert not set(map(owner, GATEWAY)) - {"__init__"} - told


def test_what_runs_before_a_commit_fetches_nothing() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [r["repo"] for r in hooks] == ["local"]
    assert [h["id"] for h in hooks[0]["hooks"]] == ["ruff-format", "ruff-check", "mypy"]


def test_whatever_is_created_is_created_with_its_rights() -> None:
    opens = r"""open\([^\n]*["'][rb+t]*[wax][b+t]*["']"""
    creates = re.compile(rf"\.mkdir\(|makedirs|O_CREAT|\.touch\(|write_text\(|write_bytes\(|{opens}")
    careless = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in GATEWAY
        if path.name != "rights.py"
        for line in path.read_text().splitlines()
        if creates.search(line) and "rights." not in line
    ]
    assert not careless


def test_dataclasses_are_those_of_the_gateway() -> None:
    """Those of the standard library cost the start of every command a millisecond each (decision 20)."""
    others = re.compile(r"^from dataclasses import .*\bdataclass\b|@dataclasses\.dataclass", re.MULTILINE)
    assert not [path for path in GATEWAY if path.name != "dataclass.py" and others.search(path.read_text())]
