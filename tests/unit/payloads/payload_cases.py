"""Recorded cases of payloads: tests/cases/payloads/*.toml, each with options, messages and what they mean.

story, payload, pattern, received (RFC 3339), channels (addresses, numbered in their order), [options]
silent         true: the format may take some message without a reading and without a refusal
[[messages]]   topic, and text or hex (blanks in hex do not count)
[[readings]]   time, address, value or quality; in the order of the messages
[[refused]]    reason, and words of the detail
"""

from __future__ import annotations

import importlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from gateway.config.tables import Problems, build
from gateway.model import Decoded, Quality
from gateway.mqtt.topics import TopicPattern
from gateway.payloads import Message
from gateway.times import parse_rfc3339

FOLDER = Path(__file__).parents[2] / "cases" / "payloads"

Row = tuple[int, int, float | None, Quality]  # time ns, channel, value, quality


@dataclass(frozen=True)
class Case:
    name: str
    module: ModuleType
    options: Any
    names: frozenset[str]  # of the pattern
    channels: dict[str, int]
    messages: list[Message]
    readings: list[Row]
    refused: list[tuple[str, str]]  # reason, words
    silent: bool
    is_text: bool

    def decode(self, messages: list[Message]) -> Decoded:
        """By a new decoder."""
        return self.module.Decoder(self.options).decode(messages, self.channels)

    def with_payloads(self, payloads: list[bytes]) -> list[Message]:
        """Messages with other payloads, as if they came on the topic of the case's first one."""
        first = self.messages[0]
        return [Message(first.topic, first.names, payload, first.received_ns) for payload in payloads]


def rows(decoded: Decoded) -> list[Row]:
    """What was decoded, with None for the value where there is none."""
    samples = decoded.arrivals.samples
    columns = (samples.time, samples.channel, samples.value, samples.quality)
    return [
        (time, channel, None if value != value else value, Quality(quality))
        for time, channel, value, quality in zip(*(c.tolist() for c in columns), strict=True)
    ]


def load(path: Path) -> Case:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    module = importlib.import_module(f"gateway.payloads.{table['payload']}")
    problems = Problems()
    options = build(module.Options, table["options"], path.stem, problems)
    assert not problems, problems
    pattern = TopicPattern.parse(table["pattern"])
    channels = {address: number for number, address in enumerate(table["channels"])}
    received_ns = parse_rfc3339(table["received"])
    return Case(
        path.stem,
        module,
        options,
        pattern.names,
        channels,
        [_message(m, pattern, received_ns) for m in table["messages"]],
        [_row(r, channels) for r in table.get("readings", [])],
        [(r["reason"], r["says"]) for r in table.get("refused", [])],
        table.get("silent", False),
        all("text" in m for m in table["messages"]),
    )


def _message(table: dict[str, str], pattern: TopicPattern, received_ns: int) -> Message:
    names = pattern.match(table["topic"])
    assert names is not None, table["topic"]
    payload = table["text"].encode() if "text" in table else bytes.fromhex(table["hex"])
    return Message(table["topic"], names, payload, received_ns)


def _row(table: dict[str, Any], channels: dict[str, int]) -> Row:
    quality = Quality[table.get("quality", "GOOD")]
    return parse_rfc3339(table["time"]), channels[table["address"]], table.get("value"), quality


CASES = [load(path) for path in sorted(FOLDER.glob("*.toml"))]
