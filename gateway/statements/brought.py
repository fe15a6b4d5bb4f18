"""What people brought: an import or a retry, whose readings are the entries right before its statement."""

from __future__ import annotations

from typing import Final

from gateway.dataclass import dataclass
from gateway.statements import Statement, import_, retry

KINDS: Final = (import_.KIND, retry.KIND)


@dataclass(frozen=True, slots=True)
class Brought:
    """Of which channels, by the names that they bore, and from when to when its readings are; where they
    came from, in words."""

    channels: frozenset[str]
    first_ns: int
    last_ns: int
    words: str

    def meets(self, other: Brought) -> bool:
        """Whether there are moments from first to last of both."""
        return self.first_ns <= other.last_ns and other.first_ns <= self.last_ns


def brought_by(statement: Statement) -> Brought | None:
    """None where it is of another kind, or does not say which readings these are. Raises StatementError."""
    if statement.kind == import_.KIND:
        file = import_.of(statement.body)
        return Brought(frozenset(file.channels.values()), file.first_ns, file.last_ns, file.file)
    if statement.kind != retry.KIND or retry.final(statement.body):
        return None
    said = retry.of(statement.body)
    words = f"the refused messages of {said.source}"
    return Brought(frozenset(said.channels), said.first_ns, said.last_ns, words)
