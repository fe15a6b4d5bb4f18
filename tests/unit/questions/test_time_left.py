"""How long each vessel lasts, from a real journal: what held at that time decides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from gateway.alarms.call import TimeLeft
from gateway.alarms.holdtime import NotKnown
from gateway.cli import app
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Floats, Quality, Samples
from gateway.questions.time_left import Left, TimesLeft
from gateway.statements import Statement, filling, placement, withdrawal
from gateway.times import format_rfc3339
from gateway.writing.introduction import introduce

EXAMPLE = (Path(__file__).parents[3] / "docs" / "examples" / "demo.toml").read_text()
NOW_NS = 1_767_610_800 * SECOND
DAY_NS = 86_400 * SECOND
VESSEL = """
[assets.shipper-3.vessel]
rated_hold_d = 13

[assets.shipper-4.vessel]
capacity_L = 3.6

[assets.shipper-1.vessel]
rated_hold_d = 13
capacity_L = 3.6
tare_kg = 4.5
early_h = 24.0

[channels.shipper-1-weight]
asset = "shipper-1"
source = "broker"
address = "shipper-1/weight"
quantity = "mass"
unit = "g"
"""


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


def tell(journal: Journal, name: str, days_ago: Floats, value: Floats) -> None:
    number = journal.channel_numbers([name])[name]
    time = NOW_NS - np.round(days_ago * DAY_NS).astype(np.int64)
    quality = np.where(np.isnan(value), Quality.BAD, Quality.GOOD).astype(np.uint8)
    journal.commit(Arrivals(Samples(time, np.full(len(time), number, np.int32), value, quality), time))


def weigh(journal: Journal, left_kg: float = 1.0, per_day_kg: float = 0.2, days: float = 5.0) -> None:
    """4.5 kg of vessel and what is left in it, every ten minutes until now."""
    days_ago = np.arange(days, 0.0, -1.0 / 144.0)
    kg = 4.5 + left_kg + per_day_kg * days_ago + np.random.default_rng(2).normal(0.0, 0.005, len(days_ago))
    tell(journal, "shipper-1-weight", days_ago, np.round(kg, 2))


def warm(journal: Journal, name: str = "shipper-2-payload") -> None:
    """2 K an hour for eight hours, to -179 degC."""
    days_ago = np.arange(1.0, 0.0, -1.0 / 720.0)
    value = -195.0 + 48.0 * np.maximum(1.0 / 3.0 - days_ago, 0.0)
    tell(journal, name, days_ago, value + np.random.default_rng(3).normal(0.0, 0.05, len(value)))


def by_until(lefts: list[Left]) -> dict[tuple[str, str], Left]:
    return {(left.channel, left.until): left for left in lefts}


def known(left: Left) -> TimeLeft:
    assert isinstance(left.estimate, TimeLeft), left
    return left.estimate


def why(left: Left) -> str:
    assert isinstance(left.estimate, NotKnown), left
    return left.estimate.why


def test_a_weight_and_a_temperature_of_one_asset(journal: Journal) -> None:
    weigh(journal)
    found = by_until(TimesLeft(journal).of("shipper-1", NOW_NS))
    empty = known(found["shipper-1-weight", "empty"])
    assert empty.method == "weight trend"
    assert empty.lowest_s < 5.0 * 86_400 < empty.highest_s
    assert why(found["shipper-1-payload", "above-150"]) == "there are no readings"


def test_a_limit_that_is_neared_and_the_one_behind_it(journal: Journal) -> None:
    warm(journal)
    found = by_until(TimesLeft(journal).of("shipper-2", NOW_NS))
    first, second = (known(found["shipper-2-payload", rule]) for rule in ("above-170", "above-150"))
    assert first.lowest_s < 4.5 * 3600 < first.highest_s < second.lowest_s < 15.0 * 3600 < second.highest_s


def test_any_time_of_the_journal_can_be_asked_and_later_readings_change_nothing(journal: Journal) -> None:
    weigh(journal, left_kg=1.0)
    then = NOW_NS - 2 * DAY_NS
    before = known(TimesLeft(journal).of("shipper-1-weight", then)[0])
    assert before.lowest_s < 7.0 * 86_400 < before.highest_s
    assert isinstance(TimesLeft(journal).of("shipper-1-weight", NOW_NS - 10 * DAY_NS)[0].estimate, NotKnown)


def test_a_shipper_with_a_temperature_alone_lasts_as_it_is_rated_since_it_became_cold(
    configuration: Configuration, journal: Journal
) -> None:
    days_ago = np.arange(6.0, 0.0, -1.0 / 96.0)
    tell(journal, "shipper-3-payload", days_ago, np.where(days_ago > 3.0, 20.0, -195.0))
    found = by_until(TimesLeft(journal).of("shipper-3", NOW_NS))
    empty = known(found["shipper-3-payload", "empty"])
    assert empty.method == "rated hold time"
    assert empty.lowest_s < 10.0 * 86_400 < empty.highest_s
    assert why(by_until(TimesLeft(journal).of("shipper-4", NOW_NS))["shipper-4-payload", "empty"]).startswith(
        "no channel"
    )


def test_a_fill_that_somebody_stated_is_where_the_rated_hold_time_begins(journal: Journal) -> None:
    tell(journal, "shipper-3-payload", np.arange(6.0, 0.0, -1.0 / 96.0), np.full(576, -195.0))
    asked = TimesLeft(journal)

    def state(days_ago: float, asset: str = "shipper-3", **more: str) -> str:
        at_ns = NOW_NS - round(days_ago * DAY_NS)
        body = filling.to_body(filling.Filling(asset, at_ns + DAY_NS // 48))
        seqs = journal.commit(statements=[Statement(filling.KIND, "Li Na", at_ns, body, **more)]).seqs
        return journal.statement(seqs[0]).id

    def left() -> Left:
        return by_until(asked.of("shipper-3", NOW_NS))["shipper-3-payload", "empty"]

    assert "not known when it was filled" in why(left())
    state(4.0)
    state(0.1, "shipper-1")
    first = known(left())
    assert first.lowest_s < 9.0 * 86_400 < first.highest_s
    second = state(1.0)
    assert known(left()).highest_s == pytest.approx(first.highest_s + 3 * 86_400)
    body = withdrawal.to_body(withdrawal.Withdrawal())
    taken_back = Statement(withdrawal.KIND, "Li Na", NOW_NS, body, withdraws=second, reason="it was another")
    journal.commit(statements=[taken_back])
    assert known(left()) == first


def test_readings_from_another_vessel_do_not_count(journal: Journal) -> None:
    weigh(journal, left_kg=1.0)
    body = placement.to_body(placement.Placement("shipper-1-weight", "shipper-4", None))
    journal.commit(
        statements=[Statement(placement.KIND, "Li Na", NOW_NS - DAY_NS // 24, body, reason="it was moved")]
    )
    asked = TimesLeft(journal)
    assert not [left for left in asked.of("shipper-1", NOW_NS) if left.channel == "shipper-1-weight"]
    (moved,) = [left for left in asked.of("shipper-4", NOW_NS) if left.channel == "shipper-1-weight"]
    assert why(moved) == "tare_kg of shipper-4 is not configured"
    before = by_until(asked.of("shipper-1", NOW_NS - DAY_NS))
    assert known(before["shipper-1-weight", "empty"]).method == "weight trend"


def test_the_limits_of_that_time_are_asked_for(journal: Journal) -> None:
    warm(journal)
    then = TimesLeft(journal).of("shipper-2", NOW_NS - 2 * 3600 * SECOND)
    assert [left.until for left in then] == ["above-170", "above-150"]
    assert known(then[0]).lowest_s < 6.5 * 3600 < known(then[0]).highest_s


def test_of_all_assets_each_answer_is_known_or_says_why(journal: Journal) -> None:
    weigh(journal)
    found = TimesLeft(journal).of(None, NOW_NS)
    assert {left.asset for left in found} == {
        "freezer-1", "shipper-1", "shipper-2", "shipper-3", "shipper-4", "ult-1", "box-1", "box-2"
    }  # fmt: skip
    assert [left.until for left in found if isinstance(left.estimate, TimeLeft)] == ["empty"]


def test_who_is_told_of_an_alarm_hears_of_its_channel_first(journal: Journal) -> None:
    weigh(journal)
    warm(journal, "shipper-1-payload")
    asked = TimesLeft(journal)
    of_channel = asked.of_alarm({"channel": "shipper-1-payload", "asset": "shipper-1"}, NOW_NS)
    of_fault = asked.of_alarm({"channel": "", "asset": "shipper-1, box-1"}, NOW_NS)
    assert of_channel is not None and of_channel.until == "above-170"
    assert of_fault == of_channel  # what happens first
    assert asked.of_alarm({"channel": "", "asset": ""}, NOW_NS) is None
    assert asked.of_alarm({"channel": "gone", "asset": "shipper-4"}, NOW_NS) is None


def test_an_alarm_that_is_open_while_its_asset_and_channel_are_renamed(
    configuration: Configuration, journal: Journal
) -> None:
    weigh(journal)
    before = TimesLeft(journal).of_alarm({"channel": "", "asset": "shipper-1"}, NOW_NS)
    text = (EXAMPLE + VESSEL).replace('"shipper-1"', '"vessel-1"')
    text = text.replace("[assets.shipper-1.", "[assets.vessel-1.")
    text = text.replace("[assets.shipper-1]", '[assets.vessel-1]\nwas = "shipper-1"')
    text = text.replace("[channels.shipper-1-weight]", '[channels.scale]\nwas = "shipper-1-weight"')
    path = configuration.data_dir.parent / "cryogate.toml"
    path.write_text(text)
    introduce(load(path), journal, NOW_NS - 60 * SECOND)
    asked = TimesLeft(journal)
    assert asked.of_alarm({"channel": "", "asset": "shipper-1"}, NOW_NS) == before is not None
    assert asked.of_alarm({"channel": "shipper-1-weight", "asset": "shipper-1"}, NOW_NS) == before
    for name, was in (("vessel-1", "shipper-1"), ("scale", "shipper-1-weight")):
        assert asked.of(was, NOW_NS) == asked.of(name, NOW_NS) != []
    assert asked.of("vessel-1", NOW_NS - 3600 * SECOND) == asked.of("shipper-1", NOW_NS - 3600 * SECOND)


def test_a_name_that_nothing_has(journal: Journal) -> None:
    with pytest.raises(InputError, match="no asset or channel 'shipper-9'"):
        TimesLeft(journal).of("shipper-9", NOW_NS)


def ask(configuration: Configuration, *words: str) -> str:
    found = CliRunner().invoke(
        app, ["time-left", *words, "-c", str(configuration.path)], env={"COLUMNS": "160"}
    )
    assert found.exit_code == 0, found.output
    return found.output


def test_the_command(configuration: Configuration, journal: Journal) -> None:
    weigh(journal)
    at = ("--at", format_rfc3339(NOW_NS))
    shown = ask(configuration, "shipper-1", *at)
    assert "shipper-1-weight" in shown and "days" in shown and "weight trend" in shown
    assert "not known" in shown and "there are no readings" in shown
    told = {one["until"]: one for one in json.loads(ask(configuration, "shipper-1", *at, "--json"))}
    assert told["empty"]["lowest_s"] < 5 * 86_400 < told["empty"]["highest_s"]
    assert told["empty"]["why_not_known"] is None and told["above-150"]["lowest_s"] is None
