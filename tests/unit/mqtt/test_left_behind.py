"""What a change of the configuration ends and leaves at brokers, as `cryogate check` says it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from gateway.config.load import parse
from gateway.journal.journal import Journal, Statement
from gateway.mqtt.left_behind import left_by
from gateway.questions.start import would_follow
from gateway.statements.configuration import KIND, Configured, to_body


def source(*patterns: str, client_id: str = "edge", **more: Any) -> dict[str, Any]:
    topics = [{"pattern": p, "payload": "json"} for p in patterns]
    table = {"kind": "mqtt", "host": "broker", "client_id": client_id, "topics": topics, **more}
    return {"sources": {"ward": table}}


def sink(**table: Any) -> dict[str, Any]:
    return {"sinks": {"hq": {"kind": "mqtt", "host": "hq", "topic": "cold", **table}}}


def test_nothing_changes_where_nothing_does() -> None:
    same = source("a/{x}") | sink()
    assert list(left_by(same, same)) == []
    assert list(left_by({}, same)) == []


def test_patterns_that_left() -> None:
    (words,) = left_by(source("a/{x}", "b/{y...}", "c"), source("a/{z}"))
    assert words == (
        "sources.ward: b/#, c is unsubscribed; what waits of it at the broker is refused as unknown-topic"
    )


def test_a_session_that_nobody_takes_any_more() -> None:
    (words,) = left_by(source("a"), source("a", client_id="other"))
    assert "the broker at broker:1883 keeps the session of client 'edge' for 604800 s more" in words
    assert "`mosquitto_sub -h broker -p 1883 -i edge -t x -E`" in words
    (words,) = left_by(source("a", protocol="3.1.1"), {})
    assert "until somebody ends it" in words
    (words,) = left_by(source("a", session_expiry_s=60), source("a", host="elsewhere"))
    assert "for 60 s more" in words


def test_alarms_that_are_emptied_and_alarms_that_stay() -> None:
    (words,) = left_by(sink(), sink(alarm_topic="alarms/{id}"))
    assert words == "sinks.hq: alarms that are kept under 'cold/alarms/{id}' are emptied there"
    (words,) = left_by(sink(), {})
    assert "alarms stay retained at hq:1883 under 'cold/alarms/{id}', where no sink goes any more" in words
    assert list(left_by(sink(alarm_topic="not/of/one"), {})) == []
    renamed = {"sinks": {"other": sink()["sinks"]["hq"]}}
    assert list(left_by(sink(), renamed)) == []


def test_check_says_it_where_there_is_a_journal(tmp_path: Path) -> None:
    before = {"gateway": {"name": "test"}, "sites": {"s": {}}, **source("a", client_id="was")}
    said = Configured("0" * 12, json.dumps(before), ())
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        journal.commit(statements=[Statement(KIND, "test", 1, to_body(said))])
    now = tomllib.loads('[gateway]\nname = "test"\n[clock]\nrequire_sync = false\n[sites.s]\n')
    found = would_follow(parse(now, tmp_path / "cryogate.toml"), tmp_path)
    assert not found.problems
    assert [change for change in found.changes if "the session of client 'was'" in change]
