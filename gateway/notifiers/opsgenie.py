"""Opsgenie: alarms as alerts of its Alert API, with the id of the alarm as alias.

Source: Opsgenie documentation, "Alert API": create, acknowledge and close by alias (202 with a requestId: it
is processed later), limits of lengths; "API rate limiting".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final
from urllib.parse import quote, urlsplit

from gateway.alarms.call import Language
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.notifiers import Setting
from gateway.notifiers.alarm_words import short
from gateway.notifiers.credentials import READ, SECRET, token
from gateway.notifiers.posting import Outgoing, Poster, check_timeout, check_url
from gateway.notifiers.service import Action, action, facts, key_of, need_json, not_theirs, opens_anew
from gateway.notifiers.words import Message, UnknownSetting, message
from gateway.text import json_text

PRIORITIES: Final[Mapping[str, str]] = {"critical": "P1", "major": "P2", "minor": "P3", "warning": "P4"}
VERBS: Final[Mapping[Action, str]] = {
    Action.OPEN: "",
    Action.ACKNOWLEDGE: "acknowledge",
    Action.RESOLVE: "close",
}
LONGEST_MESSAGE: Final = 130  # characters
LONGEST_DESCRIPTION: Final = 14_000
LONGEST_WORDS: Final = 100


@dataclass(frozen=True, slots=True)
class Options:
    """One integration there."""

    token_file: str = field(metadata=SECRET)  # the key of an API integration, on the first line
    url: str = "https://api.opsgenie.com/v2/alerts"
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    language: Language = "en"

    def __post_init__(self) -> None:
        check_url(self.url)
        if urlsplit(self.url).query or not urlsplit(self.url).path.endswith("/alerts"):
            raise ValueError(
                "url: expected the address of alerts, e.g. https://api.eu.opsgenie.com/v2/alerts"
            )
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
        what = action(change)
        if opens_anew(change):  # of an alert that is acknowledged the same alias is only counted
            self._post(change, "unacknowledge")
        return self._post(change, VERBS[what])

    def _post(self, change: AlarmChange, verb: str) -> str:
        """`verb`: what is done to the alert; empty: it is opened."""
        key = token("token_file", self._options.token_file)
        written = message(change, self._options.language, self._setting)
        said = {"source": "cryogate", "note": written.title} if verb else _opened(change, written)
        out = Outgoing(
            self._url(verb, key_of(change)),
            json_text(said).encode(),
            {"Authorization": f"GenieKey {key}"},
            secrets=(key,),
        )
        answer = self._poster.send(out)
        if not isinstance(need_json(out.shown, answer, "Opsgenie").get("requestId"), str):
            raise not_theirs(out.shown, answer, "Opsgenie")
        return answer.words

    def _url(self, verb: str, alias: str) -> str:
        if not verb:
            return self._options.url
        return f"{self._options.url}/{quote(alias, safe='')}/{verb}?identifierType=alias"


def _opened(change: AlarmChange, written: Message) -> dict[str, Any]:
    known = facts(change)
    return {
        "message": short(written.title, LONGEST_MESSAGE),
        "alias": key_of(change),
        "description": written.text[:LONGEST_DESCRIPTION],
        "priority": PRIORITIES.get(known["severity"], "P3"),
        "entity": short(known["asset"], LONGEST_WORDS),
        "source": "cryogate",
        "details": known,
    }
