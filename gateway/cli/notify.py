"""`cryogate notify`: whether a person can be reached by each way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.terminal import print_json, say
from gateway.commands.author import at_this_box, operating_system_user
from gateway.commands.calls import try_ways
from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.errors import InputError
from gateway.questions.calls import people_now
from gateway.running.calling import addressed_of

NOT_REACHED: Final = 1  # exit code
SHOWN: Final = ("notifier", "address", "outcome", "answer", "took_s")


def add_to(app: typer.Typer) -> None:
    app.command()(notify)


def notify(
    test: Annotated[str, typer.Option("--test", metavar="PERSON", help="The person's id, or a name.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Send a TEST call to a person by each of the person's ways, and print what is answered.

    Each attempt is stated. Quiet hours do not count here. Exit code 0: every way works. 1: one does not.

    Example: cryogate notify --test li-na
    """
    configuration = load(config)
    addressed = addressed_of(configuration)
    with open_desk(configuration) as desk:
        person = people_now(configuration, desk.journal, desk.clock.now_ns()).find(test)
        if person is None:
            raise InputError(f"nobody is known by {test!r}; see `cryogate people`")
        attempts = []
        for one in try_ways(desk, at_this_box(operating_system_user()), person, addressed):
            attempts.append(one)
            if not as_json:
                say_attempt(asdict(one))
    show_attempts([{name: getattr(one, name) for name in SHOWN} for one in attempts], as_json)


def say_attempt(one: Mapping[str, Any]) -> None:
    say(f"{one['notifier']} {one['address']}: {one['outcome']} after {one['took_s']:.1f} s, {one['answer']}")


def show_attempts(attempts: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """As `--json` and the API have them; on a screen each was said already."""
    if as_json:
        print_json(attempts)
    if any(one["outcome"] != "delivered" for one in attempts):
        raise typer.Exit(NOT_REACHED)
