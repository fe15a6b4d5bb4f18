"""`cryogate drill` as people type it, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.journal.signing_key import DRILLS
from gateway.statements import drill
from gateway.writing.introduction import introduce
from tests.unit.commands.front_desk import CONFIG, Office

LIMITED = CONFIG.replace(
    'id = "spent"',
    'id = "warm"\nkind = "limit"\nside = "high"\nlimit_degC = -150.0\nseverity = "critical"\n'
    '[[profiles.p.rules]]\nid = "spent"',
)
LATER = ("--at", "2999-01-01T00:00:00Z")


@pytest.fixture
def began(office: Office) -> Office:
    """A gateway ran here once."""
    office.config.write_text(LIMITED, encoding="utf-8")
    office.path.parent.mkdir()
    with Journal.open(office.path) as journal:
        introduce(office.configuration, journal, 1_767_614_400 * 10**9)
    Records(office.path.parent / "records.sqlite").close()
    return office


def soon() -> str:
    return (datetime.now(UTC) + timedelta(minutes=5)).isoformat()


def test_one_that_is_to_come_needs_no_gateway(began: Office) -> None:
    told = began.run("drill", "--asset", "shipper-1", "--by", "Li Na", "--at", soon(), "--within", "1h")
    assert "drill on shipper-1; in the journal as" in told
    assert "a reading of -149 degC at probe-1 raises warm" in told and "within 1 h: cryogate ack D-" in told
    [statement] = began.stated(drill.KIND)
    said = drill.of(statement.body)
    assert (said.signal, said.within_s, said.why) == (-149.0, 3600.0, "") and len(said.seal) == 64
    key = began.path.parent / DRILLS
    assert key.stat().st_mode & 0o777 == 0o600
    [row] = began.json("drill", "--report")
    assert (row["id"], row["state"], row["attempts"]) == (said.id, "planned", [])
    assert said.id in began.run("drill", "--report", said.id[:5])
    assert f"began the drill {said.id}" in began.run("statements", "--kind", "drill")
    assert "it is over, if it went on" in began.run(
        "withdraw", statement.id, "--by", "Li Na", "--reason", "not today"
    )
    assert began.json("drill", "--report")[0]["state"] == "withdrawn"


def test_without_a_gateway_none_begins_now(began: Office) -> None:
    with pytest.raises(AssertionError, match="NotRunning"):
        began.run("drill", "--asset", "shipper-1", "--by", "Li Na")
    assert not began.stated(drill.KIND)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--by", "Li Na"), "name what is tested: --asset ASSET"),
        (("D-1", "--asset", "shipper-1", "--by", "Li Na"), "name what is tested"),
        (("--asset", "shipper-1", "--by", " "), "say who says it"),
        (("--asset", "shipper-1"), "say who says it"),
        (
            ("--asset", "shipper-3", "--by", "Li Na"),
            "there is no asset 'shipper-3'; known: shipper-1, shipper-2",
        ),
        (("--asset", "shipper-2", "--by", "Li Na"), "channel probe-2 has no limit in force"),
        (("--asset", "shipper-1", "--by", "Li Na", "--within", "soon"), "is no time"),
        (("--asset", "shipper-1", "--by", "Li Na", "--within", "2d"), "within: expected 1 min to 24 h"),
        (("--report", "D-1"), "there is no drill 'D-1'"),
    ],
)
def test_what_is_refused(began: Office, words: tuple[str, ...], why: str) -> None:
    at = () if "--report" in words else ("--at", soon())
    with pytest.raises(InputError, match=why):
        began.run("drill", *words, *at)
    assert not began.stated(drill.KIND)


def test_nothing_was_ever_begun(began: Office) -> None:
    assert began.run("drill", "--report") == "no drill was ever begun"
    with pytest.raises(InputError, match="a drill begins now or within 30 days"):
        began.run("drill", "--asset", "shipper-1", "--by", "Li Na", *LATER)
