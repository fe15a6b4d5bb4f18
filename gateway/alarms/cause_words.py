"""The words of hints in English and Chinese, and nothing else. Fields stand in braces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from gateway.alarms.causes import Cause, Evidence, Hint

Language = Literal["en", "zh"]
Words = Mapping[str, tuple[str, str]]

CAUSES: Final[Mapping[Cause, tuple[str, str]]] = {
    Cause.LID: ("looks like an open lid or door", "似乎是盖或门开着"),
    Cause.NITROGEN: ("looks like liquid nitrogen low or gone", "似乎是液氮不足或耗尽"),
    Cause.FILLING: ("looks like a fill with liquid nitrogen", "似乎正在加液氮"),
    Cause.TILT: ("looks like a vessel that was tilted", "似乎是容器倾斜"),
    Cause.VACUUM: ("looks like lost vacuum", "似乎是真空失效"),
    Cause.SENSOR: ("looks like a fault of the sensor", "似乎是传感器故障"),
    Cause.LINK: ("looks like a lost connection", "似乎是通信中断"),
    Cause.POWER: (
        "looks like missing power, or a compressor that does not cool",
        "似乎是断电或压缩机不制冷",
    ),
}
NOTHING: Final = ("nothing fits", "没有符合的原因")
HINT: Final = ("{cause} ({because})", "{cause}（{because}）")
OR: Final = (", or ", "，或")
HINTS: Final = ("{hints}; no verdict, look first", "{hints}；仅供参考，请先查看")
EVIDENCE_GAP: Final = ("; ", "；")
MOST_HINTS: Final = 2  # in a message; `cryogate hints` has all
MOST_EVIDENCE: Final = 2  # for each

EVIDENCE: Final[Words] = {
    "bad": ("{percent} % of its readings are faults of the sensor", "{percent} % 的读数是传感器错误"),
    "cabinets warm": (
        "{count} other cooled by a compressor at the site warm up, too",
        "本站另有 {count} 台压缩机制冷设备同时升温",
    ),
    "compressor off": ("its compressor has stood for {minutes} min", "压缩机已停 {minutes} 分钟"),
    "device silent": (
        "{count} other channels of {source} go on: only this device is silent",
        "{source} 的另外 {count} 个通道正常，只有本设备无数据",
    ),
    "dip": (
        "it rose, then fell {kelvin} K below what it was: warm gas, then liquid",
        "先升温，后降到原值以下 {kelvin} K：先热气后液氮",
    ),
    "disagree": ("two probes disagree", "两个探头读数不一致"),
    "everything silent": (
        "nothing came from any source: no power, or the gateway was off or cut off",
        "所有来源均无数据：断电，或网关停机或断网",
    ),
    "falls faster": ("the level falls {times} times as fast as before", "液位下降速度为以前的 {times} 倍"),
    "impossible": ("{value} degC is what a broken probe shows", "{value} °C 是探头损坏时的读数"),
    "jump": (
        "it jumped by {kelvin} K from one reading to the next",
        "相邻两次读数之间跳变 {kelvin} K",
    ),
    "level dropped": ("the level dropped by {percent} % within ten minutes", "液位十分钟内下降 {percent} %"),
    "level fell": ("the level fell below its limit", "液位低于限值"),
    "level low": ("the level is at {percent} %", "液位为 {percent} %"),
    "level rises": ("the level rose by {percent} % within ten minutes", "液位十分钟内上升 {percent} %"),
    "level stopped": (
        "the level no longer falls, and it warms: nothing is left to boil off",
        "液位不再下降而温度上升：已无液氮可蒸发",
    ),
    "lid contact": ("the contact of the lid or door was open for {minutes} min", "盖或门开启 {minutes} 分钟"),
    "neck warm": ("another probe of it is at {value} degC", "同一容器的另一探头为 {value} °C"),
    "no supply": (
        "the fill valve was open for {minutes} min, and the level did not rise",
        "加液阀开启 {minutes} 分钟而液位未升",
    ),
    "power contact": ("the device reports a power failure", "设备报告断电"),
    "silent": ("it is silent, and nobody can be compared with it", "无数据，且没有可比较的通道"),
    "source fault": ("{source} did not answer the gateway", "{source} 当时对网关无应答"),
    "source flaps": ("the connection of {source} was lost again and again", "{source} 的连接当时反复中断"),
    "source silent": (
        "all {count} other channels of {source} fell silent with it",
        "{source} 的另外 {count} 个通道同时无数据",
    ),
    "sources silent": (
        "{count} other sources of the site fell silent with it",
        "本站另外 {count} 个来源同时无数据",
    ),
    "spike": (
        "it rose by {kelvin} K within minutes, as by warm gas before a fill",
        "几分钟内上升 {kelvin} K，如同加液前的热气",
    ),
    "stated": ("{by} said that it is being filled", "{by} 说明正在加液氮"),
    "still": ("it has shown one number for {minutes} min", "读数 {minutes} 分钟没有变化"),
    "tilt contact": ("the contact for tilting was closed for {minutes} min", "倾斜触点闭合 {minutes} 分钟"),
    "valve": ("the fill valve was open for {minutes} min", "加液阀开启 {minutes} 分钟"),
    "warms": ("it warms by {pace} K/h: no liquid is left", "每小时升温 {pace} K：已无液氮"),
    "warms dry": (
        "it warms by {pace} K/h, as a sound vessel without liquid",
        "每小时升温 {pace} K，如同没有液氮的完好容器",
    ),
    "warms fast": ("it warmed by {pace} K/min, as over an open lid", "每分钟升温 {pace} K，如同盖或门开着"),
    "warms tilted": (
        "it warms by {pace} K/h, as a vessel on its side or upside down",
        "每小时升温 {pace} K，如同侧放或倒置的容器",
    ),
    "warms uncooled": (
        "it warms by {pace} K/h, as a cabinet without cooling",
        "每小时升温 {pace} K，如同没有制冷",
    ),
    "warms without vacuum": (
        "it warms by {pace} K/h: too fast for a vessel with vacuum",
        "每小时升温 {pace} K：对真空良好的容器过快",
    ),
}


def cause_words(of: Cause | None, language: Language = "en") -> str:
    """None: nothing fits."""
    return (NOTHING if of is None else CAUSES[of])[_column(language)]


def evidence_words(of: Evidence, language: Language = "en") -> str:
    return EVIDENCE[of.code][_column(language)].format(**{k: _shown(v) for k, v in of.values.items()})


def hint_words(found: Sequence[Hint], language: Language) -> str:
    """The two heaviest hints with what speaks for each, in a line; empty where nothing fits."""
    column, said = _column(language), []
    for hint in found[:MOST_HINTS]:
        because = EVIDENCE_GAP[column].join(
            evidence_words(e, language) for e in hint.evidence[:MOST_EVIDENCE]
        )
        said.append(HINT[column].format(cause=cause_words(hint.cause, language), because=because))
    return HINTS[column].format(hints=OR[column].join(said)) if said else ""


def _column(language: Language) -> int:
    return 1 if language == "zh" else 0


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
