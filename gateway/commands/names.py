"""Names that people give in commands, looked up among the people who were entered.

A name is free text: nobody has to be entered. Where somebody is, a name that is nobody's is probably a slip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from gateway.alarms.duty import Duty
from gateway.alarms.people import Person
from gateway.commands.desk import Desk
from gateway.errors import InputError
from gateway.questions.duty import duty_of
from gateway.statements import person as stated
from gateway.text import one_line

MOST_NEAR: Final = 3
SHOWN: Final = 80  # characters of a name


def check_here(desk: Desk, name: str) -> None:
    """Raises InputError for the name of somebody who has left: nothing is given to who is not here."""
    meant = duty_of(desk.journal).meant(name)
    if meant and all(person.has_left for person in meant):
        raise InputError(f"{_shown(name)} has left; `cryogate people list` has who is here")


def remarks(duty: Duty, *names: str) -> list[str]:
    """What is odd about names: nobody has it, several have it, or who has it has left."""
    known = duty.people()
    if not known:
        return []
    return [remark for name in dict.fromkeys(names) for remark in _remarks(duty, known, name)]


def person_known(duty: Duty, identity: str) -> stated.Person:
    """As last stated. Raises InputError, with who may be meant."""
    said = duty.stated(identity)
    if said is None:
        raise InputError(unknown_person(duty, identity))
    return said


def unknown_person(duty: Duty, identity: str) -> str:
    """Why an id is nobody's, in words."""
    ids = [one.id for one in duty.people()]
    meant = duty.find(identity)
    near = [meant.id] if meant is not None else get_close_matches(identity, ids, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(ids) or 'none'}"
    return f"nobody has the id {identity!r}; {hint}"


def names_of(duty: Duty, name: str) -> tuple[str, ...]:
    """Under what else those who may be meant are known."""
    return tuple(
        own
        for person in duty.meant(name)
        for own in (person.id, person.name_en, person.name_zh)
        if own.strip()
    )


def namesakes(duty: Duty, identity: str) -> list[str]:
    """Remarks on who else, of those who are here, is called as this person is."""
    person = duty.person(identity)
    if person is None or person.has_left:
        return []
    others = [one for one in duty.people() if one.id != identity and not one.has_left]
    own = [name for name in (identity, person.name_en, person.name_zh) if name.strip()]
    shared = {one.id: name for one in others for name in own if one.is_called(name)}
    return [
        f"{other} is called {_shown(name)}, too, so that name alone means neither of them: give --by {other} "
        f"or --by {identity} from now on"
        for other, name in shared.items()
    ]


def _remarks(duty: Duty, known: Iterable[Person], name: str) -> Iterator[str]:
    meant = duty.meant(name)
    if not meant:
        yield f"nobody of `cryogate people list` is called {_shown(name)}{_nearest(known, name)}"
    elif len(meant) > 1:
        ids = " and ".join(person.id for person in meant)
        yield f"{_shown(name)} is the name of {ids}: give the id, so that it is clear who is meant"
    elif meant[0].has_left:
        yield f"{_shown(name)} has left, by `cryogate people list --all`"


def _nearest(known: Iterable[Person], name: str) -> str:
    """Ids of who is here with a name like it, the nearest first."""
    spelt: dict[str, str] = {}
    for person in known:
        if not person.has_left:
            own = (person.id, person.name_en, person.name_zh)
            spelt |= {one.strip().casefold(): person.id for one in own if one.strip()}
    near = get_close_matches(name.strip().casefold(), list(spelt), MOST_NEAR)
    ids = list(dict.fromkeys(spelt[one] for one in near))
    return f"; nearest: {', '.join(ids)}" if ids else ""


def _shown(name: str) -> str:
    return repr(one_line(name[:SHOWN]))
