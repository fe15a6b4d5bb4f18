"""Acknowledge tokens: good for one person and what that person was told of, until they end."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.token import LONGEST, MOST_ALARMS, Token, check, opened, signed
from gateway.errors import InputError
from gateway.model import SECOND

KEY = bytes(range(32))
TOKEN = Token("C-7Q2M9XKD-12.wang", "wang", ("E-1", "E-2"), 1_767_610_800 * SECOND)
names = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=30).filter(
    str.isprintable
)


def resigned(said: object) -> str:
    """As a gateway would sign it that says something else in its tokens."""
    head = signed(TOKEN, KEY).split(".")[0]
    raw = json.dumps(said).encode()
    digest = hmac.digest(KEY, b"cryogate acknowledge 1\0" + raw, hashlib.sha256)
    return ".".join([head, *(base64.urlsafe_b64encode(b).decode().rstrip("=") for b in (raw, digest))])


@given(names, names, st.lists(names, min_size=1, max_size=MOST_ALARMS), st.integers(0, 2**40))
def test_what_was_signed_is_read_again(name: str, person: str, alarms: list[str], until_s: int) -> None:
    token = Token(name, person, tuple(alarms), until_s * SECOND)
    assert opened(signed(token, KEY), KEY) == token


def test_it_goes_into_a_link_and_through_a_mail_program() -> None:
    text = signed(TOKEN, KEY)
    assert all(c.isascii() and (c.isalnum() or c in ".-_") for c in text) and len(text) < 200
    assert opened(f"  {text}\n", KEY) == TOKEN
    assert signed(TOKEN, KEY) == text and TOKEN.origin == "token C-7Q2M9XKD-12.wang"


@given(st.integers(0, 10_000), st.characters(codec="ascii"))
def test_whatever_is_changed_in_it_is_refused(at: int, character: str) -> None:
    text = signed(TOKEN, KEY)
    at %= len(text)
    changed = text[:at] + character + text[at + 1 :]
    if changed.strip() != text:
        with pytest.raises(InputError, match="no token of this gateway"):
            opened(changed, KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "cg1..",
        "cg1.a.b",
        "cg2." + signed(TOKEN, KEY)[4:],
        signed(TOKEN, KEY)[:-1],
        signed(TOKEN, KEY) + "A",
        signed(TOKEN, KEY) + "=",
        "cg1." + "A" * LONGEST + ".A",
        signed(TOKEN, bytes(32)),
        "令牌",
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(InputError, match="no token of this gateway"):
        opened(text, KEY)


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        ["n", "p", ["E-1"]],
        ["n", "p", [], 1],
        ["n", "p", ["E-1"] * 11, 1],
        ["n", "p", "E-1", 1],
        ["n", "p", [1], 1],
        ["n", "", ["E-1"], 1],
        ["n\n", "p", ["E-1"], 1],
        ["n", "p", ["E-1"], "1"],
        ["n", "p", ["E-1"], True],
    ],
)
def test_what_is_signed_and_still_none(said: object) -> None:
    with pytest.raises(InputError, match="no token of this gateway"):
        opened(resigned(said), KEY)


def test_a_key_that_is_none_signs_and_opens_nothing() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        signed(TOKEN, b"")
    with pytest.raises(InputError):
        opened(signed(TOKEN, KEY), b"")
    with pytest.raises(ValueError, match="1 to 10 alarms"):
        signed(dataclasses.replace(TOKEN, alarms=()), KEY)


def test_its_end_and_its_alarms() -> None:
    check(TOKEN, ["E-2"], TOKEN.until_ns - 1)
    check(TOKEN, TOKEN.alarms, TOKEN.until_ns - 1)
    with pytest.raises(InputError, match="ended at 2026-01-05T11:00:00Z"):
        check(TOKEN, ["E-2"], TOKEN.until_ns)
    with pytest.raises(InputError, match="is for E-1, E-2, not for E-3"):
        check(TOKEN, ["E-2", "E-3"], 0)
