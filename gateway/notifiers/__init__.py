"""Notifiers, one file each: alarm changes to people; the file's name is the `kind` of a notifier.

A file in this folder provides

    class Options                          frozen dataclass: the notifier's table, without `kind`
    class Notifier:                        see `Notifier` below
        def __init__(self, options: Options) -> None

One that writes to people in words (words.py) is `Worded`, one that reaches a person at an address is
`Addressed`, too. One whose table need not name anybody is `Receiving`. One that shows how it is, as a lamp
does, is `Overseeing` and `Keeping`; `Sounding`, too, where steps can name it. Files without Options are what
they share.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

from gateway.alarms.call import Call, Guidance, Language
from gateway.alarms.change import AlarmChange

NOBODY: Final = "its table names nobody to tell of every change; persons alone are told by it"


class Notifier(Protocol):
    """One way to tell people. Used by one thread."""

    def notify(self, change: AlarmChange) -> str:
        """Returns once the outside world has it, with what it answered; empty where it answers nothing.

        Raises LinkDown when it has to be tried again, and Rejected when that would never help. After a crash
        in between the last changes come again: one that can tell tells them once.
        """


class Setting(Protocol):
    """What a message says beside the change itself, as the configuration has it now."""

    def time_zone(self, site: str, assets: Sequence[str] = ()) -> str:
        """Of the clocks at a site, or where all these assets are; UTC where it is not known."""

    def name_now(self, asset: str) -> str:
        """What an asset is called that was renamed since; empty where it still has this name."""

    def limit(self, channel: str, rule: str, version: str) -> tuple[float, str] | None:
        """The limit of a rule and its unit; None where the rule has none, or is no more.

        `version`: as `profile_version` of an alarm has it.
        """

    def guidance(self, alarm: Mapping[str, Any], language: Language) -> Guidance | None:
        """What to do first about an alarm in the published shape; None where nothing is said."""


@runtime_checkable
class Worded(Protocol):
    """A notifier that people read."""

    def learn(self, setting: Setting) -> None:
        """Called once, before the first change."""


@runtime_checkable
class Addressed(Protocol):
    """A notifier that reaches one person at an address of its own: a mailbox, a topic, a telephone number.

    One that takes the empty address needs no person: a step of an escalation may name it.
    """

    def check_address(self, address: str) -> None:
        """Raises ValueError, with what is expected, for what is no address here."""

    def tell(self, call: Call, address: str) -> str:
        """As `Notifier.notify`: what was answered, LinkDown to try again, Rejected where that never helps."""


@runtime_checkable
class Overseeing(Protocol):
    """A notifier that shows how it is, not what happened: it begins with the alarms that there are."""

    def oversee(self, needing: Callable[[], Iterable[Mapping[str, Any]]]) -> None:
        """Called once, before the first change: published alarms that need somebody, when it asks."""


@runtime_checkable
class Sounding(Protocol):
    """An `Addressed` one that goes on until people answer, where steps of an escalation name it."""

    def sound_for(self, calling: Callable[[], Collection[str] | None]) -> None:
        """Called once, before anything else: because of which groups it is to sound; None: nobody knows yet.

        From then on that alone decides, and no change of an alarm is told.
        """


@runtime_checkable
class Keeping(Protocol):
    """A notifier whose outside world may forget."""

    def keep(self) -> None:
        """Called about once a second, and before changes. Raises LinkDown."""


@runtime_checkable
class Receiving(Protocol):
    """A notifier whose table need not name receivers: without them it tells persons alone."""

    @property
    def has_receivers(self) -> bool:
        """Whether the table names whom to tell of every change."""


def tells_changes(notifier: Notifier) -> bool:
    """Whether somebody is to be told of every change by it."""
    return not isinstance(notifier, Receiving) or notifier.has_receivers
