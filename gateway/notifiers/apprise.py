"""Anything that the library apprise knows: best effort, for where no notifier of our own exists.

It says whether it sent something, and nothing of what the service answered: where a service takes a message
with HTTP 200 and an error in the body, that counts as sent. So it is never the only way to a person. The
library is an extra: `pip install 'cryogate[apprise]'`.
"""

from __future__ import annotations

import importlib
import logging
from dataclasses import field
from types import ModuleType
from typing import Final

from gateway.alarms.call import Call, CallKind, Language, Priority
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown, Rejected
from gateway.notifiers import NOBODY, Setting
from gateway.notifiers.call_words import call_message
from gateway.notifiers.credentials import SECRET, first_line
from gateway.notifiers.posting import check_timeout
from gateway.notifiers.template import check, fields_of, filled, in_url
from gateway.notifiers.words import Message, UnknownSetting, message
from gateway.text import first_words, one_line

FIELDS: Final = frozenset(("address",))
MOST_RECEIVERS: Final = 20
LONGEST_ADDRESS: Final = 200
LONGEST_WHY: Final = 300
TOOK: Final = "apprise says that it was sent; what the service answered it does not say"


@dataclass(frozen=True, slots=True)
class Options:
    """One service. The first line of `url_file` is its URL for apprise, with ${address} for who is told."""

    url_file: str = field(metadata=SECRET)  # tokens stand in such URLs
    receivers: tuple[str, ...] | None = None  # addresses that are told of every change; None: persons alone
    timeout_s: float = 20.0
    language: Language = "en"

    def __post_init__(self) -> None:
        check_timeout(self.timeout_s)
        _library()
        if self.receivers is not None and not 1 <= len(self.receivers) <= MOST_RECEIVERS:
            raise ValueError(f"receivers: expected 1 to {MOST_RECEIVERS}, found {len(self.receivers)}")
        for address in self.receivers or ():
            check_address(address)


def check_address(address: str) -> None:
    """Raises ValueError."""
    if not (address.isprintable() and address.strip() and len(address) <= LONGEST_ADDRESS):
        raise ValueError(f"{one_line(address[:80])!r}: expected what ${{address}} in the URL stands for")


class Notifier:
    """See the contract in gateway.notifiers."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._setting: Setting = UnknownSetting()

    def learn(self, setting: Setting) -> None:
        self._setting = setting

    @property
    def has_receivers(self) -> bool:
        return self._options.receivers is not None

    def notify(self, change: AlarmChange) -> str:
        """All receivers at once. Raises LinkDown, where one was not told, and Rejected."""
        if self._options.receivers is None:
            raise Rejected(NOBODY)
        is_over = change.alarm.get("over") is not None
        kind = "success" if is_over else "failure"
        return self._send(
            message(change, self._options.language, self._setting), kind, self._options.receivers
        )

    def check_address(self, address: str) -> None:
        check_address(address)

    def tell(self, call: Call, address: str) -> str:
        """To one person. Raises LinkDown and Rejected."""
        kind = "failure" if call.priority >= Priority.HIGH else "warning"
        if call.kind in (CallKind.OVER, CallKind.TEST):
            kind = "info"
        return self._send(call_message(call, self._setting), kind, (address,))

    def _send(self, written: Message, kind: str, addresses: tuple[str, ...]) -> str:
        library, url = _library(), first_line("url_file", self._options.url_file)
        _check_url(url)
        asset = library.AppriseAsset()
        asset.http_redirects = False  # to nobody but whom the URL names
        sender = library.Apprise(asset=asset)
        for address in addresses if fields_of(url) else addresses[:1]:
            if not sender.add(filled(url, {"address": address}, in_url)):
                raise Rejected(
                    f"apprise knows no service for this URL in url_file, with {one_line(address)!r}"
                )
        with library.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:
            sent = sender.notify(
                body=written.text,
                title=written.title,
                notify_type=kind,
                body_format="text",
                timeout=self._options.timeout_s,
            )
            why = first_words(log.getvalue(), LONGEST_WHY).rstrip(".") or "it does not say why"
        if not sent:
            raise LinkDown(f"apprise could not send it: {why}; check the URL in url_file, and the network")
        return TOOK


def _check_url(url: str) -> None:
    try:
        check("url_file", url, FIELDS)
    except ValueError as error:
        raise Rejected(str(error)) from None


def _library() -> ModuleType:
    """Raises ValueError."""
    try:
        return importlib.import_module("apprise")
    except ImportError:
        raise ValueError("the library apprise is not installed: pip install 'cryogate[apprise]'") from None
