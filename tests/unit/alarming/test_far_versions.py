"""A journal of an earlier version that has taken "9999" for "never" and the year 1 for "always"."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gateway.alarming import screening as follower
from gateway.config import far_times
from gateway.config.load import parse
from gateway.errors import ConfigurationError
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, moment
from tests.unit.alarming.test_second_year import BUDGET, RULE, with_rules

FAR = with_rules(CONFIG, '\n[[profiles.p]]\nversion = "2"\nvalid_from = 9999-12-31T23:59:59Z\n' + RULE)
OLD = with_rules(CONFIG, '\n[[profiles.p]]\nversion = "2"\nvalid_from = 0001-01-01T00:00:00Z\n' + RULE)
RESET = with_rules(CONFIG, BUDGET.replace("budget_s", 'resets = ["2999-01-01T00:00:00Z"]\nbudget_s'))


@pytest.mark.parametrize("as_it_was", [FAR, OLD, RESET])
def test_its_alarms_are_found_again(as_it_was: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "GRACE_S", 1e9)
    with monkeypatch.context() as earlier:
        earlier.setattr(far_times, "LAST_YEAR", 9999)
        desk = Desk(tmp_path, as_it_was, since_ns=NOON_NS)
    desk.read(("top", 0, -190.0), ("top", 10, -140.0))
    mended = {FAR: CONFIG, OLD: OLD, RESET: with_rules(CONFIG, BUDGET)}
    desk.configure(mended[as_it_was], NOON_NS + 20 * 10**9)
    desk.read(("top", 30, -190.0))
    desk.run()
    (alarm,) = (one for one in desk.alarms() if one["kind"] == "limit")
    assert (alarm["start"], alarm["end"], alarm["extreme"]) == (moment(10), moment(30), -140.0)


@pytest.mark.parametrize(
    ("document", "at"), [(FAR, r"profiles\.p\[1\]\.valid_from"), (RESET, r"profiles\.p.*resets\[0\]")]
)
def test_what_never_comes_is_left_out(document: str, at: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=rf"{at}: the year \d+ lies too far ahead"):
        parse(tomllib.loads(document), tmp_path / "cryogate.toml")
