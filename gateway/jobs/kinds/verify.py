"""Whether the journal is intact: everything read, the chain by its key, names that contradict each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.config.types import Configuration
from gateway.jobs.kinds import Answer, Told
from gateway.journal.opened import journal_of
from gateway.journal.verify import verify
from gateway.json_text import encoded
from gateway.questions.channel_names import contradicted
from gateway.writing.linking import keys_of


def answer(configuration: Configuration, asked: Mapping[str, Any], told: Told) -> Answer:
    return Answer(encoded(verified(configuration, told, asked["head"])))


def verified(
    configuration: Configuration, told: Told, head: str, keys: Sequence[Path] = ()
) -> dict[str, Any]:
    """Plain JSON data. `keys`: files of keys instead of the configured one. `head`: noted earlier."""
    path, chains = journal_of(configuration.data_dir), keys_of(configuration, keys)
    found = verify(path, told, chains, head)
    for problem in contradicted(path):
        found.add(problem)
    return found.public()
