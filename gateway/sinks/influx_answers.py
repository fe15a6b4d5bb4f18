"""What an InfluxDB answers to a write, judged: lines that it will never take, or a reason to wait.

Sources: InfluxDB v2 API reference, POST /api/v2/write; "Troubleshoot issues writing data". A refusal of lines
is believed only in InfluxDB's own words: a proxy or a portal in between also says 400.
"""

from __future__ import annotations

import json
import re
from typing import Final

from gateway.dataclass import dataclass

LONGEST_MESSAGE: Final = 300  # characters; InfluxDB quotes the line it does not like
TAKEN: Final = 204
_TOO_LARGE: Final = 413
_CODES: Final = ("invalid", "unprocessable entity")  # of version 2 with 400 and 422
_ABOUT_LINES: Final = ("partial write", "unable to parse")  # early 2.0 with 500, 1 and 3 without a code
_DROPPED: Final = re.compile(r"dropped=(\d+)")
_WORDS: Final = {
    0: "TLS failed: {message}; check that this port speaks TLS, and ca_file",
    401: "the token is not accepted; check token_file",
    403: "the token may not write to bucket {bucket!r}; give it the permission",
    404: "{message}; check url, org {org!r} and bucket {bucket!r}",
    429: "too many writes for its limits: {message}; it is tried again when it allows",
    503: "not ready: {message}; it is tried again when it allows",
}


@dataclass(frozen=True, slots=True)
class Rejection:
    """The lines of a request were not all taken. `dropped`: how many, where the answer says it."""

    reason: str
    too_large: bool = False
    dropped: int | None = None


def rejection(status: int, body: str) -> Rejection | None:
    """What is wrong with the lines; None where the answer is not about them."""
    code, message = _said(body)
    reason = f"HTTP {status}: {message[:LONGEST_MESSAGE]}"
    if status == _TOO_LARGE:
        return Rejection(reason, too_large=True)
    if code not in _CODES and not any(words in message for words in _ABOUT_LINES):
        return None
    counts = _DROPPED.findall(message)
    return Rejection(reason, dropped=int(counts[-1]) if counts else None)


def words(status: int, reason: str, body: str, org: str, bucket: str) -> str:
    """Why nothing can be written now, and what to do."""
    message = _said(body)[1][:LONGEST_MESSAGE] or " ".join(reason.split())
    if status in _WORDS:
        return _WORDS[status].format(message=message, org=org, bucket=bucket)
    if status >= 500:
        return f"HTTP {status}: {message}; the server's log says more"
    return (
        f"HTTP {status}, where InfluxDB says {TAKEN}: {message}; check url, and proxies or portals in between"
    )


def _said(body: str) -> tuple[str, str]:
    """`code` and `message` of version 2, or `error` of versions 1 and 3; empty where it is none of them."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(said, dict):
        return "", ""
    return str(said.get("code", "")), str(said.get("message", said.get("error", "")))
