"""The page behind the link of a message: its alarms alone, and a button that acknowledges them.

Opening it changes nothing, because mail programs follow links to look at them. The button is good once.
There is no log-in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Response

from gateway.alarms.token import LONGEST, Token
from gateway.api.describing import told
from gateway.api.html import Form as Button
from gateway.api.html import Page, answer_page
from gateway.api.who import OPEN
from gateway.api.world import Asked, World
from gateway.commands import tokens
from gateway.commands.desk import Desk, open_desk
from gateway.commands.rest_of_group import rest
from gateway.errors import InputError
from gateway.journal.alarm_tables import AlarmRow
from gateway.notifiers.alarm_words import AlarmWords
from gateway.notifiers.vocabulary import EN, ZH
from gateway.notifiers.words import UnknownSetting
from gateway.published.alarm import of_known
from gateway.published.labels import labels_of
from gateway.published.urgency import state_words
from gateway.questions.duty import duty_of
from gateway.questions.history import find

router = APIRouter(tags=["link"])
ACTION: Final = "/api/v1/link"
GONE: Final = 410
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "Acknowledge",
        "done": "Acknowledged",
        "not": "This link is not good (any more)",
        "alarm": "alarm",
        "severity": "severity",
        "value": "worst value",
        "where": "where",
        "site": "site",
        "rule": "rule",
        "since": "since",
        "state": "state",
        "drill": "This is a drill.",
        "as": "You acknowledge as",
        "button": "Acknowledge",
        "journal": "in the journal as",
        "left": "Of the same happening, not on this page and nobody is on them: {number}. Calls go on.",
    },
    "zh": {
        "title": "确认报警",
        "done": "已确认",
        "not": "此链接无效、已过期或已使用",
        "alarm": "报警",
        "severity": "严重程度",
        "value": "最差值",
        "where": "位置",
        "site": "站点",
        "rule": "规则",
        "since": "开始时间",
        "state": "状态",
        "drill": "这是演习。",
        "as": "确认人",
        "button": "确认",
        "journal": "已记录，编号",
        "left": "同一事件中另有 {number} 条报警不在此页且无人处理，仍会继续呼叫。",
    },
}
Text = Annotated[str, Path(max_length=LONGEST)]


@router.get("/link/{token}", **told(OPEN, "<!DOCTYPE html>...", media="text/html"))
def show(world: Asked, token: Text) -> Response:
    """The alarms that a one-time token is for, with a button; opening it changes nothing."""
    desk = Desk(world.configuration, world.reading().journal, world.clock)
    try:
        known = tokens.read(desk, token)
        language, rows = _language(desk, known), _rows(world, known)
        name = tokens.good_for(desk, known, rows)
    except InputError as error:
        return _refused(world, str(error))
    words = WORDS[language]
    shown = [of_known(row.body, row.number) for row in rows]
    drill = (words["drill"],) if any(one.get("drill") for one in shown) else ()
    tables = tuple(_table(world, one, language) for one in shown)
    button = Button(ACTION, words["button"], {"token": token})
    said = (*drill, *_left(world, rows, words), f"{words['as']}: {name}")
    return answer_page(Page(language, words["title"], tables, said, button))


@router.post("/link", **told(OPEN, "<!DOCTYPE html>...", media="text/html"))
def acknowledge(world: Asked, token: Annotated[str, Form(max_length=LONGEST)]) -> Response:
    """Acknowledge all alarms of a one-time token, as its person; it is good once."""
    try:
        with open_desk(world.configuration) as desk:
            known = tokens.read(desk, token)
            language, rows = _language(desk, known), _rows(world, known)
            stated = tokens.acknowledge(desk, known, rows)
    except InputError as error:
        return _refused(world, str(error))
    words = WORDS[language]
    names = ", ".join(str(one.body["alarm"]) for one in stated.new)
    done = (f"{names}: {stated.new[0].by}", f"{words['journal']} {stated.new[0].id}")
    lines = (*done, *_left(world, rows, words))
    return answer_page(Page(language, words["done"], (), lines))


def _rows(world: World, token: Token) -> list[AlarmRow]:
    records = world.reading().records
    return [find(records, alarm) for alarm in token.alarms]


def _left(world: World, rows: Sequence[AlarmRow], words: Mapping[str, str]) -> tuple[str, ...]:
    """How many alarms of the same happenings stay as they are; which, is for those who log in."""
    reading, own = world.reading(), {row.id for row in rows}
    groups = (rest(world.configuration, reading.journal, reading.records, one, world.now_ns()) for one in own)
    left = {row.id for group in groups for row in group} - own
    return (words["left"].format(number=len(left)),) if left else ()


def _language(desk: Desk, token: Token) -> str:
    person = duty_of(desk.journal).person(token.person)
    return "en" if person is None else person.language


def _refused(world: World, why: str) -> Response:
    """In both languages: nobody knows whose link it was. Where the data are is nobody's matter."""
    plain = why.replace(str(world.folder), "")
    return answer_page(Page("en", WORDS["en"]["not"], (), (WORDS["zh"]["not"], plain)), GONE)


def _table(world: World, alarm: Mapping[str, Any], language: str) -> tuple[tuple[str, str], ...]:
    labels, words = labels_of(world.configuration), WORDS[language]
    spoken = AlarmWords(alarm, ZH if language == "zh" else EN, UnknownSetting())
    names = [name for name in (alarm["asset"], labels.asset(alarm["asset"])) if name]
    site = labels.site(alarm["site"]) or alarm["site"]
    rows = {
        "alarm": alarm["id"],
        "severity": spoken.severity(),
        "value": spoken.value(),
        "where": ", ".join(names) or alarm["message"],
        "site": site,
        "rule": alarm["rule"],
        "since": labels.both(alarm["start"], alarm["site"]),
        "state": spoken.state() if language == "zh" else state_words(alarm),
    }
    return tuple((words[key], str(value)) for key, value in rows.items() if value)
