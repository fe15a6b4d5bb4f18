"""What a report rests on: configuration, versions of the program, journal, entries, head of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway import __version__
from gateway.dossier.case import Case
from gateway.dossier.state import State
from gateway.journal.identity import name_of
from gateway.published.values import moment
from gateway.statements import configuration, placement


def basis(
    case: Case, history: Sequence[Mapping[str, Any]], units: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Of an excursion: every entry that decided, by its number."""
    told = [change for *_, change in case.changes]
    follows = max((t.follows for t in told), default=case.as_of.seq)
    entries = {
        "alarm": [row["entry"] for row in history],
        "contents": stated_in(stay for unit in units for stay in unit["stays"]),
        "placements": placements(case.as_of, {case.identity}),
    }
    found = common(case.as_of, case.found.start_ns, entries, {t.version for t in told}, follows)
    found["configuration"]["later"] = sorted(
        {t.configuration for t in told} - {found["configuration"]["fingerprint"]}
    )
    return found


def common(
    state: State, at_ns: int, entries: Mapping[str, Any], versions: Iterable[str], readings_up_to: int
) -> dict[str, Any]:
    """Of any report. `at_ns`: whose configuration; `versions`: of the program that judged."""
    seq, stated = state.configured(at_ns)
    identities = state.journal.identities()
    return {
        "configuration": {
            "fingerprint": configuration.of(stated.body).fingerprint,
            "entry": seq,
            "from": moment(stated.at_ns),
            "later": [],
        },
        "software": sorted(versions),
        "made_with": __version__,
        "journal": {
            "id": state.journal.id,
            "ancestors": [one.id for one in identities[:-1]],
            "last_entry": name_of(identities)(state.seq),
            "as_of": moment(state.at_ns),
            "chain_head": state.head,
        },
        "entries": {"configuration": [seq], **entries, "readings_up_to": readings_up_to},
    }


def later_configurations(state: State, start_ns: int, end_ns: int) -> list[str]:
    """Fingerprints of those that began to decide within (start, end)."""
    seqs = [step.stated_seq for step in state.timeline.steps if start_ns < step.from_ns < end_ns]
    later = [seq for seq in seqs if seq != state.configured(start_ns)[0]]
    found = [configuration.of(state.journal.statement(seq).body).fingerprint for seq in later]
    return list(dict.fromkeys(found))


def placements(state: State, channels: set[str]) -> list[int]:
    """Entries about these channels (identities), whether they count or were taken back."""
    own = state.timeline.names.identity
    said = [(seq, placement.of(one.body)) for seq, one in state.journal.statements(placement.KIND)]
    return [seq for seq, one in said if own("channels", one.channel) in channels and seq <= state.seq]


def stated_in(stays: Iterable[Mapping[str, Any]]) -> list[str]:
    """Ids of statements: their entries are named by them, or by whoever sent them."""
    return sorted({said["id"] for stay in stays for said in stay["stated"]})
