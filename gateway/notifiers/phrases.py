"""What alarms say about themselves, in Chinese: remarks, reasons of a priority, methods of the time left.

Fields in braces are numbers or names. What has no phrase here stays as it is: it is a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

ZH: Final[Mapping[str, str]] = {
    # remarks (alarms/chatter.py)
    "chattering: raised {count} times in {minutes} min": "反复报警：{minutes} 分钟内 {count} 次",
    "stale: open for {hours} h without anybody": "长期未处理：已 {hours} 小时",
    "stale: open for {minutes} min without anybody": "长期未处理：已 {minutes} 分钟",
    # reasons of a priority (alarms/priority.py)
    "{severity}; {why}": "{severity}；{why}",
    "no asset is unwatched because of it": "没有设备因此失去监测",
    "nobody has said what is inside, which counts as {risk}": "无人说明内含产品，按{risk}处理",
    "nothing is inside": "内无产品",
    "{products} inside is not in [risks], which counts as {risk}": (
        "内含 {products}，未设定风险，按{risk}处理"
    ),
    "{products} inside is {risk}": "内含 {products}：{risk}",
    "{products} and {more} more": "{products} 等另外 {more} 种",
    "a product without a name": "无名称的产品",
    # methods of the time left (alarms/holdtime.py)
    "{method}, rated hold time": "{method}、额定保冷时间",
    "{method} before it was filled": "加液前的{method}",
    "level trend": "液位趋势",
    "weight trend": "重量趋势",
    "warming trend": "升温趋势",
    "rated hold time": "额定保冷时间",
    "empty": "耗尽",
}
WORDS: Final[Mapping[str, str]] = {
    "critical": "紧急",
    "major": "重要",
    "minor": "次要",
    "warning": "警告",
    "irreplaceable": "不可替代",
    "high": "高风险",
    "ordinary": "一般风险",
    "empty": "空",
}
CLOSED: Final = ("severity", "risk")  # fields that hold one of WORDS
OPEN: Final = ("why", "method", "products")  # fields that hold a phrase, or a name


def in_chinese(text: str) -> str:
    """The first phrase that fits, with its fields in Chinese where they have words of their own."""
    for pattern, chinese in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return chinese.format(**{name: _field(name, value) for name, value in found.groupdict().items()})
    return text


def _field(name: str, value: str) -> str:
    if name in CLOSED:
        return WORDS.get(value, value)
    return in_chinese(value) if name in OPEN else value


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(english), chinese) for english, chinese in ZH.items())


def _pattern(english: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", english)
    made = [re.escape(part) if k % 2 == 0 else f"(?P<{part}>{_values(part)})" for k, part in enumerate(parts)]
    return re.compile("".join(made), re.DOTALL)


def _values(field: str) -> str:
    if field in CLOSED:
        return "|".join(WORDS)
    return ".+" if field in OPEN else r"[0-9.]+"
