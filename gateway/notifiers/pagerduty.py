"""PagerDuty: alarms as events of its Events API v2, with the id of the alarm as dedup_key.

Source: PagerDuty developer documentation, "Events API v2": "Trigger events", "Send an event" (202 with status
"success"; 400 for what is invalid; 429 and 5xx to be tried again), limits of lengths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from gateway.alarms.call import Language
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import Rejected
from gateway.notifiers import Setting
from gateway.notifiers.alarm_words import short
from gateway.notifiers.credentials import READ, SECRET, token
from gateway.notifiers.posting import Outgoing, Poster, check_timeout, check_url
from gateway.notifiers.service import Action, action, facts, key_of, need_json, opens_anew
from gateway.notifiers.words import UnknownSetting, message
from gateway.text import json_text

SEVERITIES: Final[Mapping[str, str]] = {
    "critical": "critical",
    "major": "error",
    "minor": "warning",
    "warning": "info",
}
ACTIONS: Final[Mapping[Action, str]] = {
    Action.OPEN: "trigger",
    Action.ACKNOWLEDGE: "acknowledge",
    Action.RESOLVE: "resolve",
}
LONGEST_SUMMARY: Final = 1024  # characters


@dataclass(frozen=True, slots=True)
class Options:
    """One service there."""

    token_file: str = field(metadata=SECRET)  # its integration key, on the first line
    url: str = "https://events.pagerduty.com/v2/enqueue"
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    language: Language = "en"

    def __post_init__(self) -> None:
        check_url(self.url)
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
        if opens_anew(change):  # an incident that is acknowledged tells nobody of a new trigger
            self._post(change, Action.RESOLVE)
        return self._post(change, action(change))

    def _post(self, change: AlarmChange, what: Action) -> str:
        routing_key = token("token_file", self._options.token_file)
        body = json_text({**self._event(change, what), "routing_key": routing_key}).encode()
        out = Outgoing(self._options.url, body, {}, secrets=(routing_key,))
        answer = self._poster.send(out)
        said = need_json(out.shown, answer, "PagerDuty")
        if said.get("status") != "success":
            raise Rejected(f"{out.shown}: {answer.words}; check token_file, and what the service takes")
        return answer.words

    def _event(self, change: AlarmChange, what: Action) -> dict[str, Any]:
        written = message(change, self._options.language, self._setting)
        alarm, known = change.alarm, facts(change)
        payload = {
            "summary": short(written.title, LONGEST_SUMMARY),
            "source": known["asset"] or known["site"] or "gateway",
            "severity": SEVERITIES.get(known["severity"], "error"),
            "timestamp": alarm.get("start"),
            "component": known["zone"],
            "group": known["site"],
            "class": known["rule"],
            "custom_details": {**known, "message": written.text},
        }
        event = {"event_action": ACTIONS[what], "dedup_key": key_of(change), "client": "cryogate"}
        return {**event, "payload": {name: value for name, value in payload.items() if value}}
