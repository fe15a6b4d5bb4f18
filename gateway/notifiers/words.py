"""What a person reads of an alarm change: a title and a few lines, in Chinese or English, for a phone.

Codes of units, never names of patients; no comments, in which anything may stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.alarms.call import Guidance, Language
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.notifiers import Setting
from gateway.notifiers.alarm_words import AlarmWords, short
from gateway.notifiers.vocabulary import EN, ZH, Vocabulary
from gateway.text import one_line

VOCABULARIES: Final[Mapping[str, Vocabulary]] = {"en": EN, "zh": ZH}
ASKING: Final = ("raised", "amended", "asks again", "speaks again")  # they may ask somebody to act
REMARKS: Final = ("commented", "assigned")  # what is said of an alarm, which stays as it is
LONGEST_TITLE: Final = 120  # characters: a lock screen shows about so many
LONGEST_LINE: Final = 300  # a fault says what, where and what to do; names are bounded, lists of them are not


@dataclass(frozen=True, slots=True)
class Message:
    """`rows`: what it is about, and what is said about it; without a label a row goes on with the last."""

    title: str
    rows: tuple[tuple[str, str], ...]
    colon: str
    link: str = ""  # what one of the rows says, where that is an address to open

    @property
    def text(self) -> str:
        return "\n".join(f"{label}{self.colon}{said}" if label else said for label, said in self.rows)


def is_answered(alarm: Mapping[str, Any]) -> bool:
    """Whether somebody is on it, has acknowledged it, or it is quiet."""
    asks = str(alarm.get("state", "")).endswith("unacknowledged")
    return not asks or bool(alarm.get("taken")) or bool(alarm.get("overlay"))


def guidance_rows(guidance: Guidance | None, words: Vocabulary) -> Iterator[tuple[str, str]]:
    """Steps, a row each, contacts, plan."""
    if guidance is None:
        return
    for number, step in enumerate(guidance.steps, 1):
        yield words.labels["first"] if number == 1 else "", f"{number}. {one_line(step)}"
    yield words.labels["contacts"], words.separator.join(map(one_line, guidance.contacts))
    yield words.labels["plan"], one_line(guidance.plan)


class UnknownSetting:
    """Of a notifier that was told of none: UTC alone, and no limits."""

    def time_zone(self, site: str, assets: Sequence[str] = ()) -> str:  # noqa: ARG002
        return "UTC"

    def name_now(self, asset: str) -> str:  # noqa: ARG002
        return ""

    def limit(self, channel: str, rule: str, version: str) -> tuple[float, str] | None:  # noqa: ARG002
        return None

    def guidance(self, alarm: Mapping[str, Any], language: Language) -> Guidance | None:  # noqa: ARG002
        return None


def message(change: AlarmChange, language: Language, setting: Setting) -> Message:
    """The same for the same change and setting."""
    return _Writer(change, language, setting).message()


class _Writer:
    """One message."""

    def __init__(self, change: AlarmChange, language: Language, setting: Setting) -> None:
        self._change = change
        self._words = VOCABULARIES[language]
        self._alarm = AlarmWords(change.alarm, self._words, setting)
        is_open = change.change in REMARKS and not is_answered(change.alarm)
        asks = (change.change in ASKING or is_open) and change.alarm.get("over") is None
        self._guidance = setting.guidance(change.alarm, language) if asks else None

    def message(self) -> Message:
        labels = self._words.labels
        said = [(labels[key], words) for key, words in self._said().items()]
        told = [*said[:5], *guidance_rows(self._guidance, self._words), *said[5:]]
        rows = [(label, short(words, LONGEST_LINE)) for label, words in told if words]
        return Message(short(self._title(), LONGEST_TITLE), tuple(rows), self._words.colon)

    def _title(self) -> str:
        words = self._words
        change = words.changes.get(self._change.change, self._change.change)
        drill = words.drill if self._alarm.is_drill else ""
        said = words.title.format(severity=self._alarm.severity(), change=change, about=self._alarm.about())
        return f"{drill}{said}"

    def _said(self) -> dict[str, str]:
        """By label, in the order in which a person needs it; what is not known or does not apply is empty."""
        alarm = self._alarm
        return {
            "drill": self._words.drill_line if alarm.is_drill else "",
            "message": "" if alarm.is_drill else alarm.text("message"),
            "place": alarm.where(),
            "rule": alarm.rule(),
            "value": alarm.measured(),
            "since": alarm.since("start"),
            "over": alarm.since("over"),
            "units": alarm.units(),
            "by": self._by(),
            "assigned": self._assigned(),
            "state": ", ".join(words for words in (alarm.state(), self._quiet()) if words),
            "alarm": alarm.text("id"),
        }

    def _by(self) -> str:
        """Who acknowledged, took, assigned or closed it, where that is what happened."""
        alarm = self._change.alarm
        acknowledgements = alarm.get("acknowledgements") or ()
        said = acknowledgements[-1] if acknowledgements else None
        if self._change.change == "closed":
            said = alarm.get("closing") or said
        if self._change.change in ("taken", "assigned"):
            said = alarm.get(self._change.change)
        is_about_people = self._change.change in ("acknowledged", "assigned", "closed", "taken")
        return one_line(str(said["by"])) if said and is_about_people else ""

    def _assigned(self) -> str:
        said = self._change.alarm.get("assigned") if self._change.change == "assigned" else None
        return one_line(str(said["to"])) if said else ""

    def _quiet(self) -> str:
        """Whether it is shelved, suppressed or out of service; the reason may hold anything."""
        kind = str((self._change.alarm.get("overlay") or {}).get("kind", ""))
        return one_line(self._words.changes.get(kind, kind))
