"""Reviews of excursions, read from the journal: one, the content that is signed, and the worklist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.alarming.entry import cause_of
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.journal import Journal
from gateway.journal.standing import Numbered, bearing_on, speaking_of
from gateway.published.units import units_of_stored
from gateway.published.values import moment, seconds
from gateway.reviews.fold import at_label
from gateway.reviews.fold import review as folded
from gateway.reviews.model import Amended, Basis, Event, Heard, Review, Round
from gateway.screening.excursion import Excursion
from gateway.statements import Statement, assessment, disposition, signature, transition

REVIEW: Final = "review"  # how the record begins that is signed: "review E-7Q2M9XKD"
WORDS: Final = (assessment.KIND, disposition.KIND)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The review of an alarm, and what is known of the alarm, in its stored form."""

    review: Review
    known: Mapping[str, Any]


def is_in_review(said: Statement) -> bool:
    """Whether it is a word or a signature in a review."""
    signed = said.kind == signature.KIND and signature.of(said.body).record.startswith(f"{REVIEW} ")
    return signed or said.kind in WORDS


def need_excursion(row: AlarmRow) -> None:
    """Raises InputError for alarms that nobody reviews."""
    if not isinstance(cause_of(row.body), Excursion):
        raise InputError(f"alarm {row.id} is no excursion: a review is of an excursion")


def reviewed(journal: Journal, alarm: str, up_to: int | None = None) -> Reviewed | None:
    """`up_to`: as it was after that entry. None where the alarm has no transition by then."""
    events, known = _events(journal, alarm, up_to)
    found = folded(alarm, events)
    return None if found is None or known is None else Reviewed(found, known)


def review_of(journal: Journal, row: AlarmRow) -> Review:
    """Raises InputError for what is no excursion."""
    need_excursion(row)
    found = reviewed(journal, row.id)
    if found is None:
        raise InputError(f"the journal has nothing about {row.id} yet; try again in a moment")
    return found.review


def round_of(journal: Journal, alarm: str, label: str) -> tuple[Round, Mapping[str, Any]] | None:
    """What was signed under this label."""
    events, known = _events(journal, alarm, None)
    found = at_label(alarm, events, label)
    return None if found is None or known is None else (found, known)


def basis_of(known: Mapping[str, Any]) -> Basis:
    """From the stored form of an alarm. Signatures are of it: this form never changes."""
    found = cause_of(known)
    assert isinstance(found, Excursion)
    is_over = found.end_ns is not None or found.withdrawn
    units = (
        None if known["units"] is None else [_unit(one, is_over) for one in units_of_stored(known["units"])]
    )
    return {"excursion": _excursion(found, known["place"], is_over), "units": units}


def _events(journal: Journal, alarm: str, up_to: int | None) -> tuple[list[Event], Mapping[str, Any] | None]:
    found: list[Event] = []
    known: Mapping[str, Any] | None = None
    for seq, said in _about(journal, alarm):
        if up_to is not None and seq > up_to:
            break
        if said.kind == transition.KIND:
            known = transition.of(said.body).known
            if "excursion" not in known:
                continue
            found.append(Amended(seq, _when(said) if found else _raised_ns(known), basis_of(known)))
        else:
            found.append(Heard(seq, said))
    return found, known


def _when(said: Statement) -> int:
    return said.at_ns if said.stated_ns is None else said.stated_ns


def _raised_ns(known: Mapping[str, Any]) -> int:
    return int(known["alarm"]["raised_ns"])


def _about(journal: Journal, alarm: str) -> Iterator[Numbered]:
    """Its transitions, and what people said in its review, with what corrects or withdraws that; in order."""
    record = f"{REVIEW} {alarm}"
    found, words = dict[int, Numbered](), list[str]()
    for seq, said in speaking_of(journal, [alarm]):
        is_word = said.kind in WORDS
        is_signed = said.kind == signature.KIND and signature.of(said.body).record == record
        if said.kind == transition.KIND or is_word or is_signed:
            found[seq] = (seq, said)
            words += [said.id] if is_word else []
    found |= {seq: (seq, said) for seq, said in bearing_on(journal, words)}
    return iter(sorted(found.values(), key=lambda one: one[0]))


def _excursion(found: Excursion, place: Mapping[str, Any], is_over: bool) -> dict[str, Any]:
    """Names of assets and channels are those that never change. What grows while it goes on is left out."""
    told: dict[str, Any] = {
        "id": found.id,
        "channel": found.channel,
        "assets": sorted(place.get("assets") or [place.get("asset", "")]),
        "zone": place.get("zone"),
        "rule": found.rule,
        "kind": found.kind,
        "severity": int(found.severity),
        "versions": list(found.versions),
        "calibration": place.get("calibration"),
        "uncertainty": place.get("uncertainty"),
        "start": moment(found.start_ns),
        "end": moment(found.end_ns),
        "ended_by": found.ended_by,
        "withdrawn": found.withdrawn,
    }
    return told | {
        "extreme": found.extreme if is_over else None,
        "extreme_at": moment(found.extreme_at_ns) if is_over else None,
        "beyond_s": seconds(found.beyond_ns) if is_over else None,
        "degree_seconds": found.degree_seconds if is_over else None,
        "readings": found.readings if is_over else None,
        "unproven_s": seconds(found.unproven_ns) if is_over else None,
        "contains_gap": found.contains_gap if is_over else None,
    }


def _unit(one: Mapping[str, Any], is_over: bool) -> dict[str, Any]:
    named = {name: one[name] for name in ("scheme", "code", "product", "chain_of_identity", "certain")}
    grows = {name: one[name] if is_over else None for name in ("to", "beyond_s", "extreme")}
    return {**named, "from": one["from"], **grows}
