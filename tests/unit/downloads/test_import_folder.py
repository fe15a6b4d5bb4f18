"""`cryogate import` of several files: one that is damaged hides neither the others nor itself."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.cli.each_file import MOST_TOLD, each_file
from gateway.errors import ConfigurationError, Declined, InputError, JournalFull, LinkDown

ROOT = Path(__file__).parents[3]
MAPPING = """
format = "csv"
[options]
columns = [{ column = "A", unit = "K" }]
[channels]
A = "freezer-1-top"
"""
DAMAGED = "a/2.csv: nothing was taken, because of\nline 3: A: '77.3x' is not a number"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cryogate.toml").write_text((ROOT / "docs" / "examples" / "demo.toml").read_text())
    (tmp_path / "map.toml").write_text(MAPPING)
    (tmp_path / "a").mkdir()
    for day in (1, 2, 3):
        rows = f"time,A\n2026-01-0{day}T11:00:00Z,77.3\n2026-01-0{day}T11:01:00Z,77.3\n"
        (tmp_path / "a" / f"{day}.csv").write_text(rows)
    text = (tmp_path / "a" / "2.csv").read_text()
    (tmp_path / "a" / "2.csv").write_text(text.replace(":01:00Z,77.3", ":01:00Z,77.3x"))
    return tmp_path


def run(*words: str) -> tuple[str, Exception | None]:
    done = CliRunner().invoke(app, [*words, "--map", "map.toml"])
    error = done.exception
    return done.stdout, error if isinstance(error, Exception) else None


@pytest.mark.parametrize("how", [("--dry",), ("--by", "Li Na")])
def test_the_others_are_taken_and_the_damaged_one_is_named(site: Path, how: tuple[str, ...]) -> None:
    shown, error = run("import", "a", *how)
    assert "a/1.csv: 3 lines" in shown or "a/1.csv: 2 readings, 2 of them new" in shown
    assert "a/3.csv: 3 lines" in shown or "a/3.csv: 2 readings, 2 of them new" in shown
    assert isinstance(error, InputError) and f"1 of 3 files cannot be taken:\n{DAMAGED}" in str(error)


@pytest.mark.parametrize("how", [("--dry",), ("--by", "Li Na")])
def test_for_scripts_each_file_is_named(site: Path, how: tuple[str, ...]) -> None:
    shown, error = run("import", "a", "--json", *how)
    first, second, third = json.loads(shown)
    assert [one["file"] for one in (first, second, third)] == ["a/1.csv", "a/2.csv", "a/3.csv"]
    assert second["refused"].startswith(DAMAGED) and not {"refused"} & {*first, *third}
    assert isinstance(error, InputError)


def test_what_is_mended_is_all_that_is_new(site: Path) -> None:
    run("import", "a", "--by", "Li Na")
    (site / "a" / "2.csv").write_text((site / "a" / "2.csv").read_text().replace("x", ""))
    shown, error = run("import", "a", "--by", "Li Na")
    assert error is None and shown.count("nothing changes") == 2
    assert "a/2.csv: 2 readings, 2 of them new" in shown


def test_a_replay_names_all_that_is_wrong_with_all_files(site: Path) -> None:
    (site / "a" / "3.csv").write_text("time,B\n")
    _, error = run("replay", "--input", "a")
    assert "2 of 3 files cannot be taken" in str(error) and "no column 'A'" in str(error)
    assert DAMAGED in str(error)


def test_a_mistake_of_the_mapping_is_told_once(site: Path) -> None:
    (site / "map.toml").write_text(MAPPING.replace("freezer-1-top", "freezer-1-tpo"))
    _, error = run("import", "a", "--by", "Li Na")
    assert isinstance(error, ConfigurationError) and len(error.problems) == 1


def test_a_pipe_is_no_file_and_holds_nobody_up(site: Path) -> None:
    os.mkfifo("pipe.csv")
    for words in (("import", "pipe.csv", "--dry"), ("replay", "--input", "pipe.csv")):
        _, error = run(*words)
        assert str(error) == "pipe.csv: it is a pipe, a device or the like, and no file"
    shown, error = run("import", "pipe.csv", "a/1.csv", "gone.csv", "--by", "Li Na")
    assert "a/1.csv: 2 readings" in shown
    assert "2 of 3 files" in str(error) and "gone.csv: No such file" in str(error)


PATHS = [Path(f"{k}.csv") for k in range(1, 31)]


@pytest.mark.parametrize(
    "error",
    [JournalFull("no room"), LinkDown("no answer"), Declined("who are you", 401), Declined("too many", 429)],
)
def test_what_the_next_file_would_meet_too_ends_it_and_names_what_is_left(error: Exception) -> None:
    def take(path: Path) -> dict[str, Any]:
        if path.stem == "3":
            raise error
        return {"file": str(path)}

    done = each_file(PATHS, take)
    assert [one["file"] for one in done.answers] == ["1.csv", "2.csv", "3.csv"]
    with pytest.raises(InputError) as caught:
        done.complain()
    assert str(caught.value).splitlines()[1:] == [
        f"3.csv: {error}",
        "not tried: 27 files, the first 4.csv",
    ]


@pytest.mark.parametrize("error", [InputError("x"), ConfigurationError(["x"]), Declined("x", 422)])
def test_what_is_told_is_bounded_and_counted(error: Exception) -> None:
    def refuse(_: Path) -> dict[str, Any]:
        raise error

    with pytest.raises(InputError, match="30 of 30 files") as caught:
        each_file(PATHS, refuse).complain()
    assert str(caught.value).splitlines()[-1] == f"... and {30 - MOST_TOLD} more"
    with pytest.raises(type(error)):
        each_file(PATHS[:1], refuse)
