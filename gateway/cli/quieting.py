"""`cryogate shelve`, `unshelve`, `filling` and `out-of-service`: alarms that are quiet for a while.

None of them hides anything: such an alarm is shown everywhere, with its reason and its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, AlarmId, AsJson, Config
from gateway.cli.saying import By, Corrects, answer, remark_on, said_by
from gateway.cli.terminal import print_json, say
from gateway.commands import out_of_service as resting
from gateway.commands import quieting
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.commands.out_of_service import Rest, rest_row
from gateway.commands.quieting import Until
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.journal.opened import open_records
from gateway.questions.history import find
from gateway.statements.out_of_service import Scope
from gateway.times import format_rfc3339

Lasting = Annotated[str | None, typer.Option("--for", metavar="TIME", help="How long: 30min, 2h, 3d.")]
Moment = Annotated[str | None, typer.Option("--until", help="Until when, RFC 3339 with zone.")]
Why = Annotated[str, typer.Option("--reason", help="Why.")]


def add_to(app: typer.Typer) -> None:
    app.command()(shelve)
    app.command()(unshelve)
    app.command()(filling)
    app.command("out-of-service")(out_of_service)


def shelve(
    alarm: AlarmId,
    by: By,
    reason: Why,
    lasting: Lasting = None,
    until: Moment = None,
    corrects: Corrects = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Keep the rule and channel of an alarm quiet for a while: also where it is raised again meanwhile.

    It speaks again by itself at the end, and at once where it becomes more severe. How long is possible at
    most stands in [shelving] of the configuration.

    Example: cryogate shelve E-7Q2M9XKD --for 30min --by "Li Na" --reason "lid is open, loading 12 bags"
    """
    configuration, row = _row(config, alarm)
    with open_desk(configuration) as desk:
        done = quieting.shelve(desk, at_this_box(by), row, reason, Until(until, lasting), corrects)
        remark_on(desk, by)
    if row.closed:
        quiet = f"what {_rule(done)} raises until then is quiet from its first moment"
        say(f"remark: {row.id} is closed; {quiet}", err=True)
    if as_json:
        print_json(_shelved(row, done))
    else:
        what = f"{row.id} ({_rule(done)}) is shelved until {_shown(done.until_ns)}"
        say(f"{what}; {said_by(done.stated)}")


def unshelve(
    alarm: AlarmId,
    by: By,
    reason: Why,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Let what was shelved speak again before its time.

    Example: cryogate unshelve E-7Q2M9XKD --by "Li Na" --reason "lid is closed"
    """
    configuration, row = _row(config, alarm)
    with open_desk(configuration) as desk:
        done = quieting.unshelve(desk, at_this_box(by), row, reason)
        remark_on(desk, by)
    if as_json:
        print_json(_shelved(row, done))
    else:
        say(f"{row.id} ({_rule(done)}) speaks again; {said_by(done.stated)}")


def filling(
    asset: Annotated[str, typer.Argument(help="The asset.")],
    by: By,
    lasting: Lasting = None,
    until: Moment = None,
    done: Annotated[bool, typer.Option("--done", help="It is not being filled any more.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say that an asset is being filled, for as long as that takes at most.

    Its alarms are quiet meanwhile if a suppression of the configuration says so, for the longest time there.

    Examples: cryogate filling dewar-1 --for 45min --by "Li Na"; cryogate filling dewar-1 --done --by "Li Na"
    """
    if done and (lasting, until) != (None, None):
        raise InputError("--done says that it is over: leave out --for and --until")
    with open_desk(load(config)) as desk:
        stated = quieting.fill(desk, at_this_box(by), asset, None if done else Until(until, lasting))
        names = quieting.suppressed_while_filling(desk, asset)
        remark_on(desk, by)
    if as_json:
        print_json(answer(stated, asset=asset, filling=not done, suppressions=names))
        return
    say(f"{asset} is {'no longer' if done else 'being'} filled; {said_by(stated)}")
    if not names and not done:
        say("note: no suppression of the configuration goes by that, so its alarms speak as before")


def out_of_service(
    channel: Annotated[str, typer.Option("--channel", help="All alarms of this channel.")] = "",
    asset: Annotated[str, typer.Option("--asset", help="All alarms of this asset.")] = "",
    by: Annotated[
        str, typer.Option("--by", help="Who says so; left out: what is out of service is listed.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why, or why you approve.")] = "",
    lasting: Lasting = None,
    until: Moment = None,
    review: Annotated[
        str | None, typer.Option("--review", help="Instead of an end: somebody looks again then, RFC 3339.")
    ] = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="Agree to what somebody else asked for.")
    ] = False,
    end: Annotated[bool, typer.Option("--end", help="It is in service again.")] = False,
    corrects: Corrects = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Take a channel or an asset out of service: one person asks, a second one approves.

    Until then, at its end, and from its review on, its alarms speak. Without --by: what is out of service.

    Examples: cryogate out-of-service --asset dewar-1 --for 14d --by "Li Na" --reason "vacuum leak, emptied";
    cryogate out-of-service --asset dewar-1 --approve --by "Wang Wei" --reason "seen, it is empty"
    """
    scope, times = Scope(channel, asset), (Until(until, lasting), Until(review, None))
    with open_desk(load(config)) as desk:
        if not by:
            rests = resting.rests(desk, desk.clock.now_ns())
            show_rests([rest_row(rest) for rest in rests], as_json)
            return
        author = at_this_box(by)
        if approve and end:
            raise InputError("--approve or --end, not both")
        if approve:
            stated, rest = resting.approve(desk, author, scope, reason)
            words = f"{scope.name} is out of service {_ends(rest)}"
        elif end:
            stated, words = resting.end(desk, author, scope, reason), f"{scope.name} is in service"
        else:
            stated = resting.request(desk, author, scope, reason, times, corrects)
            words = f"asked to take {scope.name} out of service; a second person has to approve it"
        remark_on(desk, by)
    if as_json:
        print_json(answer(stated, channel=channel or None, asset=asset or None))
    else:
        say(f"{words}; {said_by(stated)}")


def _row(config: Path, alarm: str) -> tuple[Configuration, AlarmRow]:
    configuration = load(config)
    with open_records(configuration.data_dir) as records:
        return configuration, find(records, alarm)


def _rule(done: quieting.Shelved) -> str:
    return f"{done.rule} of {done.channel}" if done.channel else done.rule


def _shelved(row: AlarmRow, done: quieting.Shelved) -> object:
    until = format_rfc3339(done.until_ns)
    return answer(done.stated, alarm=row.id, channel=done.channel, rule=done.rule, until=until)


def rest_words(rest: Mapping[str, Any]) -> str:
    """What is out of service, or waits for the approval of a second person; as JSON has it."""
    by, until, review = rest["approved_by"], rest["until"], rest["review"]
    how = f"approved by {by}" if by else "NOT APPROVED: its alarms speak"
    ends = f"until {until[:19]}Z" if review is None else f"with a review at {review[:19]}Z"
    who = f"asked for by {rest['requested_by']}"
    return f"{rest['channel'] or rest['asset']} {ends}, {who}, {how}: {rest['reason']}"


def show_rests(rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """As `--json` and the API have them."""
    if as_json:
        print_json(rows)
        return
    for row in rows:
        say(rest_words(row))
    if not rows:
        say("nothing is out of service")


def _ends(rest: Rest) -> str:
    how = "until" if rest.said.review_ns is None else "with a review at"
    return f"{how} {_shown(rest.said.last_ns)}"


def _shown(time_ns: int) -> str:
    return f"{format_rfc3339(time_ns)[:19]}Z"
