"""An early alarm comes before the vessel is empty, once, and ends when there is clearly more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from gateway.alarming.faults import FaultWatch, open_faults
from gateway.alarms.call import TimeLeft
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.journal.journal import Journal
from gateway.questions.time_left import TimesLeft, range_of
from gateway.running.time_left_watch import LOOK_EVERY_S, TimeLeftWatch
from gateway.writing.introduction import introduce
from tests.unit.questions.test_time_left import DAY_NS, EXAMPLE, NOW_NS, VESSEL, tell, weigh

KEY = "time left:shipper-1"


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "cryogate.toml").write_text(EXAMPLE + VESSEL)
    (tmp_path / "data").mkdir()
    return load(tmp_path / "cryogate.toml")


@pytest.fixture
def journal(configuration: Configuration) -> Iterator[Journal]:
    with Journal.open(configuration.data_dir / "journal.sqlite") as journal:
        introduce(configuration, journal, NOW_NS - 20 * DAY_NS)
        yield journal


class Clock:
    """Moved by the test."""

    def __init__(self) -> None:
        self.now_ns, self.now_s = NOW_NS, 100.0

    def watch(
        self, configuration: Configuration, journal: Journal, raised: Iterable[str] = ()
    ) -> TimeLeftWatch:
        return TimeLeftWatch(configuration, journal, raised, lambda: self.now_ns, lambda: self.now_s)

    def later(self, days: float = 0.0) -> None:
        self.now_ns += round(days * DAY_NS)
        self.now_s += LOOK_EVERY_S


def keys(watch: TimeLeftWatch) -> list[str]:
    return [fault.key for fault in watch()]


def test_nothing_is_said_while_there_is_enough(configuration: Configuration, journal: Journal) -> None:
    weigh(journal, left_kg=1.0)  # five days
    assert keys(Clock().watch(configuration, journal)) == []


def test_the_fault_names_the_asset_the_range_and_what_to_do(
    configuration: Configuration, journal: Journal
) -> None:
    weigh(journal, left_kg=0.15)  # 18 hours
    (fault,) = Clock().watch(configuration, journal)()
    assert (fault.key, fault.assets) == (KEY, ("shipper-1",))
    assert fault.message.startswith("asset shipper-1: less than 24 h may be left until empty: 1")
    assert "weight trend by shipper-1-weight" in fault.message and "fill it" in fault.message


def test_the_range_of_the_fault_is_that_of_time_left(configuration: Configuration, journal: Journal) -> None:
    """It said "1.0 to 1.0 h" of what `cryogate time-left` gives in minutes."""
    weigh(journal, left_kg=0.15)
    (fault,) = Clock().watch(configuration, journal)()
    lefts = TimesLeft(journal).of_asset("shipper-1", NOW_NS)
    [left] = [one.estimate for one in lefts if one.until == "empty"]
    assert isinstance(left, TimeLeft) and f"empty: {range_of(left)} (" in fault.message
    assert range_of(TimeLeft("empty", 3500.0, 3720.0, "")) == "58 to 62 min"


def test_it_stays_with_one_text_until_there_is_clearly_more(
    configuration: Configuration, journal: Journal
) -> None:
    weigh(journal, left_kg=0.15)
    clock = Clock()
    watch = clock.watch(configuration, journal)
    (first,) = watch()
    clock.later(1.0 / 24.0)
    assert list(watch()) == [first]
    tell_full(journal, clock)
    assert keys(watch) == []


def tell_full(journal: Journal, clock: Clock) -> None:
    """Filled, and weighed for some hours."""
    clock.later(0.3)
    ago = (NOW_NS - clock.now_ns) / DAY_NS + np.arange(0.2, 0.0, -1.0 / 144.0)
    tell(journal, "shipper-1-weight", ago, 7.4 - 0.2 * (ago[0] - ago))


def test_readings_that_stop_are_no_end_of_it(configuration: Configuration, journal: Journal) -> None:
    weigh(journal, left_kg=0.15)
    clock = Clock()
    watch = clock.watch(configuration, journal)
    assert keys(watch) == [KEY]
    clock.later(30.0)
    assert keys(watch) == [KEY]


def test_after_a_start_it_goes_on_and_is_stated_once(configuration: Configuration, journal: Journal) -> None:
    weigh(journal, left_kg=0.15)
    clock = Clock()
    for _ in range(2):
        watch = clock.watch(configuration, journal, open_faults(journal))
        FaultWatch("demo", journal, [watch], lambda: clock.now_ns).look()
        clock.later(0.1)
    assert list(open_faults(journal)) == [KEY]
    assert sum(1 for _ in journal.statements("fault")) == 1


def test_what_is_empty_is_said_too(configuration: Configuration, journal: Journal) -> None:
    weigh(journal, left_kg=0.0)
    (fault,) = Clock().watch(configuration, journal)()
    assert "it is empty or nearly so" in fault.message


def test_one_vessel_is_looked_at_in_some_seconds(configuration: Configuration, journal: Journal) -> None:
    clock = Clock()
    watch = clock.watch(configuration, journal)
    assert keys(watch) == []
    weigh(journal, left_kg=0.15)
    assert keys(watch) == []  # not yet again
    clock.later()
    assert keys(watch) == [KEY]
