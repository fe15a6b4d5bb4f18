"""`cryogate --server URL journal stats` and `journal backup`."""

from __future__ import annotations

import time
from typing import Any, Final

from rich.filesize import decimal

from gateway.cli.journal import show_stats
from gateway.cli.terminal import print_json, say
from gateway.client import Client
from gateway.errors import InputError
from gateway.text import counted

EVERY_S: Final = 1.0  # that it is asked how far a backup is


def stats(client: Client, as_json: bool) -> None:
    show_stats(client.get("/journal"), as_json)


def backup(client: Client, as_json: bool) -> None:
    """Until it is done; it goes on without whoever waits for it."""
    done = client.post("/backup", {})
    while done["running"]:
        time.sleep(EVERY_S)
        done = client.get("/backup")
    if done["problem"]:
        raise InputError(f"{done['folder']}: {done['problem']}")
    if as_json:
        print_json(done)
    else:
        say(_words(done["folder"], done["last"]))


def _words(folder: str, last: dict[str, Any]) -> str:
    files = counted(last["archive_files"], "archive file")
    return f"{folder}: up to entry {last['last_entry']}, {files}, {decimal(last['bytes'])}"
