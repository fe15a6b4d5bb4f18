"""The manual: a page for each task, in the language of who reads, from the Markdown of docs/manual."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markupsafe import Markup

from gateway.dataclass import dataclass
from gateway.pages.languages import LANGUAGES

OPERATORS: Final = (
    *("first-log-in", "read-the-overview", "an-alarm-arrives", "take-comment-acknowledge"),
    *("shelve-and-out-of-service", "find-and-scan", "wrong-shipper", "hand-over", "link-is-down"),
    "phone-at-night",
)
QUALITY: Final = (
    *("look-back-at-an-excursion", "the-three-clocks", "download-readings", "review-limits"),
    *("review-an-excursion", "reports-and-checks"),
    *("audit-trail-and-verify", "retention-and-holds", "drills", "calibration-dates", "people-and-rosters"),
)
HELPS: Final[Mapping[str, str]] = {  # the task of each page of the control room
    "overview": "read-the-overview",
    "alarms": "an-alarm-arrives",
    "unit": "find-and-scan",
    "assets": "find-and-scan",
    "asset": "look-back-at-an-excursion",
    "hand-over": "hand-over",
    "map": "read-the-overview",
    "reviews": "review-an-excursion",
    "review": "review-an-excursion",
    "reports": "reports-and-checks",
    "set-up": "link-is-down",
    "set-up-health": "link-is-down",
    "set-up-sources": "link-is-down",
    "set-up-begin": "link-is-down",
    "set-up-people": "people-and-rosters",
    "set-up-rosters": "people-and-rosters",
    "set-up-accounts": "people-and-rosters",
    "set-up-audit": "audit-trail-and-verify",
    "set-up-limits": "review-limits",
    "login": "first-log-in",
    "welcome": "first-log-in",
    "first-start": "first-log-in",
}
PARSER: Final = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True, slots=True)
class Task:
    """`body` begins with its heading."""

    title: str
    body: Markup


class Manual:
    """Read when somebody opens it first."""

    def __init__(self, folder: Path, address: Callable[[str], str]) -> None:
        """`address`: of a file for browsers, by its name."""
        self._folder, self._address = folder, address

    @cached_property
    def tasks(self) -> dict[str, dict[str, Task]]:
        """By language as catalogues name it, and by task, in their order."""
        names = (*OPERATORS, *QUALITY)
        return {language: {name: self._task(language, name) for name in names} for language in LANGUAGES}

    def _task(self, language: str, name: str) -> Task:
        text = (self._folder / _short(language) / f"{name}.md").read_text(encoding="utf-8")
        title = text.partition("\n")[0].removeprefix("# ")
        return Task(title, Markup(self._html(text)))  # the parser escapes whatever is HTML in it

    def _html(self, text: str) -> str:
        tokens = PARSER.parse(text)
        for token in (child for one in tokens for child in one.children or ()):
            if token.type == "image":
                token.attrs["src"] = self._address(picture_name(str(token.attrs["src"])))
            elif token.type == "link_open":
                token.attrs["href"] = f"/manual/{str(token.attrs['href']).removesuffix('.md')}"
        return str(PARSER.renderer.render(tokens, PARSER.options, {}))


def pictures_in(folder: Path) -> dict[str, bytes]:
    """By their name as files for browsers."""
    found = sorted((folder / "pictures").rglob("*.webp"))
    return {f"manual/{path.parent.name}/{path.name}": path.read_bytes() for path in found}


def picture_name(source: str) -> str:
    """Of `../pictures/en/take.webp`, as a page has it."""
    return f"manual/{source.removeprefix('../pictures/')}"


def _short(language: str) -> str:
    return language.partition("_")[0]
