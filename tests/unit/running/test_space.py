"""The disk that fills up is announced in time, once, and not by a log that grows to its usual size."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.types import JournalOptions
from gateway.running.space import DAY_NS, LOOK_EVERY_S, SpaceWatch, room

GB = 1_000_000_000


class Disk:
    """Free space and a clock that the test moves."""

    def __init__(self, free: int) -> None:
        self.free, self.now_s = free, 0.0

    def watch(self, **options: float) -> SpaceWatch:
        return SpaceWatch(Path("/data"), JournalOptions(**options), lambda: self.free, lambda: self.now_s)

    def after(self, seconds: float, grown: int = 0) -> None:
        self.now_s += seconds
        self.free -= grown


def test_a_disk_with_room_is_no_fault() -> None:
    assert list(Disk(50 * GB).watch()()) == []


def test_few_bytes_left_are_a_fault_until_there_is_clearly_more() -> None:
    disk = Disk(2 * GB)
    watch = disk.watch(low_space_bytes=GB)
    assert list(watch()) == []
    disk.after(LOOK_EVERY_S, grown=GB + 1)
    (fault,) = watch()
    assert fault.key == "space" and "1,000.0 MB are left on the disk of /data" in fault.message
    disk.after(1.0, grown=-GB // 20)
    assert len(list(watch())) == 1
    disk.after(1.0, grown=-GB)
    assert list(watch()) == []


def test_growth_is_counted_in_hours() -> None:
    disk = Disk(10 * GB)
    watch = disk.watch(low_space_h=24.0)
    faults = []
    for _ in range(360):  # 1 GB an hour: ten hours
        faults = list(watch())
        disk.after(LOOK_EVERY_S, grown=GB // 360)
    assert "enough for 9 h at the present growth" in faults[0].message
    assert watch.hours_left() == pytest.approx(9.0, abs=0.1)


def test_a_minute_of_growth_says_nothing_yet() -> None:
    disk = Disk(10 * GB)
    watch = disk.watch()
    for _ in range(6):
        assert list(watch()) == []
        disk.after(LOOK_EVERY_S, grown=GB)


def test_the_real_disk_is_asked(tmp_path: Path) -> None:
    assert list(SpaceWatch(tmp_path, JournalOptions(low_space_bytes=0))()) == []
    (fault,) = SpaceWatch(tmp_path, JournalOptions(low_space_bytes=10**18))()
    assert str(tmp_path) in fault.message


def test_how_long_the_room_lasts_is_not_told_before_an_hour(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a.parquet").write_bytes(bytes(10**6))
    young, old = room(tmp_path, 0, DAY_NS // 24, 0), room(tmp_path, 0, 3 * DAY_NS, 10**18)
    assert (young.days_left, young.is_low, old.is_low) == (None, False, True)
    assert old.used_bytes >= 10**6
    assert old.days_left == pytest.approx(3 * old.free_bytes / old.used_bytes)
    assert room(tmp_path, None, DAY_NS, 0).days_left is None  # nothing was ever committed


def test_thresholds_can_not_be_negative() -> None:
    with pytest.raises(ValueError, match="low_space_bytes"):
        JournalOptions(low_space_bytes=-1)


def test_a_folder_that_is_gone_decides_nothing(tmp_path):
    (undecided,) = SpaceWatch(tmp_path / "gone", JournalOptions())()
    assert undecided.key == "space"
