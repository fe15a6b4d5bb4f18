"""What holds for every script of the control room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
