"""`cryogate --server URL review list`, `show`, `assess` and `dispose`."""

from __future__ import annotations

from typing import Any

import typer

from gateway.cli.far_labels import labels_there
from gateway.cli.far_saying import tell
from gateway.cli.review import WHAT, decision_said, need_units
from gateway.cli.review_screen import review_lines, said_words, worklist_lines
from gateway.cli.terminal import print_json
from gateway.client import Client
from gateway.client.client import in_path
from gateway.errors import InputError
from gateway.questions.review_rows import SCHEMA


def list_reviews(client: Client, only_open: bool, site: str, as_json: bool) -> None:
    found = list(client.items("/reviews", open=only_open, site=site or None))
    if as_json:
        print_json({"schema": SCHEMA, "reviews": found})
        return
    for line in worklist_lines(found, labels_there(client)):
        typer.echo(line)


def show(client: Client, excursion: str, as_json: bool) -> None:
    found = client.get(f"/alarms/{in_path(excursion)}/review")
    told = {key: value for key, value in found.items() if key != "known"}
    if as_json:
        print_json(told)
        return
    for line in review_lines(told, labels_there(client)):
        typer.echo(line)


def assess_(
    client: Client,
    excursion: str,
    text: str,
    root_cause: str,
    deviation: str,
    capa: str,
    as_before: bool,
    corrects: str | None,
    reason: str,
    as_json: bool,
) -> None:
    if as_before == bool(text.strip()):
        raise InputError(WHAT)
    said = {"assessment": text, "root_cause": root_cause, "deviation": deviation, "capa": capa}
    more = {"as_before": as_before, "corrects": corrects, "reason": reason}
    done = client.post(f"/alarms/{in_path(excursion)}/review/assessment", said | more)
    tell(done, f"the excursion {done['alarm']} is assessed", {"excursion": done["alarm"]}, as_json)


def dispose(
    client: Client,
    excursion: str,
    code: list[str] | None,
    decision: str,
    why: str,
    reference: list[str] | None,
    every: bool,
    as_before: bool,
    corrects: str | None,
    reason: str,
    as_json: bool,
) -> None:
    decision_said(decision, why, reference, as_before)
    need_units(code, every)
    said: dict[str, Any] = {"codes": list(code or ()), "every": every, "decision": decision, "why": why}
    said |= {"references": list(reference or ()), "as_before": as_before}
    said |= {"corrects": corrects, "reason": reason}
    done = client.post(f"/alarms/{in_path(excursion)}/review/dispositions", said)
    words = said_words(done["alarm"], decision, done["units"])
    tell(done, words, {"excursion": done["alarm"], "units": done["units"]}, as_json)
