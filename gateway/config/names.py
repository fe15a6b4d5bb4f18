"""Names and who bears them: a channel, asset or site keeps its identity when it is renamed (`was`).

The identity is the first name. A name that was borne once is never given to another, so that what people and
files said under it stays about the same thing, whenever it was said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from gateway.config.past import NAMED, names_before

ONE = {"sites": "site", "assets": "asset", "channels": "channel"}


class Names:
    """Every name ever borne, by section; to be told each configuration in the journal's order."""

    def __init__(self) -> None:
        self._identity: dict[str, dict[str, str]] = {section: {} for section in NAMED}
        self._latest: dict[str, dict[str, str]] = {section: {} for section in NAMED}
        self._before_all: dict[str, set[str]] = {section: set() for section in NAMED}

    def hear(self, content: Mapping[str, Any]) -> None:
        """Take over the names of a configuration document, as `problems` finds it right."""
        for section, before in names_before(content).items():
            known, names = self._identity[section], content.get(section, {})
            self._part(section, names)
            new = [name for name in names if name not in known]
            for name in names:
                known.setdefault(name, known.get(before.get(name, ""), name))
                self._latest[section][known[name]] = name
            for name, old in ((name, before[name]) for name in new if name in before):
                if old not in known:  # borne before all configurations: imports and people may have used it
                    known[old] = known[name]
                    self._before_all[section].add(old)

    def _part(self, section: str, names: Collection[str]) -> None:
        """A journal of an earlier version may have given a name to another that was borne before all."""
        known = self._identity[section]
        for name in self._before_all[section].intersection(names):
            if any(known.get(other) == known[name] for other in names if other != name):
                del known[name]
                self._before_all[section].discard(name)

    def identity(self, section: str, name: str) -> str:
        """Whose name it is or was; the name itself where nobody bore it."""
        return self._identity[section].get(name, name)

    def latest(self, section: str, identity: str) -> str:
        """The name it had last."""
        return self._latest[section].get(identity, identity)

    def today(self, section: str, name: str) -> str:
        """What bears this name, or bore it, as it is called now."""
        return self.latest(section, self.identity(section, name))

    def ever(self, section: str) -> Mapping[str, str]:
        """Every name with its identity."""
        return self._identity[section]

    def borne_with(self, name: str, *sections: str) -> set[str]:
        """Every name, in any case, of whoever bears or bore this one; itself where nobody did."""
        found = {name}
        for section in sections or NAMED:
            known = self._identity[section]
            own = {identity for one, identity in known.items() if one.upper() == name.upper()}
            found.update(one for one, identity in known.items() if identity in own)
        return found

    def problems(self, content: Mapping[str, Any], imported: Iterable[str] = ()) -> list[str]:
        """Why the names of a new configuration cannot follow what is known; empty where they can.

        `imported`: channels that no configuration had, and that have readings all the same.
        """
        also = {"channels": {name: name for name in imported}}
        return [
            problem
            for section, was in names_before(content).items()
            for problem in self._problems(
                section, list(content.get(section, {})), was, also.get(section, {}) | self._identity[section]
            )
        ]

    def _problems(
        self, section: str, names: list[str], was: Mapping[str, str], known: Mapping[str, str]
    ) -> Iterator[str]:
        one, is_first = ONE[section], not self._identity[section]
        bearer: dict[str, str] = {}
        for name in names:
            old = was.get(name)
            path = f"{section}.{name}"
            if old is not None and not is_first and old not in known and name not in known:
                yield f"{path}.was: no {one} was ever called {old!r}; known: {', '.join(sorted(known))}"
            if old is not None and name in known and known.get(old, known[name]) != known[name]:
                yield (
                    f"{path}.was: {name!r} is the name of another {one} than {old!r}; a name is never given "
                    "to another, choose a new one"
                )
            identity = known.get(name) or known.get(old or "") or (old if old in names else name)
            if identity in bearer:
                yield f"{path}: is the same {one} as {bearer[identity]!r} (renamed); keep one of the tables"
            bearer.setdefault(identity, name)
