"""Regular expressions read what comes from outside: none may try for minutes, whatever it is given."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import gateway

ONE_WAY = {  # repeats of what is not of one length, each begun by a sign that is not in it
    "gateway.codes.gs1._PRINTED": "(",
    "gateway.notifiers.email.ADDRESS": ".",
}
REPEATS = (kinds.MAX_REPEAT, kinds.MIN_REPEAT)


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    for module in pkgutil.walk_packages(gateway.__path__, "gateway."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value


def inner(operation: Any, value: Any) -> list[Any]:
    if operation in REPEATS:
        return [value[2]]
    if operation is kinds.SUBPATTERN:
        return [value[3]]
    return list(value[1]) if operation is kinds.BRANCH else []


def varies(part: Any) -> bool:
    """Whether it may be of several lengths, so that a repeat of it can read one text in many ways."""
    return any(
        (operation in REPEATS and value[0] != value[1]) or any(map(varies, inner(operation, value)))
        for operation, value in part
    )


def tries_many_ways(part: Any) -> bool:
    return any(
        (operation in REPEATS and value[1] > 1 and varies(value[2]))
        or any(map(tries_many_ways, inner(operation, value)))
        for operation, value in part
    )


def test_no_repeat_of_what_is_not_of_one_length() -> None:
    """Those that are read in one way alone are listed, or possessive: (?>...)++."""
    found = {name for name, one in patterns() if tries_many_ways(parser.parse(one.pattern))}
    assert found == set(ONE_WAY)


def test_the_test_finds_them() -> None:
    assert tries_many_ways(parser.parse(r">((?:[+-]\d{0,8}\.?\d{0,8})+)"))
    assert tries_many_ways(parser.parse(r"x|(a+)*y")) and not tries_many_ways(
        parser.parse(r"(?>a+)++(ab){2,9}")
    )
