"""GoAlert: alarms as alerts of its generic API, with the id of the alarm as dedup.

Source: GoAlert documentation, "Generic API"; its handler answers 204 to a request that accepts anything, and
knows no acknowledgement from outside: whatever else happens updates the alert.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final
from urllib.parse import quote, urlsplit

from gateway.alarms.call import Language
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.notifiers import Setting
from gateway.notifiers.credentials import READ, SECRET, token
from gateway.notifiers.posting import Outgoing, Poster, check_timeout, check_url
from gateway.notifiers.service import Action, action, key_of, not_theirs
from gateway.notifiers.words import UnknownSetting, message
from gateway.text import json_text

NO_CONTENT: Final = 204
LONGEST_DETAILS: Final = 6000  # characters


@dataclass(frozen=True, slots=True)
class Options:
    """One service there; `url` ends with /api/v2/generic/incoming."""

    url: str
    token_file: str = field(metadata=SECRET)  # `token` of its integration key, on the first line
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    language: Language = "en"

    def __post_init__(self) -> None:
        check_url(self.url)
        if urlsplit(self.url).query:
            raise ValueError("url: without token; it belongs into token_file")
        check_timeout(self.timeout_s)


class Notifier:
    """See the contract in gateway.notifiers."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._poster = Poster(options.timeout_s, options.ca_file)
        self._setting: Setting = UnknownSetting()

    def learn(self, setting: Setting) -> None:
        self._setting = setting

    def notify(self, change: AlarmChange) -> str:
        """Raises LinkDown and Rejected."""
        key = token("token_file", self._options.token_file)
        written = message(change, self._options.language, self._setting)
        said = {"summary": written.title, "details": written.text[:LONGEST_DETAILS], "dedup": key_of(change)}
        if action(change) is Action.RESOLVE:
            said["action"] = "close"
        url = f"{self._options.url}?token={quote(key, safe='')}"
        out = Outgoing(url, json_text(said).encode(), {}, secrets=(key,))
        answer = self._poster.send(out)
        if answer.status != NO_CONTENT:
            raise not_theirs(out.shown, answer, "GoAlert")
        return answer.words
