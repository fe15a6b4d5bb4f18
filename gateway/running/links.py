"""Links in messages, with which one person acknowledges once what the message is about."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from gateway.alarms.token import Token, signed
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.followers.composing import Linking, no_link
from gateway.journal.signing_key import signing_key
from gateway.model import SECOND

LASTING_NS: Final = 12 * 3600 * SECOND  # from the call on
PATH: Final = "/api/v1/link/"  # gateway/api/routes/link.py


def links(configuration: Configuration) -> Linking:
    """None of a configuration that does not say where the pages are."""
    address, folder = configuration.pages.address.rstrip("/"), configuration.data_dir
    if not address:
        return no_link

    def link(call: str, person: str, alarms: Sequence[str], at_ns: int) -> str:
        name = hashlib.sha256(call.encode()).hexdigest()[:16]  # the same on every try
        try:
            return (
                address
                + PATH
                + signed(Token(name, person, tuple(alarms), at_ns + LASTING_NS), signing_key(folder))
            )
        except (InputError, ValueError):  # what cannot be signed keeps nobody uncalled
            return ""

    return link
