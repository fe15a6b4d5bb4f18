"""Every command by name, with its words in `cryogate --help`; its file is imported when it is asked for.

A command that prints a version must not wait a second for numpy.
"""

from __future__ import annotations

import importlib
import shlex
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import typer
from typer.core import TyperGroup

from gateway.cli import late
from gateway.cli.afar import there
from gateway.dataclass import dataclass

LONGEST: Final = 500  # characters of a sentence
WIDTH: Final = 76  # of an example: 80 columns, and the indentation of both sides


@dataclass(frozen=True, slots=True)
class Listed:
    """The files of a command in this folder, and a line about it."""

    files: tuple[str, ...]
    words: str


def _in(file: str, words: str) -> Listed:
    return Listed((file,), words)


COMMANDS: Final[Mapping[str, Listed]] = {
    "run": _in("run", "Run the gateway until Ctrl-C or SIGTERM."),
    "pages": _in("pages", "Answer the API; `run` starts it where [pages] is set."),
    "check": _in("check", "Every mistake of the configuration; what it listens to."),
    "doctor": _in("doctor", "What is wrong, where, and what to do next."),
    "status": _in("status", "What the running gateway does, and how each channel is."),
    "watch": _in("watch", "The same, live: values, alarms, the units inside."),
    "alarms": _in("alarms", "Alarms that need somebody, with the units inside."),
    "calls": _in("calls", "Who was told of an alarm with what answer, and who is next."),
    "notify": _in("notify", "Test whether a person can be reached."),
    "drill": _in("drill", "A test that goes the whole way, and who was reached how fast."),
    "history": _in("history", "Every change of an alarm, and what was known then."),
    "hints": _in("hints", "What an alarm looks like, and why; never a verdict."),
    "report": _in("report", "An excursion, an asset over a time, a unit, or a year as a PDF."),
    "bundle": _in("bundle", "Reports, proofs and checksums of a period for an inspector."),
    "alarm-health": _in("alarm_health", "How many alarms people get, about what, and what would help."),
    "ack": _in("handling", "Acknowledge an alarm."),
    "token": _in("token", "Let one person acknowledge once, from far away."),
    "take": _in("handling", "Say that you are on it."),
    "assign": _in("handling", "Say who is to see to an alarm."),
    "comment": _in("handling", "Remark something on an alarm."),
    "shelve": _in("quieting", "Keep an alarm quiet for a while."),
    "unshelve": _in("quieting", "Let it speak again before that."),
    "filling": _in("quieting", "Say that an asset is being filled."),
    "out-of-service": _in("quieting", "Take a channel or an asset out of service."),
    "close": _in("handling", "Close an alarm that is over."),
    "handover": _in("handover", "What is open, and what happened, for the next person."),
    "contents": _in("contents", "What is inside, by whose word, now or at any time."),
    "code": _in("code", "What a scanned or printed code can be, in words."),
    "load": _in("tell", "Say which product units are in which asset."),
    "empty": _in("tell", "Say that nothing is inside an asset."),
    "place": _in("place", "Say that a channel measures another asset."),
    "people": _in("people", "Who can be called, by which ways; who has left."),
    "account": _in("account", "Who may log in, as what and where; sessions, tokens."),
    "roster": _in("roster", "Who is on duty when, set and shown as a week."),
    "duty": _in("duty", "Who is on duty, and what is missing."),
    "stand-in": _in("duty", "Say who takes somebody's turns for a while."),
    "reset": _in("tell", "Let a budget of a channel count anew."),
    "statements": _in("statements", "What people and the gateway stated."),
    "withdraw": _in("statements", "Take a statement back."),
    "audit": _in("audit", "The audit trail: who did what, with old and new values."),
    "sign": _in("sign", "Sign a record electronically, with an account."),
    "review": _in("review", "Reviews of excursions: what is due, and what is decided in one."),
    "signatures": _in("sign", "Who signed what, and whether it changed since."),
    "clocks": _in("proof", "How long a channel was in range, out of range, not proven."),
    "time-left": _in("time_left", "How long each vessel lasts, and each limit."),
    "replay": _in("replay", "Screen the journal again, or recorded files."),
    "preview": _in("preview", "What other limits would have meant."),
    "import": _in("bring", "Take logger downloads into the journal."),
    "refused": _in("refused", "What came in and could not be taken, and the way back."),
    "siren": _in("siren", "Whether a siren or lamp should be on; its test button."),
    "parked": _in("parked", "What a sink or notifier did not take, and what becomes of it."),
    "journal": Listed(("journal", "retention"), "Its size, integrity, exports, backups and retention."),
    "evidence": _in("evidence", "Checkpoints and proofs that others check without Cryogate."),
    "verify": _in("verify", "Check a report or a proof of any gateway by its key."),
    "hold": _in("retention", "Keep readings whatever retention says."),
    "release": _in("retention", "Release a hold."),
    "convert": _in("convert", "Probe mathematics for a bench."),
    "version": _in("version", "The version, and that of SQLite."),
}


WITHOUT_NUMBERS: Final = frozenset(
    [
        *("status", "alarms", "calls", "history", "contents", "statements", "audit", "signatures", "version"),
        *("ack", "take", "assign", "comment", "close", "shelve", "unshelve", "filling", "out-of-service"),
        *("token", "handover", "load", "empty", "place", "people", "account", "roster", "duty", "stand-in"),
        *("reset", "withdraw", "sign", "hold", "release", "code", "verify"),
    ]
)
"""Commands of one thread that look and state, and mostly need no array."""


class Commands(Mapping[str, Any]):
    """The commands themselves, as click has them."""

    def __getitem__(self, name: str) -> Any:
        return _made(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


@cache
def _made(name: str) -> Any:
    """Once for a process: it takes longer than most commands, and tests do hundreds of them in one."""
    if name in WITHOUT_NUMBERS:
        late.put_off()
    part = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)
    part.callback()(_nothing)
    for file in COMMANDS[name].files:
        importlib.import_module(f"gateway.cli.{file}").add_to(part)
    return _legible(typer.main.get_group(part).commands[name])


class Whole(TyperGroup):
    """A group that lists the first sentence of each of its commands, whole."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, c.get_short_help_str(LONGEST)) for name, c in self.commands.items()])


class Listing(TyperGroup):
    """The group of all commands; listing them imports none."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = Commands()  # type: ignore[assignment]  # it is only read

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return there(cmd_name, super().get_command(ctx, cmd_name), ctx.params)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.words) for name, listed in COMMANDS.items()])


def whole_examples(text: str) -> str:
    """Help text whose examples can be copied: a long one goes on behind a backslash, as a shell reads it."""
    return "\n\n".join(_example(p) if p.startswith("Example") else p for p in text.split("\n\n"))


def _example(paragraph: str) -> str:
    first, _, commands = " ".join(paragraph.split()).partition(": ")
    shown = [_broken(command) for command in commands.split("; cryogate ")]
    return f"\b\n{first}:\n" + "\n".join(
        f"  {'' if k == 0 else 'cryogate '}{command}" for k, command in enumerate(shown)
    )


def _broken(command: str) -> str:
    words = shlex.split(command, posix=False)  # with their quotes
    wrapper = textwrap.TextWrapper(WIDTH - 6, break_long_words=False, break_on_hyphens=False)
    wrapped = wrapper.wrap(" ".join(word.replace(" ", "\0") for word in words))
    return " \\\n      ".join(wrapped).replace("\0", " ")


def _legible(command: Any) -> Any:
    if command.help:
        command.help = whole_examples(command.help)
    for inner in getattr(command, "commands", {}).values():
        _legible(inner)
    return command


def _nothing() -> None:
    """So that typer makes a group of a single command."""
