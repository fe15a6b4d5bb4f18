"""The page behind a link: its alarms alone, a button that is good once, and nothing that a scanner can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.commands import tokens
from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.followers.composing import no_link
from gateway.journal.records import Records
from gateway.questions.history import find
from gateway.running.links import links
from gateway.statements import person
from tests.unit.api.two_sites import TwoSites

HARM = "<script>alert(1)</script>"


@pytest.fixture
def site(sites: TwoSites) -> Iterator[TwoSites]:
    for name, languages in (("li.na", ("en",)), ("wang.wei", ("zh",))):
        said = person.Person(name, f"{name} {HARM}", "", languages, "UTC", (), ())
        sites.desk.state(person.KIND, person.to_body(said))
    yield sites


def token(of: TwoSites, who: str, channel: str = "top") -> str:
    configuration = load(of.door.config)
    with open_desk(configuration) as desk, Records(of.door.world.folder / "records.sqlite") as records:
        return tokens.issue(desk, who, [find(records, of.alarms()[channel])], 1.0)


def test_it_says_how_much_of_the_happening_it_is_not_about(site: TwoSites) -> None:
    site.desk.read(("top", 140, -139.0))
    site.desk.run()
    site.desk.read(("top", 150, -190.0))
    site.desk.read(("top", 160, -139.0))
    site.desk.run()
    in_group = [
        one["alarms"] for one in site.door.get("/calls")["items"] if site.alarms()["top"] in one["alarms"]
    ]
    text = token(site, "li.na")
    pages = [site.door.ask("GET", f"/link/{text}", None), press(site, text)]
    assert len(in_group[0]) == 2
    for page in pages:
        assert "not on this page and nobody is on them: 1." in page.text
        assert not any(one in page.text for one in in_group[0] if one != site.alarms()["top"])


def press(of: TwoSites, text: str) -> Any:
    return of.door.ask("POST", "/link", None, data={"token": text})


def test_it_shows_its_alarm_alone_and_opening_it_changes_nothing(site: TwoSites) -> None:
    text, before = token(site, "li.na"), site.desk.journal.last_seq()
    pages = [site.door.ask("GET", f"/link/{text}", None) for _ in range(2)]
    for page in pages:
        assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
        assert site.alarms()["top"] in page.text and site.alarms()["shipper"] not in page.text
        assert HARM not in page.text and "&lt;script&gt;" in page.text
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'") and "script" not in policy
        assert (
            page.headers["cache-control"] == "no-store" and page.headers["referrer-policy"] == "no-referrer"
        )
        assert "set-cookie" not in page.headers
    assert site.desk.journal.last_seq() == before


def test_it_says_the_value_and_speaks_one_language(site: TwoSites) -> None:
    english = site.door.ask("GET", f"/link/{token(site, 'li.na')}", None).text
    chinese = site.door.ask("GET", f"/link/{token(site, 'wang.wei')}", None).text
    assert "°C" in english and "°C" in chinese and "unacknowledged" in english
    assert "紧急" in chinese and "未确认" in chinese
    assert not any(word in chinese for word in ("critical", "CRITICAL", "unacknowledged"))


def test_the_button_is_good_once_and_says_who(site: TwoSites) -> None:
    text = token(site, "wang.wei")
    assert 'lang="zh-Hans"' in site.door.ask("GET", f"/link/{text}", None).text
    done = press(site, text)
    assert done.status_code == 200 and "已确认" in done.text
    [said] = site.door.get("/statements?kind=acknowledge")["items"]
    assert (said["by"], said["body"]["alarm"]) == (f"wang.wei {HARM}", site.alarms()["top"])
    assert said["origin"].startswith("token ")
    before = site.desk.journal.last_seq()
    for again in (press(site, text), site.door.ask("GET", f"/link/{text}", None)):
        assert again.status_code == 410 and "was used" in again.text and HARM not in again.text
    assert site.desk.journal.last_seq() == before


@pytest.mark.parametrize("wrong", ["x", "cg1.e30.x", "cg1.{}", "%3Cscript%3E", "x" * 1500])
def test_what_is_no_link(site: TwoSites, wrong: str) -> None:
    before = site.desk.journal.last_seq()
    for answer in (site.door.ask("GET", f"/link/{wrong}", None), press(site, wrong)):
        assert answer.status_code == 410 and "<script>" not in answer.text
    changed = token(site, "li.na")[:-1] + "_"
    assert press(site, changed).status_code == 410
    assert press(site, "x" * 2001).status_code == 422
    assert site.desk.journal.last_seq() == before


def test_links_of_messages(site: TwoSites) -> None:
    assert links(load(site.door.config)) is no_link
    text = site.door.config.read_text(encoding="utf-8")
    site.door.config.write_text(
        f'{text}\n[pages]\naddress = "https://gateway.example:8443/"\n', encoding="utf-8"
    )
    linking, alarm = links(load(site.door.config)), site.alarms()["top"]
    now_ns = site.door.world.now_ns()
    link = linking("G-1.1.li.na", "li.na", [alarm], now_ns)
    assert link == linking("G-1.1.li.na", "li.na", [alarm], now_ns), "the same on every try"
    path = link.removeprefix("https://gateway.example:8443/api/v1")
    assert path.startswith("/link/cg1.") and alarm in site.door.ask("GET", path, None).text
    over = linking("G-1.1.li.na", "li.na", [alarm], now_ns - 13 * 3600 * 10**9)
    assert "ended at" in site.door.ask("GET", over.partition("/api/v1")[2], None).text
    assert linking("G-1", "li.na", [], now_ns) == "", "what cannot be signed keeps nobody uncalled"
