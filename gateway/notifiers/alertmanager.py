"""Alertmanager: alarms as alerts of its API v2, told apart by the id of the alarm.

Source: Prometheus Alertmanager, OpenAPI of /api/v2/alerts (200 and an empty body), "Alerting clients": an
alert without endsAt is taken for resolved after resolve_timeout, and the same labels are the same alert.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.alarms.call import Language
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.model import SECOND, Severity
from gateway.notifiers import Setting
from gateway.notifiers.credentials import READ, SECRET, token
from gateway.notifiers.posting import Outgoing, Poster, check_timeout, check_url
from gateway.notifiers.service import Action, action, facts, key_of, not_theirs
from gateway.notifiers.words import REMARKS, Message, UnknownSetting, is_answered, message
from gateway.text import json_text
from gateway.times import format_rfc3339

OPEN_NS: Final = 10 * 365 * 86_400 * SECOND  # it ends when we say so
SEVERITIES: Final = tuple(severity.name.lower() for severity in Severity)


@dataclass(frozen=True, slots=True)
class Options:
    """One Alertmanager; `url` ends with /api/v2/alerts."""

    url: str
    token_file: str | None = field(default=None, metadata=SECRET)  # sent as a bearer token; its first line
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 10.0  # for all of it, from the request to the answer
    language: Language = "en"

    def __post_init__(self) -> None:
        check_url(self.url)
        if not urlsplit(self.url).path.endswith("/api/v2/alerts"):
            raise ValueError(
                "url: expected the address of alerts, e.g. http://alerts.lab.example:9093/api/v2/alerts"
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
        headers, secrets = {}, tuple[str, ...]()
        if self._options.token_file is not None:
            bearer = token("token_file", self._options.token_file)
            headers["Authorization"], secrets = f"Bearer {bearer}", (bearer,)
        written = message(change, self._options.language, self._setting)
        body = json_text(_alerts(change, written, self._title(change))).encode()
        out = Outgoing(self._options.url, body, headers, secrets=secrets)
        answer = self._poster.send(out)
        if answer.body.strip() not in (b"", b"{}"):
            raise not_theirs(out.shown, answer, "Alertmanager")
        return answer.words

    def _title(self, change: AlarmChange) -> str:
        """What is wrong: the last words on an alert stay, and a remark does not change it."""
        is_remark = change.change in REMARKS and not is_answered(change.alarm)
        shown = replace(change, change="raised") if is_remark else change
        return message(shown, self._options.language, self._setting).title


def _alerts(change: AlarmChange, written: Message, title: str) -> list[dict[str, Any]]:
    """The alert; and, as another severity is another alert, the end of those that it may have been before."""
    severity = facts(change)["severity"]
    others = [one for one in SEVERITIES if one != severity] if change.change == "amended" else []
    is_over = action(change) is Action.RESOLVE
    return [
        _alert(change, written, title, severity, is_over),
        *(_alert(change, written, title, other, is_over=True) for other in others),
    ]


def _alert(change: AlarmChange, written: Message, title: str, severity: str, is_over: bool) -> dict[str, Any]:
    known = facts(change)
    labels = {name: known[name] for name in ("site", "asset", "zone", "channel") if known[name]}
    ends_ns = change.recorded_ns if is_over else change.recorded_ns + OPEN_NS
    return {
        "labels": {"alertname": known["rule"], "alarm": key_of(change), "severity": severity, **labels},
        "annotations": {"summary": title, "description": written.text},
        "startsAt": format_rfc3339(min(change.first_start_ns, change.recorded_ns)),
        "endsAt": format_rfc3339(ends_ns),
    }
