"""The desk where things are stated: the journal, the gateway's clock, and what the configuration says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol

from gateway.clocks.clock_watch import clock_of
from gateway.commands.author import Author
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import InputError, Outdated, StatementError
from gateway.journal import rights
from gateway.journal.journal import Journal
from gateway.journal.standing import Standing
from gateway.model import EARLIEST_NS
from gateway.statements import PERSON, Statement
from gateway.statements.envelope import check
from gateway.statements.kinds import Kind, check_known
from gateway.times import parse_rfc3339, to_the_second
from gateway.writing.linking import chain_of

TRIES: Final = 20  # of looking and stating, while others state something between the two


class Clock(Protocol):
    """The gateway's clock, never that of the caller."""

    @property
    def trusted(self) -> bool: ...
    @property
    def reason(self) -> str: ...
    def now_ns(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Revising:
    """Which statement is corrected or withdrawn, and why; empty: none."""

    corrects: str = ""
    withdraws: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """What stands in the journal now. `new`: what was stated; else `before` says the same already."""

    new: tuple[Statement, ...]
    before: Statement | None = None

    @property
    def id(self) -> str:
        """Of the statement that says it."""
        return self.new[0].id if self.new else "" if self.before is None else self.before.id

    @property
    def is_new(self) -> bool:
        return bool(self.new)


@dataclass(frozen=True, slots=True)
class Desk:
    """Belongs to one thread. `identity`: of what is stated here, where whoever asks may repeat it."""

    configuration: Configuration
    journal: Journal
    clock: Clock
    identity: str = ""

    def draft(
        self, kind: Kind, said: Any, author: Author, at_ns: int, revising: Revising | None = None
    ) -> Statement:
        """A statement that is not made yet. Raises InputError where it cannot be."""
        why = revising or Revising()
        try:
            statement = Statement(
                kind.KIND,
                author.name,
                at_ns,
                kind.to_body(said),
                stated_ns=self.clock.now_ns(),
                trusted=self.clock.trusted,
                actor=PERSON,
                user=author.user,
                origin=author.origin,
                reason=why.reason,
                corrects=why.corrects,
                withdraws=why.withdraws,
            )
            check(statement)
        except StatementError as error:
            raise InputError(f"this cannot be stated: {error.why}") from None
        return statement

    def state(self, look: Callable[[], Sequence[Statement] | Statement]) -> Stated:
        """Look, and state what `look` drafts, if nobody stated anything in between; else look again.

        `look` answers with drafts, or with the statement that says the same already. Raises what it raises.
        """
        for _ in range(TRIES):
            seen = self.journal.last_seq()
            repeated = self.said_before()
            drafts = look() if repeated is None else repeated
            if isinstance(drafts, Statement):
                return Stated((), drafts)
            try:
                named = [replace(d, id=self._name(k)) for k, d in enumerate(drafts)]
                done = self.journal.commit(statements=named, unless_said_since=seen)
            except Outdated:
                continue
            names = [f"{self.journal.id}-{seq}" for seq in done.seqs]
            return Stated(tuple(replace(d, id=d.id or name) for d, name in zip(named, names, strict=True)))
        raise InputError("others state things all the time; nothing was stated, try again")

    def said_before(self) -> Statement | None:
        """What was stated under this identity; a repeat is the same statement."""
        return Standing(self.journal).find(self.identity) if self.identity else None

    def said_together(self) -> tuple[Statement, ...]:
        """Everything that was stated at once under this identity."""
        standing, found = Standing(self.journal), list[Statement]()
        while self.identity and (one := standing.find(self._name(len(found)))) is not None:
            found.append(one)
        return tuple(found)

    def _name(self, number: int) -> str:
        """Of several that are stated at once the first has the identity itself."""
        return f"{self.identity}-{number + 1}" if self.identity and number else self.identity

    def moment(self, text: str | None) -> int:
        """When something is said to have been; None: now. Raises InputError for the future."""
        if text is None:
            return self.clock.now_ns()
        at_ns, now_ns = parse_rfc3339(text), self.clock.now_ns()
        if at_ns > now_ns:
            doubt = "" if self.clock.trusted else f"; that clock is not trusted: {self.clock.reason}"
            raise InputError(
                f"{text} is in the future (the gateway's clock says {to_the_second(now_ns)}{doubt}): state "
                "it once it has happened"
            )
        if at_ns < EARLIEST_NS:
            raise InputError(f"{text} is before 2000")
        return at_ns


@contextmanager
def open_desk(configuration: Configuration, identity: str = "") -> Iterator[Desk]:
    """With the journal open for writing, which makes one where there is none; the gateway may run.

    Raises StatementError where a newer version stated something: what it means nobody knows here.
    """
    folder = configuration.data_dir
    try:
        rights.make_folder(folder)
    except OSError as error:
        what = next(rights.unusable(folder), f"{error.filename}: {error.strerror}")
        raise InputError(f"{what}; data_dir must be a folder in which this user may write") from None
    path: Path = folder / "journal.sqlite"
    chain = chain_of(configuration)
    with Journal.open(path, chain=chain) as journal:
        clock = clock_of(journal, configuration.clock.require_sync)
        journal.now_ns = clock.now_ns
        check_known(journal.statement_kinds())
        yield Desk(configuration, journal, clock, identity)
