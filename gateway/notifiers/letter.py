"""A message as an e-mail: text and HTML, with headers into which nothing from outside can put another."""

from __future__ import annotations

import email.policy
import html
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from gateway.alarms.call import Language
from gateway.dataclass import dataclass
from gateway.notifiers.words import Message

BOUNDARY = 50  # characters: RFC 2046, 5.1.1 takes 70
CELL = "padding:2px 12px 2px 0;text-align:left;vertical-align:top"
LABEL = f"{CELL};white-space:nowrap"
HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans"}


@dataclass(frozen=True, slots=True)
class Heading:
    """Who is told; `name` is the same on every try, and what belongs to one `thread` is shown as one."""

    sender: str
    receivers: Sequence[str]
    name: str
    thread: str
    at_ns: int


def letter(heading: Heading, written: Message, language: Language) -> bytes:
    """The bytes to send: the same for the same heading and words."""
    domain = heading.sender.partition("@")[2]
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"] = heading.sender
    made["To"] = ", ".join(heading.receivers)
    made["Subject"] = written.title
    made["Date"] = format_datetime(datetime.fromtimestamp(heading.at_ns // 10**9, UTC))
    made["Message-ID"] = f"<{heading.name}@{domain}>"
    made["References"] = f"<{heading.thread}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: absence notes do not answer
    made.set_content(written.text + "\n", cte="base64")
    made.add_alternative(_html(written, language), subtype="html", cte="base64")
    made.set_boundary(f"=_{heading.name[-BOUNDARY:]}_=")
    return made.as_bytes()


def _html(written: Message, language: Language) -> str:
    told = ((html.escape(label), _cell(said, written)) for label, said in written.rows)
    rows = "\n".join(
        f'<tr><th style="{LABEL}">{label}</th><td style="{CELL}">{said}</td></tr>' for label, said in told
    )
    title = html.escape(written.title)
    return (
        f'<!DOCTYPE html>\n<html lang="{HTML_LANGUAGES[language]}"><head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body>\n<h3>{title}</h3>\n<table>\n{rows}\n</table>\n</body></html>\n"
    )


def _cell(said: str, written: Message) -> str:
    """A link is longer than any screen is wide, and has no blank at which it could be broken."""
    text = html.escape(said)
    is_link = said and said == written.link
    return f'<a href="{text}" style="word-break:break-all">{text}</a>' if is_link else text
