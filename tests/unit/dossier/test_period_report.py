"""What a report says of an asset over a time: excursions, what was inside, what is proven, what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.dossier import course
from gateway.dossier.kinds import asset
from gateway.dossier.period import facts, period_of
from gateway.dossier.sections import sections
from gateway.dossier.state import state_of
from gateway.dossier.words import in_language
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.times import parse_rfc3339
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, Still, moment
from tests.unit.dossier.test_report_facts import config

HOUR = 3600.0


def at(seconds: float) -> int:
    return NOON_NS + round(seconds * 10**9)


def desk_in(folder: Path, text: str) -> Desk:
    desk = Desk(folder, text, NOON_NS)
    desk.clock = Still(at(2 * HOUR))
    desk.journal.close()
    desk.journal = Journal.open(folder / "journal.sqlite", desk.clock.now_ns)
    return desk


def told(desk: Desk, name: str = "freezer", begin: float = 0, end: float = HOUR) -> dict[str, Any]:
    desk.run()
    return facts(period_of(state_of(desk.journal), name, at(begin), at(end)), desk.records)


def unknown(of: dict[str, Any]) -> list[str]:
    return [one["what"] for one in of["unknown"]]


def line(begin: int, end: int, warm: tuple[int, int], channel: str = "top") -> list[tuple[str, float, float]]:
    return [(channel, float(s), -140.0 if warm[0] <= s < warm[1] else -160.0) for s in range(begin, end, 30)]


def headline(of: dict[str, Any]) -> str:
    return in_language(next(sections(asset.ORDER, of, ())).blocks[0].text, "en")


def test_a_leg_with_two_excursions_and_what_was_inside(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, config())
    desk.contain("BAG-1", "freezer", -60, 1500)
    desk.contain("BAG-2", "freezer", 2400)
    desk.contain("ELSEWHERE", "shipper", 0)
    desk.read(*line(0, 5000, (900, 1200)), *line(5010, 7000, (5100, 5400)))
    desk.read(("shipper", 0.0, -160.0))
    found = told(desk, end=5400)
    assert not found["preliminary"] and [one["extreme"] for one in found["excursions"]] == [-140.0, -140.0]
    assert [one["certainty"]["outcome"] for one in found["excursions"]] == ["certain", "certain"]
    first, second = (one["alarm"] for one in found["excursions"])
    inside = {one["code"]: one for one in found["contents"]["units"]}
    assert {code: one["excursions"] for code, one in inside.items()} == {"BAG-1": [first], "BAG-2": [second]}
    assert inside["BAG-1"]["from"] == moment(-60) and inside["BAG-1"]["to"] == moment(1500)
    assert inside["BAG-2"]["to"] is None and 290 < inside["BAG-2"]["beyond_s"] < 330
    (only,) = found["courses"]
    clocks = only["clocks"]["shown"]
    parts = [clocks[f"{name}_ns"] for name in ("in_range", "out_of_range", "unproven")]
    assert sum(parts) == 5400 * 10**9 and parts[2] == 0 and found["channels"] == ["top"]
    assert headline(found).startswith("2 excursions: 2 certain. freezer,")
    assert "2 units inside, 2 of them during an excursion" in headline(found)
    assert unknown(found) == ["no chain", "not signed"]


def test_quiet_and_proven_is_said_so_and_a_gap_is_not(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, config())
    desk.read(*line(-60, 2000, (0, 0)), *line(3000, 7200, (0, 0)))
    quiet = told(desk, end=1900)
    assert headline(quiet).startswith("No excursion was found") and "all of the time is proven" in headline(
        quiet
    )
    found = told(desk)
    assert "at most 28.33 % not proven" in headline(found)
    (gap,) = found["courses"][0]["gaps"]["longest"]
    assert gap == {"from": moment(1980), "to": moment(3000), "why": "silence"}
    assert "contents" in unknown(found) and "channel gaps" in unknown(found)
    assert "what was inside is unknown" in headline(found)


def test_a_probe_that_came_on_the_way_counts_while_it_was_there(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, CONFIG)
    desk.place("shipper", "freezer", 1800, zone="bottom")
    desk.place("top", "shipper", 1200)
    desk.read(*line(0, 7000, (1300, 1500)), *line(0, 7000, (600, 900), "shipper"))
    found = told(desk)
    spans = [(one["probe"]["channel"], one["from"], one["to"]) for one in found["courses"]]
    assert spans == [("shipper", moment(1800), moment(HOUR)), ("top", moment(0), moment(1200))]
    assert found["unmeasured"] == [{"from": moment(1200), "to": moment(1800)}] and not found["excursions"]
    whole = [one["clocks"]["shown"]["interval_ns"] for one in found["courses"]]
    assert whole == [1800 * 10**9, 1200 * 10**9] and "unmeasured" in unknown(found)
    assert "all of the time" not in headline(found)


def test_a_time_that_has_not_ended_is_preliminary(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, CONFIG)
    desk.read(*line(0, 7000, (6000, 8000)))
    desk.run()
    found = told(desk, end=9 * HOUR)
    assert found["preliminary"] and "not ended" in unknown(found) and "some go on" in unknown(found)
    assert found["shown"]["to"] == found["as_of"] and found["asked_to"] == moment(9 * HOUR)
    over = told(desk, end=HOUR)
    assert not over["preliminary"] and not over["excursions"]
    assert told(desk, end=6500)["preliminary"]


def test_pieces_of_a_long_time_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_in(tmp_path, config())
    desk.read(*line(-60, 1000, (300, 900)), ("top", 1010.0, None), *line(2000, 7000, (0, 0)))
    whole = told(desk)["courses"]
    for piece_s in (7, 100, 1000, 1500):
        monkeypatch.setattr(course, "PIECE_NS", piece_s * 10**9)
        for name, value in told(desk)["courses"][0].items():
            assert value == whole[0][name], (piece_s, name)


def test_limits_that_changed_on_the_way_are_each_counted_in_their_time(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, CONFIG)
    later = '[[profiles.p]]\nversion = "2"\nvalid_from = "2026-01-05T12:30:00Z"\n[[profiles.p.rules]]\n'
    rule = 'id = "above-150"\nkind = "limit"\nside = "high"\nlimit_degC = -135.0\nseverity = "critical"\n'
    desk.configure(CONFIG.replace("[channels.top]", later + rule + "[channels.top]"), at(60))
    desk.read(*line(0, 7000, (1500, 2400)))
    found = told(desk)
    held = found["courses"][0]["limits"]
    assert [one["high"] for one in held] == [-150.0, -135.0] and held[0]["to"] == moment(1800)
    (one,) = found["excursions"]
    assert one["ended_by"] == "superseded" and one["end"] == moment(1800)
    assert len(found["basis"]["configuration"]["later"]) == 1
    assert found["courses"][0]["clocks"]["shown"]["out_of_range_ns"] < 330 * 10**9


@pytest.mark.parametrize(
    ("name", "begin", "end", "message"),
    [
        ("nothing", 0, HOUR, "no asset 'nothing'"),
        ("freezer", HOUR, 0, "ends before it starts"),
        ("freezer", 90 * HOUR, 91 * HOUR, "nothing is known of it yet"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    tmp_path: Path, name: str, begin: float, end: float, message: str
) -> None:
    desk = desk_in(tmp_path, CONFIG)
    desk.read(("top", 0.0, -160.0))
    with pytest.raises(InputError, match=message):
        told(desk, name, begin, end)


def test_an_asset_that_nothing_measures_and_without_readings(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, CONFIG.replace("[channels.top]", '[assets.empty]\nsite = "s"\n[channels.top]'))
    desk.contain("BAG-1", "empty", 0)
    desk.read(*line(0, 7000, (0, 0), "shipper"))
    nothing = told(desk, "empty")
    assert "no probe measured it: nothing is known" in headline(nothing) and "unmeasured" in unknown(nothing)
    silent = told(desk, "freezer")
    assert "at most 100.00 % not proven" in headline(silent) and "channel silent" in unknown(silent)


def test_the_command_asks_for_all_of_it(tmp_path: Path) -> None:
    text = CONFIG.replace('name = "test"', 'name = "test"\ndata_dir = "."')
    (tmp_path / "cryogate.toml").write_text(text)
    desk = desk_in(tmp_path, text)
    desk.read(*line(0, 7000, (600, 900)))
    desk.run()
    configured = ("--config", str(tmp_path / "cryogate.toml"))
    times = ("--from", str(moment(0)), "--to", str(moment(HOUR)))
    done = CliRunner().invoke(app, ["report", "--asset", "freezer", *times, "--json", *configured])
    assert done.exit_code == 0 and '"report": "asset"' in done.stdout
    for words in ([], ["E-1", "--asset", "freezer", *times], ["--asset", "freezer"], ["E-1", *times]):
        done = CliRunner().invoke(app, ["report", *words, "--json", *configured])
        assert isinstance(done.exception, InputError)
    assert parse_rfc3339(moment(0)) == NOON_NS
