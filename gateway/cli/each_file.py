"""Several files, one after the other: what is wrong with one hides neither the others nor what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.errors import ConfigurationError, CryogateError, Declined, InputError
from gateway.text import counted

MOST_TOLD: Final = 20  # files that were refused, each with its lines; more are only counted
OF_THE_FILE: Final = frozenset(
    (400, 409, 413, 415, 422)
)  # HTTP: what a gateway says of a file, not of who sent it


@dataclass(frozen=True, slots=True)
class Done:
    """`answers`: what each file gave; of a refused one its name and why. `left`: not tried any more."""

    answers: list[dict[str, Any]]
    refused: list[str]
    left: Sequence[Path]
    total: int

    def complain(self) -> None:
        """Raises InputError with all that is wrong, if anything is."""
        if not self.refused:
            return
        more = len(self.refused) - MOST_TOLD
        what = [f"{len(self.refused)} of {self.total} files cannot be taken:", *self.refused[:MOST_TOLD]]
        what += [f"... and {more} more"] if more > 0 else []
        if self.left:
            what.append(f"not tried: {counted(len(self.left), 'file')}, the first {self.left[0]}")
        raise InputError("\n".join(what))


def each_file(paths: Sequence[Path], take: Callable[[Path], dict[str, Any]]) -> Done:
    """Every file, as far as the others can be tried at all. A single file raises what `take` raises."""
    if len(paths) == 1:
        return Done([take(paths[0])], [], (), 1)
    answers: list[dict[str, Any]] = []
    refused: list[str] = []
    for place, path in enumerate(paths):
        try:
            answers.append(take(path))
        except CryogateError as error:
            why = str(error) if str(error).startswith(str(path)) else f"{path}: {error}"
            answers.append({"file": str(path), "refused": why})
            refused.append(why)
            if not _is_of_the_file(error):
                return Done(answers, refused, paths[place + 1 :], len(paths))
    return Done(answers, refused, (), len(paths))


def _is_of_the_file(error: CryogateError) -> bool:
    """Otherwise the next one would meet the same: a disk that is full, a gateway that does not answer."""
    if isinstance(error, Declined):
        return error.status in OF_THE_FILE
    return isinstance(error, InputError | ConfigurationError)
