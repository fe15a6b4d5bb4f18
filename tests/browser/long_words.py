"""A language of longer words, for pages in tests: English whose every word has 40 % more letters."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from playwright.sync_api import BrowserContext, Route

from gateway.pages.files import Files
from gateway.pages.glossary import Term, terms_in
from gateway.pages.languages import ENGLISH, Words
from gateway.pages.messages import messages
from gateway.pages.place import FOLDER
from gateway.pages.routes import OPEN
from gateway.pages.templates import Templates

FIELD_OR_WORD = re.compile(r"\{\w+\}|%\(\w+\)s|[A-Za-z]+")
MORE = 0.4
PROSE = "manual"  # its words are no catalogue's, and flow
PRINTS = {
    "fingerprint": ":".join(["AB"] * 32),
    "authority": ":".join(["CD"] * 32),
    "is_own": True,
    "file": "/a.crt",
}


def longer(text: str) -> str:
    return FIELD_OR_WORD.sub(lambda found: _word(found.group()), text)


def _word(word: str) -> str:
    return word if word[0] in "{%" else word + "n" * math.ceil(MORE * len(word))


def speak_long(context: BrowserContext, templates: dict[str, str]) -> None:
    """Pages of this context have longer words; `templates`: by the path of an address."""
    words = Words(ENGLISH, dict(_texts()))
    files = Files(FOLDER / "static", {f"words/{name}.json": words.json for name in ("en", "glossary-en")})
    made = Templates({ENGLISH: words}, dict(_terms()), files)

    def page(route: Route) -> None:
        path = "/" + route.request.url.split("/", 3)[3].partition("?")[0]
        name = templates.get(path, PROSE)
        if route.request.resource_type != "document" or name == PROSE:
            return route.continue_()
        values = {"page": name, "is_open": path in OPEN, "trust": PRINTS}
        html = made.page(ENGLISH, name, {**values, "theme": "light"})
        return route.fulfill(body=html, content_type="text/html; charset=utf-8")

    context.route("**/*", page)
    context.route("**/words/en.json", lambda route: route.fulfill(body=words.json.decode()))


def _terms() -> Iterator[tuple[str, Term]]:
    for name, term in terms_in(FOLDER / "words").items():
        yield name, replace(term, en=longer(term.en), en_says=longer(term.en_says))


def _texts() -> list[tuple[str, str | tuple[str, ...]]]:
    return [
        (one, longer(one)) if isinstance(one, str) else (one[0], tuple(map(longer, one)))
        for one in messages()
    ]
