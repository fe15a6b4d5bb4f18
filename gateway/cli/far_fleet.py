"""`cryogate --server URL status` and `doctor`."""

from __future__ import annotations

from collections import Counter

from gateway.cli.doctor import tell
from gateway.cli.far_labels import labels_there
from gateway.cli.screen import status_panel
from gateway.cli.status import in_rows
from gateway.cli.terminal import console, print_json
from gateway.client import Client
from gateway.doctor import Finding, Level
from gateway.doctor.alarms import in_short
from gateway.text import safe


def status(client: Client, as_json: bool) -> None:
    found = client.status()
    alarms = Counter((one["severity"], one["state"]) for one in client.alarms())
    if as_json:
        print_json({**found, "alarms": in_rows(alarms)})
        return
    out = console()
    out.print(status_panel(safe(found), labels_there(client), out.width, in_short(alarms)))


def doctor(client: Client, as_json: bool) -> None:
    found = client.doctor()
    findings = [Finding(**{**one, "level": Level(one["level"])}) for one in found["findings"]]
    tell(found["summary"], findings, as_json)
