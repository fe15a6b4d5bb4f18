"""The root: builds every part from the configuration, runs them, and stops them in the right order.

Sources stop first, then the pump empties the intake into the journal, then the followers. Screening finishes
what is in the journal; a sink that is behind goes on after the next start.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
import tempfile
import threading
from collections.abc import Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from gateway.alarming.faults import Check, FaultWatch, open_faults
from gateway.alarming.screening import Screening
from gateway.alarms.priority import with_priority
from gateway.api import control
from gateway.api.metrics import Metrics
from gateway.api.systemd import Systemd, watch
from gateway.clocks.clock_watch import ClockWatch, clock_of
from gateway.clocks.gateway_clock import GatewayClock
from gateway.config.places import PlacesOverTime
from gateway.config.types import SINKS, SOURCES, Configuration
from gateway.doctor import Level, worst_first
from gateway.doctor.alarms import in_short
from gateway.doctor.running import findings
from gateway.errors import CryogateError
from gateway.evidence.follower import EvidenceFollower
from gateway.followers.notifier import NotifierFollower
from gateway.followers.registration import register
from gateway.followers.sink import SinkFollower
from gateway.followers.tellers import Teller
from gateway.followers.transitions import Transitions
from gateway.followers.uncounted import since_boot
from gateway.followers.voice import Voice
from gateway.ingestion.intake import Intake
from gateway.ingestion.link import LinkState
from gateway.ingestion.sources import Source, Successor
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal
from gateway.journal.records import Records
from gateway.model import to_ns
from gateway.notifiers import Notifier, Overseeing
from gateway.published.alarm import needing, of_known
from gateway.published.calls import CallsView
from gateway.published.few import with_few_units
from gateway.published.urgency import most_urgent_first
from gateway.questions.approvals import in_force
from gateway.questions.channel_names import refuse_contradicted
from gateway.running import calling, checks
from gateway.running.archive_watch import ArchiveWatch
from gateway.running.calling import caller_of, hears_changes, notifier_of
from gateway.running.collecting import spare_the_collector
from gateway.running.deferred_watch import DeferredWatch
from gateway.running.drill_watch import DrillWatch
from gateway.running.duty_watch import DutyWatch
from gateway.running.lock import locked
from gateway.running.parts import Parts
from gateway.running.records_watch import RecordsWatch, put_aside_if_damaged
from gateway.running.recovery_watch import RecoveryWatch
from gateway.running.space import began_ns
from gateway.running.statements_watch import StatementsWatch
from gateway.running.status import Status
from gateway.running.supervisor import Failed, Run, supervise
from gateway.running.time_left_watch import TimeLeftWatch
from gateway.running.watching import Watching
from gateway.sinks import Retaining
from gateway.writing.archiving import Archiving
from gateway.writing.conversion import as_ever_read
from gateway.writing.introduction import earlier_documents, introduce
from gateway.writing.linking import chain_if_possible
from gateway.writing.pump import Pump
from gateway.writing.recovery import go_on_behind_what_was_seen

log = logging.getLogger(__name__)
LONGEST_GOODBYE_S = 5.0  # of a write that is under way to the outside
JOURNAL, RECORDS = "journal.sqlite", "records.sqlite"
Outward = SinkFollower | NotifierFollower | Teller


async def run_gateway(configuration: Configuration) -> bool:
    """Run until SIGINT or SIGTERM, or until it is asked to start anew: then True.

    Raises CryogateError when it cannot start.
    """
    folder = configuration.data_dir
    with locked(folder):
        refuse_contradicted(folder / JOURNAL)
        chain, first = chain_if_possible(configuration), Damaged()
        with Journal.open(folder / JOURNAL, damaged=first, chain=chain) as journal:
            clock = clock_of(journal, configuration.clock.require_sync)
            configuration = in_force(configuration, journal)
        begins_again = False
        with clock.standstill.looked_at():
            while True:
                was_damaged = put_aside_if_damaged(folder / RECORDS, certain=begins_again)
                damaged = Damaged(first)
                with Journal.open(folder / JOURNAL, clock.now_ns, damaged, chain) as journal:
                    gateway = _Gateway(configuration, journal, clock, damaged, was_damaged)
                    await gateway.run()
                if not (begins_again := gateway.begins_again):
                    return gateway.starts_anew


def rehearse(configuration: Configuration) -> None:
    """Build every part as `run_gateway` does, in a folder of its own. Raises CryogateError where it would."""
    with tempfile.TemporaryDirectory(prefix="cryogate-") as folder:
        there = replace(configuration, gateway=replace(configuration.gateway, data_dir=folder))
        with Journal.open(Path(folder) / JOURNAL) as journal:
            _Gateway(there, journal, clock_of(journal, configuration.clock.require_sync))


class _Gateway:
    """All parts of one run."""

    def __init__(
        self,
        configuration: Configuration,
        journal: Journal,
        clock: GatewayClock,
        damaged: Damaged | None = None,
        records_were_damaged: bool = False,
    ) -> None:
        self._configuration = configuration
        self.begins_again = False  # once it has stopped: with records that are made again
        self.starts_anew = False  # once it has stopped: with the configuration as it is by then
        self._asked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None  # once it runs
        self._damaged = damaged = Damaged() if damaged is None else damaged
        self._chain = journal.chain
        self._systemd = Systemd()
        self._clock = clock
        go_on_behind_what_was_seen(journal, self._records(), configuration.gateway.name, clock.now_ns())
        numbers = introduce(configuration, journal, clock.now_ns(), trusted=clock.trusted)
        self._earlier = earlier_documents(journal)
        self._sources = {name: self._source(name, numbers) for name in configuration.sources}
        self._intake = Intake(configuration.journal.queue_messages, clock)
        by = as_ever_read(configuration, journal, numbers)
        self._alarms = self._records()
        self._metrics = Metrics(self._answer, lambda: needing(self._alarms))
        self._pump = Pump(
            journal,
            self._intake,
            self._sources,
            by,
            configuration.journal.commit_interval_s,
            configuration.gateway.name,
            self._metrics.commit_took,
        )
        self._clock_watch = ClockWatch(
            configuration.gateway.name, self._writing(), clock, self._pump.clocks.forget
        )
        self._archiving = Archiving(
            configuration.data_dir / JOURNAL,
            to_ns(configuration.journal.archive_after_s),
            clock.now_ns,
        )
        rows = RecordsWatch(self._writing(), self._records(), records_were_damaged, self._begin_again)
        self._screening = Screening(
            configuration, self._writing(), self._records(), self._pump.committed, clock
        )
        self._sinks = [self._sink(name) for name in configuration.sinks]
        made = {name: notifier_of(configuration, name) for name in configuration.notifiers}
        for one in made.values():
            if isinstance(one, Overseeing):
                one.oversee(partial(_known, self._records()))
        heard = {name: one for name, one in made.items() if hears_changes(configuration, name, one)}
        self._notifiers = [self._follow(name, one) for name, one in heard.items()]
        committed = self._pump.committed
        self._caller = caller_of(configuration, self._voice(), self._records(), committed, self._screening)
        tellers = self._caller.tellers.values()
        self._outward: list[Outward] = [*self._sinks, *self._notifiers, *tellers]
        self._evidence = EvidenceFollower(
            configuration.data_dir / JOURNAL, configuration.gateway.name, self._records(), clock.now_ns
        )
        with self._records() as records:
            register(records, self._sinks, self._notifiers)
        parts = Parts(
            clock,
            self._sources,
            self._intake,
            self._pump,
            self._archiving,
            self._screening,
            self._sinks,
            self._notifiers,
            self._caller,
        )
        archive = ArchiveWatch(configuration.data_dir / JOURNAL, damaged)
        duty = DutyWatch(configuration, self._writing(), clock.now_ns)
        lost = DeferredWatch(configuration.data_dir / JOURNAL)
        gone = RecoveryWatch(journal, clock.now_ns())
        kept = (archive, rows, StatementsWatch(configuration.data_dir / JOURNAL, damaged), lost, gone)
        self._watching = watching = Watching(configuration, parts, journal)
        told: list[Check] = [*checks.every(configuration, parts), checks.unlinked(journal.chain), *kept, duty]
        told.append(checks.evidence(self._evidence))
        drills = DrillWatch(configuration, self._writing(), self._records(), clock)
        told += [
            *watching.checks,
            drills,
            self._early_alarms(journal),
            calling.check(configuration, self._caller),
        ]
        self._faults = faults = FaultWatch(configuration.gateway.name, self._writing(), told, clock.now_ns)
        watching.listen_to(faults)
        self._status = Status(configuration, parts, numbers, began_ns(journal), self._systemd.watchdog_s)

    async def run(self) -> None:
        """Every part in a task with a name; each stage has ended before the next is told to."""
        spare_the_collector()
        self._stop_when_told()
        answers = {"status": self._answer, "alarms": self._needing, control.START_ANEW: self._start_anew}
        log.info(
            "gateway %s runs, data in %s", self._configuration.gateway.name, self._configuration.data_dir
        )
        with self._metrics.served(self._configuration.metrics):
            await self._run(answers)
        log.info("stopped; everything acknowledged is in the journal")

    def _begin_again(self) -> None:
        """From another thread: stop, and start without the records there are."""
        self.begins_again = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._asked.set)

    def _start_anew(self) -> dict[str, Any]:
        self.starts_anew = True
        self._asked.set()
        return {"starts_anew": True}

    def _stop_when_told(self) -> None:
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, self._asked.set)

    async def _run(self, answers: control.Answers) -> None:
        async with asyncio.TaskGroup() as group:
            listening = asyncio.Event()
            answering = group.create_task(
                control.serve(self._configuration.data_dir, answers, listening), name="control"
            )
            stages = [self._start(group, stage) for stage in self._stages()]
            await listening.wait()
            self._systemd.ready()
            stuck = self._watching.heart.stuck
            watching = group.create_task(watch(self._systemd, stuck, self._line), name="watchdog")
            await self._asked.wait()
            if self.begins_again:
                log.error("the records are damaged; everything starts again without them")
            elif self.starts_anew:
                log.info("stopping, to start with the configuration as it is now")
            else:
                log.info("stopping")
                self._systemd.stopping()
            watching.cancel()
            for stop, tasks in stages:
                stop.set()
                await asyncio.gather(*(self._end_of(task) for task in tasks))
            answering.cancel()

    def _answer(self) -> dict[str, Any]:
        told = {"metrics": self._metrics.problem, "archive": self._archiving.problem}
        told["evidence"] = self._evidence.problem
        told_of = {part: {"problem": problem} for part, problem in told.items()}
        return self._status.answer() | told_of | self._watching.status()

    def _needing(self) -> list[Any]:
        """Alarms that need somebody, the most urgent first, as `cryogate alarms --json` prints them.

        Each with a few of its units: whoever watches asks every second.
        """
        known = (of_known(row.body, row.number) for row in self._alarms.book.alarms())
        by = self._configuration.priorities
        judged = [with_few_units(with_priority(alarm, by)) for alarm in known]
        with self._caller.looking() as seen:
            told = judged if seen is None else list(CallsView(*seen, self._clock.now_ns()).alarms(judged))
        return most_urgent_first(told)

    def _line(self) -> str:
        """For `systemctl status`: the worst that is wrong."""
        try:
            told = [*in_short(needing(self._alarms)), *findings(self._answer())]
        except CryogateError as problem:  # the records, on a disk that fails
            return str(problem)
        found = [f for f in worst_first(told) if f.level is not Level.NOTE]
        return f"{found[0].where}: {found[0].what}" if found else "all is well"

    async def _end_of(self, task: asyncio.Task[None]) -> None:
        """Who writes to the outside may hang there, and is left behind: as after a kill, nothing is lost."""
        name = task.get_name()
        may_hang = name in self._watching.outward | {one.name for one in self._outward}
        _, hanging = await asyncio.wait([task], timeout=LONGEST_GOODBYE_S if may_hang else None)
        if hanging:
            log.warning("%s hangs and is left; after the next start it goes on with the same batch", name)
            task.cancel()

    def _stages(self) -> list[list[tuple[str, Run, Failed]]]:
        sources = [self._supervised(source) for source in self._sources.values()]
        pump: list[tuple[str, Run, Failed]] = [("pump", self._pump.run, _log_failure("pump"))]
        outward: list[tuple[str, Run, Failed]] = [(one.name, one.run, one.failed) for one in self._outward]
        followers: list[tuple[str, Run, Failed]] = [
            ("screening", self._screening.run, self._screening.failed),
            ("faults", self._faults.run, _log_failure("faults")),
            ("archiving", self._archiving.run, self._archiving.failed),
            (self._caller.name, self._caller.run, self._caller.failed),
            (self._evidence.name, self._evidence.run, self._evidence.failed),
            *outward,
        ]
        clock: list[tuple[str, Run, Failed]] = [("clock", self._clock_watch.run, _log_failure("clock"))]
        return [self._watching.stage(), sources, pump, followers, clock]

    @staticmethod
    def _start(
        group: asyncio.TaskGroup, stage: list[tuple[str, Run, Failed]]
    ) -> tuple[threading.Event, list[asyncio.Task[None]]]:
        stop = threading.Event()
        coroutines: list[tuple[str, Coroutine[Any, Any, None]]] = [
            (name, supervise(name, run, stop, failed)) for name, run, failed in stage
        ]
        return stop, [group.create_task(coroutine, name=name) for name, coroutine in coroutines]

    def _supervised(self, source: Source) -> tuple[str, Run, Failed]:
        def run(stop: threading.Event) -> None:
            source.run(self._intake, stop)
            source.link.change(LinkState.STOPPED)

        return source.name, run, lambda reason: source.link.change(LinkState.DOWN, reason)

    def _source(self, name: str, numbers: dict[str, int]) -> Source:
        told = self._configuration.sources[name]
        addresses = {
            channel.table.address: numbers[channel.name]
            for channel in self._configuration.channels.values()
            if channel.table.source == name
        }
        module = importlib.import_module(f"{SOURCES}.{told.kind}")
        made: Source = module.Source(name, told.options, addresses)
        if isinstance(made, Successor):
            made.succeed(self._earlier)
        return made

    def _sink(self, name: str) -> SinkFollower:
        told = self._configuration.sinks[name]
        sink = importlib.import_module(f"{SINKS}.{told.kind}").Sink(told.options)
        if isinstance(sink, Retaining):
            sink.succeed(name, self._earlier)
        voice, records = self._voice(), self._records()
        places, changes = PlacesOverTime(voice.journal), Transitions(voice.journal, records, of_known)
        return SinkFollower(name, sink, voice, records, self._pump.committed, places, changes)

    def _follow(self, name: str, notifier: Notifier) -> NotifierFollower:
        voice, records = self._voice(), self._records()
        changes = Transitions(voice.journal, records, of_known, f"notifier:{name}")
        return NotifierFollower(name, notifier, voice, records, self._pump.committed, changes)

    def _early_alarms(self, journal: Journal) -> TimeLeftWatch:
        return TimeLeftWatch(self._configuration, self._writing(), open_faults(journal), self._clock.now_ns)

    def _voice(self) -> Voice:
        return Voice(self._writing(), self._configuration.gateway.name, self._clock.now_ns, since_boot)

    def _writing(self) -> Journal:
        path = self._configuration.data_dir / JOURNAL
        return Journal.open(path, self._clock.now_ns, self._damaged, self._chain)

    def _records(self) -> Records:
        return Records(self._configuration.data_dir / RECORDS)


def _known(records: Records) -> list[Any]:
    """Alarms that need somebody, in the published shape."""
    return [of_known(row.body, row.number) for row in records.book.alarms()]


def _log_failure(name: str) -> Failed:
    return lambda reason: log.error("%s stopped: %s; it is started again", name, reason)
