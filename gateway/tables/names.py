"""Names of months, days of the week and halves of the day in the languages that loggers' programs write."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["en", "de", "es", "fr", "it", "nl", "pt", "zh"]

_MONTHS: Final[dict[str, str]] = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "zh": "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
}
_SHORT: Final[dict[str, str]] = {  # where it is not the first three letters of the long one
    "de": "jan feb mrz apr mai jun jul aug sep okt nov dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
}
_ALSO: Final[dict[str, dict[str, int]]] = {
    "en": {"sept": 9},
    "de": {"jän": 1, "jänner": 1, "mär": 3, "sept": 9},
    "es": {"sept": 9, "setiembre": 9},
}
_WEEK: Final[dict[str, str]] = {  # from Monday on; more than one name with a bar between
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "de": "montag dienstag mittwoch donnerstag freitag samstag|sonnabend sonntag",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "pt": "segunda terça quarta quinta sexta sábado domingo",
    "zh": "一 二 三 四 五 六 日|天",
}
_BEFORE_DAY: Final = ("星期", "礼拜", "周")
_HALVES: Final[dict[str, tuple[str, str]]] = {"de": ("vorm", "nachm"), "zh": ("上午", "下午")}


def months(language: str) -> dict[str, int]:
    """Each name in small letters, without a point, and its number."""
    long = _MONTHS[language].split()
    short = (
        _SHORT[language].split() if language in _SHORT else [n if language == "zh" else n[:3] for n in long]
    )
    numbered = [*enumerate(long, 1), *enumerate(short, 1)]
    return {name: number for number, name in numbered} | _ALSO.get(language, {})


def halves(language: str) -> dict[str, bool]:
    """Each name of a half of the day, without points and blanks; True: the second half."""
    morning, afternoon = _HALVES.get(language, ("am", "pm"))
    return {"am": False, "pm": True, morning: False, afternoon: True}


def days_of_week(language: str, shown: str) -> list[int]:
    """What a name, whole or cut off behind two letters, can mean, Monday is 0; nothing: it is no name."""
    name = shown.lower().removesuffix(".")
    if language == "zh":
        name = next((name.removeprefix(one) for one in _BEFORE_DAY if name.startswith(one)), "")
    elif len(name) < 2:
        return []
    week = [day.split("|") for day in _WEEK[language].split()]
    return [k for k, names in enumerate(week) if name and any(one.startswith(name) for one in names)]
