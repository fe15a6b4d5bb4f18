"""People who are called about alarms in a journal; the caller is run, killed and started again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from gateway.alarms.call import Call
from gateway.alarms.callbook import CallBook, Plan
from gateway.alarms.duty import Duty
from gateway.alarms.policy import DEPUTIES, EVERYBODY, ON_DUTY, Policy, Step
from gateway.alarms.reach import Reach
from gateway.errors import LinkDown, Rejected
from gateway.followers.caller import Caller, at_once
from gateway.followers.composing import (
    Hinting,
    Limiting,
    Linking,
    Remaining,
    no_hint,
    no_limit,
    no_link,
    not_known,
)
from gateway.followers.voice import Voice
from gateway.journal.journal import Journal, Statement
from gateway.journal.records import Records
from gateway.notifiers import Addressed, siren
from gateway.statements import attempt, call, person, roster, transition
from gateway.statements.attempt import Attempt
from gateway.statements.call import Called
from gateway.statements.person import Person, Way
from tests.unit.alarming.alarm_desk import Killed
from tests.unit.alarms.happenings import BEGAN_NS, Site, ns, published
from tests.unit.alarms.staff import made, weekly

POLICY = Policy(
    "p",
    (Step(0, (ON_DUTY,)), Step(180, (ON_DUTY,), ways=0), Step(360, (DEPUTIES,)), Step(720, (EVERYBODY,))),
    repeat_after_s=600,
)


class Phone:
    """Keeps what it hears; `down`, `never` and `hangs_s` say how it behaves, by address or for all."""

    def __init__(self) -> None:
        self.heard: list[tuple[Call, str]] = []
        self.down: set[str] = set()
        self.never: set[str] = set()
        self.hangs_s = 0.0
        self.breaks = 0  # how often in a way nobody foresaw

    def check_address(self, address: str) -> None:
        if not address:
            raise ValueError("expected an address")

    def tell(self, call: Call, address: str) -> str:
        time.sleep(self.hangs_s)
        if self.breaks:
            self.breaks -= 1
            raise RuntimeError("nobody foresaw this")
        if address in self.down:
            raise LinkDown(f"{address}: busy")
        if address in self.never:
            raise Rejected(f"{address}: no such number")
        self.heard.append((call, address))
        return f"took {call.id}"

    def ids(self, address: str = "") -> list[str]:
        return [call.id for call, at in self.heard if address in ("", at)]


class Siren(Phone):
    def check_address(self, address: str) -> None:
        if address:
            raise ValueError("a siren has no address")


class Dying(Voice):
    """The process is killed before or after it states something for the n-th time."""

    def die_at(self, moment: int, *, before: bool) -> None:
        object.__setattr__(self, "left", moment)
        object.__setattr__(self, "before", before)

    __slots__ = ("before", "left")

    def state(self, said: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        object.__setattr__(self, "left", self.left - 1)  # type: ignore[attr-defined]
        if self.left == 0 and self.before:  # type: ignore[attr-defined]
            raise Killed
        Voice.state(self, said)
        if self.left == 0:  # type: ignore[attr-defined]
            raise Killed


class Switchboard:
    """A data folder with a clock of its own; its records can be taken away at any time."""

    def __init__(self, folder: Path, policies: Sequence[Policy] = (POLICY,)) -> None:
        self.folder, self.policies = folder, policies
        self.now_s = 0.0
        self.journal = Journal.open(folder / "journal.sqlite", self.now_ns)
        self.site = Site()
        self._together: list[Statement] | None = None
        self.renamed: dict[str, str] = {}  # name of a site -> its first one

    def now_ns(self) -> int:
        return ns(self.now_s)

    # What is stated

    def employ(self, *ids: str, ways: Sequence[Way] | None = None, **told: Any) -> None:
        for identity in ids:
            known = {"languages": ("en",), "time_zone": "UTC", "name_zh": "", "on_site": ()} | told
            usual = (Way("push", f"{identity}@push"), Way("sms", f"{identity}@sms"))
            self._say(
                person,
                Person(identity, identity.title(), ways=usual if ways is None else tuple(ways), **known),
            )  # type: ignore[arg-type]

    def roster(self, *people: str) -> None:
        """Who is on duty, then the deputies."""
        rotation = weekly(*people, hand_over=clock_time(0))
        self._say(roster, made("r", rotation, sites=()))

    def happens(self, name: str, change: str, *assets: str, by: str = "Li Na", **facts: Any) -> None:
        said, at_ns = self.site.transition(name, change, self.now_s, assets or ("dewar-1",), by, **facts)
        body = transition.to_body(said)
        stated = Statement(transition.KIND, "test", at_ns, body)
        if self._together is None:
            self.journal.commit(statements=[stated])
        else:
            self._together.append(stated)

    @contextmanager
    def in_one_commit(self):
        """All that happens meanwhile."""
        self._together = []
        yield
        self.journal.commit(statements=self._together)
        self._together = None

    def _same_site(self, name: str) -> str:
        return self.renamed.get(name, name)

    def _say(self, kind: Any, said: Any) -> None:
        self.journal.commit(statements=[Statement(kind.KIND, "Li Na", BEGAN_NS, kind.to_body(said))])

    # What runs

    def caller(
        self,
        notifiers: Mapping[str, Addressed],
        voice: type[Voice] = Voice,
        remaining: Remaining = not_known,
        hinting: Hinting = no_hint,
        linking: Linking = no_link,
        limiting: Limiting = no_limit,
        knows_answers: Callable[[], bool] = at_once,
        **plan: Any,
    ) -> Caller:
        book = CallBook(Plan(policies=self.policies, **plan), Duty(self._same_site), published)
        alone = [name for name, one in notifiers.items() if isinstance(one, Siren | siren.Notifier)]
        journal = Journal.open(self.folder / "journal.sqlite", self.now_ns)
        records = Records(self.folder / "records.sqlite")
        reach = Reach(book.duty, notifiers, alone)
        spoken = voice(journal, "test", self.now_ns)
        committed = threading.Condition()
        told = remaining, hinting, linking, limiting, knows_answers
        return Caller(book, reach, notifiers, spoken, records, committed, *told)

    @contextmanager
    def running(self, caller: Caller):
        """As the app runs it: the caller and its tellers in a thread each."""
        stop = threading.Event()
        parts = [(caller.run, caller.failed), *((t.run, t.failed) for t in caller.tellers.values())]
        threads = [threading.Thread(target=_supervised, args=(*part, stop), daemon=True) for part in parts]
        for thread in threads:
            thread.start()
        try:
            yield caller
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)

    # What came of it

    def calls(self) -> list[Called]:
        return [call.of(s.body) for _, s in self.journal.statements(call.KIND)]

    def attempts(self) -> list[Attempt]:
        return [attempt.of(s.body) for _, s in self.journal.statements(attempt.KIND)]

    def lose_records(self) -> None:
        for path in self.folder.glob("records.sqlite*"):
            path.unlink()


def _supervised(
    run: Callable[[threading.Event], None], failed: Callable[[str], None], stop: threading.Event
) -> None:
    while not stop.is_set():
        try:
            run(stop)
        except Killed:
            return
        except RuntimeError as error:
            failed(f"internal error: {error!r}")
