"""Configurations and placements as statements of a journal, in a few words; times in seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateway.config.timeline import Timeline
from gateway.model import SECOND
from gateway.statements import Statement, configuration, placement, withdrawal
from gateway.times import format_rfc3339

BEGAN_NS = 1_767_614_400 * SECOND  # 2026-01-05T12:00Z


def ns(seconds: float) -> int:
    return BEGAN_NS + round(seconds * SECOND)


def limit(rule: str, value: float, severity: str = "critical") -> dict[str, Any]:
    return {"id": rule, "kind": "limit", "side": "high", "limit_degC": value, "severity": severity}


def version(name: str, *rules: dict[str, Any], since_s: float | None = None) -> dict[str, Any]:
    since = {} if since_s is None else {"valid_from": format_rfc3339(ns(since_s))}
    return {"version": name, "rules": list(rules), **since}


def document(
    channels: Mapping[str, Mapping[str, Any]],
    versions: list[dict[str, Any]] | None = None,
    assets: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Sites and sources as any; assets as the channels name them, unless they are given."""
    named = {c["asset"]: {} for c in channels.values()} if assets is None else assets
    told = {n: {"source": "p", "address": n, "profile": "p", **c} for n, c in channels.items()}
    return {
        "sites": {"s": {}},
        "assets": {n: {"site": "s", **a} for n, a in named.items()},
        "profiles": {"p": versions or [version("1", limit("high", -150.0))]},
        "channels": told,
    }


class Told:
    """A timeline that hears statement after statement."""

    def __init__(self, *names: str) -> None:
        self.timeline = Timeline({name: k for k, name in enumerate(names)})
        self._seq = 0

    def configure(self, at_s: float, content: Mapping[str, Any]) -> Told:
        text = json.dumps(content, sort_keys=True)
        body = configuration.to_body(configuration.Configured("f", text, tuple(content["channels"])))
        return self._hear(Statement(configuration.KIND, "here", ns(at_s), body))

    def place(
        self,
        at_s: float,
        channel: str,
        asset: str,
        zone: str | None = None,
        *,
        corrects: str = "",
        name: str = "",
    ) -> Told:
        body = placement.to_body(placement.Placement(channel, asset, zone))
        return self._hear(
            Statement(placement.KIND, "Li Na", ns(at_s), body, id=name, corrects=corrects, reason="so it was")
        )

    def withdraw(self, identity: str, name: str = "") -> Told:
        body = withdrawal.to_body(withdrawal.Withdrawal())
        said = Statement(
            withdrawal.KIND, "Li Na", ns(0), body, id=name, withdraws=identity, reason="it was not so"
        )
        return self._hear(said)

    def _hear(self, statement: Statement) -> Told:
        self._seq += 1
        named = statement.id or f"J-{self._seq}"
        self.timeline.hear(self._seq, Statement(**{**_fields(statement), "id": named}))
        return self


def _fields(statement: Statement) -> dict[str, Any]:
    return {name: getattr(statement, name) for name in Statement.__dataclass_fields__}
