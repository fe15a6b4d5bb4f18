"""scripts/demo does what the README says: the fleet, the alarm, the codes inside, the way in, a clean end."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

DEMO = Path(__file__).parents[2] / "scripts" / "demo.py"


def test_within_a_minute_the_alarm_names_what_is_inside() -> None:
    running = subprocess.Popen(
        [sys.executable, str(DEMO), "--seconds", "50", "--terminal"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout is not None
    head = ""
    while "control room: " not in head:
        line = running.stdout.readline()
        assert line, head
        head += line
    the_link_logs_in_once(head.split("control room: ")[1].strip())

    printed = head + running.communicate(timeout=180)[0]
    assert running.returncode == 0, printed
    seen, _, summary = printed.partition("summary")
    assert "critical" in seen and "shipper-2 above-150" in seen
    assert "nmpa 83857930000879766660" in seen and "beyond the limit for" in seen
    alarms = [line for line in summary.splitlines() if line.strip().startswith("E-")]
    assert {line.split()[2] for line in alarms} == {"shipper-2"}  # and nobody else
    assert "gs1 (01)09521234543213(21)1234" in summary


def the_link_logs_in_once(link: str) -> None:
    assert visit(link + "x")[0] == 410
    status, headers, _ = visit(link)
    assert status == 303
    cookie = headers["Set-Cookie"].partition(";")[0]
    assert re.fullmatch("cryogate=cgs_.+", cookie) and "HttpOnly" in headers["Set-Cookie"]
    who = json.loads(visit(f"{headers['Location']}api/v1/session", cookie)[2])
    assert (who["account"], who["sites"]) == ("demo", None)
    assert visit(link)[0] == 410, "it is good once"


def visit(address: str, cookie: str = "") -> tuple[int, http.client.HTTPMessage, bytes]:
    """As a browser that follows nothing."""
    parts = urlsplit(address)
    asked = http.client.HTTPConnection(parts.netloc, timeout=60)
    asked.request("GET", parts.path, headers={"Cookie": cookie})
    answer = asked.getresponse()
    return answer.status, answer.headers, answer.read()
