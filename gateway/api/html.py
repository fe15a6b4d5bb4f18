"""The one place that writes HTML for a browser: every text and every attribute is escaped here.

There is no script, no style and nothing from elsewhere in it, and the policy of the answer allows none.
"""

from __future__ import annotations

import html
from typing import Final

from fastapi import Response

from gateway.dataclass import dataclass

LANGUAGES: Final = {"en": "en", "zh": "zh-Hans"}
HEAD: Final = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
POLICY: Final = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Form:
    """A button that sends `fields` to `action`."""

    action: str
    button: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """`tables`: rows of a label and a text each; `words`: paragraphs below.

    `onward`: a path of this gateway at which the browser goes on by itself, and by a link.
    """

    language: str
    title: str
    tables: tuple[tuple[tuple[str, str], ...], ...] = ()
    words: tuple[str, ...] = ()
    form: Form | None = None
    onward: str = ""


def answer_page(page: Page, status: int = 200) -> Response:
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return Response(_document(page), status, headers, "text/html; charset=utf-8")


def _document(page: Page) -> str:
    parts = [_element("h1", page.title)]
    for rows in page.tables:
        lines = (f"<tr>{_element('th', label)}{_element('td', text)}</tr>" for label, text in rows)
        parts.append(f"<table>{''.join(lines)}</table>")
    parts += [_element("p", words) for words in page.words]
    if page.form is not None:
        parts.append(_form(page.form))
    head = HEAD + _element("title", page.title)
    if page.onward:
        there = html.escape(page.onward)
        head += f'<meta http-equiv="refresh" content="0;url={there}">'
        parts.append(f'<p><a href="{there}">{there}</a></p>')
    body = "\n".join(parts)
    language = LANGUAGES.get(page.language, "en")
    return f'<!DOCTYPE html>\n<html lang="{language}"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _form(form: Form) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in form.fields.items()
    )
    button = '<button type="submit">' + html.escape(form.button) + "</button>"
    return f'<form method="post" action="{html.escape(form.action)}">{hidden}{button}</form>'


def _element(tag: str, text: str) -> str:
    return f"<{tag}>{html.escape(text)}</{tag}>"
