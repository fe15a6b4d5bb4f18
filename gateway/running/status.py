"""What the gateway says about itself: sources, channels, journal, followers, what was refused."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Mapping
from typing import Any

from gateway import __version__
from gateway.config.types import Configuration
from gateway.followers.follower import Follower
from gateway.followers.notifier import NotifierFollower
from gateway.followers.sink import SinkFollower
from gateway.model import SECOND
from gateway.running.parts import Parts
from gateway.running.space import room
from gateway.times import format_rfc3339


class Status:
    """Answers the question `status`; reads what the parts' threads write, changes nothing."""

    def __init__(
        self,
        configuration: Configuration,
        parts: Parts,
        numbers: Mapping[str, int],
        began_ns: int | None,
        watchdog_s: float | None,
    ) -> None:
        self._configuration = configuration
        self._parts = parts
        self._numbers = numbers
        self._began_ns = began_ns  # when the journal's first entry was committed
        self._watchdog_s = watchdog_s  # of the service manager; None: nobody watches us
        self._began_s = time.monotonic()

    def answer(self) -> dict[str, Any]:
        """Plain JSON data; see `cryogate status --json`."""
        now_ns = self._parts.clock.now_ns()
        return {
            "gateway": self._gateway(now_ns),
            "clock": self._clock_state(),
            "disk": self._disk(now_ns),
            "journal": self._journal(),
            "sources": [self._source(name) for name in self._parts.sources],
            "channels": [
                {**state, "clock_offset_s": self._clock_offset_s(state["channel"])}
                for state in self._parts.screening.channel_states(now_ns)
            ],
            "followers": [self._sink(f, now_ns) for f in self._parts.sinks],
            "notifiers": [self._notifier(f, now_ns) for f in self._parts.notifiers],
            "calls": self._calls(),
            "refused": self._refused(),
        }

    def _gateway(self, now_ns: int) -> dict[str, Any]:
        return {
            "name": self._configuration.gateway.name,
            "version": __version__,
            "configuration": self._configuration.fingerprint,
            "time": format_rfc3339(now_ns),
            "watchdog_s": self._watchdog_s,
            "pid": os.getpid(),
            "uptime_s": time.monotonic() - self._began_s,
        }

    def _disk(self, now_ns: int) -> dict[str, Any] | None:
        """null where the disk does not answer."""
        try:
            low_bytes = self._configuration.journal.low_space_bytes
            return dataclasses.asdict(room(self._configuration.data_dir, self._began_ns, now_ns, low_bytes))
        except OSError:
            return None

    def _clock_state(self) -> dict[str, Any]:
        """Whether our own clock is trusted, and what the kernel says: null where it does not tell."""
        clock = self._parts.clock
        return {"trusted": clock.trusted, "synchronized": clock.kernel, "problem": clock.reason}

    def _clock_offset_s(self, channel: str) -> float | None:
        """Device clock minus ours, as far as recent readings tell."""
        offset_ns = self._parts.pump.clocks.offset_ns(self._numbers[channel])
        return None if offset_ns is None else offset_ns / SECOND

    def _journal(self) -> dict[str, Any]:
        counts, intake = self._parts.pump.counts, self._parts.intake
        last = counts["last_commit_ns"]
        return {
            "readings": counts["readings"],
            "repeated": counts["repeated"],
            "commits": counts["commits"],
            "last_commit": format_rfc3339(last) if last else None,
            "last_entry": self._parts.pump.last_seq,
            "screening_behind": max(0, self._parts.pump.last_seq - self._parts.screening.cursor)
            + self._parts.screening.late.behind,
            "waiting": len(intake) + intake.in_hand + len(self._parts.pump.backlog),
            "problem": self._parts.pump.problem,
            "screening_problem": self._parts.screening.problem,
        }

    def _source(self, name: str) -> dict[str, Any]:
        link = self._parts.sources[name].link
        return {
            "name": name,
            "kind": self._configuration.sources[name].kind,
            "state": link.state.value,
            "since": format_rfc3339(link.since_ns),
            "age_s": link.age_s,
            "detail": link.detail,
            "flapping": link.flapping,
            "strangers": list(link.strangers),
            "remarks": list(link.remarks),
        }

    def _sink(self, sink: SinkFollower, now_ns: int) -> dict[str, Any]:
        behind = max(0, self._parts.pump.last_seq - sink.readings.cursor)
        return {
            "name": sink.name,
            "behind": behind,
            "behind_s": _behind_s(sink.readings, now_ns) if behind else 0.0,
            "alarm_changes_behind": sink.alarms.behind,
            "problem": sink.problem,
            "parked": sink.parking.words,
            "parked_readings": sink.parking.reading_count,
            "parked_alarm_changes": sink.parking.change_count,
        }

    def _notifier(self, notifier: NotifierFollower, now_ns: int) -> dict[str, Any]:
        return {
            "name": notifier.name.partition(":")[2],
            "behind": notifier.changes.behind,
            "behind_s": _behind_s(notifier.changes, now_ns),
            "problem": notifier.problem,
            "parked": notifier.parking.words,
            "parked_alarm_changes": notifier.parking.change_count,
        }

    def _calls(self) -> dict[str, Any]:
        """How many groups somebody is called about, and of which of them nobody could be told."""
        caller = self._parts.caller
        return {
            "going_on": caller.going_on,
            "nobody": sorted(caller.nobody),
            "failing": dict(caller.failing),
            "problem": caller.problem,
        }

    def _refused(self) -> list[dict[str, Any]]:
        counted = sorted(self._parts.pump.refused.items())
        return [{"source": source, "reason": reason, "count": count} for (source, reason), count in counted]


def _behind_s(follower: Follower[Any], now_ns: int) -> float:
    """How long ago the oldest was committed that it has not delivered."""
    oldest_ns = follower.oldest_ns
    return 0.0 if oldest_ns is None else max(0, now_ns - oldest_ns) / SECOND
