"""ISBT 128 (ST-001): a unit is a donation and, of what was made of it, one product with its division.

The donation is its identification number (data structure 001), the product a product code (003), whose last
characters are the division, or the processor's own code (034); divisions may stand apart (032). They come as
one compound message (=+), one scan behind the other with or without a blank, or as they are printed, with
blanks between them.
Only structures are used here; the tables of facilities and products belong to ICCBBA. The flag and the check
character K of a donation number are checked, and are not part of the unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from gateway.codes import CODE_128, DATA_MATRIX, Part, bounded, read_by_scanner, shown
from gateway.errors import CodeError

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"  # values 0 to 36 of ISO/IEC 7064 MOD 37-2
CONCATENATED: Final = "]C4"  # Code 128 whose scanner has put two symbols together
SYMBOLOGIES: Final = ("", CODE_128, CONCATENATED, DATA_MATRIX)
EXAMPLE: Final = "=G12341765432170=<S12954A0"
_FACILITY = r"[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}"
_NUMBER = rf"({_FACILITY}[0-9]{{8}})"
_DONATION = re.compile("=" + _NUMBER + r"([0-9A-HJ-NPR-Y]{2})")  # data identifier, number, flag
_PRODUCT = r"[A-Z][0-9A-Za-z]{7}"  # description 5, collection type, division
_PROCESSED = rf"{_FACILITY}[0-9A-Z]{{6}}[A-Z][0-9A-Za-z]{{4}}"  # processor, its own product, description
_DIVISIONS = r"[0-9]{6}"
_STRUCTURES: Final = {"=<": _PRODUCT, "=/": _PROCESSED, "=,": _DIVISIONS}
_WORDS: Final = {"=<": "product code", "=/": "processor's product code", "=,": "division"}
_COMPOUND = re.compile(r"=\+([0-9]{2})[0-9]{3}")  # how many structures follow, and which message it is
_BETWEEN_SCANS = re.compile(r"[\s\u00a0]+(?=[\]=&])|(?=\][A-Za-z][0-9A-Za-z]=)")
_STRUCTURE = re.compile(r"[=&].[^=&]*")
_PRINTED_NUMBER = re.compile(_NUMBER + r"([0-9]{2})?([0-9A-Z*])?")  # perhaps flag, perhaps boxed K
_PRINTED = re.compile(
    rf"(?P<number>.*\S)\s+(?P<product>{_PRODUCT}|{_PROCESSED})(?:\s+(?P<divisions>{_DIVISIONS}))?"
)


def parse(text: str) -> str:
    """For example G123417654321 S12954A0, from any form in which that unit is scanned or printed."""
    found = _parts(text)
    donation, product = found.get("donation"), found.get("=<") or found.get("=/")
    if donation is None or product is None:
        raise _incomplete(donation, text)
    return " ".join(part for part in (donation, product, found.get("=,")) if part)


def former(text: str) -> str:
    """The donation number alone, under which units were kept before their product belonged to them."""
    found = _parts(text)
    if "donation" not in found:
        raise _expected(text)
    return found["donation"]


def beside(text: str) -> str:
    """The flag, where it is no check of the number: mostly it counts the containers of a donation."""
    code = bounded(text)
    scanned = re.search(_DONATION, code)
    printed = None if "=" in code else _PRINTED_NUMBER.match(re.sub(r"[ \u00a0]", "", code))
    match = scanned or printed
    flag = match[2] if match else None
    if flag is None or flag == "00" or (flag.isdigit() and 60 <= int(flag) <= 96):
        return ""
    return f"flag {flag}"


def parts(text: str) -> tuple[Part, ...]:
    """Also of a donation number or a product code alone."""
    found = _parts(text)
    return tuple(part for name, value in found.items() for part in _PARTS[name](value))


def check_value(number: str) -> int:
    """Value of K, 0 to 36 (ST-001 appendix A, ISO/IEC 7064 MOD 37-2)."""
    remainder = 0
    for character in number:
        remainder = (remainder + ALPHABET.index(character)) * 2 % 37
    return (38 - remainder) % 37


def _parts(text: str) -> dict[str, str]:
    """What names the unit, by data identifier ("donation" for that of 001)."""
    code = bounded(text)
    return _scanned(code, text) if "=" in code else _printed(code, text)


def _scanned(code: str, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for structure in _structures(code, text):
        name, value = _read(structure, text)
        if name and found.setdefault(name, value) != value:
            raise CodeError(f"{shown(text)} names both {found[name]} and {value}: scan one unit at a time")
    return found


def _structures(code: str, text: str) -> Iterator[str]:
    """Data structures of one scan or several, with their identifiers."""
    for scan in filter(None, _BETWEEN_SCANS.split(code)):
        symbology, data = read_by_scanner(scan)
        if symbology not in SYMBOLOGIES:
            raise CodeError(f"{symbology} is no symbol that carries ISBT 128, found {shown(text)}")
        structures = _STRUCTURE.findall(data)
        if not structures or "".join(structures) != data:
            raise _expected(text)
        yield from _of_message(structures, text)


def _of_message(structures: list[str], text: str) -> list[str]:
    head = _COMPOUND.fullmatch(structures[0])
    if head is None:
        return structures
    if len(structures) - 1 != int(head[1]):
        raise CodeError(
            f"a compound message of {int(head[1])} structures has {len(structures) - 1}; scan it again: "
            f"{shown(text)}"
        )
    return structures[1:]


def _read(structure: str, text: str) -> tuple[str, str]:
    """Its name and value; an empty name for a structure that does not name the unit."""
    pattern = _STRUCTURES.get(structure[:2])
    if pattern is not None:
        if not re.fullmatch(pattern, structure[2:]):
            raise CodeError(f"{shown(structure)} is no ISBT 128 {_WORDS[structure[:2]]}, in {shown(text)}")
        return structure[:2], structure[2:]
    if structure[0] == "=" and structure[1].isalnum():
        match = _DONATION.fullmatch(structure)
        if match is None:
            raise _expected(text)
        _check(match[1], match[2], None)
        return "donation", match[1]
    return "", ""


def _printed(code: str, text: str) -> dict[str, str]:
    match = _PRINTED.fullmatch(code)
    if match is None:
        return {"donation": _printed_number(code, text)}
    found = {"donation": _printed_number(match["number"], text), "=<": match["product"]}
    return found | ({"=,": match["divisions"]} if match["divisions"] else {})


def _printed_number(code: str, text: str) -> str:
    match = _PRINTED_NUMBER.fullmatch(re.sub(r"[ \u00a0]", "", code))
    if match is None:
        raise _expected(text)
    _check(match[1], match[2], match[3])
    return match[1]


def _check(number: str, flag: str | None, letter: str | None) -> None:
    check = check_value(number)
    if flag is not None and flag.isdigit() and 60 <= int(flag) <= 96 and int(flag) - 60 != check:
        raise CodeError(f"flag {flag} of {number} does not fit: expected {60 + check}")
    if letter is not None and letter != ALPHABET[check]:
        raise CodeError(f"check character {letter} of {number} does not fit: expected {ALPHABET[check]}")


def _of_donation(number: str) -> Iterator[Part]:
    yield Part("facility", "facility that gave the number (FIN)", number[:5])
    yield Part("year", "nominal year of the donation, its last two digits", number[5:7])
    yield Part("sequence", "sequence number", number[7:])
    yield Part("check", "check character K", ALPHABET[check_value(number)])


def _of_product(code: str) -> Iterator[Part]:
    yield Part("description", "product description code", code[:5])
    yield Part("collection", "collection type", code[5])
    yield Part("division", "division", code[6:])


def _of_processed(code: str) -> Iterator[Part]:
    yield Part("processor", "facility that processed it", code[:5])
    yield Part("own_product", "product code of that facility", code[5:11])
    yield Part("description", "product description code", code[11:])


def _of_divisions(digits: str) -> Iterator[Part]:
    yield Part("division", "division", digits)


_PARTS: Final[Mapping[str, Callable[[str], Iterator[Part]]]] = {
    "donation": _of_donation,
    "=<": _of_product,
    "=/": _of_processed,
    "=,": _of_divisions,
}


def _incomplete(donation: str | None, text: str) -> CodeError:
    if donation is None:
        return CodeError(
            f"a product code without its donation number names no unit; scan both, e.g. {EXAMPLE}"
        )
    return CodeError(
        f"{donation} is a donation, and several bags can be made of one: scan its product code as well, e.g. "
        f"{EXAMPLE}; found {shown(text)}"
    )


def _expected(text: str) -> CodeError:
    return CodeError(
        f"expected an ISBT 128 donation number and product code, e.g. {EXAMPLE}, found {shown(text)}"
    )
