"""Address templates: how the named parts of a topic become the address of a channel."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gateway.dataclass import dataclass
from gateway.payloads.remembered import Remembered

_PART = re.compile(r"\{([^{}]*)\}|([^{}]+)|([{}])")


@dataclass(frozen=True, slots=True)
class AddressTemplate:
    """ "{device}/temperature", parsed. `parts` holds (text, is a name)."""

    parts: tuple[tuple[str, bool], ...]

    @staticmethod
    def parse(text: str) -> AddressTemplate:
        """Raises ValueError where a brace is alone or holds no name."""
        if not text:
            raise ValueError("an address template is empty; expected one like '{device}/temperature'")
        return AddressTemplate(tuple(_part(match, text) for match in _PART.finditer(text)))

    @property
    def names(self) -> frozenset[str]:
        """The topic parts that `fill` needs."""
        return frozenset(text for text, named in self.parts if named)

    def fill(self, names: Mapping[str, str]) -> str:
        """The address for a topic with these named parts."""
        return "".join(names[text] if named else text for text, named in self.parts)


class Addresses:
    """Several templates, filled once per topic."""

    def __init__(self, templates: Sequence[str]) -> None:
        self._templates = [AddressTemplate.parse(text) for text in templates]
        self._cache: Remembered[tuple[str, ...], tuple[str, ...]] = Remembered()

    @property
    def names(self) -> frozenset[str]:
        """The topic parts that any of the templates needs."""
        return frozenset().union(*(template.names for template in self._templates))

    def of(self, key: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, ...]:
        """The addresses for `names`, which the same `key` always comes with."""
        known = self._cache.get(key)
        if known is None:
            known = tuple(template.fill(names) for template in self._templates)
            self._cache.put(key, known, (*key, *known))
        return known


def _part(match: re.Match[str], template: str) -> tuple[str, bool]:
    name, literal, brace = match.groups()
    if brace is not None or (name is not None and not name.isidentifier()):
        raise ValueError(f"address template {template!r}: {match[0]!r} is not {{name}}")
    return (literal, False) if literal is not None else (name, True)
