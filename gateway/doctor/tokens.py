"""Tokens of programs that end soon: whoever made one a year ago does not think of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.accounts import FILE
from gateway.config.types import Configuration
from gateway.doctor import Finding, warning
from gateway.errors import InputError
from gateway.model import SECOND
from gateway.text import one_line
from gateway.times import format_rfc3339

EARLY_NS: Final = 14 * 86_400 * SECOND
MOST_NAMED: Final = 5
DO: Final = "make another one (`cryogate account token add`), and give it to the program"


def findings(configuration: Configuration, now_ns: int) -> Iterator[Finding]:
    """Of a file that is not there, or that this user may not read, nothing is said."""
    from gateway.accounts.accounts import ending_tokens  # takes long to import, and most have none

    try:
        if not (configuration.data_dir / FILE).exists():
            return
        ending = ending_tokens(configuration.data_dir, now_ns, now_ns + EARLY_NS)
    except (InputError, OSError):
        return
    for one in ending[:MOST_NAMED]:
        end = format_rfc3339(one.until_ns)[:10]
        yield warning("accounts", f"the token {one_line(one.name)!r} of {one.account} ends {end}", DO)
