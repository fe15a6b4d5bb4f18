"""Who watches the gateway, which gateways it watches, its power, its pages: a thread for each."""

from __future__ import annotations

import importlib
from typing import Any

from gateway.alarming.faults import Check, FaultWatch
from gateway.config.types import HEARTBEATS, PEERS, POWER, Configuration
from gateway.heartbeats import Beat
from gateway.journal.journal import Journal
from gateway.journal.probe import Probe
from gateway.running import heartbeating, pages, peer_watch, power_watch
from gateway.running.heart import Heart
from gateway.running.heartbeating import Heartbeating
from gateway.running.pages import Pages
from gateway.running.parts import Parts
from gateway.running.peer_watch import PeerWatch
from gateway.running.power_watch import PowerWatch
from gateway.running.supervisor import Failed, Run

Part = tuple[str, Run, Failed]


class Watching:
    """All of it for one run."""

    heart: Heart  # once it is known who looks for faults: they ask us, too

    def __init__(self, configuration: Configuration, parts: Parts, journal: Journal) -> None:
        self._configuration = configuration
        self._parts = parts
        self._probe = Probe(journal.path)
        self._journal_id = journal.id
        self._sites = tuple(configuration.sites)
        self.heartbeats = [self._heartbeat(name) for name in configuration.heartbeat]
        self.peers = [self._peer(name) for name in configuration.peers]
        self.supplies = [self._supply(name) for name in configuration.power]
        self._pages = Pages(configuration.pages, configuration.path, configuration.data_dir)

    def listen_to(self, faults: FaultWatch) -> None:
        """Begin the heart, to which it belongs that faults are looked for."""
        parts, runs_for_s = self._parts, self._parts.clock.standstill.runs_for_s
        self.heart = Heart(
            parts.pump, parts.screening, faults, parts.notifiers, parts.caller, self._probe, runs_for_s
        )

    @property
    def checks(self) -> list[Check]:
        return [
            heartbeating.check(self.heartbeats),
            peer_watch.check(self.peers),
            power_watch.check(self.supplies),
            pages.check(self._pages),
        ]

    @property
    def outward(self) -> set[str]:
        """Threads that may hang with the outside world."""
        return {one.name for one in self._outside}

    def stage(self) -> list[Part]:
        """They stop first: what they say then is that somebody ended the gateway."""
        heart: list[Part] = [("heart", self.heart.run, lambda _: None)] if self.heartbeats else []
        shown = self._pages
        looks: list[Part] = [(shown.name, shown.run, shown.failed)] if shown.is_wanted else []
        return heart + looks + [(one.name, one.run, one.failed) for one in self._outside]

    def status(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "heartbeats": [one.status() for one in self.heartbeats],
            "peers": [one.status() for one in self.peers],
            "power": [one.status() for one in self.supplies],
            "pages": {"problem": self._pages.problem},
        }

    @property
    def _outside(self) -> list[Heartbeating | PeerWatch | PowerWatch]:
        return [*self.heartbeats, *self.peers, *self.supplies]

    def _heartbeat(self, name: str) -> Heartbeating:
        told = self._configuration.heartbeat[name]
        heartbeat = importlib.import_module(f"{HEARTBEATS}.{told.kind}").Heartbeat(told.options)
        return Heartbeating(name, told.kind, heartbeat, told.options.period_s, self._look)

    def _peer(self, name: str) -> PeerWatch:
        told = self._configuration.peers[name]
        peer = importlib.import_module(f"{PEERS}.{told.kind}").Peer(told.options)
        return PeerWatch(
            name,
            told.kind,
            peer,
            told.options.site,
            told.options.silent_after_s,
            stood_s=self._parts.clock.stood_s,
        )

    def _supply(self, name: str) -> PowerWatch:
        told = self._configuration.power[name]
        supply = importlib.import_module(f"{POWER}.{told.kind}").Supply(told.options)
        return PowerWatch(name, told.kind, supply, told.options)

    def _look(self) -> Beat:
        health, why = self.heart.health()
        name = self._configuration.gateway.name
        return Beat(name, self._journal_id, self._sites, health, why, self._parts.clock.now_ns())
