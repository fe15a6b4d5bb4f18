"""Which units of temperature the words of a cell, or what stands behind a number, name."""

from __future__ import annotations

import re
from typing import Final

BY_LETTER: Final = {"c": "degC", "f": "degF", "k": "K"}
WORDS: Final = {"celsius": "c", "centigrade": "c", "fahrenheit": "f", "kelvin": "k"}
_SIGNS: Final = str.maketrans({"\N{DEGREE CELSIUS}": "°c", "\N{DEGREE FAHRENHEIT}": "°f", "º": "°", "˚": "°"})
_MARKED: Final = re.compile(r"(?:°|deg|degree|degrees) ?([cfk])(?![a-z])")
_IN_BRACKETS: Final = re.compile(r"[(\[] ?([cfk]) ?[)\]]")
_THERMOCOUPLE: Final = re.compile(r"type|typ\b|thermocouple|thermoelement|\btc\b")  # (K) is one, too


def said_in(cell: str, is_alone: bool) -> set[str]:
    """Units of temperature in a cell. A letter alone is one only where nothing else is meant by it."""
    text = cell.strip().lower().translate(_SIGNS)
    letters = set(_MARKED.findall(text)) | {letter for word, letter in WORDS.items() if word in text}
    if not letters and not _THERMOCOUPLE.search(text):
        letters = set(_IN_BRACKETS.findall(text))
    if not letters and is_alone and text.strip("[]() .") in BY_LETTER:
        letters = {text.strip("[]() .")}
    return {BY_LETTER[letter] for letter in letters}
