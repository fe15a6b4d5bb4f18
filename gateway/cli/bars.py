"""How far a command is that takes its time: a bar for each step, where somebody looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from gateway.cli.terminal import errors
from gateway.jobs.kinds import Told


@contextmanager
def bars() -> Iterator[Told]:
    """A bar for each step, on a terminal."""
    err = errors()
    columns = (TextColumn("{task.description:10}", markup=False), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as shown:
        tasks: dict[str, TaskID] = {}

        def told(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(step)
            shown.update(tasks[step], completed=done, total=total)

        yield told
