"""`cryogate --server URL people`, `roster`, `duty` and `stand-in`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gateway.cli import people as here
from gateway.cli import roster as rosters
from gateway.cli.duty import asked_ns, show_duty, words_of
from gateway.cli.far_saying import remarked, said_there, say_known, tell
from gateway.client import Client
from gateway.client.client import in_path
from gateway.commands.people import Changes
from gateway.commands.when import day_of
from gateway.errors import InputError
from gateway.statements.clock_times import shown as shown_hours
from gateway.statements.person import Way
from gateway.times import format_rfc3339


def list_people(client: Client, every: bool, as_json: bool) -> None:
    """Addresses are whole only for those who may change them."""
    here.show_people(_people(client), every, as_json)


def set_person(
    client: Client,
    identity: str,
    name_en: str | None,
    name_zh: str | None,
    language: list[str] | None,
    way: list[str] | None,
    on_site: list[str] | None,
    time_zone: str | None,
    at: str | None,
    corrects: str | None,
    reason: str,
    as_json: bool,
) -> None:
    changes = here.changes_of(name_en, name_zh, language or None, time_zone, way or None, on_site or None)
    said = dict(_fields(changes)) | {"at": at, "corrects": corrects, "reason": reason}
    done = client.post(f"/people/{in_path(identity)}", said)
    here.show_entered(remarked(done), said_there(done), as_json)


def remove(
    client: Client, identity: str, at: str | None, corrects: str | None, reason: str, as_json: bool
) -> None:
    said = {"at": at, "corrects": corrects, "reason": reason}
    done = client.post(f"/people/{in_path(identity)}/leave", said)
    here.show_entered(remarked(done), said_there(done), as_json)


def list_rosters(client: Client, as_json: bool) -> None:
    rosters.show_rosters(list(client.items("/rosters")), as_json)


def set_roster(
    client: Client,
    name: str,
    file: Any,
    person: Any,
    start: str | None,
    period_days: int,
    hand_over: str,
    weekday: str | None,
    hours: str | None,
    on: Any,
    site: Any,
    risk: Any,
    deputy: Any,
    everybody: Any,
    time_zone: str | None,
    corrects: str | None,
    reason: str,
    as_json: bool,
) -> None:
    options = {"people": person or None, "start": None if start is None else day_of(start), "hours": hours}
    options |= {"weekday": weekday, "weekdays": on or None, "period_days": period_days}
    whole = {"sites": site or None, "risks": risk or None, "deputies": deputy or None}
    whole |= {"everybody": everybody or None, "time_zone": time_zone}
    path = None if file is None else Path(file)
    document, _ = rosters.told(path, {**options, "hand_over": hand_over}, whole)
    text = toml_of(document) if path is None else path.read_text(encoding="utf-8-sig")
    done = client.post(f"/rosters/{in_path(name)}", {"toml": text, "corrects": corrects, "reason": reason})
    rosters.show_set(remarked(done), said_there(done), as_json)


def show_roster(
    client: Client, name: str | None, site: str | None, risk: str, week: str | None, as_json: bool
) -> None:
    found = client.get("/rosters/week", roster=name, site=site, risk=risk, day=week)
    found.pop("known", None)
    rosters.show_week(found, [] if as_json else _people(client), as_json)


def end_roster(client: Client, name: str, at: str | None, as_json: bool) -> None:
    done = client.post(f"/rosters/{in_path(name)}/end", {"at": at})
    rosters.show_set(remarked(done), said_there(done), as_json)


def duty(client: Client, site: str | None, risk: str, at: str | None, as_json: bool) -> None:
    sites = {row["site"]: row["time_zone"] for row in client.items("/sites")}
    if at is not None:
        zones = {zone for name, zone in sites.items() if site in (None, name)}
        at = format_rfc3339(asked_ns(at, zones, time.time_ns()))
    found = client.get("/duty", risk=risk, at=at)
    if site is not None and site not in sites:
        raise InputError(f"there is no site {site!r}; known: {', '.join(sorted(sites)) or 'none'}")
    if at is None:
        say_known(found)
    shown = {key: value for key, value in found.items() if key != "known"}
    shown["sites"] = [row for row in found["sites"] if site in (None, row["site"])]
    show_duty(shown, [] if as_json else _people(client), as_json)


def stand_in(
    client: Client,
    person: str,
    instead_of: str,
    until: str,
    since: str | None,
    roster: Any,
    corrects: str | None,
    reason: str,
    as_json: bool,
) -> None:
    said = {"person": person, "instead_of": instead_of, "until": until, "from": since}
    more = {"rosters": list(roster or ()), "corrects": corrects, "reason": reason}
    done = client.post("/stand-ins", said | more)
    zone_name = done["time_zone"]
    del done["time_zone"]
    tell(done, words_of(done, zone_name), done, as_json)


def toml_of(document: dict[str, Any]) -> str:
    """The options of a roster as a file has them: lists of texts, texts, numbers and days."""
    rotations = document.pop("rotations")
    parts = [*_lines_of(document)]
    for one in rotations:
        parts += ["[[rotations]]", *_lines_of(one)]
    return "\n".join(parts)


def _lines_of(table: dict[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        texts = isinstance(value, Sequence) and not isinstance(value, str)
        yield f"{key} = [{', '.join(map(_value, value))}]" if texts else f"{key} = {_value(value)}"


def _value(one: Any) -> str:
    """A text in which every other sign is written by its number."""
    if not isinstance(one, str):
        return str(one)
    plain = (c if (c.isalnum() and c.isascii()) or c in " .-_:" else f"\\U{ord(c):08X}" for c in one)
    return f'"{"".join(plain)}"'


def _people(client: Client) -> list[dict[str, Any]]:
    return list(client.items("/people", left=True))


def _fields(changes: Changes) -> Iterator[tuple[str, Any]]:
    """What is said, as the API has it."""
    for name in ("name_en", "name_zh", "languages", "time_zone", "on_site"):
        if (value := getattr(changes, name)) is not None:
            yield name, value
    if changes.ways is not None:
        yield "ways", [_way(way) for way in changes.ways]


def _way(way: Way) -> dict[str, Any]:
    return {
        "notifier": way.notifier,
        "address": way.address,
        "from_priority": way.from_priority,
        "quiet": None if way.quiet is None else shown_hours(way.quiet),
        "unless": way.unless,
    }
