"""`cryogate pages`: the API, and the pages of the control room, as a process of their own."""

from __future__ import annotations

import datetime
import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from starlette.types import ASGIApp

from gateway.accounts import FILE
from gateway.accounts.accounts import open_accounts
from gateway.api.application import application, guarded
from gateway.api.certificate import Certificate, given, own
from gateway.api.members import Members, office
from gateway.api.proxies import Proxies
from gateway.api.serving import Listening, serve
from gateway.api.who import Gate
from gateway.api.world import World
from gateway.cli.logs import LogFormat, set_up
from gateway.cli.options import DEFAULT_CONFIG, Config
from gateway.cli.terminal import say
from gateway.commands.accounts import accounts_stated
from gateway.commands.desk import open_desk
from gateway.commands.first_start import first_link, is_first
from gateway.config.load import load
from gateway.config.types import Configuration, PagesOptions
from gateway.doctor.examination import Examination, examine
from gateway.errors import ConfigurationError, CryogateError, InputError
from gateway.journal import rights
from gateway.pages.routes import add_pages
from gateway.running.left_pages import OF_GATEWAY

DEFAULT_LISTEN = "127.0.0.1:8443"
FIRST = (
    "nobody can log in yet. Open {}/first-start#{} once, within 24 hours; or `cryogate account add ID --role "
    "administrator --by NAME` makes the first account and prints a one-time link"
)

GONE = (
    "nobody can log in: the file of the accounts is gone; "
    "`cryogate account remake --reason WHY --by NAME` makes them anew from the journal"
)


def add_to(app: typer.Typer) -> None:
    app.command()(pages)


def pages(
    listen: Annotated[
        str | None,
        typer.Option(help=f"Address and port; default: [pages] listen, or else {DEFAULT_LISTEN}."),
    ] = None,
    cert: Annotated[Path | None, typer.Option(help="Certificate in PEM, with its chain; with --key.")] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key.")] = None,
    of_gateway: Annotated[
        int | None,
        typer.Option(OF_GATEWAY, metavar="PID", help="The process of `run` that started this."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
    log_format: Annotated[
        LogFormat, typer.Option(help="text for people, json for programs: one object a line.")
    ] = LogFormat.TEXT,
) -> None:
    """Answer the API (/api/v1) until Ctrl-C or SIGTERM; `run` starts this itself where [pages] listen is set.

    It reads what the gateway writes, and works without one, too: then it says since when nothing is new.
    Without a certificate it makes one of its own in the data folder, and prints its fingerprint.

    Example: cryogate pages --listen 127.0.0.1:8443
    """
    level = logging.getLevelNamesMapping().get(log_level.upper())
    if level is None:
        raise typer.BadParameter("expected debug, info, warning or error", param_hint="--log-level")
    set_up(level, log_format)
    configuration = load(config)
    options = _options(configuration.pages, listen, cert, key)
    configuration = replace(configuration, pages=options)  # pages say of themselves what is served
    proxies = Proxies(options.proxies)
    where = Listening(options.host, options.port, _certificate(configuration, options), proxies)
    say(f"pages: {where.url}/api/v1")
    if where.certificate is not None:
        say(f"certificate: SHA-256 {where.certificate.fingerprint()}")
        if authority := where.certificate.authority():
            say(f"authority: SHA-256 {authority}; {where.url}/trust has it for phones")
    if link := _first_link(configuration):
        say(FIRST.format(where.url, link))
    serve(proxies.before(_application(configuration, config)), where, configuration.data_dir, of_gateway)


def _first_link(configuration: Configuration) -> str:
    """Of a gateway that never had an account; else empty, also where nobody can know that now."""
    is_there = (configuration.data_dir / FILE).exists()
    try:
        if is_there and _has_accounts(configuration):
            return ""  # the journal is left alone
        with open_desk(configuration) as desk:
            is_lost = bool(accounts_stated(desk))  # of a file that is not there, or has no account any more
        if is_lost:
            say(GONE)
            return ""
        with office(configuration) as (desk, accounts):
            return first_link(desk, accounts) if is_first(desk, accounts) else ""
    except CryogateError as error:
        say(f"no link for the first start: {error}")
        return ""


def _has_accounts(configuration: Configuration) -> bool:
    with open_accounts(configuration.data_dir) as accounts:
        return bool(accounts.register.all())


def _options(
    configured: PagesOptions, listen: str | None, cert: Path | None, key: Path | None
) -> PagesOptions:
    """Those of the configuration, as far as no option says otherwise."""
    files = (configured.cert_file, configured.key_file) if cert is None and key is None else (cert, key)
    texts = [None if file is None else str(file) for file in files]
    where, is_plain = listen or configured.listen or DEFAULT_LISTEN, configured.plain and cert is None
    try:
        return replace(configured, listen=where, cert_file=texts[0], key_file=texts[1], plain=is_plain)
    except ValueError as error:
        raise ConfigurationError([f"pages: {error}"]) from None


def _certificate(configuration: Configuration, options: PagesOptions) -> Certificate | None:
    if options.plain:
        return None
    if options.cert_file is not None and options.key_file is not None:
        return given(Path(options.cert_file), Path(options.key_file))
    try:
        rights.make_folder(configuration.data_dir)
        return own(configuration.data_dir, options.host)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}"
        raise InputError(f"{what}; data_dir must be a folder in which this user may write") from None


def _application(configuration: Configuration, config: Path) -> ASGIApp:
    def examined() -> Examination:
        return examine(config, time.time_ns(), datetime.datetime.now(datetime.UTC).date())

    app = application(World(configuration, examined), Gate(Members(configuration.data_dir), time.time_ns))
    add_pages(app)
    return guarded(app)
