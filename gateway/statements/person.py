"""Person: somebody who can be called, by which ways and when; or that somebody has left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.clock_times import Hours, hours_body, hours_field, one_of
from gateway.statements.fields import Fields

KIND: Final = "person"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
PRIORITIES: Final = ("low", "medium", "high", "urgent")
LANGUAGES: Final = ("en", "zh")
HERE: Final = "here"
GONE: Final = "gone"
MOST_WAYS: Final = 20
ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Way:
    """A notifier of the configuration and the address there; from which priority on it is used.

    In the hours `quiet` of the person's time zone only from priority `unless` on.
    """

    notifier: str
    address: str
    from_priority: str = PRIORITIES[0]
    quiet: Hours | None = None
    unless: str = PRIORITIES[-1]


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a person from the statement's time on; it replaces all that was said before.

    `name_en` and `name_zh`: in Latin and Chinese script, one of them may be empty. `languages`: which the
    person reads, the best first. `ways`: in the order in which they are tried. `on_site`: the sites where
    the person is on the spot. `state`: HERE, or GONE for who has left, whose ways are not kept.
    """

    id: str
    name_en: str
    name_zh: str
    languages: tuple[str, ...]
    time_zone: str
    ways: tuple[Way, ...]
    on_site: tuple[str, ...]
    state: str = HERE


def to_body(said: Person) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "person": said.id,
        "name_en": said.name_en,
        "name_zh": said.name_zh,
        "languages": list(said.languages),
        "time_zone": said.time_zone,
        "ways": [_way_body(way) for way in said.ways],
        "on_site": list(said.on_site),
        "state": said.state,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Person:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    identity, name_en, name_zh = fields.name("person"), fields.line("name_en"), fields.line("name_zh")
    languages = fields.names("languages")
    time_zone, items = fields.name("time_zone"), fields.items("ways")
    on_site, state = fields.names("on_site"), fields.name("state")
    fields.end()
    if not (name_en.strip() or name_zh.strip()):
        raise fields.wrong("name_en", "and name_zh are empty")
    if not languages or len(set(languages)) < len(languages):
        raise fields.wrong("languages", "are none, or one twice")
    for language in languages:
        one_of(fields, "languages", LANGUAGES, language)
    one_of(fields, "state", (HERE, GONE), state)
    if len(items) > MOST_WAYS:
        raise fields.wrong("ways", f"are {len(items)}, at most {MOST_WAYS}")
    ways = tuple(_way_of(item) for item in items)
    if state == GONE and ways:
        raise fields.wrong("ways", "are of somebody who has left")
    return Person(identity, name_en, name_zh, languages, time_zone, ways, on_site, state)


def words(said: Person) -> str:
    """Without addresses: lists of statements are for everybody."""
    if said.state == GONE:
        return f"said that {called(said)} has left"
    ways = ", ".join(way.notifier for way in said.ways) or "no way"
    return f"entered {called(said)}, reached by {ways}"


def about(said: Person) -> frozenset[str]:
    return frozenset({said.id})


def published(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as lists of statements show it: of an address only what tells it from others."""
    ways = [{**way, "address": masked(way["address"])} for way in body["ways"]]
    return {**body, "ways": ways}


def called(said: Person) -> str:
    """The id with the names."""
    names = ", ".join(name for name in (said.name_zh, said.name_en) if name.strip())
    return f"{said.id} ({names})"


def masked(address: str) -> str:
    """Its beginning and end: "+86...78", "l...a@example.com", "https://host/..."."""
    if not address:
        return ""
    scheme, slashes, rest = address.partition("://")
    if slashes:
        return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}/..."
    name, at, host = address.rpartition("@")
    if at:
        end = name[-1:] if len(name) > 3 and not name.endswith("...") else ""  # shortened again it stays so
        return f"{name[:1]}...{end}@{host}"
    kept = 3 if len(address) >= 8 else 1
    return f"{address[:kept]}...{address[-2:] if kept == 3 else ''}"


def _way_body(way: Way) -> dict[str, Any]:
    return {
        "notifier": way.notifier,
        "address": way.address,
        "from_priority": way.from_priority,
        "quiet": hours_body(way.quiet),
        "unless": way.unless,
    }


def _way_of(item: object) -> Way:
    fields = Fields(KIND, SCHEMA, item, SCHEMA)
    notifier, address = fields.name("notifier"), fields.comment("address")
    from_priority = one_of(fields, "from_priority", PRIORITIES, fields.name("from_priority"))
    quiet, unless = hours_field(fields, "quiet"), one_of(fields, "unless", PRIORITIES, fields.name("unless"))
    fields.end()
    return Way(notifier, address, from_priority, quiet, unless)


def subject(body: Mapping[str, Any]) -> str:
    return str(body["person"])
