"""The addresses of the control room. A page has no data in it, so that nobody has to be known to get it.

A page asks the API for data, as whoever is logged in. Who is not is sent to the log-in first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from gateway.api import cookies
from gateway.api.problems import NotThere, Page, Problem, show_to_people
from gateway.config.types import Configuration
from gateway.pages import finding_words, trust
from gateway.pages.files import NOT_KEPT, TYPES, Files
from gateway.pages.glossary import meanings, terms_in
from gateway.pages.languages import COOKIE, ENGLISH, chosen, words_in
from gateway.pages.manual import Manual, pictures_in
from gateway.pages.place import FOLDER, MANUAL
from gateway.pages.templates import THEME_COOKIE, THEMES, Templates

PAGES: Final[Mapping[str, str]] = {  # its address: its template
    "/": "overview",
    "/alarms": "alarms",
    "/alarms/{alarm}": "alarms",
    "/units": "unit",
    "/assets": "assets",
    "/assets/{asset}": "asset",
    "/hand-over": "hand-over",
    "/map": "map",
    "/reviews": "reviews",
    "/reviews/{alarm}": "review",
    "/reports": "reports",
    "/set-up": "set-up",
    "/set-up/begin": "set-up-begin",
    "/set-up/health": "set-up-health",
    "/set-up/sources": "set-up-sources",
    "/set-up/people": "set-up-people",
    "/set-up/rosters": "set-up-rosters",
    "/set-up/accounts": "set-up-accounts",
    "/set-up/audit": "set-up-audit",
    "/limits": "set-up-limits",
}
OPEN: Final[Mapping[str, str]] = {  # for who is not logged in, too
    "/login": "login",
    "/logged-in": "logged-in",
    "/welcome": "welcome",
    "/first-start": "first-start",
    "/components": "components",
    "/offline": "offline",  # what the service worker keeps
}
WORKER: Final = "scripts/service_worker.js"
HELP: Final[Mapping[str, str]] = {  # for everybody; who is logged in has the navigation
    "/glossary": "glossary",
    "/manual": "manual",
    "/manual/{task}": "manual",
    "/trust": "trust",
}


def add_pages(app: FastAPI) -> None:
    """Beside the API of an application."""
    words, terms = words_in(FOLDER / "words"), terms_in(FOLDER / "words")
    made = {f"words/{name}.json": one.json for name, one in words.items()}
    made |= {f"words/glossary-{name}.json": meanings(terms, name) for name in words}
    made |= finding_words.tables(FOLDER / "words" / "findings")
    files = Files(FOLDER / "static", made | pictures_in(MANUAL))
    templates = Templates(words, terms, files)
    app.include_router(_router(templates, Manual(MANUAL, files.address), files), include_in_schema=False)
    app.router.routes.insert(0, _static(files))
    show_to_people(app, _problem(templates))


def _router(templates: Templates, manual: Manual, files: Files) -> APIRouter:
    router = APIRouter()
    for path, name in {**PAGES, **OPEN, **HELP}.items():
        router.add_api_route(path, _page(templates, manual, path, name), methods=["GET"], name=name)

    @router.get("/service-worker.js")
    def worker() -> Response:
        """At the root: it may only serve what is below its address. Another one with every version."""
        content = f'const VERSION = "{files.version}";\n'.encode() + files.content(WORKER)
        return Response(content, headers={"Cache-Control": NOT_KEPT}, media_type=TYPES[".js"])

    @router.get(trust.FILE)
    def authority(request: Request) -> Response:
        if not (content := trust.authority(_configuration(request))):
            raise NotThere("the certificate of the pages has no authority of its own: see /trust")
        return Response(content, media_type=trust.MEDIA_TYPE, headers={"Cache-Control": NOT_KEPT})

    return router


def _static(files: Files) -> Route:
    """Before all other addresses, and without a thread: a page asks for 40 files, and they are in memory."""

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        found = files.answer(request, request.path_params["version"], name)
        if found is None:
            raise NotThere(f"there is no file {name[:80]!r}")
        return found

    return Route("/static/{version}/{name:path}", static)


def _page(templates: Templates, manual: Manual, path: str, name: str) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        is_known = bool(cookies.session_of(request))
        is_open = path in OPEN or (path in HELP and not is_known)
        if path in PAGES and not is_known:
            wanted = quote(request.scope["path"]) + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(wanted, safe='/')}", 303)
        language, values = _looks(request, name, is_open)
        if name == "manual":
            values |= {"tasks": manual.tasks[language], "task": _task(request, manual)}
        if name == "trust":
            values |= {"trust": trust.shown(_configuration(request))}
        return HTMLResponse(templates.page(language, name, values))

    return show


def _configuration(request: Request) -> Configuration:
    found: Configuration = request.app.state.world.configuration
    return found


def _problem(templates: Templates) -> Page:
    def show(request: Request, problem: Problem) -> Response:
        language, values = _looks(request, "problem", is_open=not cookies.session_of(request))
        values |= {"is_missing": problem.status_code == 404, "detail": problem.detail}
        shown = templates.page(language, "problem", values)
        return HTMLResponse(shown, problem.status_code, problem.headers)

    return show


def _looks(request: Request, name: str, is_open: bool) -> tuple[str, dict[str, Any]]:
    """The language of who looks, and what every template needs."""
    language = chosen(request.cookies.get(COOKIE), request.headers.get("accept-language", ""))
    theme = request.cookies.get(THEME_COOKIE, "")
    return language, {"page": name, "is_open": is_open, "theme": theme if theme in THEMES else THEMES[0]}


def _task(request: Request, manual: Manual) -> str:
    """Empty on the page that lists them."""
    task = str(request.path_params.get("task", ""))
    if task and task not in manual.tasks[ENGLISH]:
        raise NotThere(f"the manual has no page {task[:80]!r}")
    return task
