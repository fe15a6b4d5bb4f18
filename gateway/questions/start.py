"""What would follow if the gateway started with a configuration: the journal is asked, nothing happens."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.alarming.course import SUPERSEDED, plan_over
from gateway.alarming.entry import cause_of
from gateway.alarming.inside import Inside, unmeasured
from gateway.alarming.memory import bearing_statements
from gateway.clocks.clock_watch import clock_of
from gateway.config.succession import Succession
from gateway.config.timeline import Timeline, timeline_of
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.errors import StatementError
from gateway.journal import rights, schema
from gateway.journal.damaged import Damaged
from gateway.journal.journal import Journal
from gateway.journal.lost import lost
from gateway.journal.records import Records
from gateway.journal.said import check_readable
from gateway.mqtt.left_behind import left_by
from gateway.questions.channel_names import contradicted
from gateway.screening.excursion import Excursion
from gateway.statements import configuration as configured
from gateway.text import one_line
from gateway.times import format_rfc3339
from gateway.writing.introduction import examined, statements_of

MOST_UNITS = 10  # named in a line
MIGRATED = (
    "the journal has schema {}: the start brings it to {}. What else would change can be said after that; a "
    "backup before it is the way back to the version before"
)

BELIEVED: Final = ("faults", "lowest", "highest")
MEANT: Final = ("unit", "probe", "probe_options", "address")
CERTIFICATE: Final = "calibration"


@dataclass(frozen=True, slots=True)
class Start:
    """Why the gateway would refuse to start, and what would change with its start; both in words."""

    problems: tuple[str, ...]
    changes: tuple[str, ...]


def would_follow(configuration: Configuration, folder: Path) -> Start:
    """Where there is a journal in `folder`; without one only the folder itself can be refused."""
    path = folder / "journal.sqlite"
    if unusable := [f"gateway.data_dir: {what}" for what in rights.unusable(folder)]:
        return Start(tuple(unusable), ())
    if gone := lost(path):
        return Start((gone,), ())
    if not path.exists() or not path.stat().st_size:
        return Start((), ())
    if (older := schema.older(path)) is not None:
        return Start(tuple(contradicted(path)), (MIGRATED.format(older, schema.CURRENT),))
    damaged = Damaged()
    with Journal.open_reading(path, damaged) as journal:
        try:
            check_readable(journal)
        except StatementError as error:
            return Start((f"gateway.data_dir: {error}",), ())
        now_ns = clock_of(journal, configuration.clock.require_sync).now_ns()
        before = timeline_of(journal)
        follows = examined(configuration, before, journal, now_ns)
        if follows.problems or before.fingerprint == configuration.fingerprint:
            return Start(follows.problems, tuple(_damaged(damaged)))
        after = _after(configuration, follows, journal, now_ns)
        changes = [*_moves(follows), *_renames(follows), *_back(follows), *_retired(follows)]
        changes += _rules(after, now_ns)
        changes += _readings(before.document, configuration, follows)
        changes += _retroactive(configuration, before, after, folder)
        changes += list(_units(after, journal, now_ns)) + list(_alarms(after, folder, now_ns))
        changes += _at_brokers(configuration, journal)
    return Start((), (*changes, *_damaged(damaged)))


def _damaged(damaged: Damaged) -> Iterator[str]:
    """Statements that the gateway passes over."""
    for one in damaged.statements():
        yield (
            f"journal entry {one.seq} (of kind {one_line(one.kind)[:40]!r}) is damaged: it starts without "
            "what that said, and a fault names it; run `cryogate journal verify` and restore a backup"
        )


def _after(configuration: Configuration, follows: Succession, journal: Journal, now_ns: int) -> Timeline:
    """The timeline as it would be."""
    timeline, seq = timeline_of(journal), journal.last_seq()
    for new, old in follows.renamed.items():
        timeline.numbers[new] = timeline.numbers[old]
    highest = max(timeline.numbers.values(), default=0)
    for k, name in enumerate(n for n in configuration.channels if n not in timeline.numbers):
        timeline.numbers[name] = highest + 1 + k
    for k, statement in enumerate(statements_of(configuration, follows, now_ns)):
        timeline.hear(seq + 1 + k, statement)
    return timeline


def _moves(follows: Succession) -> Iterator[str]:
    for move in follows.moves:
        to = move.asset if move.zone is None else f"{move.asset}/{move.zone}"
        yield (
            f"channels.{move.channel}: moves from {move.before} to {to} from the start on; what is open "
            "there ends as moved. If it moved earlier, state that with `cryogate place` before the start"
        )


def _renames(follows: Succession) -> Iterator[str]:
    for section, names in follows.names.items():
        for new, old in names.items():
            yield f"{section}.{new}: is {old!r} under a new name; its history goes on"


def _back(follows: Succession) -> Iterator[str]:
    for name in follows.back:
        yield f"{name}: comes back; where not more than `max_gap_s` is missing, what ended as retired goes on"


def _retired(follows: Succession) -> Iterator[str]:
    for name in follows.retired_channels:
        yield f"channels.{name}: is retired; what is open on it stays with people until they close it"
    for name in follows.retired_assets:
        yield f"assets.{name}: is retired"


def _rules(after: Timeline, now_ns: int) -> Iterator[str]:
    """Rules that end with the start because they say something else from then on."""
    ends = [i for i in plan_over(after).instances if i.valid_to_ns == now_ns and i.ends_by == SUPERSEDED]
    for rule, count in sorted(Counter(i.rule for i in ends).items()):
        identities = [after.identity_of(i.channel) or "" for i in ends if i.rule == rule]
        channels = [after.names.latest("channels", identity) for identity in identities]
        named = ", ".join(channels[:3]) + (f" and {count - 3} more" if count > 3 else "")
        yield (
            f"rule {rule!r} of {named}: has other limits from the start on, or is left out; what is open "
            "ends as superseded"
        )


def _readings(before: str, configuration: Configuration, follows: Succession) -> Iterator[str]:
    """Channels whose readings are understood or judged otherwise when they come."""
    earlier = json.loads(before).get("channels", {}) if before else {}
    for name, table in json.loads(configuration.document).get("channels", {}).items():
        old = earlier.get(follows.renamed.get(name, name), table)
        other = [key for key in (*BELIEVED, *MEANT, CERTIFICATE) if old.get(key) != table.get(key)]
        if not other:
            continue
        told = f"channels.{name}: other {', '.join(other)} from the start on; what came before stays in the "
        told += "journal as it was judged then"
        if not set(other).issubset(BELIEVED):
            told += ", and what was measured before and comes later is read as it was then"
        if not set(other).isdisjoint(MEANT):
            told += ", and is uncertain: the device may have changed before"
        yield told


def _retroactive(
    configuration: Configuration, before: Timeline, after: Timeline, folder: Path
) -> Iterator[str]:
    """New versions that are valid in the past, and the open alarms that they judge again."""
    known = {(v.profile, v.version) for versions in before.versions().values() for v in versions}
    every = [v for versions in configuration.profiles.values() for v in versions if v.retroactive]
    for version in [v for v in every if (v.profile, v.version) not in known]:
        since = "always" if version.valid_from_ns < 0 else format_rfc3339(version.valid_from_ns)
        yield (
            f"profiles.{version.profile}: version {version.version!r} is valid since {since} "
            f"({version.retroactive}): what came since then is screened again, and alarms are amended or "
            "withdrawn; `cryogate preview` shows which"
        )
        mine = {n for n, c in configuration.channels.items() if c.table.profile == version.profile}
        for name, cause in _ongoing(folder):
            channel = after.names.latest("channels", after.identity_of(cause.channel) or "")
            if channel in mine and (cause.end_ns is None or cause.end_ns > version.valid_from_ns):
                yield f"alarm {name} ({cause.rule} of {channel}) would be judged again"


def _ongoing(folder: Path) -> Iterator[tuple[str, Excursion]]:
    """Id and excursion of the alarms that go on, as far as there are records."""
    if not (folder / "records.sqlite").exists():
        return
    with Records(folder / "records.sqlite", read_only=True) as records:
        for row in records.book.ongoing():
            cause = cause_of(row.body)
            if isinstance(cause, Excursion):
                yield row.id, cause


def _units(after: Timeline, journal: Journal, now_ns: int) -> Iterator[str]:
    """Units inside assets that nobody would measure any more."""
    inside = Inside(after.asset_identity)
    for statement in bearing_statements(journal, journal.last_seq()):
        inside.hear(statement)
    for asset, codes in unmeasured(inside, after, now_ns).items():
        name = after.names.latest("assets", asset)
        yield f"assets.{name}: nobody would measure it, and it holds {_named(codes)}"


def _alarms(after: Timeline, folder: Path, now_ns: int) -> Iterator[str]:
    """Open excursions under rules that would end."""
    ends = {(i.channel, i.rule): i.ends_by for i in plan_over(after).instances if i.valid_to_ns == now_ns}
    for name, cause in _ongoing(folder):
        if (cause.channel, cause.rule) in ends:
            end = ends[cause.channel, cause.rule]
            yield f"alarm {name} ({cause.rule}) would end as {end}, not as returned"


def _at_brokers(configuration: Configuration, journal: Journal) -> Iterator[str]:
    """What ends or stays at brokers."""
    for _, statement in journal.newest_statements(configured.KIND):
        before = json.loads(configured.of(statement.body).document)
        yield from left_by(before, json.loads(configuration.document))
        return


def _named(codes: list[str]) -> str:
    more = f" and {len(codes) - MOST_UNITS} more" if len(codes) > MOST_UNITS else ""
    return ", ".join(codes[:MOST_UNITS]) + more
