"""A call as a text message (SMS): what matters most first, no longer than so many parts hold.

Source: 3GPP TS 23.038 (GSM 7 bit default alphabet and its extension), TS 23.040 9.2.3.24.1: a message has 160
septets, or 70 UCS-2 units where one character is not of that alphabet; of several parts each has 153 or 67.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.alarms.call import Call, CallKind
from gateway.notifiers import Setting
from gateway.notifiers.alarm_words import short
from gateway.notifiers.call_words import CallWords
from gateway.notifiers.words import Message
from gateway.text import one_line
from gateway.times import parse_rfc3339

ALPHABET: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = frozenset("^{}\\[~]|€\f")  # take two septets each
SEPTETS: Final = (160, 153)  # of a message alone, of one part of several
UNITS: Final = (70, 67)
MOST_PARTS: Final = 6
LONGEST_PLACE: Final = 36  # characters: the value behind it has to fit into 70 units
LONGEST_STEP: Final = 60  # characters of what to do first: the rest stands in other messages
SHORTEST_CUT: Final = 20  # characters: what is cut shorter says nothing
SEPARATORS: Final = {"en": "; ", "zh": "；"}


def text_message(call: Call, setting: Setting, parts: int = 1) -> str:
    """Whatever fits, the more important before the less; what does not fit is left out whole."""
    words = CallWords(call, setting)
    text = _fitting(_plain(short(words.title(LONGEST_PLACE), 120)), parts)
    for piece in _pieces(call, words):
        longer = f"{text}{SEPARATORS[call.language]}{_plain(piece)}"
        if parts_of(longer) <= parts:
            text = longer
        elif piece == words.first.text("message"):  # cut it still says what is wrong
            cut = _cut(longer, parts)
            text = cut if len(cut) - len(text) >= SHORTEST_CUT else text
    return text


def fitted(written: Message, parts: int = 1) -> str:
    """The same of words that are there already: the title, then row by row."""
    text = _fitting(_plain(written.title), parts)
    for label, said in written.rows:
        longer = f"{text}\n{_plain(f'{label}{written.colon}{said}' if label else said)}"
        if parts_of(longer) <= parts:
            text = longer
    return text


def parts_of(text: str) -> int:
    """In how many parts a network sends it."""
    if all(c in ALPHABET or c in EXTENDED for c in text):
        size, (alone, each) = len(text) + sum(c in EXTENDED for c in text), SEPTETS
    else:
        size, (alone, each) = len(text.encode("utf-16-be", "replace")) // 2, UNITS
    return 1 if size <= alone else -(-size // each)


def _pieces(call: Call, words: CallWords) -> Iterator[str]:
    """The most important first: the link is the only way to answer from this message."""
    if call.link:
        yield one_line(call.link)
    if call.kind is CallKind.TEST:
        yield words.words.test_line
        return
    said, first, vocabulary = dict[str, str](), words.first, words.words.short
    if first.limit():
        said["limit"] = vocabulary["limit"].format(limit=first.limit())
    if call.kind is not CallKind.OVER:
        said |= _to_do(call, words)
    if call.taken_by and call.kind is not CallKind.OVER:
        said["taken"] = vocabulary["taken"].format(by=one_line(call.taken_by))
    if call.number > 1 and call.kind is not CallKind.SUMMARY:
        said["more"] = vocabulary["more"].format(number=call.number - 1)
    yield from said.values()
    if call.alarms and first.text("message") and not call.drill:
        yield first.text("message")
    if call.alarms and call.alarms[0].get("start"):
        yield vocabulary["since"].format(at=first.clock(parse_rfc3339(call.alarms[0]["start"])))
    if call.alarms and first.units():
        yield vocabulary["inside"].format(units=first.units())


def _to_do(call: Call, words: CallWords) -> dict[str, str]:
    vocabulary, said = words.words.short, dict[str, str]()
    if call.time_left is not None:
        lowest, highest = words.range_left(call.time_left)
        template = vocabulary["left" if highest else "left_at_least"]
        said["left"] = template.format(lowest=lowest, highest=highest)
    if call.guidance is not None and call.guidance.steps:
        step = short(one_line(call.guidance.steps[0]), LONGEST_STEP)
        said["first"] = vocabulary["first"].format(step=step)
    if call.guidance is not None and call.guidance.plan:
        said["plan"] = vocabulary["plan"].format(plan=one_line(call.guidance.plan))
    return said


def _plain(text: str) -> str:
    """The sign of degrees and dots in one would make a Latin text one of 70 characters."""
    return text.replace("°C", "C").replace("…", "...")


def _cut(text: str, parts: int) -> str:
    """With the sign of that at its end."""
    while parts_of(f"{text}...") > parts:
        text = text[:-1]
    return f"{text}..."


def _fitting(text: str, parts: int) -> str:
    """Cut where even the title is too long."""
    while parts_of(text) > parts:
        text = text[:-1]
    return text
