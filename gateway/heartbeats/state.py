"""What a gateway has a broker keep about itself: one message at one topic, for its peers and for others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.heartbeats import LONGEST_PERIOD_S, Beat
from gateway.json_text import loads
from gateway.mqtt.topics import TopicPattern
from gateway.text import first_words, json_text
from gateway.times import format_rfc3339, parse_rfc3339

SCHEMA: Final = 1
LOST: Final = "lost"  # the will: the broker says it when the connection ended without a goodbye
LONGEST: Final = 65_536  # bytes of a message; ours has some hundreds
LONGEST_NAME: Final = 200  # characters
LONGEST_WHY: Final = 1000
MOST_SITES: Final = 1000


@dataclass(frozen=True, slots=True)
class State:
    """As the broker keeps it. `health`: one of Health, or LOST; `at_ns` is by the clock of that gateway."""

    gateway: str
    journal: str
    sites: tuple[str, ...]
    health: str
    why: str
    at_ns: int
    period_s: float  # it says so again each period


def of_beat(beat: Beat, period_s: float) -> State:
    why = first_words(beat.why, LONGEST_WHY)
    return State(beat.gateway, beat.journal, beat.sites, beat.health.value, why, beat.at_ns, period_s)


def payload(state: State) -> bytes:
    """As JSON."""
    return json_text(
        {
            "schema": SCHEMA,
            "gateway": state.gateway,
            "journal": state.journal,
            "sites": list(state.sites),
            "state": state.health,
            "why": state.why,
            "at": format_rfc3339(state.at_ns),
            "period_s": state.period_s,
        }
    ).encode()


def of_payload(raw: bytes) -> State:
    """Raises ValueError, in words, for what is no state of a gateway."""
    if len(raw) > LONGEST:
        raise ValueError(f"{len(raw)} bytes are no state of a gateway")
    try:
        told = loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise ValueError(f"it is no state of a gateway of schema {SCHEMA}")
    sites = told.get("sites")
    if not isinstance(sites, list) or len(sites) > MOST_SITES:
        raise ValueError("sites is no list")
    return State(
        _text(told, "gateway", LONGEST_NAME),
        _text(told, "journal", LONGEST_NAME),
        tuple(str(site)[:LONGEST_NAME] for site in sites),
        _text(told, "state", LONGEST_NAME),
        _text(told, "why", LONGEST_WHY),
        _moment(told),
        _period(told),
    )


def check_topic(topic: str) -> None:
    """Raises ValueError for what is not one topic."""
    if topic.startswith("$") or TopicPattern.parse(topic).filter != topic:
        raise ValueError(f"topic {topic!r}: expected one topic, e.g. cryogate/pudong-1/state")


def _text(told: Mapping[str, Any], name: str, longest: int) -> str:
    text = told.get(name)
    if not isinstance(text, str) or len(text) > longest:
        raise ValueError(f"{name} is no text of at most {longest} characters")
    return text


def _moment(told: Mapping[str, Any]) -> int:
    try:
        return parse_rfc3339(_text(told, "at", LONGEST_NAME))
    except InputError as error:
        raise ValueError(f"at is no time: {error}") from None


def _period(told: Mapping[str, Any]) -> float:
    period_s = told.get("period_s")
    if isinstance(period_s, bool) or not isinstance(period_s, int | float):
        raise ValueError("period_s is no number")
    if not 0 < period_s <= LONGEST_PERIOD_S:
        raise ValueError(f"period_s does not lie between 0 and {LONGEST_PERIOD_S:g}")
    return float(period_s)
