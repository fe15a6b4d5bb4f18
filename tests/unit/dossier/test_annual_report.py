"""What a report says of a year: excursions by site and asset, in the year of each site's clocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.dossier.annual import facts, report_of
from gateway.dossier.blocks import Line
from gateway.dossier.kinds import year
from gateway.dossier.sections import sections, unknowns
from gateway.dossier.state import state_of
from gateway.dossier.words import in_language
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.times import parse_rfc3339
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, Still

TWO_SITES = CONFIG.replace("[sites.s]", '[sites.s]\n[sites.sh]\ntime_zone = "Asia/Shanghai"').replace(
    '[assets.shipper]\nsite = "s"', '[assets.shipper]\nsite = "sh"\n[assets.quiet]\nsite = "sh"'
)


def desk_at(folder: Path, text: str, now: str) -> Desk:
    desk = Desk(folder, text, parse_rfc3339("2024-06-01T00:00:00Z"))
    desk.clock = Still(parse_rfc3339(now))
    desk.journal.close()
    desk.journal = Journal.open(folder / "journal.sqlite", desk.clock.now_ns)
    return desk


def warm(desk: Desk, channel: str, at: str, lasts_s: int = 600) -> None:
    """An excursion that begins then."""
    begin = (parse_rfc3339(at) - NOON_NS) / 1e9
    values = [(-30, -160.0), *((s, -140.0) for s in range(0, lasts_s, 30)), (lasts_s, -160.0)]
    desk.read(*((channel, begin + s, value) for s, value in values))


def told(desk: Desk, of_year: int) -> dict[str, Any]:
    desk.run()
    return facts(state_of(desk.journal), desk.records, of_year)


def headline(of: dict[str, Any]) -> str:
    return in_language(next(sections(year.ORDER, of, ())).blocks[0].text, "en")


def test_each_site_has_the_year_of_its_clocks(tmp_path: Path) -> None:
    desk = desk_at(tmp_path, TWO_SITES, "2026-01-05T00:00:00Z")
    for channel in ("top", "shipper"):
        warm(desk, channel, "2024-12-31T17:00:00Z")  # 2025 in Shanghai
        warm(desk, channel, "2025-05-10T00:00:00Z", 3600)
        warm(desk, channel, "2025-12-31T17:00:00Z")  # 2026 in Shanghai
    found = told(desk, 2025)
    sites = {one["place"]["site"]: one for one in found["sites"]}
    assert [sites[name]["count"] for name in ("s", "sh")] == [2, 2] and not found["preliminary"]
    assert sites["s"]["months"] == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    assert sites["sh"]["months"] == [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert [(one["asset"], one["count"]) for one in sites["sh"]["assets"]] == [("shipper", 2), ("quiet", 0)]
    assert sites["s"]["longest_s"] == 3600 and sites["s"]["by_severity"]["critical"] == 2
    assert 4100 < sites["s"]["beyond_s"] <= 4260 and sites["s"]["units_unknown"] == 2
    assert headline(found).startswith("4 excursions in 2 of 3 assets at 2 sites (4 critical)")


def test_a_year_that_goes_on_is_preliminary_and_one_to_come_is_refused(tmp_path: Path) -> None:
    desk = desk_at(tmp_path, TWO_SITES, "2025-08-01T00:00:00Z")
    warm(desk, "top", "2025-05-10T00:00:00Z")
    found = told(desk, 2025)
    assert found["preliminary"] and "not ended" in [one["what"] for one in found["unknown"]]
    assert headline(told(desk, 2024)).endswith("no excursion was found.")
    for of_year, why in ((2026, "nothing is known of 2026 yet"), (1900, "no year")):
        with pytest.raises(InputError, match=why):
            report_of(state_of(desk.journal), desk.records, of_year)


def test_progress_ends_with_all_of_them(tmp_path: Path) -> None:
    desk = desk_at(tmp_path, TWO_SITES, "2026-01-05T00:00:00Z")
    warm(desk, "top", "2025-05-10T00:00:00Z")
    desk.run()
    seen = list[tuple[int, int]]()
    report_of(state_of(desk.journal), desk.records, 2025, lambda done, total: seen.append((done, total)))
    assert seen == [(0, 1), (1, 1)]


def test_a_file_of_the_archive_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """No reading is read for a year; but nobody can tell either whether its excursions are all."""
    desk = desk_at(tmp_path, TWO_SITES, "2026-01-05T00:00:00Z")
    warm(desk, "top", "2025-05-10T00:00:00Z")
    desk.run()
    archive(desk)
    assert "unreadable" not in [one["what"] for one in told(desk, 2025)["unknown"]]
    [file] = (tmp_path / "archive").glob("*.parquet")
    file.unlink()
    found = told(desk, 2025)
    assert len(found["excursions"]) == 1
    [one] = [one for one in found["unknown"] if one["what"] == "unreadable"]
    assert one["from"].startswith("2025-05-09T23:59:30")
    assert any("cannot be read" in text for text in shown_unknowns(found))
    assert told(desk, 2024)["unreadable"] == []


def archive(desk: Desk) -> None:
    with RollOver(desk.folder / "journal.sqlite") as roll:
        assert roll.step(2**62, SegmentEnd(0)) > 0


def shown_unknowns(of: dict[str, Any]) -> list[str]:
    return [in_language(line.text, "en") for line in unknowns.blocks(of, ()) if isinstance(line, Line)]
