"""The application: routes under /api/v1 with their schema, errors as problems, guards around all of it."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Final

from fastapi import APIRouter, Depends, FastAPI
from starlette.types import ASGIApp

from gateway import __version__
from gateway.api import routes
from gateway.api.bodies import add_bodies
from gateway.api.guards import Headers, Limits
from gateway.api.links import add_links
from gateway.api.live import Live
from gateway.api.problems import answer_with_problems
from gateway.api.rates import Rates
from gateway.api.refusals import Noting, Refusals
from gateway.api.repeats import add_keys, answer_repeats, do_once
from gateway.api.serving import at_work
from gateway.api.uploads import Uploads
from gateway.api.who import Gate, admit
from gateway.api.world import World
from gateway.openid.provider import Provider

PREFIX: Final = "/api/v1"
ABOUT: Final = (
    "What a Cryogate gateway knows, and what people do there. Every operation needs a bearer token whose "
    "account may do the action `x-action`; lists hold only what is at the sites of the account. Errors are "
    "application/problem+json, and their `detail` says what to do next."
)


def application(world: World, gate: Gate) -> FastAPI:
    """Without its guards, see `guarded`."""
    app = FastAPI(
        title="Cryogate",
        version=__version__,
        description=ABOUT,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # they load scripts from elsewhere
        redoc_url=None,
        lifespan=at_work,
    )
    app.state.world, app.state.gate, app.state.live = world, gate, Live(world, gate.stands)
    app.state.rates, app.state.refusals = Rates(), Refusals(world.now_ns)
    app.state.uploads = Uploads()
    openid = world.configuration.pages.openid
    app.state.openid = None if openid is None else Provider(openid)
    answer_with_problems(app)
    answer_repeats(app)
    for router in routers():
        app.include_router(router, prefix=PREFIX, dependencies=[Depends(admit), Depends(do_once)])
    bare = app.openapi
    app.openapi = lambda: add_keys(add_bodies(add_links(bare(), PREFIX), PREFIX))  # type: ignore[method-assign]
    return app


def guarded(app: FastAPI) -> ASGIApp:
    """As it is served: also what fails in the application itself has all headers."""
    return Noting(Headers(Limits(app)), app.state.refusals)


def routers() -> list[APIRouter]:
    """Each file in the folder `routes` has one."""
    names = sorted(module.name for module in pkgutil.iter_modules(routes.__path__))
    return [importlib.import_module(f"{routes.__name__}.{name}").router for name in names]
