"""A zone is a place or a fixed offset; what is easily taken wrongly is refused and explained."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gateway.errors import InputError
from gateway.zones import zone


def test_a_fixed_offset_is_a_zone() -> None:
    shown = datetime(2026, 7, 1, 12)  # noqa: DTZ001
    assert shown.replace(tzinfo=zone("+02:00")).utcoffset() == timedelta(hours=2)
    assert shown.replace(tzinfo=zone("-05:30")).utcoffset() == -timedelta(hours=5, minutes=30)
    assert zone("Europe/Berlin").tzname(shown) == "CEST"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Etc/GMT+2", "'Etc/GMT\\+2' means 2 h behind UTC, .* write '-02:00' for that, or '\\+02:00'"),
        ("Etc/GMT-2", "means 2 h ahead of UTC, .* write '\\+02:00' for that, or '-02:00'"),
        ("GMT+2", "write '\\+02:00'"),
        ("UTC-05:00", "write '-05:00'"),
        ("Berlin", "expected a place like 'Europe/Berlin', or a fixed offset like '\\+02:00'"),
        ("+2", "fixed offset like"),
        ("+25:00", "fixed offset like"),
        ("", "no zone is called"),
        ("\0", "no zone is called"),
        ("../UTC", "no zone is called"),
        ("Europe", "no zone is called"),
        ("localtime", "no zone is called"),
        ("posixrules", "no zone is called"),
    ],
)
def test_a_zone_nobody_should_guess(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        zone(name)
