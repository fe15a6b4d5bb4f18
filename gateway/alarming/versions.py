"""How the versions of rules are called: those of a profile by its name, others by what they say."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from gateway.config.types import ProfileVersion

OF_CHANNEL: Final = "channel"  # of rules that do not come from a profile
OWN_WORDS: Final = "own rules of the channel, its asset or its site"
_OWN: Final = re.compile(f"{OF_CHANNEL} [0-9a-f]{{6}}")


def version_name(version: ProfileVersion) -> str:
    """As excursions name the version that they lived under."""
    return f"{version.profile} {version.version}"


def own_version(kind: str, parameters: object) -> str:
    """Other parameters are another version: what was open under the old ones ends when they change."""
    return f"{OF_CHANNEL} {hashlib.sha256(f'{kind} {parameters!r}'.encode()).hexdigest()[:6]}"


def version_words(name: str) -> str:
    """For people, to whom the number of a rule's own version says nothing."""
    return OWN_WORDS if _OWN.fullmatch(name) else name
