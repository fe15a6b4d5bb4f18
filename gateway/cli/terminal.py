"""What commands print: text as it is, never as markup, and nothing in it drives the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from gateway.text import json_pieces, lines, one_line

WIDTH_OF_A_PIPE = 140  # characters


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


def console() -> Terminal:
    """For people; a pipe is as wide as tables need."""
    terminal = Terminal()
    return terminal if terminal.is_terminal else Terminal(width=WIDTH_OF_A_PIPE)


def errors() -> Terminal:
    """For progress and remarks, beside what a command answers."""
    return Terminal(stderr=True)


def folding_table(*columns: str, **options: Any) -> Table:
    """A table that cuts nothing: what is too long for its column goes on in the next line."""
    table = Table(box=None, **options)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def say(text: str, err: bool = False) -> None:
    """One line, however long."""
    typer.echo(one_line(text), err=err)


def print_json(data: Any) -> None:
    """Data for a script, one indented document."""
    sys.stdout.writelines(json_pieces(data))  # nothing in it drives a terminal
    typer.echo()
