"""What the pages say in English, as it stands in templates and scripts: what has to be translated."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from babel.messages.extract import extract

from gateway.pages.place import FOLDER

IN_TEMPLATES: Final = {"_": None, "gettext": None, "ngettext": (1, 2)}
IN_SCRIPTS: Final = {"t": None, "tn": (1, 2)}
OPTIONS: Final[Any] = {"encoding": "utf-8", "parse_template_string": True}  # `${t("also in these")}`
Id = str | tuple[str, ...]


def messages(folder: Path = FOLDER) -> dict[Id, str]:
    """Each with the file where it stands first."""
    found: dict[Id, str] = {}
    for path in sorted((folder / "templates").rglob("*.html")):
        _add(found, path, "jinja2.ext:babel_extract", IN_TEMPLATES)
    for path in sorted((folder / "static" / "scripts").rglob("*.js")):
        _add(found, path, "javascript", IN_SCRIPTS)
    return found


def _add(found: dict[Id, str], path: Path, method: str, keywords: Any) -> None:
    with path.open("rb") as file:
        for _, message, _, _ in extract(method, file, keywords=keywords, options=OPTIONS):
            found.setdefault(message if isinstance(message, str) else tuple(message), path.name)
