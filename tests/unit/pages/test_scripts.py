"""What holds for every script of the control room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.pages.files import Files
from gateway.pages.place import FOLDER

SCRIPTS = sorted((FOLDER / "static" / "scripts").glob("*.js"))
WAITS = re.compile(r"^(?:const \w+ = )?await ", re.MULTILINE)
FUNCTION = re.compile(r"^(?:export )?(?:async )?function ", re.MULTILINE)
CONSTANT = re.compile(r"^(?:export )?(?:const|let|class) .*", re.MULTILINE)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_that_waits_names_its_constants_before_its_functions(script: Path) -> None:
    """While it waits, keys and events call its functions, and those are there; constants below are not."""
    text = script.read_text()
    first = FUNCTION.search(text)
    if WAITS.search(text) and first:
        assert CONSTANT.findall(text, first.start()) == []


def test_a_page_names_all_that_its_script_imports_and_nothing_else() -> None:
    """A browser that finds one import after the other asks as often as they are deep."""
    files = Files(FOLDER / "static", {})
    told = [
        address.rpartition("/static/")[2].partition("/")[2] for address in files.imports("scripts/scan.js")
    ]
    assert {"scripts/elements.js", "scripts/keys.js", "scripts/code_words.js", "scripts/words.js"} <= {*told}
    assert len(told) == len({*told}) and "scripts/scan.js" not in told
    assert "scripts/camera.js" not in told, "which is loaded when the camera opens"
