"""Templates to pages: escaped, in the language of who looks, with the addresses of files."""

from __future__ import annotations

from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway import __version__
from gateway.pages.files import Files
from gateway.pages.glossary import Term
from gateway.pages.languages import LANGUAGES, Words
from gateway.pages.manual import HELPS, OPERATORS, QUALITY
from gateway.pages.place import FOLDER

THEMES: Final = ("auto", "light", "dark")
THEME_COOKIE: Final = "cryogate-theme"


class Templates:
    """An environment for each language: the words are part of what is compiled."""

    def __init__(self, words: dict[str, Words], terms: dict[str, Term], files: Files) -> None:
        self._of = {name: _environment(one, terms, files) for name, one in words.items()}

    def page(self, language: str, name: str, values: dict[str, Any]) -> str:
        return self._of[language].get_template(f"{name}.html").render(values)


def _environment(words: Words, terms: dict[str, Term], files: Files) -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True
    )
    made.globals |= {
        "file": files.address,
        "imports": files.imports,
        "glossary": terms,
        "helps": HELPS,
        "operators": OPERATORS,
        "quality": QUALITY,
        "language": words.language,
        "html_language": LANGUAGES[words.language],
        "version": __version__,
        "words_address": files.address(f"words/{words.language}.json"),
    }
    return made
