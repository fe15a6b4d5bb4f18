"""What is opened and has to be closed can be used by `with`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closes(ABC):
    """`with` it: closed at the end, however that comes."""

    @abstractmethod
    def close(self) -> None:
        """Nothing of it is used afterwards."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
