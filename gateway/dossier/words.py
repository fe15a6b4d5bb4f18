"""Texts of a report in Chinese and in English, and how numbers and moments are written for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from gateway.dataclass import dataclass
from gateway.published.labels import Labels, SiteLabel
from gateway.zones import zone

Language = Literal["zh", "en", "both"]
LANGUAGES: Final = ("zh", "en", "both")


@dataclass(frozen=True, slots=True)
class W:
    """What a report says by itself, in both languages; what others said is a plain text."""

    zh: str
    en: str

    def __add__(self, other: W) -> W:
        return W(self.zh + other.zh, f"{self.en} {other.en}")


@dataclass(frozen=True, slots=True)
class Marked:
    """What others said, and below it what the report says about that."""

    text: str
    mark: W


Text = str | W | Marked
SHORT: Final = 60  # characters of a name in a headline; the section on measurement has all
NONE: Final = "—"
SEVERITIES: Final = {
    "warning": W("警告", "warning"),
    "minor": W("次要", "minor"),
    "major": W("重要", "major"),
    "critical": W("紧急", "critical"),
}
ENDS: Final = {
    None: W("仍在持续", "still goes on"),
    "returned": W("读数恢复正常", "readings returned"),
    "moved": W("探头移至别处", "the probe moved elsewhere"),
    "superseded": W("换用其他限值", "other limits took over"),
    "retired": W("通道停用", "the channel was retired"),
    "withdrawn": W("已撤回", "withdrawn"),
}
STATES: Final = {
    "unacknowledged": W("未确认", "unacknowledged"),
    "acknowledged": W("已确认", "acknowledged"),
    "returned unacknowledged": W("已恢复，未确认", "returned, unacknowledged"),
    "ended unacknowledged": W("已结束，未确认", "ended, unacknowledged"),
    "ended acknowledged": W("已结束，已确认", "ended, acknowledged"),
    "closed": W("已关闭", "closed"),
    "withdrawn unacknowledged": W("已撤回，未确认", "withdrawn, unacknowledged"),
}


def number(value: float | None, unit: str = "") -> str:
    """Ten digits at most; a dash where there is none."""
    if value is None:
        return NONE
    shown = f"{value:.10g}".replace("-", "−")
    return f"{shown} {UNITS.get(unit, unit)}".rstrip()


UNITS: Final = {"degC": "°C", "degC_per_min": "°C/min", "percent": "%"}


def duration(seconds: float | None) -> W:
    """1 h 02 min 03.5 s; whole days counted as hours."""
    if seconds is None:
        return W(NONE, NONE)
    minutes, rest = divmod(round(seconds, 3), 60)
    hours, left = divmod(int(minutes), 60)
    shown = f"{rest:.3f}".rstrip("0").rstrip(".")
    if hours:
        return W(f"{hours} 小时 {left} 分 {shown} 秒", f"{hours} h {left} min {shown} s")
    return W(f"{left} 分 {shown} 秒", f"{left} min {shown} s") if left else W(f"{shown} 秒", f"{shown} s")


def beyond(one: Mapping[str, Any]) -> W:
    """Time beyond the limit; and what is neither that nor in range, because nothing is proven of it."""
    told = duration(one["beyond_s"])
    if not one.get("unproven_s"):
        return told
    silent = duration(one["unproven_s"])
    return W(f"{told.zh}；未证实 {silent.zh}", f"{told.en}; not proven {silent.en}")


def moment(facts: Mapping[str, Any], at: str | None) -> str:
    """UTC, and beside it what clocks at the site showed."""
    if at is None:
        return NONE
    place = facts["place"]
    label = SiteLabel(place["site"], place["time_zone"], zone(place["time_zone"]))
    return Labels({place["site"]: label}).both(at, place["site"])


def percent(hundredths: int) -> str:
    return f"{hundredths / 100:.2f} %"


def plural(many: int, one: str) -> str:
    """1 unit, 2 units; in English only."""
    return f"{many} {one}{'' if many == 1 else 's'}"


def joined(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def utc(at: str) -> str:
    """To the second."""
    return f"{at[:10]} {at[11:19]}Z"


def named(name: str, called: str) -> str:
    """Dewar 7 (dewar-7): as people call it, with its name in the configuration."""
    return f"{called} ({name})" if called and called != name else name


def one_of(known: Mapping[Any, W], key: Any) -> Text:
    """As it is, where this version has no words for it."""
    return known.get(key, str(key))


def short(name: str) -> str:
    return name if len(name) <= SHORT else f"{name[:SHORT]}…"


def numbered(words: str, many: int) -> str:
    """`{}` is the number; of [one|several] what fits to it: "{} [gap|gaps]"."""
    told, _, rest = words.partition("[")
    while rest:
        choice, _, rest = rest.partition("]")
        one, _, several = choice.partition("|")
        before, _, rest = rest.partition("[")
        told += (one if many == 1 else several) + before
    return told.replace("{}", str(many))


def in_language(text: Text, language: str) -> str:
    if isinstance(text, Marked):
        return f"{text.text} ({in_language(text.mark, language)})"
    return text if isinstance(text, str) else text.zh if language == "zh" else text.en
