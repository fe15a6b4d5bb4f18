"""Passwords that leaked are found in the file of the site; where nobody can tell, none is taken."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.accounts.leaked import is_leaked
from gateway.errors import InputError

LEAKED = "sunny afternoon in may"
FINE = "violet teapots glide"


def hashes(words: list[str], end: str, last: str, count: bool) -> str:
    rows = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    lines = [f"{row}:{i * 37 + 1}" if count else row for i, row in enumerate(rows)]
    return end.join(lines) + last


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CR LF"])
@pytest.mark.parametrize("form", ["hashes", "words"])
def test_it_is_found_wherever_it_stands(tmp_path: Path, form: str, end: str) -> None:
    file = tmp_path / "leaked.txt"
    words = [f"word number {i}" for i in range(200)] + [LEAKED, "冷冻库的钥匙在哪里没有人知道"]
    file.write_bytes((hashes(words, end, end, True) if form == "hashes" else end.join(words)).encode())
    assert all(is_leaked(file, word) for word in words)
    for word in (FINE, LEAKED[:-1], LEAKED + "s", LEAKED[1:], "word number"):
        assert not is_leaked(file, word), word


@given(
    words=st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=40, unique=True),
    asked=st.text(min_size=1, max_size=5),
    last=st.sampled_from(["", "\n", "\r\n"]),
    count=st.booleans(),
)
@example(words=["0"], asked="1", last="", count=False)
def test_halving_finds_what_looking_at_each_finds(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], asked: str, last: str, count: bool
) -> None:
    file = tmp_path_factory.mktemp("leaked") / "x"
    file.write_text(hashes(words, "\n", last, count))
    assert all(is_leaked(file, word) for word in words)
    assert is_leaked(file, asked) == (asked in words)


def test_in_small_letters_too(tmp_path: Path) -> None:
    file = tmp_path / "leaked.txt"
    file.write_text(f"first\n{LEAKED}\n")
    assert is_leaked(file, LEAKED.upper())


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
def test_where_nobody_can_tell_none_is_taken(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "leaked.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match="cannot be looked up"):
        is_leaked(file, FINE)
