"""What holds for the styles of the control room."""

from __future__ import annotations

import re

from gateway.pages.place import FOLDER

TOKENS = (FOLDER / "static" / "styles" / "tokens.css").read_text()
DARK = re.compile(r"\{\s*color-scheme: dark;([^}]*)\}")


def test_dark_is_the_same_whether_the_device_or_a_person_chose_it() -> None:
    """Written twice: `light-dark()` is younger than browsers that phones still have."""
    by_device, by_choice = DARK.findall(TOKENS)
    assert by_device == by_choice
