"""What a Sparkplug host remembers of its edge nodes: births, aliases, the sequence; and whom to ask again.

An alias means the metric that the last birth gave it. When messages of a node are lost, a birth may be among
them: until the next one its aliases mean nothing, because a reading of one vessel under the name of another
is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from gateway.dataclass import dataclass
from gateway.model import SECOND, Refusal
from gateway.payloads.remembered import text_bytes
from gateway.payloads.sparkplug_payload import Payload, rebirth_command
from gateway.payloads.unusable import Unusable, shown

MOST_BYTES = 32 * 2**20  # of names that are remembered; beyond it the node that was born first is forgotten
PER_NAME = 300  # bytes of a metric, a device or a node besides its name
MOST_REQUESTS = 1_000  # waiting to be sent: 1 MB, with
LONGEST_ASKED = 800  # characters of the names of a group and its node; one with longer names is not asked
ASK_AGAIN_NS = 30 * SECOND  # of a node that did not answer; asked more often it would do nothing but be born
LAST_SEQ = 255


@dataclass(frozen=True, slots=True)
class Birth:
    """The metrics of a node itself or of one device, as its birth said."""

    datatypes: Mapping[str, int | None]  # by name; None: not known for certain any more
    aliases: Mapping[int, str]
    size: int = 0  # bytes

    def doubted(self) -> Birth:
        """What remains when another birth may have been missed: the names."""
        return Birth(dict.fromkeys(self.datatypes), {}, self.size)


NOT_BORN = Birth({}, {})


@dataclass(slots=True)
class _Node:
    bd_seq: int | None = None  # names the session between a birth of the node and its death
    last: tuple[int | None, int | None] | None = None  # sequence number and timestamp; None: nothing heard
    births: dict[str, Birth] = field(default_factory=dict)  # by device, "" for the node itself
    asked_ns: int | None = None  # when a birth was asked for that has not come

    def size(self) -> int:
        """Bytes."""
        births = sum(birth.size for birth in self.births.values())
        return births + PER_NAME * (1 + len(self.births)) + text_bytes(self.births)


class Nodes:
    """All edge nodes that were heard of; `at` is (group, node)."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[str, str], _Node] = {}  # the one born last at the end
        self._size = 0
        self._requests: dict[str, bytes] = {}

    def requests(self) -> list[tuple[str, bytes]]:
        """(topic, payload) of what is to be published now; each is handed out once."""
        waiting = list(self._requests.items())
        self._requests.clear()
        return waiting

    def birth_of(self, at: tuple[str, str], device: str) -> Birth:
        """What the last birth of a device, "" for the node itself, said."""
        node = self._nodes.get(at)
        return NOT_BORN if node is None else node.births.get(device, NOT_BORN)

    def born(self, at: tuple[str, str], device: str, payload: Payload, birth: Birth) -> None:
        """A birth replaces what was known; that of a node ends everything before."""
        node = self._forget(at)
        if device == "" or node is None:
            node = _Node(bd_seq=bd_seq(payload) if device == "" else None)
            node.last = (payload.seq, payload.timestamp_ms)
        node.births[device] = birth
        self._remember(at, node)

    def node_died(self, at: tuple[str, str], session: int | None) -> Mapping[str, Birth]:
        """The births that end with `session`; none where the death is that of an earlier session."""
        node = self._nodes.get(at)
        if node is None or (None not in (session, node.bd_seq) and session != node.bd_seq):
            return {}
        self._forget(at)
        return node.births

    def device_died(self, at: tuple[str, str], device: str) -> Birth:
        """The birth that ends."""
        node = self._forget(at)
        if node is None:
            return NOT_BORN
        birth = node.births.pop(device, NOT_BORN)
        self._remember(at, node)
        return birth

    def follow(self, at: tuple[str, str], payload: Payload, received_ns: int) -> None:
        """Note the sequence number of a message; after a gap no alias of the node is trusted."""
        node = self._nodes.get(at)
        here = (payload.seq, payload.timestamp_ms)
        if node is None or node.last == here:  # nothing to lose, or the same message once more
            return
        expected = None if node.last is None or node.last[0] is None else (node.last[0] + 1) % (LAST_SEQ + 1)
        if payload.seq != expected:
            node.births = {device: birth.doubted() for device, birth in node.births.items()}
            self.ask(at, received_ns)
        node.last = here

    def ask(self, at: tuple[str, str], received_ns: int) -> None:
        """Have a node asked for its births, unless it was a moment ago."""
        node = self._nodes.get(at)
        if node is None:
            node = _Node()
            self._remember(at, node)
        recently = node.asked_ns is not None and 0 <= received_ns - node.asked_ns < ASK_AGAIN_NS
        short = len(at[0]) + len(at[1]) <= LONGEST_ASKED
        if not recently and short and len(self._requests) < MOST_REQUESTS:
            node.asked_ns = received_ns
            self._requests[f"spBv1.0/{at[0]}/NCMD/{at[1]}"] = rebirth_command(received_ns // 1_000_000)

    def _forget(self, at: tuple[str, str]) -> _Node | None:
        node = self._nodes.pop(at, None)
        self._size -= 0 if node is None else node.size() + text_bytes(at)
        return node

    def _remember(self, at: tuple[str, str], node: _Node) -> None:
        """Of a node that is too large by itself the devices that were born last."""
        while node.size() > MOST_BYTES and len(node.births) > 1:
            del node.births[next(iter(node.births))]
        self._nodes[at] = node
        self._size += node.size() + text_bytes(at)
        while self._size > MOST_BYTES and len(self._nodes) > 1:
            self._forget(next(iter(self._nodes)))


def bd_seq(payload: Payload) -> int | None:
    """The number of the session that a birth or death of a node belongs to."""
    return next((metric.integer for metric in payload.metrics if metric.name == "bdSeq"), None)


def read_birth(payload: Payload) -> Birth:
    """Raises Unusable where a metric has no name, or an alias two."""
    datatypes: dict[str, int | None] = {}
    aliases: dict[int, str] = {}
    for metric in payload.metrics:
        if not metric.name:
            raise Unusable(Refusal.MALFORMED, "a birth with a metric that has no name")
        if metric.alias is not None and aliases.setdefault(metric.alias, metric.name) != metric.name:
            both = f"{shown(aliases[metric.alias])} and {shown(metric.name)}"
            raise Unusable(Refusal.MALFORMED, f"a birth with the alias {metric.alias} for {both}")
        datatypes[metric.name] = metric.datatype
    return Birth(datatypes, aliases, PER_NAME * len(datatypes) + text_bytes(datatypes))
