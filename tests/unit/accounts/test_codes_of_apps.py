"""Codes of apps against the vectors of RFC 4226 and RFC 6238."""

from __future__ import annotations

import pytest

from gateway.accounts import totp
from gateway.model import SECOND

KEY = b"12345678901234567890"
RFC_4226 = (  # appendix D
    "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
)  # fmt: skip
RFC_6238 = [  # appendix B, SHA-1
    (59, "94287082"),
    (1_111_111_109, "07081804"),
    (1_111_111_111, "14050471"),
    (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"),
    (20_000_000_000, "65353130"),
]


def test_the_vectors_of_rfc_4226() -> None:
    assert [totp.code_of(KEY, step) for step in range(10)] == list(RFC_4226)


@pytest.mark.parametrize(("time_s", "expected"), RFC_6238)
def test_the_vectors_of_rfc_6238(time_s: int, expected: str) -> None:
    step = totp.step_at(time_s * SECOND)
    assert totp.code_of(KEY, step, digits=8) == expected
    assert totp.code_of(KEY, step) == expected[-6:]


def test_a_code_is_good_one_step_before_and_after_and_no_longer() -> None:
    now_ns = 2_000_000_000 * SECOND
    code, step = totp.code_of(KEY, totp.step_at(now_ns)), totp.step_at(now_ns)
    good = [shift for shift in range(-4, 5) if totp.matching_step(KEY, code, now_ns + shift * 30 * SECOND)]
    assert good == [-1, 0, 1]
    assert totp.matching_step(KEY, code, now_ns + 30 * SECOND) == step


@pytest.mark.parametrize("typed", ["", "12345", "0" * 400, "７５５２２４", "\ud800", "75522a"])
def test_what_is_no_code(typed: str) -> None:
    assert totp.matching_step(KEY, typed, 0) is None


def test_an_app_takes_the_uri() -> None:
    uri = totp.uri(KEY, "li.na", "Cryogate")
    assert uri == ("otpauth://totp/Cryogate:li.na?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Cryogate")
