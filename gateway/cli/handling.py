"""`cryogate ack`, `take`, `assign`, `comment` and `close`: what people say about one alarm.

The journal takes statements from any process, so all of them work whether the gateway runs or not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import of_group, token
from gateway.cli.of_group import Several
from gateway.cli.options import DEFAULT_CONFIG, AlarmId, AsJson, Config
from gateway.cli.saying import By, answer, remark_on, said_by
from gateway.cli.terminal import print_json, say
from gateway.commands import alarms
from gateway.commands.author import Author, at_this_box
from gateway.commands.calls import acknowledge_group, take_group
from gateway.commands.desk import Desk, open_desk
from gateway.commands.rest_of_group import published, rest, words_of
from gateway.config.load import load
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.opened import open_records
from gateway.questions.history import find

Group = Annotated[bool, typer.Option("--group", help="All alarms of the same happening.")]
But = Annotated[list[str] | None, typer.Option("--but", help="With --group: not this one.")]
Command = Callable[[Desk, Author, AlarmRow, str], alarms.Answered]


def add_to(app: typer.Typer) -> None:
    app.command()(ack)
    app.command()(take)
    app.command()(assign)
    app.command()(comment)
    app.command()(close)


def ack(
    alarm: Annotated[
        str, typer.Argument(help="The alarm's id, or as much of its start as is unique.", metavar="ALARM")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Who says so.")] = "",
    comment: Annotated[str, typer.Option("--comment", help="Why, or what was done.")] = "",
    by_token: Annotated[str, typer.Option("--token", help="A one-time token; it says who and what.")] = "",
    group: Group = False,
    but: But = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Acknowledge an alarm; the gateway may be running or not.

    With --token all alarms that it is for, or ALARM alone, as the person whom it was made for.

    Example: cryogate ack E-7Q2M9XKD --by "Li Na" --comment "courier called, shipper back on dock 3"
    """
    if by_token:
        token.acknowledge(by_token, alarm, by, comment, config, as_json)
        return
    token.need(alarm, by, comment)
    several = Several(alarm, group, but or ())
    if group:
        of_group.state(acknowledge_group, "acknowledged", several, by, comment, config, as_json)
        return
    _say(alarms.acknowledge, f"acknowledged by {by}", alarm, by, comment, config, as_json, verb="ack")


def take(
    alarm: AlarmId,
    by: By,
    comment: Annotated[str, typer.Option("--comment", help="What you are about to do.")] = "",
    group: Group = False,
    but: But = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say "I am on it", so that nobody else is called. It is not acknowledged by that.

    Again: you still are. Somebody else: now that person is. `withdraw` takes it back.

    Examples: cryogate take E-7Q2M9XKD --by "Li Na" --comment "on my way, 20 min"; cryogate take E-7Q2M9XKD
    --group --by "Li Na"
    """
    several = Several(alarm, group, but or ())
    if group:
        of_group.state(take_group, "taken", several, by, comment, config, as_json)
        return
    _say(alarms.take, f"taken by {by}", alarm, by, comment, config, as_json, verb="take")


def assign(
    alarm: AlarmId,
    to: Annotated[str, typer.Option("--to", help="Who is to see to it.")],
    by: By,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say who is to see to an alarm. It is taken only when that person says so.

    Example: cryogate assign E-7Q2M9XKD --to "Wang Wei" --by "Li Na"
    """
    _say(alarms.assign, f"assigned to {to} by {by}", alarm, by, to, config, as_json, (to,))


def comment(
    alarm: AlarmId,
    by: By,
    text: Annotated[str, typer.Option("--comment", help="What is to be remembered.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Remark something on an alarm, whatever its state; nothing else follows from it.

    Example: cryogate comment E-7Q2M9XKD --by "Li Na" --comment "lid seal is worn, spare part ordered"
    """
    _say(alarms.comment, f"commented on by {by}", alarm, by, text, config, as_json)


def close(
    alarm: AlarmId,
    by: By,
    comment: Annotated[str, typer.Option("--comment", help="Why nobody needs to look at it any more.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Close an alarm that is over: one that returned, or ended because its probe moved, limits changed, ...

    Example: cryogate close E-7Q2M9XKD --by "Li Na" --comment "bags checked after the move, none above -150"
    """
    _say(alarms.close, f"closed by {by}", alarm, by, comment, config, as_json)


def _say(
    command: Command,
    done: str,
    alarm: str,
    by: str,
    text: str,
    config: Path,
    as_json: bool,
    others: tuple[str, ...] = (),
    verb: str = "",
) -> None:
    """`verb`: of a command that may be about the whole group, whose rest is told then."""
    configuration = load(config)
    with open_records(configuration.data_dir) as records:
        row = find(records, alarm)
    with open_desk(configuration) as desk, open_records(configuration.data_dir) as records:
        said = command(desk, at_this_box(by), row, text)
        remark_on(desk, by, *others)
        now_ns = desk.clock.now_ns()
        left = rest(configuration, desk.journal, records, said.alarm, now_ns) if verb else []
    if as_json:
        print_json(
            answer(said.stated, alarm=said.alarm, **({"rest": [one.id for one in left]} if verb else {}))
        )
        return
    say(f"{said.alarm} {done}; {said_by(said.stated)}")
    if left:
        say(words_of(verb, said.alarm, published(left), len(left)))
