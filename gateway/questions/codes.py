"""What a scanned or typed text can be: a unit by each scheme, with what stands in its code, or a name.

The scheme is never guessed: all that fit are told, and which of them name units that somebody spoke of.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

from gateway.config import plugins
from gateway.config.timeline import Timeline
from gateway.config.types import CODES, Configuration
from gateway.errors import CodeError
from gateway.questions.contents import StatedContents
from gateway.traceability.model import Stay

SCHEMA: Final = 1
SECTIONS: Final = {"assets": "asset", "channels": "channel", "sites": "site"}
ANYTHING: Final = "holder"  # takes every text, and so says least


def by_scheme(
    text: str, configuration: Configuration, known: StatedContents | None, at_ns: int
) -> list[dict[str, Any]]:
    """Of each scheme: the normal form or why it is none, what stands in it, where that unit is at `at_ns`.

    Those that fit come first, of them the units that somebody spoke of. `known` None: nobody stated anything.
    """
    found = [_by(name, text, configuration, known, at_ns) for name in plugins.names(CODES, "parse")]
    return sorted(found, key=lambda one: (not one["known"], one["code"] is None, one["scheme"] == ANYTHING))


def named(text: str, configuration: Configuration, timeline: Timeline) -> Iterator[dict[str, str]]:
    """Assets, channels and sites that are called so, in any case, or were, by their names of today."""
    wanted = text.strip().casefold()
    for section, kind in SECTIONS.items():
        here = getattr(configuration, section)
        ever = timeline.names.ever(section)
        names = {name for name in {*here, *ever} if name.casefold() == wanted}
        names |= {name for name, one in here.items() if getattr(one, "name", "").casefold() == wanted}
        identities = {timeline.names.identity(section, name) for name in names}
        for name in sorted(timeline.names.latest(section, identity) for identity in identities):
            yield {"kind": kind, "id": name, "name": getattr(here.get(name), "name", "")}


def _by(
    scheme: str, text: str, configuration: Configuration, known: StatedContents | None, at_ns: int
) -> dict[str, Any]:
    module = plugins.find(CODES, scheme, "parse")
    assert module is not None  # it was listed
    code, why = _normal_form(module, text)
    stays = [] if known is None or code is None else known.containments.where_was(scheme, code)
    return {
        "scheme": scheme,
        "code": code,
        "why": why or _why_refused(module, scheme, code or "", configuration),
        "parts": _parts(module, text),
        "known": known is not None and code is not None and bool(known.containments.said_of(scheme, code)),
        "inside": [known.name(stay.asset) for stay in stays if _covers(stay, at_ns)] if known else [],
    }


def _normal_form(module: ModuleType, text: str) -> tuple[str | None, str]:
    try:
        return str(module.parse(text)), ""
    except CodeError as error:
        return None, str(error)


def _why_refused(module: ModuleType, scheme: str, code: str, configuration: Configuration) -> str:
    """Of a normal form that the configuration does not allow."""
    options = configuration.codes.get(scheme)
    if options is None or not hasattr(module, "refuse"):
        return ""
    try:
        module.refuse(code, options)
    except CodeError as error:
        return str(error)
    return ""


def _parts(module: ModuleType, text: str) -> list[dict[str, str]]:
    if not hasattr(module, "parts"):
        return []
    try:
        parts = module.parts(text)
    except CodeError:
        return []
    return [{"name": part.name, "words": part.words, "value": part.value} for part in parts]


def _covers(stay: Stay, at_ns: int) -> bool:
    return stay.from_ns <= at_ns and (stay.to_ns is None or at_ns < stay.to_ns)
