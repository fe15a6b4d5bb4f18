"""What commands print: text as it is, never as markup, and nothing in it drives the terminal.

rich takes a tenth of a command's start: what prints JSON or a line does without it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import typer

from gateway.text import json_pieces, one_line

if TYPE_CHECKING:
    from rich.table import Table

    from gateway.cli.styled import Terminal

WIDTH_OF_A_PIPE: Final = 140  # characters


def console() -> Terminal:
    """For people; a pipe is as wide as tables need."""
    from gateway.cli.styled import Terminal

    terminal = Terminal()
    return terminal if terminal.is_terminal else Terminal(width=WIDTH_OF_A_PIPE)


def errors() -> Terminal:
    """For progress and remarks, beside what a command answers."""
    from gateway.cli.styled import Terminal

    return Terminal(stderr=True)


def folding_table(*columns: str, **options: Any) -> Table:
    """A table that cuts nothing: what is too long for its column goes on in the next line."""
    from rich.table import Table

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
