"""A terminal with styles and tables; rich is loaded with it, so only who prints for people imports it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from gateway.text import lines


class Terminal(Console):
    """A console that takes `[top]` and `:m:` for what they are; styles come with Text alone.

    What is not printable is escaped: in plain text before its width is measured, in all the rest at the last.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def print(self, *objects: Any, soft_wrap: bool | None = None, **options: Any) -> None:
        """With `soft_wrap` a line stays whole in a pipe; a terminal would break its words anywhere."""
        super().print(*objects, soft_wrap=bool(soft_wrap) and not self.is_terminal, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(lines(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            is_safe = segment.control or segment.text.isprintable()
            yield segment if is_safe else segment._replace(text=lines(segment.text))
