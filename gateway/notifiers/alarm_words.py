"""Single facts of an alarm in the words of one language: where, what, how warm, since when, who is inside.

What comes from outside is one line in which nothing drives a terminal, a header or a direction of writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from gateway.errors import InputError
from gateway.notifiers import Setting
from gateway.notifiers.vocabulary import Vocabulary
from gateway.text import one_line
from gateway.times import parse_rfc3339
from gateway.zones import zone

LONGEST_PLACE: Final = 60  # characters of asset and zone: a long name must not hide the value
MOST_UNITS: Final = 5  # codes in a message; `cryogate alarms` has all
NO_RETURN: Final = ("moved", "superseded", "retired")  # ends that no reading made
FAILED: Final = "failed"  # of a drill
SAID_BY_VALUE: Final = ("", "limit", "drill")  # kinds
SIGNS: Final = {"degC": "°C", "percent": "%"}


class AlarmWords:
    """Of one alarm in the published shape."""

    def __init__(self, alarm: Mapping[str, Any], words: Vocabulary, setting: Setting) -> None:
        self._alarm = alarm
        self._words = words
        self._setting = setting

    @property
    def is_fault(self) -> bool:
        return self.text("kind") == "fault"

    @property
    def is_drill(self) -> bool:
        return self.text("kind") == "drill"

    def text(self, key: str) -> str:
        return one_line(str(self._alarm.get(key) or ""))

    def severity(self) -> str:
        return self._words.severities.get(self.text("severity"), self.text("severity"))

    def state(self) -> str:
        return self._words.states.get(self.text("state"), self.text("state"))

    def end(self) -> str:
        """How it ended, where that is no return that somebody has acknowledged: a key of `ends`."""
        state, drill = self.text("state"), self._alarm.get("drill")
        if drill:
            return "failed" if drill.get("outcome") == FAILED else ""
        if self._alarm.get("withdrawn"):
            return "withdrawn"
        if state.startswith("ended"):
            why = str(self._alarm.get("ended_by") or "")
            return why if why in NO_RETURN else "superseded"
        return "open" if state == "returned unacknowledged" else ""

    def about(self, longest_place: int = LONGEST_PLACE) -> str:
        """Place, of so many characters at most, value, and what is wrong; of a fault its name."""
        if self.is_fault:
            return self.text("rule")
        said = (short(self.place(), longest_place), self.value(), self._trouble())
        return " ".join(part for part in said if part)

    def place(self) -> str:
        asset = ", ".join(map(self.name, self._assets()))
        return "/".join(part for part in (asset, self.text("zone")) if part)

    def name(self, name: str) -> str:
        """Of an asset, with the one that stands at the vessel now, if it was renamed."""
        now = one_line(self._setting.name_now(name))
        return self._words.name_now.format(name=one_line(name), now=now) if now else one_line(name)

    def where(self) -> str:
        return "/".join(part for part in (self.text("site"), self.place()) if part)

    def rule(self) -> str:
        return "" if self.is_fault else f"{self.text('rule')} ({self._kind()})"

    def _trouble(self) -> str:
        """Empty where the value says it: a silence has none, and that of a stuck probe looks well."""
        return "" if self.text("kind") in SAID_BY_VALUE else self._kind()

    def _kind(self) -> str:
        kind = self.text("kind")
        return self._words.kinds.get(kind, kind)

    def value(self) -> str:
        extreme = self._alarm.get("extreme")
        return "" if extreme is None else quantity(extreme, self.text("unit"))

    def limit(self) -> str:
        """Empty where the rule has none."""
        keys = (self._alarm.get(key) or "" for key in ("channel", "rule", "profile_version"))
        limit = self._setting.limit(*keys)
        return "" if limit is None else quantity(*limit)

    def measured(self) -> str:
        """The worst value, and the limit where the rule has one."""
        limit = self.limit()
        if not limit:
            return self.value()
        return self._words.limit.format(value=self.value() or self._words.no_value, limit=limit)

    def since(self, key: str) -> str:
        """By the clock at the site, and UTC; empty where the alarm has no such moment."""
        return self.moment(parse_rfc3339(self._alarm[key])) if self._alarm.get(key) else ""

    def moment(self, at_ns: int) -> str:
        utc = datetime.fromtimestamp(at_ns // 10**9, UTC)
        shown = f"{utc:%Y-%m-%d %H:%M:%S} UTC"
        local = self.local(at_ns)
        if local.utcoffset() == utc.utcoffset():
            return shown
        return f"{local:%Y-%m-%d %H:%M:%S} {_offset(local)} ({shown})"

    def clock(self, at_ns: int) -> str:
        """Hour and minute at the site, with its offset: for a text that must be short."""
        local = self.local(at_ns)
        return f"{local:%H:%M}{_offset(local)}"

    def local(self, at_ns: int) -> datetime:
        moment = datetime.fromtimestamp(at_ns // 10**9, UTC)
        try:
            return moment.astimezone(zone(self._setting.time_zone(self.text("site"), self._assets())))
        except InputError:
            return moment

    def _assets(self) -> list[str]:
        """A fault names several."""
        return [asset for asset in str(self._alarm.get("asset") or "").split(", ") if asset]

    def units(self) -> str:
        """Empty only for a fault that is about no asset."""
        units, words = self._alarm.get("units"), self._words
        if not isinstance(units, Sequence) or isinstance(units, str):
            return words.unknown
        if not units:
            return words.nothing if self.text("asset") else ""
        shown = [self._unit(unit) for unit in units[:MOST_UNITS]]
        more = len(units) - len(shown)
        return ", ".join(shown) + (words.more.format(number=more) if more else "")

    def remarks(self) -> str:
        """What was noticed about the alarm itself: that it comes and goes, that nobody looks at it."""
        said = (one_line(str(one)) for one in self._alarm.get("remarks") or ())
        return self._words.separator.join(map(self._words.phrase, said))

    def _unit(self, unit: Mapping[str, Any]) -> str:
        code = one_line(str(unit.get("code", "")))
        return code if unit.get("certain", True) else f"{code} {self._words.uncertain}"


def quantity(value: float, unit: str) -> str:
    return f"{value:.7g} {SIGNS.get(unit, unit.replace('degC', '°C'))}".rstrip()


def short(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _offset(local: datetime) -> str:
    return f"{local:%z}"[:3] + ":" + f"{local:%z}"[3:5]
