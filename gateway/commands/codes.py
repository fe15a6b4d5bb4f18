"""Codes that people state: in their normal form, allowed by the configuration, not known by another name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import ModuleType

from gateway.config import plugins
from gateway.config.types import CODES, Configuration
from gateway.errors import CodeError, InputError
from gateway.traceability.containment import Containments
from gateway.traceability.model import Containment, Stay, moment


def parse_code(scheme: str, code: str) -> str:
    """The normal form of a code. Raises CodeError, also where there is no such scheme."""
    return str(_scheme(scheme).parse(code))


def check_codes(configuration: Configuration, known: Containments, rows: Iterable[Containment]) -> None:
    """Raises InputError with every code that the configuration does not allow, one a line.

    A unit that somebody spoke of before is no news: what is configured later never keeps it where it is.
    """
    problems = []
    spoken_of = set(known.units)
    for unit in dict.fromkeys(row.unit for row in rows if row.unit.key not in spoken_of):
        module, options = _scheme(unit.scheme), configuration.codes.get(unit.scheme)
        if options is not None and hasattr(module, "refuse"):
            try:
                module.refuse(unit.code, options)
            except CodeError as error:
                problems.append(f"{unit.scheme} {unit.code}: {error}")
    if problems:
        raise InputError("\n".join(problems))


def former_code(scheme: str, code: str) -> str:
    """The code that an earlier version gave to a unit; the same where nothing changed."""
    module = _scheme(scheme)
    return str(module.former(code)) if hasattr(module, "former") else code


def known_otherwise(known: Containments, rows: Iterable[Containment], now_ns: int) -> Iterator[str]:
    """In words: units that are inside under the shorter code that an earlier version gave to several.

    They stay inside until somebody says which of them they are.
    """
    for scheme, code in dict.fromkeys(row.unit.key for row in rows):
        former = former_code(scheme, code)
        if former != code:
            stays = known.where_was(scheme, former)
            yield from (_words(code, s) for s in stays if s.to_ns is None or s.to_ns > now_ns)


Written = Mapping[tuple[str, str], Collection[str]]
"""Codes as they stand in a file, by scheme and normal form."""


def meant_before(
    known: Containments, rows: Iterable[Containment], written: Written
) -> Iterator[tuple[Containment, str]]:
    """Rows whose code looks like another unit, but means one that is inside by its standard; that in words.

    Were they two bags, one of them would be missing in every list.
    """
    in_file: dict[tuple[str, str], str] = {}
    for row in rows:
        beside = _beside(row, written)
        inside = [s.asset for s in known.where_was(*row.unit.key) if _covers(s, row)] if beside else []
        before = inside[-1] if inside else in_file.get(row.unit.key)
        in_file[row.unit.key] = row.asset
        if beside and before is not None:
            yield row, _one_unit(row, before, beside)


def _one_unit(row: Containment, before: str, beside: str) -> str:
    return (
        f"{row.unit.scheme} {row.unit.code} was in {before} already, and is the same unit here: {beside} is "
        "no part of it by the standard. Two bags of one donation differ in product code or division: check "
        "their labels"
    )


def _beside(row: Containment, written: Written) -> str:
    module = _scheme(row.unit.scheme)
    if not hasattr(module, "beside"):
        return ""
    return " and ".join(dict.fromkeys(filter(None, map(module.beside, written.get(row.unit.key, ())))))


def _covers(stay: Stay, row: Containment) -> bool:
    return stay.from_ns <= row.from_ns and (stay.to_ns is None or row.from_ns < stay.to_ns)


def _words(code: str, stay: Stay) -> str:
    ids = " or ".join(stay.statements)
    return (
        f"{stay.unit.scheme} {stay.unit.code}, stated before product codes belonged to a unit, is still in "
        f"{stay.asset} since {moment(stay.from_ns)}: where that is {code}, correct {ids} with its row"
    )


def _scheme(name: str) -> ModuleType:
    module = plugins.find(CODES, name, "parse")
    if module is None:
        raise CodeError(f"unknown scheme {name!r}; known: {', '.join(plugins.names(CODES, 'parse'))}")
    return module
