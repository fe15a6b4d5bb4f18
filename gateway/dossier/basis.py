"""What a report rests on: configuration, versions of the program, journal, entries, head of the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.dossier.case import Case
from gateway.journal.identity import name_of
from gateway.published.values import moment
from gateway.statements import configuration, placement
from gateway.statements.placement import Placement


def basis(
    case: Case, history: Sequence[Mapping[str, Any]], units: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Every entry that decided, by its number."""
    seq, stated = case.configured
    told = [change for *_, change in case.changes]
    identities = case.journal.identities()
    return {
        "configuration": {
            "fingerprint": configuration.of(stated.body).fingerprint,
            "entry": seq,
            "from": moment(stated.at_ns),
            "later": sorted({t.configuration for t in told} - {configuration.of(stated.body).fingerprint}),
        },
        "software": sorted({t.version for t in told}),
        "journal": {
            "id": case.journal.id,
            "ancestors": [one.id for one in identities[:-1]],
            "last_entry": name_of(identities)(case.as_of.seq),
            "as_of": moment(case.as_of.at_ns),
            "chain_head": case.as_of.head,
        },
        "entries": {
            "configuration": [seq],
            "placements": _placements(case),
            "alarm": [row["entry"] for row in history],
            "contents": _contents(units),
            "readings_up_to": max((t.follows for t in told), default=case.as_of.seq),
        },
    }


def _placements(case: Case) -> list[int]:
    """Those of its channel, whether they count or were taken back."""
    found = case.journal.statements(placement.KIND)
    own = case.timeline.names.identity
    said: list[tuple[int, Placement]] = [(seq, placement.of(one.body)) for seq, one in found]
    return [
        seq for seq, one in said if own("channels", one.channel) == case.identity and seq <= case.as_of.seq
    ]


def _contents(units: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids of statements: their entries are named by them, or by whoever sent them."""
    return sorted({said["id"] for unit in units for stay in unit["stays"] for said in stay["stated"]})
