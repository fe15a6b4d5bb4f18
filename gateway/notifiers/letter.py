"""A message as an e-mail: text and HTML, with headers into which nothing from outside can put another."""

from __future__ import annotations

import email.policy
import html
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from gateway.alarms.change import AlarmChange
from gateway.notifiers.identity import identity, name_of
from gateway.notifiers.words import Language, Message

CELL = "padding:2px 12px 2px 0;text-align:left;vertical-align:top"
HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans"}


def letter(
    change: AlarmChange, written: Message, sender: str, receivers: Sequence[str], language: Language
) -> bytes:
    """The bytes to send: the same for the same change. Mail programs show one thread an alarm."""
    domain = sender.partition("@")[2]
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"] = sender
    made["To"] = ", ".join(receivers)
    made["Subject"] = written.title
    made["Date"] = format_datetime(datetime.fromtimestamp(change.recorded_ns // 10**9, UTC))
    made["Message-ID"] = f"<{identity(change)}@{domain}>"
    made["References"] = f"<{name_of(change)}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: absence notes do not answer
    made.set_content(written.text + "\n", cte="base64")
    made.add_alternative(_html(written, language), subtype="html", cte="base64")
    boundary = f"=_{identity(change)}_="
    made.set_boundary(boundary)
    return made.as_bytes()


def _html(written: Message, language: Language) -> str:
    rows = "\n".join(
        f'<tr><th style="{CELL}">{html.escape(label)}</th><td style="{CELL}">{html.escape(said)}</td></tr>'
        for label, said in written.rows
    )
    title = html.escape(written.title)
    return (
        f'<!DOCTYPE html>\n<html lang="{HTML_LANGUAGES[language]}"><head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body>\n<h3>{title}</h3>\n<table>\n{rows}\n</table>\n</body></html>\n"
    )
