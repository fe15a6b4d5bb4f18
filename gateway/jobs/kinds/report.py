"""A report: an excursion, an asset over a time, a unit or a year, as PDF or as the facts alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.dossier import annual, facts, passport, period
from gateway.dossier.case import case_in
from gateway.dossier.making import gathered, made
from gateway.dossier.report import Report
from gateway.dossier.state import State, state_of
from gateway.errors import InputError
from gateway.jobs.kinds import Answer, Told
from gateway.journal.journal import Journal
from gateway.journal.opened import open_records
from gateway.journal.records import Records
from gateway.json_text import encoded
from gateway.questions.history import find
from gateway.times import parse_rfc3339

PDF: Final = "application/pdf"
FACTS: Final = "facts"  # instead of a language of the paper


@dataclass(frozen=True, slots=True)
class Subject:
    """What the report is to be of: one thing. Raises InputError for none, several, or a part of one."""

    excursion: str | None
    asset: str | None
    start: str | None
    end: str | None
    unit: str | None
    year: int | None

    def __post_init__(self) -> None:
        if sum(one is not None for one in self._named) != 1:
            raise InputError(
                "a report of what? give the id of an alarm, or --asset with --from and --to, or --unit CODE, "
                "or --year YEAR"
            )
        if (self.asset is not None) != (self.start is not None) or (self.start is None) != (self.end is None):
            raise InputError("--asset, --from and --to belong together: give all three")

    @property
    def _named(self) -> tuple[object, ...]:
        return self.excursion, self.asset, self.unit, self.year

    def of(self, state: State, records: Records, told: Told) -> Report:
        if self.asset is not None and self.start is not None and self.end is not None:
            times = parse_rfc3339(self.start), parse_rfc3339(self.end)
            return period.report_of(period.period_of(state, self.asset, *times), records)
        if self.year is not None:
            return annual.report_of(state, records, self.year, lambda n, of: told("reading alarms", n, of))
        if self.unit is not None:
            return passport.report_of(passport.passport_of(state, self.unit), records)
        return facts.report_of(case_in(state, records, find(records, self.excursion or "")))


@contextmanager
def opened(configuration: Configuration, subject: Subject, as_of: str | None, told: Told) -> Iterator[Report]:
    """Its facts are made while this is open. `as_of`: an entry of the journal, after which it was so."""
    folder = configuration.data_dir
    with ExitStack() as stack:
        records = stack.enter_context(open_records(folder))
        journal = stack.enter_context(Journal.open_reading(folder / "journal.sqlite"))
        yield subject.of(state_of(journal, as_of), records, told)


def answer(configuration: Configuration, asked: Mapping[str, Any], told: Told) -> Answer:
    subject = Subject(*(asked[name] for name in ("alarm", "asset", "from", "to", "unit", "year")))
    with opened(configuration, subject, asked["as_of"], told) as found:
        if asked["language"] == FACTS:
            return Answer(encoded(gathered(found)), words=found.words)
        return Answer(made(found, asked["language"], asked["paper"]), PDF, found.words)
