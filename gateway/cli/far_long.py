"""`cryogate --server URL report`, `replay`, `journal verify` and `alarm-health`: what takes time there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from gateway.cli.alarm_health import show_health
from gateway.cli.bars import bars
from gateway.cli.journal import show_verified
from gateway.cli.replay import show_replayed
from gateway.cli.report import check_output, write
from gateway.cli.terminal import print_json, say
from gateway.client import Client
from gateway.client.client import in_path
from gateway.errors import InputError
from gateway.jobs.job import DONE, RUNNING

EVERY_S: Final = 0.5  # that it is asked how far it is


def verify(client: Client, head: str, as_json: bool) -> None:
    with _asked(client, "/journal/verify", {"head": head}) as job:
        show_verified(_told(client, job), as_json)


def replay(client: Client, as_json: bool) -> None:
    with _asked(client, "/journal/replay", {}) as job:
        show_replayed(_told(client, job), as_json)


def alarm_health(
    client: Client, start: str | None, end: str | None, asset: str, advice: bool, as_json: bool
) -> None:
    asked = {"from": start, "to": end, "asset": asset}
    if advice:
        with _asked(client, "/alarm-health/advice", asked) as job:
            show_health(_told(client, job), as_json)
        return
    found = client.get("/alarm-health", **asked)
    found.pop("known")
    show_health(found, as_json)


def report(
    client: Client,
    excursion: str | None,
    asset: str | None,
    start: str | None,
    end: str | None,
    unit: str | None,
    as_of: str | None,
    year: int | None,
    output: str | None,
    language: str,
    paper: str,
    as_json: bool,
) -> None:
    """The PDF is written here."""
    file = None if output is None else Path(output)
    check_output(file, as_json)
    of = {"alarm": excursion, "asset": asset, "from": start, "to": end, "unit": unit, "year": year}
    of |= {"as_of": as_of, "paper": paper}
    if as_json:
        with _asked(client, "/reports", {**of, "language": "facts"}) as job:
            print_json(_told(client, job))
    if file is not None:
        with _asked(client, "/reports", {**of, "language": language}) as job:
            write(file, b"".join(client.pieces(_answer_of(job))))
            say(f"{file}: {job['answer']['words']}", err=True)


@contextmanager
def _asked(client: Client, path: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The job once it is done. Whoever interrupts this ends the question there, too."""
    job = client.post(path, asked)
    try:
        with bars() as told:
            while job["state"] == RUNNING:
                step = job["progress"]
                if step["what"]:
                    told(step["what"], step["done"], step["total"])
                time.sleep(EVERY_S)
                job = client.get(_of(job))
        if job["state"] != DONE:
            raise InputError(job["problem"])
        yield job
    finally:
        client.delete(_of(job))


def _told(client: Client, job: dict[str, Any]) -> Any:
    return client.get(_answer_of(job))


def _of(job: dict[str, Any]) -> str:
    return f"/jobs/{in_path(job['id'])}"


def _answer_of(job: dict[str, Any]) -> str:
    return f"{_of(job)}/answer"
