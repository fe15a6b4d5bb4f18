"""Calls under load: when the first one leaves, how long commands take with 10 000 open alarms, who is due.

    python -m benchmarks.alarms              # all of it, a few minutes
    python -m benchmarks.alarms --only due

Prints figures and, beside each, the goal. Everything runs on real files; the receiver is in this process.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.alarms.call import Call
from gateway.alarms.callbook import CallBook, Plan
from gateway.alarms.due import Rules
from gateway.alarms.duty import Duty
from gateway.alarms.escalation import Escalations
from gateway.alarms.groups import Groups
from gateway.alarms.policy import DEFAULT_POLICIES
from gateway.alarms.priority import Inside, Priorities, judge
from gateway.alarms.reach import Reach
from gateway.followers.caller import Caller
from gateway.followers.voice import Voice
from gateway.journal.alarm_tables import AlarmRow, TransitionRow
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.model import Severity
from gateway.published.alarm import of_known
from gateway.statements import person, roster, transition
from gateway.statements.person import Way
from gateway.statements.transition import Transition
from tests.unit.alarms.happenings import Site, ns
from tests.unit.alarms.staff import BEGIN_NS, made, somebody, weekly

OPEN = 10_000
A_MINUTE = 1000
SITES = 200  # with a person each: more than 10 calls in 10 minutes to one person become a summary
CONFIG = """
[gateway]
name = "bench"
[clock]
require_sync = false
"""
FEW = 10  # open alarms, beside which a command costs hardly more than its start
COMMANDS = (
    ["alarms", "--json"],
    ["alarms"],
    ["calls", "--json"],
    ["calls"],
    ["history", "E-0"],
    ["ack", "E-1", "--by", "Li Na", "--comment", "seen"],
    ["take", "E-2", "--by", "Li Na"],
    ["handover"],
    ["handover", "--by", "Li Na", "--to", "Wang Wei"],
    ["doctor"],
)


class Ear:
    """Hears when each call arrives."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}  # monotonic, by the first alarm of the group

    def check_address(self, address: str) -> None:
        """Any will do."""

    def tell(self, call: Call, _address: str) -> str:
        self.came.setdefault(str(call.alarms[0]["id"]) if call.alarms else call.id, time.monotonic())
        return "heard"


def due() -> None:
    """Who is due, of 10 000 groups that all are."""
    site, groups = Site(), Groups()
    judged = judge(Severity.CRITICAL, Inside(None), Priorities())
    escalations = Escalations(Rules(lambda _: DEFAULT_POLICIES[0], lambda _: judged, str))
    for k in range(OPEN):
        raised = site.happens(f"E-{k}", "raised", 0, (f"dewar-{k}",))
        heard = groups.hear(raised)
        assert heard is not None
        escalations.hear(heard, raised)
    plan_s = _timed(escalations.soonest_ns)
    first_s, again_s = _timed(lambda: escalations.due(ns(1))), _timed(lambda: escalations.due(ns(1)))
    print(f"what is next of {OPEN} groups that are new: {plan_s * 1e3:.0f} ms, once")
    print(
        f"who is due of {OPEN} groups, all of them due: {first_s * 1e3:.0f} ms, {again_s * 1e3:.0f} ms again "
        "of a core (goal: under 50 ms)"
    )
    for one in escalations.due(ns(1)):
        escalations.hear_call(one.group, one.kind, (one.round, one.steps), ("li-na",), ns(1), 0)
    escalations.soonest_ns()
    print(f"the same where none is due: {_timed(lambda: escalations.due(ns(2))) * 1e6:.0f} us")


def latency(seconds: float) -> None:
    """From the commit of an alarm's transition to the receiver, at 1000 alarms a minute."""
    with tempfile.TemporaryDirectory() as name:
        folder, ear = Path(name), Ear()
        with Journal.open(folder / "journal.sqlite") as journal:
            for k in range(SITES):
                told = somebody(f"p{k}", ways=(Way("ear", f"p{k}"),))
                shift = made(f"r{k}", weekly(f"p{k}"), sites=(f"site-{k}",))
                journal.commit(statements=[_said(person, told), _said(roster, shift)])
            caller = _caller(folder, ear)
            with _Running(caller):
                raised = _raise(journal, caller, seconds)
                deadline_s = time.monotonic() + 10
                while raised.keys() - ear.came.keys() and time.monotonic() < deadline_s:
                    time.sleep(0.05)
        waits = sorted(ear.came[one] - at_s for one, at_s in raised.items() if one in ear.came)
        missing = len(raised) - len(waits)
        late = sum(wait_s > 1.0 for wait_s in waits)
        print(
            f"{len(raised)} alarms at {A_MINUTE} a minute: first call after {statistics.median(waits):.3f} s "
            f"(median), {waits[int(len(waits) * 0.99)]:.3f} s (99 %), {waits[-1]:.3f} s (worst); "
            f"{late} later than a second (goal: none), {missing} missing"
        )


def commands() -> None:
    """Commands beside 10 000 open alarms, and beside a few: that is their start."""
    with tempfile.TemporaryDirectory() as name:
        many, few = _site(Path(name) / "many", OPEN), _site(Path(name) / "few", FEW)
        env = os.environ | {
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(Path(name) / "compiled"),
        }
        print("| command | of a core | by the clock | beside few alarms | beyond it | memory | beside few |")
        print("|---|---|---|---|---|---|---|")
        for command in COMMANDS:
            _asked(command, few, env)  # as installed: compiled already
            start, whole = _asked(command, few, env), _asked(command, many, env)
            print(
                f"| `{' '.join(command)}` | {whole.cpu_s:.2f} s | {whole.took_s:.2f} s | {start.cpu_s:.2f} s "
                f"| {whole.cpu_s - start.cpu_s:.2f} s | {whole.memory_mb:.0f} MB | {start.memory_mb:.0f} MB |"
            )
        print(f"(goal: under 1 s each; load average {os.getloadavg()[0]:.1f})")


def _site(folder: Path, alarms: int) -> Path:
    """A gateway's folder whose calls were heard: its configuration."""
    data = folder / "data"
    data.mkdir(parents=True)
    (folder / "cryogate.toml").write_text(CONFIG)
    _fill(data, alarms)
    caller = _caller(data, Ear())
    began_s = time.monotonic()
    with _Running(caller):
        while not caller.people:
            time.sleep(0.05)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"the calls of {alarms} open alarms: all of the journal heard and kept in "
        f"{time.monotonic() - began_s:.1f} s; this process has had {memory_mb:.0f} MB at most"
    )
    return folder / "cryogate.toml"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one command."""

    cpu_s: float
    took_s: float
    memory_mb: float  # at most


STARTER = """
import os, sys
began = os.times().elapsed
_, status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
cost = used.ru_utime + used.ru_stime, os.times().elapsed - began, used.ru_maxrss / 1024
print("", os.waitstatus_to_exitcode(status), *cost, file=sys.stderr)
"""  # its own memory counts for its child, and is small: that of this process would hide the command's


def _asked(command: list[str], config: Path, env: dict[str, str]) -> Cost:
    words = [sys.executable, "-c", "from gateway.cli import main; main()", *command, "--config", str(config)]
    starter = [sys.executable, "-S", "-c", STARTER, *words]
    said = subprocess.run(starter, capture_output=True, check=True, env=env, text=True).stderr
    code, *cost = said.rpartition("\n ")[2].split() if "\n " in said else said.split()
    if code != "0" and command != ["doctor"]:  # which finds that no gateway runs
        raise SystemExit(f"{' '.join(command)}: {said}")
    return Cost(*map(float, cost))


def _fill(data: Path, alarms: int) -> None:
    """So many alarms that go on, as journal and records have them."""
    site = Site()
    with Journal.open(data / "journal.sqlite") as journal, Records(data / "records.sqlite") as records:
        journal.commit(statements=[_said(person, somebody("p0"))])
        for begin in range(0, alarms, 1000):
            known = [_known(site, k) for k in range(begin, min(begin + 1000, alarms))]
            said = [
                Transition(f"E-{k + begin}", 1, "raised", 0, "", "0.1.0", one) for k, one in enumerate(known)
            ]
            done = journal.commit(
                statements=[
                    Statement(transition.KIND, "bench", ns(0), transition.to_body(one)) for one in said
                ]
            )
            with records.transaction():
                records.book.put_alarms(AlarmRow(one.alarm, False, ns(0), 1, one.known) for one in said)
                for seq, one in zip(done.seqs, said, strict=True):
                    records.book.put_transition(TransitionRow(seq, one.alarm, 1, "raised", ns(0), 0))


def _known(_site: Site, number: int) -> dict[str, object]:
    """The stored form of an alarm about the gateway, which needs nothing else to be known."""
    asset = f"dewar-{number}"
    return {
        "schema": 2,
        "fault": {
            "id": f"E-{number}",
            "key": f"unmeasured:{asset}",
            "severity": int(Severity.MAJOR),
            "message": f"asset {asset} holds units, and no channel measures it; place a channel there",
            "assets": [asset],
            "start_ns": ns(0),
            "end_ns": None,
        },
        "alarm": {
            "id": f"E-{number}",
            "state": "unacknowledged",
            "raised_ns": ns(0),
            "over_ns": None,
            "ended": False,
            "acknowledgements": [],
            "closing": None,
        },
        "place": {
            "channel": "",
            "site": "",
            "asset": "",
            "zone": None,
            "quantity": "",
            "unit": "",
            "uncertainty": None,
            "calibration": None,
            "assets": [asset],
        },
        "units": None,
        "resets": [],
    }


def _raise(journal: Journal, caller: Caller, seconds: float) -> dict[str, float]:
    """Alarms at an even pace, each of another asset; when each was committed (monotonic)."""
    raised: dict[str, float] = {}
    began_s = time.monotonic()
    for k in range(int(seconds * A_MINUTE / 60)):
        time.sleep(max(0.0, began_s + k * 60 / A_MINUTE - time.monotonic()))
        known = _known(Site(), k)
        known["place"] = {**known["place"], "site": f"site-{k % SITES}"}  # type: ignore[dict-item]
        said = Transition(f"E-{k}", 1, "raised", 0, "", "0.1.0", known)  # type: ignore[arg-type]
        raised[f"E-{k}"] = time.monotonic()
        journal.commit(
            statements=[Statement(transition.KIND, "bench", time.time_ns(), transition.to_body(said))]
        )
        caller.wake()
    return raised


def _caller(folder: Path, ear: Ear) -> Caller:
    book = CallBook(Plan(), Duty(), of_known)
    voice = Voice(Journal.open(folder / "journal.sqlite"), "bench")
    reach = Reach(book.duty, ["ear"])
    return Caller(book, reach, {"ear": ear}, voice, Records(folder / "records.sqlite"), threading.Condition())


class _Running:
    def __init__(self, caller: Caller) -> None:
        self._stop = threading.Event()
        runs = [caller.run, *(teller.run for teller in caller.tellers.values())]
        self._threads = [threading.Thread(target=run, args=(self._stop,)) for run in runs]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *why: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def _said(kind: object, one: object) -> Statement:
    return Statement(kind.KIND, "Li Na", BEGIN_NS, kind.to_body(one))  # type: ignore[attr-defined]


def _timed(what: Callable[[], object]) -> float:
    """Of a core: other work on the machine does not count."""
    began_s = time.process_time()
    what()
    return time.process_time() - began_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", choices=("due", "latency", "commands"))
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    parts = {"due": due, "latency": lambda: latency(asked.seconds), "commands": commands}
    for name, part in parts.items():
        if asked.only in (None, name):
            part()


if __name__ == "__main__":
    main()
