"""The certificate of the pages: nobody gets in, and no program asks, once it is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.config.types import Configuration
from gateway.doctor import Finding, error, warning
from gateway.errors import InputError
from gateway.model import SECOND
from gateway.times import format_rfc3339

EARLY_NS: Final = 14 * 86_400 * SECOND  # an authority takes days, and people are on leave


def findings(configuration: Configuration, now_ns: int) -> Iterator[Finding]:
    """Of one that is given; the gateway makes its own anew by itself."""
    if configuration.pages.cert_file is None:
        return
    from gateway.api.certificate import until_ns  # takes long to import, and most have none

    path = Path(configuration.pages.cert_file)
    try:
        end_ns = until_ns(path)
    except InputError as problem:
        yield error("pages", str(problem), "exchange it; the pages go on with the one of their start")
        return
    if end_ns < now_ns + EARLY_NS:
        is_over = end_ns <= now_ns
        what = (
            f"the certificate {path} {'is over since' if is_over else 'ends'} {format_rfc3339(end_ns)[:10]}"
        )
        do = "put a new one and its key in their place; the pages take them within a minute"
        yield (error if is_over else warning)("pages", what, do)
