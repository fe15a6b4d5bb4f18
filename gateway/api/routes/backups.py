"""A backup now, and when the last one was."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from gateway.api.answers import json_answer
from gateway.api.describing import told
from gateway.api.problems import Problem
from gateway.api.who import Who
from gateway.api.world import Asked

router = APIRouter(tags=["gateway"])
LAST = {
    "made": "2026-01-05T11:00:00.000000000Z",
    "file": "journal-20260105T110000.000000.sqlite",
    "last_entry": 4711,
    "bytes": 1_048_576,
    "archive_files": 3,
}
BACKUP = {"schema": 1, "folder": "/mnt/usb/cryogate", "running": False, "progress": None, "last": LAST}
STARTED = {**BACKUP, "new": True, "running": True, "progress": {"what": "archive", "done": 0, "total": 1}}
NO_FOLDER: Final = "no folder is configured: name one on another disk as backup_dir under [pages]"


@router.get("/backup", **told("journal.read", BACKUP))
def backup(request: Request, world: Asked) -> Response:
    """The last backup in the configured folder, and how far one is that runs."""
    return json_answer(request, world.backups.now())


@router.post("/backup", **told("journal.backup", STARTED))
def start(request: Request, world: Asked, who: Who) -> Response:
    """Begin one, as `cryogate journal backup`; `new` is false where one runs already."""
    if world.backups.folder is None:
        raise Problem(422, NO_FOLDER)
    is_new = world.backups.start(who.account)
    return json_answer(request, {**world.backups.now(), "new": is_new})
