"""Somebody acts: the desk where it is stated, by whom, and what becomes of a request that comes twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from gateway.api.answers import json_answer
from gateway.api.asking import ask
from gateway.api.control import START_ANEW
from gateway.api.problems import Problem
from gateway.api.world import ANSWER_WITHIN_S, World
from gateway.commands import looks
from gateway.commands.author import Author
from gateway.commands.configuring import WrittenNow
from gateway.commands.desk import Desk, Stated, open_desk
from gateway.commands.names import remarks
from gateway.errors import NotRunning
from gateway.questions.duty import duty_of
from gateway.rights.principal import Principal
from gateway.statements import Statement
from gateway.statements.fields import LONGEST_NAME, LONGEST_TEXT
from gateway.statements.kinds import about
from gateway.statements.second import BY_ACCOUNT

LONGEST_KEY: Final = 200  # characters
ONCE: Final = "A text of your own for this request: sent again, it is the same statement."
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=LONGEST_KEY, description=ONCE)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Moment = Annotated[str | None, Field(max_length=40, description="RFC 3339 with zone.")]
Lasting = Annotated[str | None, Field(max_length=20, description="How long: 30min, 2h, 3d.")]
Corrects = Annotated[str | None, Field(max_length=LONGEST_NAME, description="What this replaces: an id.")]
DONE = {"new": True, "id": "7Q2M9XKD-4711", "remarks": []}


class Said(BaseModel):
    """Fields that nobody knows are mistakes."""

    model_config = ConfigDict(extra="forbid")


class Revisable(Said):
    """What can correct an earlier statement, with a reason."""

    corrects: Corrects = None
    reason: Text = ""


Act = Callable[[Desk, Author], tuple[Stated, Mapping[str, Any]]]


def state(
    request: Request,
    world: World,
    who: Principal,
    key: str,
    kind: str,
    names: Iterable[str],
    act: Act,
    others: Sequence[str] = (),
) -> Response:
    """What `act` states, once for each key of an account; `kind` and `names`: of what it may state.

    `others`: people whom it names beside the one who states it.
    """
    with desk_for(world, who, key) as (desk, author):
        before = desk.said_before()
        if before is not None:
            check_repeated(before, kind, names)
            return json_answer(request, {**before.body, "new": False, "id": before.id, "remarks": []})
        stated, more = act(desk, author)
        odd = list(remarks(duty_of(desk.journal), author.name, *others))
    return json_answer(request, {"new": stated.is_new, "id": stated.id, "remarks": odd, **more})


def record_look(world: World, who: Principal, action: str, asked: str, names: Iterable[str]) -> None:
    """Before it is answered: what cannot be recorded is not shown."""
    with desk_for(world, who) as (desk, author):
        looks.record(desk, author, action, asked, names)


@contextmanager
def desk_for(world: World, who: Principal, key: str = "") -> Iterator[tuple[Desk, Author]]:
    """A desk of this thread, and the author as everybody reads it."""
    with open_desk(world.configuration, identity_of(who, key) if key.strip() else "") as desk:
        yield desk, author_of(desk, who)


def author_of(desk: Desk, who: Principal) -> Author:
    """By the person's name; by the id where others have that name, too."""
    duty = duty_of(desk.journal)
    person = duty.person(who.person)
    name = "" if person is None else person.name()
    is_alone = bool(name) and len(duty.meant(name)) == 1
    return Author(name if is_alone else who.person, "", origin_of(who))


def origin_of(who: Principal) -> str:
    """By which account, and how it was authenticated."""
    return f"{BY_ACCOUNT}{who.account} by {who.authenticated}"


def identity_of(who: Principal, key: str) -> str:
    """Of the statement: nobody can take that of another account, or of the gateway."""
    return "K-" + hashlib.sha256(f"{who.account}\0{key}".encode()).hexdigest()[:24].upper()


def start_anew(world: World, done: WrittenNow) -> Mapping[str, Any]:
    """Have the gateway start with the configuration that was written, and tell both: where `starts_anew` is
    false, somebody has to start it."""
    try:
        answer = ask(world.folder, START_ANEW, ANSWER_WITHIN_S)
    except NotRunning:
        answer = {}
    starts = isinstance(answer, dict) and answer.get("starts_anew") is True
    return {
        "file": done.said.file,
        "kept": done.said.kept,
        "changes": list(done.changes),
        "starts_anew": starts,
    }


def check_repeated(before: Statement, kind: str, names: Iterable[str]) -> None:
    """Raises Problem where the key was used for something else."""
    if before.kind != kind or not set(names) <= {*about(before), ""}:
        told = f"this Idempotency-Key was used for {before.id} ({before.kind}): give each request its own"
        raise Problem(409, told)
