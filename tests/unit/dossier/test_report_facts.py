"""What a report says of an excursion: from the journal alone, and plain about what is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.alarming import screening as follower
from gateway.dossier.case import case_of
from gateway.dossier.facts import facts
from gateway.dossier.kinds.excursion import ORDER
from gateway.dossier.report import as_bytes
from gateway.dossier.sections import clocks, sections
from gateway.dossier.words import in_language
from gateway.errors import InputError
from gateway.journal.retaining import retain
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.questions.retention import Retention
from gateway.statements import attempt, call, fault, person
from gateway.statements.attempt import Attempt
from gateway.statements.call import Called, Receiver
from gateway.statements.person import Person, Way
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, Still, moment

CERTIFICATE = (
    'calibration = {{ certificate = "SH-42", date = 2025-06-01, due = {due}, '
    "expanded_uncertainty_degC = 0.8 }}\n"
)
WARM = [("top", float(s), -140.0 if 100 <= s < 200 else -160.0) for s in range(0, 400, 10)]


def config(due: str = "2026-06-01") -> str:
    calibrated = "[channels.top]\n" + CERTIFICATE.format(due=due)
    return CONFIG.replace("[channels.top]\n", calibrated).replace(
        "[sites.s]", '[sites.s]\ntime_zone = "Asia/Shanghai"'
    )


def told(desk: Desk) -> dict[str, Any]:
    desk.run()
    (alarm,) = (one for one in desk.alarms() if one["channel"] == "top")
    return facts(case_of(desk.journal, desk.records, alarm["id"][:5]))


def unknown(of: dict[str, Any]) -> list[str]:
    return [one["what"] for one in of["unknown"]]


def test_an_excursion_that_is_over(tmp_path: Path) -> None:
    desk = Desk(tmp_path, config())
    desk.contain("BAG-1", "freezer", -60, 150)
    desk.read(*WARM)
    desk.run()
    alarm = desk.alarms()[0]["id"]
    li = Person("li.na", "Li Na", "李娜", ("zh",), "Asia/Shanghai", (Way("sms", "+86139"),), ())
    desk.state(person.KIND, person.to_body(li))
    whom = (Receiver("li.na", (("sms", "+86139"),)),)
    called = Called("C-1", "raised", alarm, 1, (1,), "urgent", (alarm,), whom)
    desk.state(call.KIND, call.to_body(called))
    tried = Attempt("C-1", "raised", alarm, 1, (1,), "li.na", "sms", "+86139", "delivered", "250", 1.2)
    desk.state(attempt.KIND, attempt.to_body(tried))
    desk.acknowledge(alarm)
    found = told(desk)
    assert found["certainty"] == {"outcome": "certain", "reason": "excess beyond uncertainty", "excess": 10.0}
    assert found["excursion"]["start"] == moment(100) and found["excursion"]["limit"]["value"] == -150.0
    whole = found["clocks"]["excursion"]
    assert whole["in_range_ns"] + whole["out_of_range_ns"] + whole["unproven_ns"] == 100 * 10**9
    (unit,) = found["units"]
    assert (unit["code"], unit["to"]) == ("BAG-1", moment(150))
    assert [stay["asset"] for stay in unit["stays"]] == ["freezer"]
    kinds = [row["kind"] for row in found["history"]]
    assert kinds == ["transition", "transition", "call", "attempt", "acknowledge", "transition"]
    assert found["history"][3]["name"] == "李娜 Li Na" and "+86139" not in as_bytes(found).decode()
    assert unknown(found) == ["gaps", "no chain", "not signed"]  # before the first reading, behind the last
    assert found["basis"]["entries"]["alarm"] == [row["entry"] for row in found["history"]]


def test_it_follows_the_journal_whatever_is_configured_now(tmp_path: Path) -> None:
    desk = Desk(tmp_path, config())
    desk.read(*WARM)
    before = told(desk)
    desk.configure(config("2027-01-01").replace('zone = "top"', 'zone = "bottom"'))
    desk.run()
    after = told(desk)
    same = ("place", "probe", "excursion", "limits", "certainty")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert after["basis"]["configuration"]["fingerprint"] == before["basis"]["configuration"]["fingerprint"]


@pytest.mark.parametrize(
    ("due", "peak", "outcome", "reason"),
    [
        ("2026-06-01", -149.5, "within uncertainty", "excess within uncertainty"),
        ("2026-01-01", -140.0, "possible", "calibration overdue"),
        ("", -140.0, "possible", "no calibration"),
    ],
)
def test_how_certain_it_is(tmp_path: Path, due: str, peak: float, outcome: str, reason: str) -> None:
    desk = Desk(tmp_path, config(due) if due else CONFIG)
    desk.read(("top", 0, -160.0), ("top", 10, peak), ("top", 20, -160.0))
    found = told(desk)
    assert (found["certainty"]["outcome"], found["certainty"]["reason"]) == (outcome, reason)


def test_one_that_goes_on_with_unknown_contents(tmp_path: Path) -> None:
    desk = Desk(tmp_path, CONFIG)
    desk.read(("top", 0, -160.0), ("top", 10, -140.0), ("top", 20, None), ("top", 30, -139.0))
    found = told(desk)
    assert found["preliminary"] and found["units"] is None
    assert {"goes on", "contents", "gaps", "bad readings", "nobody reached", "nobody answered"} <= set(
        unknown(found)
    )
    text = " ".join(in_language(line.text, "en") for line in next(sections(ORDER, found, ())).blocks)
    assert "Preliminary" in text and "what was inside is unknown" in text


def test_readings_that_retention_deleted_are_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "GRACE_S", 1e9)
    kept = '[retention.short]\nkeep_days = 100\nassets = ["freezer", "shipper"]\nholds_units = false\n'
    desk, later_ns = Desk(tmp_path, config() + kept, NOON_NS), NOON_NS + 201 * 86_400 * 10**9
    desk.clock = Still(later_ns)
    desk.read(*WARM)
    desk.run()
    path = desk.folder / "journal.sqlite"
    with RollOver(path) as roll:
        while roll.step(2**62, SegmentEnd(0, most_entries=1)):
            pass
    retain(path, Retention(desk.configuration, desk.journal, later_ns, {}), "Li Na", later_ns, dry_run=False)
    found = told(desk)
    assert "no readings" in unknown(found) and found["excursion"]["readings"] == 10
    assert found["excursion"]["extreme"] == -140.0
    drawn = [one for one in sections(ORDER, found, ()) if in_language(one.title, "en") == "Course"]
    assert not drawn[0].blocks


def test_a_long_line_has_few_rows_and_every_extreme(tmp_path: Path) -> None:
    desk = Desk(tmp_path, CONFIG)
    rows = [
        ("top", float(s), -130.0 if s == 1500 else -140.0 if 100 <= s < 3000 else -160.0) for s in range(3600)
    ]
    desk.read(*rows, ("top", 3600.0, None))
    line = told(desk)["line"]
    assert line["readings"] == 3601 and 500 < len(line["low"]) <= 701 and len(line["bad_s"]) == 1
    assert (max(line["high"]), min(line["low"])) == (-130.0, -160.0)
    assert line["first_s"] == sorted(line["first_s"])


def test_what_is_no_excursion_has_no_report_yet(tmp_path: Path) -> None:
    desk = Desk(tmp_path, CONFIG)
    raised = fault.FaultRaised("F-1", "disk", 3, "the disk is full", ())
    desk.state(fault.KIND, fault.to_body(raised))
    desk.run()
    (alarm,) = desk.alarms()
    with pytest.raises(InputError, match="is no excursion"):
        case_of(desk.journal, desk.records, alarm["id"])


@pytest.mark.parametrize("parts", [[1, 1, 1], [0, 0, 7], [999_999, 1, 0], [1, 2, 2]])
def test_shares_add_up_to_a_hundred_per_cent(parts: list[int]) -> None:
    assert sum(clocks.shares(parts)) == 10_000
