"""Reviews over the API and from afar: who may, once for each key, and nothing of another site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.api.far import Far, far_from
from tests.unit.api.two_sites import TwoSites

ASSESSED = {"assessment": "lid open", "root_cause": "no stand", "deviation": "DEV-1", "capa": ""}
USE = {"every": True, "decision": "use", "why": "within the budget", "references": ["SOP-7"]}


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> TwoSites:
    """Both excursions go on, and have a unit each."""
    folder = tmp_path_factory.mktemp("reviews")
    (folder / "data").mkdir()
    found = TwoSites(folder)
    found.happen()
    found.enter_people()
    return found


@pytest.fixture
def far(sites: TwoSites, tmp_path: Path) -> Iterator[Far]:
    with far_from(sites, tmp_path) as found:
        yield found


def post(sites: TwoSites, path: str, said: Any, role: str = "quality", key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return sites.door.ask("POST", path, role, json=said, headers=headers)


def test_assessed_and_decided_once_for_each_key(sites: TwoSites) -> None:
    alarm = sites.alarms()["shipper"]
    path = f"/alarms/{alarm}/review"
    (row,) = [one for one in sites.door.get("/reviews?open=true")["items"] if one["excursion"] == alarm]
    assert (row["state"], row["units"], row["undecided"]) == ("open", 1, 1)
    first = post(sites, f"{path}/assessment", ASSESSED, key="one").json()
    again = post(sites, f"{path}/assessment", ASSESSED, key="one").json()
    assert first["new"] and again == {**first, "new": False}
    refused = post(sites, f"{path}/assessment", {**ASSESSED, "assessment": "other"})
    assert refused.status_code == 422 and f"`corrects` {first['id']}" in refused.json()["detail"]
    corrected = {**ASSESSED, "deviation": "DEV-2", "corrects": first["id"], "reason": "typed wrong"}
    assert post(sites, f"{path}/assessment", corrected).json()["new"]
    decided = post(sites, f"{path}/dispositions", USE, key="two").json()
    assert decided["units"] == 1 and not post(sites, f"{path}/dispositions", USE, key="two").json()["new"]
    told = sites.door.get(path)
    assert told["state"] == "disposed" and told["assessment"]["deviation"] == "DEV-2"
    assert told["units"][0]["disposition"]["references"] == ["SOP-7"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({**USE, "codes": ["BAG-1"]}, "name units"),
        ({**USE, "why": " "}, "say what becomes of them and why"),
        ({**USE, "as_before": True}, "say what becomes of them and why"),
        ({**USE, "every": False, "codes": ["BAG-9"]}, "was not inside"),
        ({**USE, "decision": "eat"}, "a disposition is use"),
        ({"every": True, "as_before": True}, "decide anew"),
    ],
)
def test_what_cannot_be_decided(sites: TwoSites, said: Any, why: str) -> None:
    alarm = sites.alarms()["top"]
    answer = post(sites, f"/alarms/{alarm}/review/dispositions", said)
    assert answer.status_code == 422 and why in answer.text


def test_nobody_reviews_without_the_role_or_at_another_site(sites: TwoSites) -> None:
    here, there = sites.alarms()["top"], sites.alarms()["shipper"]
    assert post(sites, f"/alarms/{here}/review/assessment", ASSESSED, "operator").status_code == 403
    assert post(sites, f"/alarms/{there}/review/assessment", ASSESSED, "quality@s").status_code == 404
    assert sites.door.ask("GET", f"/alarms/{there}/review", "viewer@s").status_code == 404
    seen = sites.door.ask("GET", "/reviews", "viewer@s").json()["items"]
    assert [one["excursion"] for one in seen] == [here]


def test_the_same_words_from_afar(far: Far) -> None:
    alarm = far.sites.alarms()["top"]
    said = ("assess", "--assessment", "lid open", "--deviation", "DEV-7")
    done = far.asked("review", alarm, *said, token="quality")
    assert done.exit_code == 0 and f"the excursion {alarm} is assessed; in the journal as" in done.stdout
    done = far.asked("review", alarm, "dispose", "--all", "--as", "reject", "--why", "x", token="quality")
    assert done.exit_code == 0 and f"1 unit in the review of {alarm}: reject" in done.stdout
    for words in (("review", alarm), ("review", alarm, "--json"), ("review", "--open")):
        there, here = far.asked(*words), far.here(*words)
        assert there.exit_code == here.exit_code == 0 and there.stdout == here.stdout
    refused = far.asked("review", alarm, "approve", "--account", "li.na")
    assert "no token signs" in str(refused.exception)
