"""What a channel was ever called, where it ever was, which rules still look back: what retention respects.

Whatever was stated counts, corrected or not: a reading that is deleted does not come back.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from gateway.config.names import Names
from gateway.config.past import PastConfiguration
from gateway.config.timeline import timeline_of
from gateway.config.types import FOREVER, Configuration, Rule
from gateway.dataclass import dataclass
from gateway.journal.journal import Journal
from gateway.model import to_ns
from gateway.screening.rules import looks_back_s, named_channels
from gateway.statements import configuration as configured
from gateway.statements import placement as placed


@dataclass(frozen=True, slots=True)
class Ever:
    """One channel: all its names, and for each asset it was ever in all names of that."""

    names: frozenset[str]
    assets: tuple[frozenset[str], ...] = ()

    def asset_names(self) -> frozenset[str]:
        return frozenset().union(*self.assets)


def everything_ever(configuration: Configuration, journal: Journal) -> dict[int, Ever]:
    """By channel number: what every configuration and placement said, and the one that is given."""
    documents = [json.loads(configured.of(s.body).document) for _, s in journal.statements(configured.KIND)]
    documents.append(json.loads(configuration.document))
    names, homes = Names(), defaultdict[str, set[str]](set)
    for document in documents:
        names.hear(document)
    for document in documents:
        for name, table in document.get("channels", {}).items():
            homes[names.identity("channels", name)].add(names.identity("assets", table["asset"]))
    for _, statement in journal.statements(placed.KIND):
        said = placed.of(statement.body)
        homes[names.identity("channels", said.channel)].add(names.identity("assets", said.asset))
    called = {section: _called(names.ever(section)) for section in ("channels", "assets")}
    return {
        number: _ever(name, names.identity("channels", name), called, homes)
        for number, name in journal.channel_names().items()
    }


def _called(identities: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """By identity: every name."""
    found = defaultdict[str, set[str]](set)
    for name, identity in identities.items():
        found[identity].add(name)
    return {identity: frozenset(names) for identity, names in found.items()}


def _ever(
    name: str,
    identity: str,
    called: Mapping[str, Mapping[str, frozenset[str]]],
    homes: Mapping[str, Iterable[str]],
) -> Ever:
    assets = (called["assets"].get(asset, frozenset({asset})) for asset in sorted(homes.get(identity, ())))
    return Ever(called["channels"].get(identity, frozenset()) | {name}, tuple(assets))


def looked_back_ns(configuration: Configuration, journal: Journal, since_ns: int) -> int:
    """What rules in force at `since_ns` or later look back on at most: it is read again after a start.

    Windows, and where a rule looks at another channel the latest reading of either, as long as it is held.
    """
    steps = timeline_of(journal).steps
    ends = [step.from_ns for step in steps[1:]]
    past = [s.meant for s, end_ns in zip(steps, [*ends, FOREVER], strict=False) if end_ns > since_ns]
    rules = [*_rules(configuration), *(rule for meant in past for rule in _past_rules(meant))]
    window_ns = to_ns(max((looks_back_s(r.kind, r.parameters) for r in rules), default=0.0))
    gaps = [to_ns(c.table.max_gap_s) for c in configuration.channels.values()]
    gaps += [c.max_gap_ns for meant in past for c in meant.channels.values()]
    pairs = any(True for r in rules for _ in named_channels(r.parameters))
    return max(window_ns, 2 * max(gaps, default=0) if pairs else 0)


def _rules(configuration: Configuration) -> Iterator[Rule]:
    """Those of profiles, and of the sites, assets and channels, which each channel has."""
    yield from (r for versions in configuration.profiles.values() for v in versions for r in v.rules)
    yield from (r for c in configuration.channels.values() for r in c.rules)


def _past_rules(meant: PastConfiguration) -> Iterator[Rule]:
    yield from (r for versions in meant.profiles.values() for v in versions for r in v.rules)
    for rules in meant.sites.values():
        yield from rules
    yield from (r for asset in meant.assets.values() for r in asset.rules)
    yield from (r for channel in meant.channels.values() for r in channel.rules)
