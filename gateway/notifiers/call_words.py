"""What one person reads of a call: what is in danger, how long there is, what to do first, who is next.

A drill says so before anything else. Codes of units, never names of patients.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.alarms.call import LOUD, Back, Call, CallKind, TimeLeft
from gateway.notifiers import Setting
from gateway.notifiers.alarm_words import LONGEST_PLACE, NO_RETURN, AlarmWords, short
from gateway.notifiers.call_vocabulary import EN, ZH, CallVocabulary
from gateway.notifiers.words import LONGEST_LINE, LONGEST_TITLE, VOCABULARIES, Message, guidance_rows
from gateway.text import one_line
from gateway.times import parse_rfc3339

CALL_VOCABULARIES: Final[Mapping[str, CallVocabulary]] = {"en": EN, "zh": ZH}
MOST_OTHERS: Final = 5  # further alarms that have a line each; the others are counted
DAY_S: Final = 86_400


def call_message(call: Call, setting: Setting) -> Message:
    """The same for the same call and setting."""
    return CallWords(call, setting).message()


class CallWords:
    """One call in the language of its person."""

    def __init__(self, call: Call, setting: Setting) -> None:
        self._call = call
        self._setting = setting
        self._words = CALL_VOCABULARIES[call.language]
        self._first = self._alarm(call.alarms[0]) if call.alarms else self._alarm({})

    @property
    def first(self) -> AlarmWords:
        """The alarm that has to be seen to first, of which most is said; without a single fact in a test."""
        return self._first

    @property
    def words(self) -> CallVocabulary:
        return self._words

    def message(self) -> Message:
        colon, link = VOCABULARIES[self._call.language].colon, one_line(self._call.link)
        said = (
            (label, words if words == link else short(words, LONGEST_LINE)) for label, words in self._rows()
        )
        rows = tuple((label, words) for label, words in said if words)  # a link that is cut leads nowhere
        return Message(short(self.title(), LONGEST_TITLE), rows, colon, link)

    def title(self, longest_place: int = LONGEST_PLACE) -> str:
        call, words = self._call, self._words
        said = self._template().format(
            priority=words.priorities[call.priority],
            about=self._first.about(longest_place) or one_line(call.group),
            number=call.number,
            going_on=call.number - call.over,
            name=one_line(call.name),
            by=one_line(call.taken_by or call.acknowledged_by),
            **self._of_back(call.back),
            **self._of_swings(),
        )
        drill = VOCABULARIES[call.language].drill if call.drill else ""
        late = words.over_already if call.is_late and not self._is_known_end() else ""
        return f"{drill}{late}{said}"

    def _template(self) -> str:
        call, words = self._call, self._words
        is_of_one = call.kind is CallKind.SUMMARY and call.number == 1
        is_answered = call.is_answered and not call.is_late
        if (call.kind is CallKind.OVER or (is_of_one and is_answered)) and (said := self._answer()):
            return said
        if call.kind is CallKind.OVER and (end := self._first.end()):
            return words.ends[end][0]
        if call.kind is CallKind.SUMMARY and is_answered:
            return words.answered_title
        if is_of_one:  # what else was held is forgotten by now
            return words.titles[CallKind.OVER if self._is_known_end() else CallKind.ALARM]
        if call.kind is CallKind.SUMMARY and self._is_known_end():
            return words.all_over_title
        if call.kind is CallKind.SUMMARY and call.over and not call.is_late:
            return words.some_over_title
        if call.is_correction:
            return words.correction_title
        if call.swings and call.is_loud:
            return words.swings_title
        if call.was_quiet and call.kind is CallKind.AGAIN:
            return words.speaks_title
        if call.back is not None and call.kind is CallKind.AGAIN:
            return words.back_title if call.back.what else words.some_back_title
        return self._of_end() or words.titles[call.kind]

    def _is_known_end(self) -> bool:
        """Of a summary: whether all of it is over, and nothing of that is new."""
        call = self._call
        return call.kind is CallKind.SUMMARY and call.is_late and call.is_answered

    def _of_end(self) -> str:
        """Of a call to act whose first alarm does not go on as it began; empty: it does."""
        call, words = self._call, self._words
        if call.kind not in LOUD:
            return ""
        if call.is_late:
            return words.titles[CallKind.ALARM]
        if call.is_beside:
            return words.beside_title
        return words.ended_title if self._first.end() in NO_RETURN else ""

    def _answer(self) -> str:
        """Why nobody has to get up although it goes on; empty: it does not."""
        call, words = self._call, self._words
        if call.taken_by:
            return words.taken_title
        if call.acknowledged_by:
            return words.acknowledged_title
        return words.quiet_title if call.is_quiet else ""

    @staticmethod
    def _of_back(back: Back | None) -> dict[str, Any]:
        if back is None:
            return {}
        return {"what": one_line(back.what), "silent": back.silent, "silences": back.number}

    def back(self) -> str:
        """Which cause is over, and what is still silent; empty where there is none."""
        back = self._call.back
        if back is None:
            return ""
        named = ", ".join(map(self._first.name, back.assets))
        left = back.silent - len(back.assets)
        assets = f"{named} {self._words.more.format(number=left)}" if left > 0 else named
        at = self._first.moment(back.since_ns)
        line = self._words.back_line if back.what else self._words.some_back_line
        return line.format(at=at, assets=assets, **self._of_back(back))

    def swings(self) -> str:
        """How often it came and went; empty where it does not."""
        is_said = self._call.swings and self._call.is_loud
        return self._words.swings_line.format(**self._of_swings()) if is_said else ""

    def _of_swings(self) -> dict[str, str]:
        return {"swings": str(self._call.swings), "minutes": f"{self._call.swings_within_s / 60:.0f}"}

    def counts(self) -> str:
        """How many go on; empty where that is no question."""
        call = self._call
        if call.kind is CallKind.OVER or call.number < 2 or not (call.over or call.answered):
            return ""
        colon = VOCABULARIES[call.language].colon
        by = f"{colon}{', '.join(map(one_line, call.answered_by))}" if call.answered_by else ""
        words = self._words.counts_answered if call.answered else self._words.counts
        return words.format(going_on=call.number - call.over, over=call.over, answered=call.answered, by=by)

    def ended(self) -> str:
        """What of a summary is over, where not all of it is."""
        call = self._call
        if call.kind is not CallKind.SUMMARY or call.is_late or not call.ended:
            return ""
        left = len(call.ended) - len(call.over_names)
        more = f" {self._words.more.format(number=left)}" if left > 0 else ""
        return f"{', '.join(map(self._first.name, call.over_names))}{more}"

    def range_left(self, left: TimeLeft) -> tuple[str, str]:
        """Lowest and highest; an empty highest where it has no end."""
        highest = self.duration(left.highest_s) if math.isfinite(left.highest_s) else ""
        return self.duration(left.lowest_s), highest

    def duration(self, seconds: float) -> str:
        """In two steps at most: 3 d 4 h, 1 h 10 min, 12 min, 40 s."""
        words, whole = self._words, max(0, int(seconds))
        if whole < 60:
            return words.second.format(number=whole)
        days, hours, minutes = whole // DAY_S, whole % DAY_S // 3600, whole % 3600 // 60
        steps = [(words.day, days), (words.hour, hours), (words.minute, minutes)]
        begin = next(i for i, (_, number) in enumerate(steps) if number)
        return words.gap.join(
            word.format(number=number) for word, number in steps[begin : begin + 2] if number
        )

    def _rows(self) -> Iterator[tuple[str, str]]:
        """In the order in which a person needs it; what is not known or does not apply is empty."""
        call, labels = self._call, self._words.labels
        if call.drill:
            yield labels["drill"], VOCABULARIES[call.language].drill_line
        if call.kind is CallKind.TEST:
            yield labels["what"], self._words.test_line
            yield labels["at"], self._first.moment(call.at_ns)
            yield labels["link"], one_line(call.link)
            return
        if call.kind is CallKind.OVER:
            yield labels["what"], self._end()
        elif call.is_loud and (end := self._first.end()) in NO_RETURN:
            yield labels["what"], self._ended(end)
        yield labels["what"], self._correction()
        yield labels["what"], self.back()
        yield labels["what"], self.swings()
        yield labels["what"], self.counts()
        yield labels["what"], "" if call.drill else self._first.text("message")
        yield labels["place"], self._first.where()
        yield labels["value"], self._first.measured()
        if call.kind is not CallKind.OVER:
            yield from self._to_do()
        yield from self._facts()

    def _to_do(self) -> Iterator[tuple[str, str]]:
        call, words = self._call, self._words
        yield words.labels["left"], self._left()
        yield words.labels["hint"], one_line(call.hint)
        yield from guidance_rows(call.guidance, VOCABULARIES[call.language])
        yield words.labels["link"], one_line(call.link)
        yield words.labels["taken"], self._taken() if self._call.kind is not CallKind.SUMMARY else ""
        yield words.labels["next"], self._next()

    def _facts(self) -> Iterator[tuple[str, str]]:
        first, labels = self._first, self._words.labels
        yield labels["units"], first.units() if self._call.alarms else ""
        yield labels["since"], first.since("start")
        is_one = self._call.kind is not CallKind.SUMMARY  # of which the first alarm is the whole
        over = "ended" if first.end() in NO_RETURN and is_one else "over"
        yield labels[over], first.since("over") if is_one else self.ended()
        yield labels["rule"], first.rule() if self._call.alarms else ""
        yield labels["priority"], self._priority()
        yield labels["remarks"], first.remarks()
        yield from self._others()
        yield labels["state"], first.state() if is_one else ""
        yield labels["alarm"], first.text("id")

    def _others(self) -> Iterator[tuple[str, str]]:
        shown = self._call.alarms[1 : 1 + MOST_OTHERS]
        label = self._words.labels["others"]
        for alarm in shown:
            words = self._alarm(alarm)
            said = self._words.with_reason.format(what=words.about(), reason=words.text("id"))
            quiet = self._quiet(alarm["overlay"]) if alarm.get("overlay") and not alarm.get("over") else ""
            yield label, VOCABULARIES[self._call.language].separator.join(filter(None, (said, quiet)))
            label = ""
        left = self._call.number - 1 - len(shown)
        if left > 0:
            yield label, self._words.more.format(number=left)

    def _left(self) -> str:
        """Of an excursion it is said, too, that it is not known."""
        left, words = self._call.time_left, self._words
        if left is None:
            is_asked = self._call.alarms and not self._first.is_fault and not self._call.is_late
            return words.not_known if is_asked and self._call.kind is not CallKind.SUMMARY else ""
        lowest, highest = self.range_left(left)
        template = words.left if highest else words.left_at_least
        method, until = self._phrase(left.method), self._phrase(left.until)
        return template.format(lowest=lowest, highest=highest, until=until, method=method)

    def _end(self) -> str:
        """Why nobody has to get up any more: only what has ended is over."""
        call, words = self._call, self._words
        if call.taken_by:
            return words.taken_line.format(by=one_line(call.taken_by))
        if call.acknowledged_by:
            return words.acknowledged_line.format(by=one_line(call.acknowledged_by))
        if call.is_quiet:
            return self._quiet(next((o for one in call.alarms if (o := one.get("overlay"))), {}))
        end = self._first.end()
        return self._ended(end) if end else words.over_line

    def _ended(self, end: str) -> str:
        return self._words.ends[end][1].format(at=self._first.since("end") or self._first.since("over"))

    def _correction(self) -> str:
        """What of it never was; empty where that is told by its state."""
        never = [self._alarm(one) for one in self._call.alarms[1:] if one.get("withdrawn")]
        if not never or not self._call.is_loud:
            return ""
        what = ", ".join(self._words.with_reason.format(what=a.about(), reason=a.text("id")) for a in never)
        return self._words.correction_line.format(what=what)

    def _quiet(self, overlay: Mapping[str, Any]) -> str:
        """Why nobody is called, who said so, until when; not the reason, which may hold anything."""
        words = self._words
        by, until = one_line(str(overlay.get("by") or "")), overlay.get("until")
        return words.quiet_line.format(
            kind=words.quiet_kinds.get(str(overlay.get("kind", "")), words.quiet_kinds[""]),
            by=words.quiet_by.format(by=by) if by else "",
            until=words.quiet_until.format(at=self._first.moment(parse_rfc3339(until))) if until else "",
        )

    def _taken(self) -> str:
        by = one_line(self._call.taken_by)
        return self._words.taken_line.format(by=by) if by else self._words.nobody_line

    def _next(self) -> str:
        call = self._call
        if not call.next_name or call.next_at_ns is None:
            return one_line(call.next_name)
        at = self._first.moment(call.next_at_ns)
        return self._words.next.format(name=one_line(call.next_name), at=at)

    def _priority(self) -> str:
        what, reason = self._words.priorities[self._call.priority], self._phrase(self._call.priority_reason)
        return self._words.with_reason.format(what=what, reason=reason) if reason else what

    def _phrase(self, english: str) -> str:
        return VOCABULARIES[self._call.language].phrase(one_line(english))

    def _alarm(self, alarm: Mapping[str, object]) -> AlarmWords:
        return AlarmWords(alarm, VOCABULARIES[self._call.language], self._setting)
