"""What calls people, made from a configuration: the caller, and a teller for each notifier that can."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator, Mapping

from gateway.alarming.faults import Check, Fault
from gateway.alarms.duty import Duty
from gateway.alarms.nobody import UNREACHED
from gateway.alarms.reach import Reach
from gateway.config.escalations import in_steps, named_in
from gateway.config.types import NOTIFIERS, Configuration
from gateway.errors import ConfigurationError
from gateway.followers.caller import Caller
from gateway.followers.voice import Voice
from gateway.journal.records import Records
from gateway.model import Severity
from gateway.notifiers import Addressed, Notifier, Sounding, Worded, tells_changes
from gateway.questions.calls import book_of
from gateway.questions.time_left import TimesLeft
from gateway.running.answers_first import AnswersFirst, Screened
from gateway.running.hint_soon import HintSoon
from gateway.running.links import links
from gateway.running.setting import SettingNow
from gateway.running.time_left_soon import TimeLeftSoon

MOST_NAMED = 5  # groups in a message


def notifier_of(configuration: Configuration, name: str) -> Notifier:
    """With all that it has to know of the configuration."""
    told = configuration.notifiers[name]
    made: Notifier = importlib.import_module(f"{NOTIFIERS}.{told.kind}").Notifier(told.options)
    if isinstance(made, Worded):
        made.learn(SettingNow(configuration))
    return made


def addressed_of(configuration: Configuration) -> dict[str, Addressed]:
    """A notifier of its own for each that can reach a person: they are not shared between threads.

    A siren is one of them where a step names it.
    """
    every = {name: notifier_of(configuration, name) for name in configuration.notifiers}
    alone = {name for name, made in every.items() if sounds_by_itself(configuration, name, made)}
    return {name: made for name, made in every.items() if isinstance(made, Addressed) and name not in alone}


def sounds_by_itself(configuration: Configuration, name: str, notifier: Notifier) -> bool:
    """Whether it is a siren that no step names."""
    return isinstance(notifier, Sounding) and name not in in_steps(configuration.escalations)


def hears_changes(configuration: Configuration, name: str, notifier: Notifier) -> bool:
    """Whether it is told of every change of an alarm."""
    if isinstance(notifier, Sounding):
        return sounds_by_itself(configuration, name, notifier)
    return tells_changes(notifier)


def reach_of(configuration: Configuration, addressed: Mapping[str, Addressed], duty: Duty) -> Reach:
    """Raises ConfigurationError where a step names a notifier that needs a person."""
    alone = {name for name, one in addressed.items() if _needs_no_address(one)}
    wrong = [
        f"escalations.{policy.name}.steps[{k}].notifiers: {name!r} needs an address: "
        "call a person who has one"
        for policy in configuration.escalations
        for k, step in enumerate(policy.steps)
        for name in step.notifiers
        if name not in alone
    ]
    if wrong:
        raise ConfigurationError(wrong)
    return Reach(duty, addressed, alone)


def caller_of(
    configuration: Configuration,
    voice: Voice,
    records: Records,
    committed: threading.Condition,
    screening: Screened,
) -> Caller:
    """Raises ConfigurationError."""
    book = book_of(configuration, voice.journal, voice.now_ns())
    addressed = addressed_of(configuration)
    reach = reach_of(configuration, addressed, book.duty)
    left = TimeLeftSoon(TimesLeft(voice.journal).of_alarm)
    hints = HintSoon(voice.journal)
    linking, limiting = links(configuration), SettingNow(configuration).limit
    answers = AnswersFirst(screening, voice.journal.last_seq())
    told = left, hints, linking, limiting, answers
    return Caller(book, reach, addressed, voice, records, committed, *told)


def check(configuration: Configuration, caller: Caller) -> Check:
    """That nobody can be reached, or not by every way, is a fault that every screen shows."""

    named = named_in(configuration.escalations)

    def look() -> Iterator[Fault]:
        if caller.problem:
            yield Fault("calls", Severity.CRITICAL, f"nobody is called: {caller.problem}")
        if caller.unsaved:
            message = (
                f"{caller.unsaved}; people are called, but after a crash some steps may come early or late"
            )
            yield Fault("calls unsaved", Severity.MAJOR, message)
        if caller.nobody:
            groups = list(caller.nobody)
            more = f" and {len(groups) - MOST_NAMED} more" if len(groups) > MOST_NAMED else ""
            message = (
                f"nobody could be reached, when this began about {', '.join(groups[:MOST_NAMED])}{more}; see "
                "`cryogate calls` for what it is about now, and `cryogate duty`, and tell somebody yourself"
            )
            yield Fault(UNREACHED, Severity.CRITICAL, message)
        for notifier, several in _by_notifier(caller.failing).items():
            yield Fault(f"way:{notifier}", Severity.MAJOR, _of_ways(notifier, several))
        for name in caller.strangers(named):
            message = f"escalations call {name!r}, and nobody is known by this id; see `cryogate people`"
            yield Fault(f"stranger:{name}", Severity.MAJOR, message)

    return look


def _by_notifier(failing: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """One happening, not one for each who is told by it: answers by person; an empty name: it needs none."""
    found: dict[str, dict[str, str]] = {}
    for way, answer in failing.items():
        notifier, _, person = way.partition(" ")
        found.setdefault(notifier, {})[person] = answer
    return found


def _of_ways(notifier: str, answers: Mapping[str, str]) -> str:
    """What was answered stands last: a message on a phone is cut at its end, and has to say what to do."""
    person, answer = next(iter(answers.items()))
    if not person:
        return f"notifier {notifier}, which a step of an escalation names, does not work: {answer}"
    more = f", nor {len(answers) - 1} more" if len(answers) > 1 else ""
    return (
        f"notifier {notifier} did not reach {person}{more}; other ways are tried where there are any; mend "
        f"it, then run `cryogate notify --test {person}`: {answer}"
    )


def _needs_no_address(notifier: Addressed) -> bool:
    try:
        notifier.check_address("")
    except ValueError:
        return False
    return True
