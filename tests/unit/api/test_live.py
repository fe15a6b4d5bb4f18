"""The live stream: nothing is missed, everybody hears of their own sites."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from gateway.api import live
from gateway.api.control import serve
from gateway.api.live import Live
from gateway.api.scope import Scope
from gateway.errors import InputError
from gateway.rights.principal import Principal
from tests.unit.api.front_door import Tokens
from tests.unit.api.two_sites import TwoSites


def scope(sites: TwoSites, token: str) -> Scope:
    who = Tokens().by_token(token, 0)
    assert who is not None
    return sites.door.world.scope(who)


async def events(stream: AsyncGenerator[bytes, None], most: int, kind: str = "alarm") -> list[dict[str, Any]]:
    """The first `most` of a kind, with their ids."""
    found = list[dict[str, Any]]()
    async with aclosing(stream):
        async for text in stream:
            lines = dict(line.split(": ", 1) for line in text.decode().strip().splitlines() if line[0] != ":")
            if lines.get("event") == kind:
                found.append({"id": int(lines.get("id", 0)), **json.loads(lines["data"])})
            if len(found) == most:
                break
    return found


async def test_who_comes_again_misses_nothing(sites: TwoSites) -> None:
    stream = Live(sites.door.world, lambda who: True)
    every = await events(stream.listen(scope(sites, "viewer"), 0, 9.0), 4)
    assert [one["id"] for one in every] == sorted(one["id"] for one in every)
    rest = await events(stream.listen(scope(sites, "viewer"), every[1]["id"], 9.0), 2)
    assert rest == every[2:4]


async def test_a_list_and_the_events_behind_it_have_no_gap(sites: TwoSites) -> None:
    at = sites.door.get("/alarms")["at"]
    alarm = sites.alarms()["top"]
    sites.desk.acknowledge(alarm)
    sites.desk.run()
    [one] = await events(Live(sites.door.world, lambda who: True).listen(scope(sites, "viewer"), at, 9.0), 1)
    assert (one["alarm"]["id"], one["alarm"]["state"]) == (alarm, "acknowledged")


async def test_whoever_hears_of_a_change_finds_it_in_the_list(sites: TwoSites) -> None:
    """A page that asks for the list because of an event is told of no other one, and would show what was."""
    alarm = sites.alarms()["top"]
    before = sites.door.get("/alarms")  # which is kept for a second
    sites.desk.acknowledge(alarm)
    sites.desk.run()
    stream = Live(sites.door.world, lambda who: True)
    [heard] = await events(stream.listen(scope(sites, "viewer"), before["at"], 9.0), 1)
    after = sites.door.get("/alarms")
    assert after["at"] >= heard["id"] > before["at"]
    assert {one["id"]: one["state"] for one in after["items"]}[alarm] == "acknowledged"


async def test_what_happens_meanwhile_comes_by_itself(sites: TwoSites) -> None:
    stream = Live(sites.door.world, lambda who: True)
    hearing = asyncio.create_task(events(stream.listen(scope(sites, "viewer"), None, 30.0), 1))
    other = asyncio.create_task(events(stream.listen(scope(sites, "viewer@port"), None, 30.0), 1))
    while stream._task is None:
        await asyncio.sleep(0.01)
    for alarm in sites.alarms().values():
        await asyncio.to_thread(sites.desk.acknowledge, alarm)
    await asyncio.to_thread(sites.desk.run)
    [one] = await hearing
    [mine] = await other
    assert one["alarm"]["state"] == "acknowledged" and mine["alarm"]["asset"] == "shipper"
    assert not stream._listeners
    await stream._task


async def test_who_is_far_behind_begins_anew(sites: TwoSites, monkeypatch) -> None:
    stream = Live(sites.door.world, lambda who: True)
    [one] = await events(stream.listen(scope(sites, "viewer"), 2**40, 9.0), 1, "reset")
    assert one["at"] == sites.desk.journal.last_seq()
    monkeypatch.setattr(live, "MOST_BEHIND", 1)
    assert await events(stream.listen(scope(sites, "viewer"), 0, 9.0), 1, "reset")


async def test_who_does_not_read_begins_anew(sites: TwoSites, monkeypatch) -> None:
    monkeypatch.setattr(live, "MOST_WAITING", 1)
    stream = Live(sites.door.world, lambda who: True)
    heard = stream.listen(scope(sites, "viewer"), None, 9.0)
    assert await anext(heard) == b"retry: 1000\n\n"
    [listener] = stream._listeners
    stream._tell([live.Event.of("values", {"values": []})] * 2)
    assert listener.is_lost
    assert await events(heard, 1, "reset")


async def test_a_stream_ends_with_the_session(sites: TwoSites) -> None:
    assert (
        await events(Live(sites.door.world, lambda who: True).listen(scope(sites, "viewer"), None, 0.1), 1)
        == []
    )


async def test_a_stream_ends_when_who_listens_may_not_any_more(sites: TwoSites, monkeypatch) -> None:
    monkeypatch.setattr(live, "STANDS_S", 0.0)
    gone = set[str]()

    def stands(who: Principal) -> bool:
        if "nobody can tell" in gone:
            raise InputError("accounts.sqlite is damaged")
        return who.account not in gone

    stream = Live(sites.door.world, stands)
    mine = asyncio.create_task(events(stream.listen(scope(sites, "viewer!zhao"), None, 600.0), 1))
    other = asyncio.create_task(events(stream.listen(scope(sites, "viewer"), None, 600.0), 1))
    while len(stream._listeners) < 2 or stream._task is None:
        await asyncio.sleep(0.01)
    gone.add("zhao")
    assert await mine == [] and not other.done()
    gone.add("nobody can tell")
    assert await other == []


async def test_values_of_a_gateway_that_runs(sites: TwoSites) -> None:
    rows = sites.door.get("/values")["items"]
    for row in rows:
        row |= {"value": -190.0, "state": "in range", "unknown": False, "age_s": 0.5}
    stream = Live(sites.door.world, lambda who: True)
    world, listening = sites.door.world, asyncio.Event()
    gateway = asyncio.create_task(serve(world.folder, {"status": lambda: {"channels": rows}}, listening))
    await listening.wait()
    world.status._at_s = -9e9
    [every] = await events(stream.listen(scope(sites, "viewer"), None, 9.0), 1, "values")
    assert {row["channel"] for row in every["values"]} == {"top", "shipper"}
    [mine] = await events(stream.listen(scope(sites, "viewer@port"), None, 9.0), 1, "values")
    assert [row["channel"] for row in mine["values"]] == ["shipper"]
    gateway.cancel()


def test_an_age_that_grows_is_no_news() -> None:
    row = dict.fromkeys(("value", "state", "quality", "asset", "zone", "unknown"), "x") | {"age_s": 1.0}
    assert live._is_news(row, None) and not live._is_news({**row, "age_s": 2.0}, row)
    assert live._is_news({**row, "age_s": 0.5}, row)
    assert live._is_news({**row, "value": 2.0, "age_s": 2.0}, row)


def test_the_route(sites: TwoSites, monkeypatch) -> None:
    monkeypatch.setattr(live, "LONGEST_S", 0.2)
    answer = sites.door.ask("GET", "/live?after=0", headers={"Last-Event-ID": "0"})
    assert answer.headers["content-type"].startswith("text/event-stream") and "event: alarm" in answer.text
    for told in ("abc", "-5", "1.5", "²", "9" * 19):  # nobody knows what is missing
        unread = sites.door.ask("GET", "/live?after=0", headers={"Last-Event-ID": told.encode("latin-1")})
        assert "event: reset" in unread.text, told
    monkeypatch.setattr(live, "MOST_LISTENERS", 0)
    assert sites.door.ask("GET", "/live").status_code == 503
    assert sites.door.ask("GET", "/live", None).status_code == 401
