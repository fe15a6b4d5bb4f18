"""What a person reads of an alarm change: a title and a few lines, in Chinese or English, for a phone.

Codes of units, never names of patients; no comments, in which anything may stand. Names and messages come
from outside: each is one line in which nothing drives a terminal, a header or a direction of writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from gateway.alarms.change import AlarmChange
from gateway.errors import InputError
from gateway.notifiers import Setting
from gateway.notifiers.vocabulary import EN, ZH, Vocabulary
from gateway.tables.zones import zone
from gateway.text import one_line
from gateway.times import parse_rfc3339

Language = Literal["en", "zh"]
VOCABULARIES: Final[Mapping[str, Vocabulary]] = {"en": EN, "zh": ZH}
LONGEST_TITLE: Final = 120  # characters: a lock screen shows about so many
LONGEST_LINE: Final = 300  # a fault says what, where and what to do; names are bounded, lists of them are not
MOST_UNITS: Final = 5  # codes in a message; `cryogate alarms` has all
SIGNS: Final = {"degC": "°C", "percent": "%"}


@dataclass(frozen=True, slots=True)
class Message:
    """`rows`: what it is about, and what is said about it."""

    title: str
    rows: tuple[tuple[str, str], ...]
    colon: str

    @property
    def text(self) -> str:
        return "\n".join(f"{label}{self.colon}{said}" for label, said in self.rows)


class UnknownSetting:
    """Of a notifier that was told of none: UTC alone, and no limits."""

    def time_zone(self, site: str) -> str:  # noqa: ARG002
        return "UTC"

    def limit(self, channel: str, rule: str, version: str) -> tuple[float, str] | None:  # noqa: ARG002
        return None


def message(change: AlarmChange, language: Language, setting: Setting) -> Message:
    """The same for the same change and setting."""
    return _Writer(change, VOCABULARIES[language], setting).message()


class _Writer:
    """One message."""

    def __init__(self, change: AlarmChange, words: Vocabulary, setting: Setting) -> None:
        self._change = change
        self._alarm = change.alarm
        self._words = words
        self._setting = setting

    def message(self) -> Message:
        labels = self._words.labels
        rows = [(labels[key], _short(said, LONGEST_LINE)) for key, said in self._said().items() if said]
        return Message(_short(self._title(), LONGEST_TITLE), tuple(rows), self._words.colon)

    def _title(self) -> str:
        words = self._words
        severity = words.severities.get(self._text("severity"), self._text("severity"))
        change = words.changes.get(self._change.change, self._change.change)
        is_fault = self._text("kind") == "fault"
        about = self._text("rule") if is_fault else f"{self._place()} {self._value()}"
        return words.title.format(severity=severity, change=change, about=about)

    def _said(self) -> dict[str, str]:
        """By label, in the order in which a person needs it; what is not known or does not apply is empty."""
        return {
            "message": self._text("message"),
            "place": "/".join(part for part in (self._text("site"), self._place()) if part),
            "rule": self._rule(),
            "value": self._measured(),
            "since": self._moment("start"),
            "over": self._moment("over"),
            "units": self._units(),
            "by": self._by(),
            "state": self._words.states.get(self._text("state"), self._text("state")),
            "alarm": self._text("id"),
        }

    def _place(self) -> str:
        return "/".join(part for key in ("asset", "zone") if (part := self._text(key)))

    def _rule(self) -> str:
        kind = self._text("kind")
        return "" if kind == "fault" else f"{self._text('rule')} ({self._words.kinds.get(kind, kind)})"

    def _value(self) -> str:
        extreme = self._alarm.get("extreme")
        return "" if extreme is None else _quantity(extreme, self._text("unit"))

    def _measured(self) -> str:
        """The worst value, and the limit where the rule has one."""
        keys = (self._alarm.get(key) or "" for key in ("channel", "rule", "profile_version"))
        limit = self._setting.limit(*keys)
        if limit is None:
            return self._value()
        value = self._value() or self._words.no_value
        return self._words.limit.format(value=value, limit=_quantity(*limit))

    def _moment(self, key: str) -> str:
        """By the clock at the site, and UTC."""
        if not self._alarm.get(key):
            return ""
        moment = datetime.fromtimestamp(parse_rfc3339(self._alarm[key]) // 10**9, UTC)
        utc = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
        try:
            local = moment.astimezone(zone(self._setting.time_zone(self._alarm.get("site", ""))))
        except InputError:
            return utc
        if local.utcoffset() == moment.utcoffset():
            return utc
        return f"{local:%Y-%m-%d %H:%M:%S} {_offset(local)} ({utc})"

    def _units(self) -> str:
        """Empty only for a fault that is about no asset."""
        units, words = self._alarm.get("units"), self._words
        if not isinstance(units, Sequence) or isinstance(units, str):
            return words.unknown
        if not units:
            return words.nothing if self._text("asset") else ""
        shown = [self._unit(unit) for unit in units[:MOST_UNITS]]
        more = len(units) - len(shown)
        return ", ".join(shown) + (words.more.format(number=more) if more else "")

    def _unit(self, unit: Mapping[str, Any]) -> str:
        code = one_line(str(unit.get("code", "")))
        return code if unit.get("certain", True) else f"{code} {self._words.uncertain}"

    def _by(self) -> str:
        """Who acknowledged or closed it, where that is what happened."""
        acknowledgements = self._alarm.get("acknowledgements") or ()
        said = acknowledgements[-1] if acknowledgements else None
        if self._change.change == "closed":
            said = self._alarm.get("closing") or said
        is_about_people = self._change.change in ("acknowledged", "closed")
        return one_line(str(said["by"])) if said and is_about_people else ""

    def _text(self, key: str) -> str:
        return one_line(str(self._alarm.get(key) or ""))


def _quantity(value: float, unit: str) -> str:
    return f"{value:.7g} {SIGNS.get(unit, unit.replace('degC', '°C'))}".rstrip()


def _offset(local: datetime) -> str:
    return f"{local:%z}"[:3] + ":" + f"{local:%z}"[3:5]


def _short(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
