"""The chain that what is committed under a configuration becomes part of."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.chain import Chain
from gateway.journal.signing_key import CHAIN, chain_key

log = logging.getLogger(__name__)


def chain_of(configuration: Configuration) -> Chain:
    """Raises InputError where its key cannot be read."""
    named = configuration.journal.chain_key_file
    return Chain(chain_key(configuration.data_dir, None if named is None else Path(named)))


def keys_of(configuration: Configuration, named: Sequence[Path]) -> list[Chain]:
    """To check links with: of the files `named`, else the configured one, where there is one."""
    own = configuration.journal.chain_key_file
    if not named and own is None and not (configuration.data_dir / CHAIN).exists():
        return []
    files = named or ([] if own is None else [Path(own)])
    return [Chain(chain_key(configuration.data_dir, file)) for file in files] or [chain_of(configuration)]


def chain_if_possible(configuration: Configuration) -> Chain | None:
    """The same for a gateway, which takes readings all the same; a fault says what is missing."""
    try:
        return chain_of(configuration)
    except InputError as error:
        log.error("chain of the journal: %s; nothing vouches for what is committed meanwhile", error)
        return None
