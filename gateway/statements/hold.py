"""Hold: a person says which readings stay whatever retention says, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields, optional_moment, shown

KIND: Final = "hold"
SCHEMA: Final = 1
BY_PEOPLE: Final = True


@dataclass(frozen=True, slots=True)
class Hold:
    """Readings in [from, to) of these assets and channels stay; of everything, where none is named."""

    id: str
    why: str
    assets: frozenset[str]
    channels: frozenset[str]
    from_ns: int | None  # None: from the first reading
    to_ns: int | None  # None: without an end

    def covers(self, channel: str, assets: Iterable[str]) -> bool:
        everything = not (self.assets or self.channels)
        return everything or channel in self.channels or not self.assets.isdisjoint(assets)


def to_body(said: Hold) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "hold": said.id,
        "why": said.why,
        "assets": sorted(said.assets),
        "channels": sorted(said.channels),
        "from": optional_moment(said.from_ns),
        "to": optional_moment(said.to_ns),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Hold:
    fields = Fields(KIND, SCHEMA, body)
    identity, why = fields.name("hold"), fields.comment("why")
    assets, channels = frozenset(fields.names("assets")), frozenset(fields.names("channels"))
    said = Hold(identity, why, assets, channels, fields.optional_moment("from"), fields.optional_moment("to"))
    fields.end()
    if fields.schema and said.to_ns is not None and said.to_ns <= (said.from_ns or said.to_ns - 1):
        raise fields.wrong("to", "is not after from")
    return said


def words(said: Hold) -> str:
    return f"placed hold {said.id} on {scope(said)}: {said.why}"


def about(said: Hold) -> frozenset[str]:
    return said.assets | said.channels | {said.id}


def scope(said: Hold) -> str:
    """What it keeps, in words."""
    names = ", ".join([*sorted(said.assets), *sorted(said.channels)]) or "everything"
    since = "the first" if said.from_ns is None else shown(said.from_ns)
    until = "no end" if said.to_ns is None else shown(said.to_ns)
    return f"{names} from {since} to {until}"


def subject(body: Mapping[str, Any]) -> str:
    return str(body["hold"])
