"""Local times by the order of rows: both passes of an hour that comes twice, in three zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.model import SECOND, Quality
from gateway.tables.order import placed

# zone, an instant shortly before clocks are set back, by how many minutes
NIGHTS = {
    "Europe/Berlin": (datetime(2026, 10, 24, 22, tzinfo=UTC), 60),
    "America/New_York": (datetime(2026, 11, 1, 3, tzinfo=UTC), 60),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 13, tzinfo=UTC), 30),
}


def wall_ns(instant: datetime, zone: ZoneInfo) -> int:
    return int(instant.astimezone(zone).replace(tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize("name", NIGHTS)
@given(step=st.integers(1, 29), lead=st.integers(0, 100), order=st.sampled_from(["forward", "backward"]))
def test_a_night_recorded_in_steps_gives_every_instant(name: str, step: int, lead: int, order) -> None:
    """With at least two rows in each pass, none is doubtful."""
    zone = ZoneInfo(name)
    start = NIGHTS[name][0] + timedelta(minutes=lead)
    instants = [start + timedelta(minutes=step * i) for i in range(360 // step)]
    shown = np.array([wall_ns(i, zone) for i in instants])
    true = np.array([int(i.timestamp()) * SECOND for i in instants])
    if order == "backward":
        shown, true = shown[::-1], true[::-1]
    found = placed(shown, zone, order)
    assert not found.problems
    if lead < 60:  # else the record can begin within the hour
        assert not found.quality.any()
        assert np.array_equal(found.time, true)
    else:
        sure = found.quality == Quality.GOOD
        assert np.array_equal(found.time[sure], true[sure])


@pytest.mark.parametrize("name", NIGHTS)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=30))
@example([118, 119, 121, 122])
def test_any_rows_of_a_night_give_true_times_or_doubtful_ones(name: str, minutes: list[int]) -> None:
    """Whatever rows a logger left out: what is GOOD is true, and nothing runs backwards."""
    zone = ZoneInfo(name)
    instants = [NIGHTS[name][0] + timedelta(minutes=m) for m in sorted(set(minutes))]
    shown = np.array([wall_ns(i, zone) for i in instants])
    true = np.array([int(i.timestamp()) * SECOND for i in instants])
    found = placed(shown, zone, "forward")
    assert not found.problems
    sure = found.quality == Quality.GOOD
    assert np.array_equal(found.time[sure], true[sure])
    assert (np.diff(found.time) >= 0).all()


def test_an_hourly_logger_shows_the_same_time_twice() -> None:
    zone = ZoneInfo("Europe/Berlin")
    instants = [datetime(2026, 10, 24, 23, tzinfo=UTC) + timedelta(hours=h) for h in range(5)]
    found = placed(np.array([wall_ns(i, zone) for i in instants]), zone, "forward")
    assert found.time.tolist() == [int(i.timestamp()) * SECOND for i in instants]
    assert not found.quality.any()


def test_without_an_order_nobody_can_tell() -> None:
    zone = ZoneInfo("Europe/Berlin")
    shown = np.array([wall_ns(datetime(2026, 10, 25, 0, m, tzinfo=UTC), zone) for m in (50, 10)])
    assert placed(shown, zone, "forward").quality.tolist() == [Quality.GOOD] * 2
    assert placed(shown, zone, "any").quality.tolist() == [Quality.UNCERTAIN] * 2


def test_a_third_pass_of_an_hour_is_a_mistake() -> None:
    zone = ZoneInfo("Europe/Berlin")
    night = datetime(2026, 10, 25, tzinfo=UTC)
    shown = np.array([wall_ns(night + timedelta(minutes=m), zone) for m in (0, 50, 10, 50, 5)])
    ((row, why),) = placed(shown, zone, "forward").problems
    assert row == 4 and "goes back" in why


def test_a_time_that_clocks_skip_names_the_fixed_offset() -> None:
    shown = np.array([int(datetime(2026, 3, 29, 2, 30, tzinfo=UTC).timestamp()) * SECOND])
    ((row, why),) = placed(shown, ZoneInfo("Europe/Berlin"), "forward").problems
    assert row == 0 and "never showed 2026-03-29 02:30:00" in why and '"+01:00"' in why
