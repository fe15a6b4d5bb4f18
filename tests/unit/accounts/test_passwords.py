"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from gateway.accounts import passwords
from gateway.errors import InputError
from tests.unit.accounts.members import CHEAP, PASSWORD

OWN = {"li.na", "Li Na", "edge-1", "freezerhall"}


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "冷冻库的钥匙在哪里没有人知道",
        "3 wet otters",
        "8271-9942-1163",
        "xK#9f2!mQz7@",
        "a" * 10 + "bcdfuz",
        "x" * 240 + "yuabc",
    ],
)
def test_long_ones_are_taken_whatever_they_are_made_of(password: str) -> None:
    passwords.check(password, OWN)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 12"),
        ("xK#9f2!mQz7", "at least 12"),
        ("x" * 250 + "abcdefg", "at most 256"),
        ("aaaaaaaaaaaaab", "different"),
        ("P@ssw0rd2026!!", "first that are tried"),
        ("passwordpassword", "first that are tried"),
        ("CorrectHorseBatteryStaple", "first that are tried"),
        ("Welcome2Hospital", "first that are tried"),
        ("qwertyuiop123", "keyboard"),
        ("123456789012", "keyboard"),
        ("abcdefghijklmn", "keyboard"),
        ("poiuytrewq987654", "keyboard"),
        ("woaini520woaini1314", "first that are tried"),
        ("half \ud800 a character", "half"),
        ("lina-lina-2026", "names"),
        ("Cryogate2026!", "names"),
        ("freezerhall-1", "names"),
    ],
)
def test_what_is_guessed_soon_is_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        passwords.check(password, OWN)


def test_the_list_is_there_and_in_the_form_in_which_it_is_looked_up() -> None:
    bad = passwords.known_bad()
    assert len(bad) > 100
    assert all(word == word.casefold().strip() for word in bad)


def test_it_is_kept_as_argon2id_with_parameters_that_cost() -> None:
    used = extract_parameters(passwords.hashed("violet teapots glide"))
    assert used.type is Type.ID
    assert used.memory_cost * used.time_cost >= 2 * 19_456  # OWASP's least


def test_the_same_password_from_another_keyboard() -> None:
    stored = passwords.hashed("cafe\u0301 am Kanal", CHEAP)
    assert passwords.is_right(stored, "caf\u00e9 am Kanal", CHEAP)
    assert not passwords.is_right(stored, "cafe am Kanal", CHEAP)


def test_nobody_and_what_is_damaged_is_never_right() -> None:
    assert not passwords.is_right(None, "what nobody has as a password", CHEAP)
    assert not passwords.is_right("$argon2id$damaged", PASSWORD, CHEAP)
    assert not passwords.is_right(passwords.hashed("", CHEAP), "x" * 300, CHEAP)


def test_a_hash_is_made_where_there_is_no_account_too() -> None:
    """Time is not measured: that the work is done is."""
    done: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            done.append(str(hash))
            return super().verify(hash, password)

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    stored = hasher.hash(PASSWORD)
    for known, typed in ((stored, PASSWORD), (stored, "wrong"), (None, PASSWORD), (None, "x" * 300)):
        passwords.is_right(known, typed, hasher)
    assert len(done) == 4
    assert {str(extract_parameters(one)) for one in done} == {str(extract_parameters(stored))}
