"""The metrics endpoint for Prometheus: what `status` knows, under names with units.

Labels are names of the configuration and fixed words, so their number is bounded. Channels are counted by
state; single ones are shown as well while there are not more than MOST_CHANNELS.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.alarms.lifecycle import AlarmState
from gateway.config.types import MetricsOptions
from gateway.model import SECOND, Severity
from gateway.times import parse_rfc3339

log = logging.getLogger(__name__)
MOST_CHANNELS: Final = 2000  # series of one metric; beyond it nobody looks at single channels
COMMIT_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CHANNEL_STATES: Final = ("in range", "excursion", "unknown", "no limits")

Status = Mapping[str, Any]
Needing = Callable[[], Mapping[tuple[str, str], int]]  # how many alarms need somebody, by severity and state


class Metrics:
    """Everything that is scraped; `commit_took` is told of each commit, the rest is asked when asked for."""

    def __init__(self, status: Callable[[], Status], alarms: Needing) -> None:
        self.problem = ""  # why nobody can ask; empty: they can, or nobody shall
        self._registry = CollectorRegistry()
        self._registry.register(_Answers(status, alarms))
        ProcessCollector(registry=self._registry)
        self._commit = Histogram(
            "cryogate_commit_seconds",
            "How long synced commits of readings took",
            buckets=COMMIT_BUCKETS_S,
            registry=self._registry,
        )

    def commit_took(self, seconds: float) -> None:
        self._commit.observe(seconds)

    @contextmanager
    def served(self, options: MetricsOptions) -> Iterator[None]:
        """GET /metrics answers meanwhile; where that fails, `problem` says why, and the gateway runs on."""
        with ExitStack() as stack:
            if options.listen:
                try:
                    server, thread = start_http_server(options.port, options.host, self._registry)
                except OSError as error:
                    why = f"{options.listen}: {error.strerror or error}"
                    self.problem = f"{why}; choose another address or port, or see who has it (ss -ltnp)"
                    log.error("metrics: %s", self.problem)
                else:
                    stack.callback(thread.join)
                    stack.callback(server.server_close)
                    stack.callback(server.shutdown)
            yield


class _Answers(Collector):
    """Metrics made of the answers to `status` and of the alarms, anew at each scrape."""

    def __init__(self, status: Callable[[], Status], alarms: Needing) -> None:
        self._status = status
        self._alarms = alarms

    def describe(self) -> list[Metric]:
        """Nothing beforehand: the gateway is not asked before it runs."""
        return []

    def collect(self) -> Iterator[Metric]:
        status = self._status()
        yield from _gateway(status)
        yield from _journal(status["journal"])
        yield from _machine(status["disk"], status["clock"])
        yield from _sources(status["sources"], status["refused"])
        yield from _channels(status["channels"])
        yield from _followers(status)
        yield _alarms(self._alarms())


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"cryogate_{name}", about, value)


def _counter(name: str, about: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"cryogate_{name}", about, value)


def _labelled(
    name: str, about: str, labels: Sequence[str], rows: Iterator[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    made = GaugeMetricFamily(f"cryogate_{name}", about, labels=labels)
    for values, value in rows:
        made.add_metric(values, value)
    return made


def _gateway(status: Status) -> Iterator[Metric]:
    told = status["gateway"]
    labels = ("gateway", "version", "configuration")
    yield _labelled("info", "Which gateway this is; always 1", labels, iter([(_words(told), 1.0)]))
    yield _gauge("uptime_seconds", "Since the gateway was started", told["uptime_s"])


def _words(told: Mapping[str, Any]) -> tuple[str, ...]:
    return told["name"], told["version"], told["configuration"]


def _journal(journal: Mapping[str, Any]) -> Iterator[Metric]:
    yield _counter("readings", "Readings stored since the start", journal["readings"])
    yield _counter("repeated", "Readings that were stored already, since the start", journal["repeated"])
    yield _counter("commits", "Synced commits of readings since the start", journal["commits"])
    yield _gauge(
        "intake_waiting",
        "Messages and polls that are not committed yet, and late readings that wait for their turn",
        journal["waiting"],
    )
    yield _gauge("journal_writable", "1 while the journal can be written", not journal["problem"])
    yield _gauge("screening_runs", "1 while readings are screened", not journal["screening_problem"])
    if journal["last_commit"]:
        when_s = parse_rfc3339(journal["last_commit"]) / SECOND
        yield _gauge("last_commit_timestamp_seconds", "When readings were stored last, since 1970", when_s)


def _machine(disk: Mapping[str, Any] | None, clock: Mapping[str, Any]) -> Iterator[Metric]:
    if disk is not None:
        yield _gauge("disk_free_bytes", "Free on the disk of the data folder", disk["free_bytes"])
        yield _gauge("disk_size_bytes", "Size of the disk of the data folder", disk["total_bytes"])
        yield _gauge("data_bytes", "Journal, records and all else in the data folder", disk["used_bytes"])
    yield _gauge("clock_trusted", "1 while the gateway's clock is trusted", clock["trusted"])
    if clock["synchronized"] is not None:
        about = "1 while the kernel says that something synchronizes the clock"
        yield _gauge("clock_synchronized", about, clock["synchronized"])


def _sources(sources: Sequence[Mapping[str, Any]], refused: Sequence[Mapping[str, Any]]) -> Iterator[Metric]:
    up = (((s["name"],), float(s["state"] == "up")) for s in sources)
    yield _labelled("source_up", "1 while the source is connected and answers", ("source",), up)
    flapping = (((s["name"],), float(s["flapping"] != "")) for s in sources)
    yield _labelled("source_flapping", "1 while its connection comes and goes", ("source",), flapping)
    about = "What came in and could not be taken, since the journal began"
    counted = CounterMetricFamily("cryogate_refused", about, labels=("source", "reason"))
    for row in refused:
        counted.add_metric((row["source"], row["reason"]), row["count"])
    yield counted


def _channels(channels: Sequence[Mapping[str, Any]]) -> Iterator[Metric]:
    counts = Counter(c["state"] if c["state"] in CHANNEL_STATES else "excursion" for c in channels)
    states = (((state,), float(counts[state])) for state in CHANNEL_STATES)
    yield _labelled("channels", "Channels by state", ("state",), states)
    heard = [c for c in channels if c["age_s"] is not None]
    shown = heard if len(channels) <= MOST_CHANNELS else []
    ages = (((c["channel"],), c["age_s"]) for c in shown)
    yield _labelled("channel_age_seconds", "Since the newest reading", ("channel",), ages)
    offsets = (((c["channel"],), c["clock_offset_s"]) for c in shown if c["clock_offset_s"] is not None)
    about = "Device clock minus the gateway's"
    yield _labelled("channel_clock_offset_seconds", about, ("channel",), offsets)


def _followers(status: Status) -> Iterator[Metric]:
    sinks, notifiers = status["followers"], status["notifiers"]
    behind = [(("screening",), float(status["journal"]["screening_behind"]))]
    behind += [((s["name"],), float(s["behind"])) for s in sinks]
    yield _labelled("follower_behind_entries", "Journal entries still to do", ("follower",), iter(behind))
    late = [((s["name"],), s["behind_s"]) for s in sinks]
    late += [((f"notifier:{n['name']}",), n["behind_s"]) for n in notifiers]
    about = "Since the oldest entry was stored that it still has to write or to tell; 0 where it has all"
    yield _labelled("follower_behind_seconds", about, ("follower",), iter(late))
    well = [((f["name"],), float(not f["problem"])) for f in sinks]
    well += [((f"notifier:{n['name']}",), float(not n["problem"])) for n in notifiers]
    yield _labelled("follower_up", "1 while a sink or notifier takes what it gets", ("follower",), iter(well))
    parked = (((s["name"],), float(s["parked_readings"])) for s in sinks)
    yield _labelled("parked_readings", "Readings that a sink rejected for good", ("follower",), parked)
    changes = [((s["name"],), float(s["parked_alarm_changes"])) for s in sinks]
    changes += [((f"notifier:{n['name']}",), float(n["parked_alarm_changes"])) for n in notifiers]
    about = "Changes of alarms that a sink or notifier rejected for good"
    yield _labelled("parked_alarm_changes", about, ("follower",), iter(changes))


def _alarms(counts: Mapping[tuple[str, str], int]) -> Metric:
    needing = [state for state in AlarmState if state is not AlarmState.CLOSED]
    rows = (
        ((severity.name.lower(), state.value), float(counts.get((severity.name.lower(), state.value), 0)))
        for severity in Severity
        for state in needing
    )
    return _labelled("alarms", "Alarms that need somebody", ("severity", "state"), rows)
