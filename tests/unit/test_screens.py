"""What people look at: the worst first, on any terminal; danger stays red although nothing comes."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import ConsoleDimensions

from gateway.cli.alarm_screen import alarm_lines, alarms_table, short_lines
from gateway.cli.fleet import fleet_table
from gateway.cli.live import Page
from gateway.cli.screen import status_panel, watch_body, watch_title
from gateway.cli.styled import Terminal
from gateway.cli.terminal import folding_table
from gateway.published.labels import Labels, SiteLabel
from gateway.text import safe
from gateway.zones import zone

LABELS = Labels(
    {"s": SiteLabel("Pudong cryobank", "Asia/Shanghai", zone("Asia/Shanghai"))}, {"f1": "Freezer one"}
)
HOSTILE = "a[top][/] :m: \x1b[2J\n\u202e"


def channel(name: str, state: str = "in range", age_s: float | None = 3.0, **more: Any) -> dict[str, Any]:
    known = {"channel": name, "source": "b", "site": "s", "asset": "f1", "zone": None, "unit": "degC"}
    value = None if state == "unknown" else -191.25
    told = {"value": value, "quality": "good", "age_s": age_s, "state": state, "unknown": "unknown" in state}
    return {**known, **told, "clock_offset_s": None, "ahead_s": None, "waiting": 0, **more}


def alarm(severity: str = "critical", **more: Any) -> dict[str, Any]:
    place = {"site": "s", "asset": "f1", "zone": "top", "channel": "lid", "unit": "degC", "message": ""}
    what = {
        "rule": "above-150",
        "start": "2026-01-05T16:30:00.000000000Z",
        "extreme": -140.5,
        "beyond_s": 20.0,
    }
    unit = {"scheme": "holder", "code": "BAG-1", "product": "", "beyond_s": None, "certain": True}
    life = {"state": "unacknowledged", "withdrawn": False, "acknowledgements": [], "resets": []}
    more = {
        "uncertainty": None,
        "unproven_s": 0.0,
        "units": [unit],
        "id": "E-1",
        "severity": severity,
        **more,
    }
    return {**place, **what, **life, **more}


def status(*channels: dict[str, Any]) -> dict[str, Any]:
    return {
        "gateway": {
            "name": "edge", "version": "1", "configuration": "c", "uptime_s": 1.0, "pid": 1,
            "time": "2026-01-05T17:00:00.000000000Z", "watchdog_s": None,
        },
        "clock": {"trusted": True, "synchronized": True, "problem": ""},
        "disk": {"free_bytes": 1e12, "days_left": None, "is_low": False},
        "journal": {
            "readings": 1, "repeated": 0, "waiting": 0, "screening_behind": 0, "problem": "",
            "screening_problem": "",
        },
        "sources": [], "channels": list(channels), "followers": [], "notifiers": [], "refused": [],
        "calls": {"going_on": 0, "nobody": [], "failing": {}, "problem": ""},
        "archive": {"problem": ""}, "metrics": {"problem": ""},
    }  # fmt: skip


def screen(width: int, height: int) -> Terminal:
    return Terminal(width=width, height=height, file=io.StringIO(), force_terminal=True, color_system=None)


def shown(page: Page, out: Terminal) -> list[str]:
    out.size = ConsoleDimensions(out.width, out.height)
    with out.capture() as captured:
        out.print(page, end="")
    return captured.get().split("\n")


def watched(out: Terminal, found: dict[str, Any], alarms: list[dict[str, Any]]) -> Page:
    page = Page()
    page.title, page.body = watch_title(found, LABELS), watch_body(found, alarms, LABELS, out)
    return page


def test_fourteen_channels_and_three_alarms_on_a_small_terminal() -> None:
    channels = [channel(f"channel-{k:02d}") for k in range(13)] + [channel("lid", "critical above-150")]
    alarms = [alarm(id=f"E-{k}") for k in range(3)]
    out = screen(80, 24)
    lines = shown(watched(out, status(*channels), alarms), out)
    assert len(lines) == 24 and max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert all(name in text for name in ("lid", *(f"channel-{k:02d}" for k in range(13))))
    assert "BAG-1" in text and "E-0" in text and "2 more below" in text
    assert "(2026-01-06 01:00:00 Asia/Shanghai)" in lines[0]
    first = next(line for line in lines if line.startswith(("critical above", "in range")))
    assert first.startswith("critical above-150")


def test_words_are_whole_and_names_are_there_on_a_small_terminal() -> None:
    out = screen(80, 24)
    one = alarm(state="returned unacknowledged", rule="above-minus-150-degC")
    with out.capture() as told:
        out.print(alarms_table([one], LABELS, out.width), short_lines(one, LABELS, one["start"]))
    lines = told.get().splitlines()
    assert max(map(len, lines)) <= 80
    for words in (
        "returned unacknowledged",
        "above-minus-150-degC",
        "Asia/Shanghai",
        one["id"],
        one["severity"],
    ):
        assert any(words in line for line in lines), words
    names = (LABELS.asset(one["asset"]), LABELS.site(one["site"]))
    assert all(name and told.get().count(name) == 2 for name in names), names


def test_it_scrolls() -> None:
    out = screen(80, 10)
    page = watched(out, status(*(channel(f"channel-{k:02d}") for k in range(40))), [])
    assert "channel-39" not in "\n".join(shown(page, out))
    page.key(b"G")
    assert "channel-39" in "\n".join(shown(page, out))
    page.key(b"\x1b[5~")
    page.key(b"k")
    assert "channel-39" not in "\n".join(shown(page, out))
    page.key(b"g")
    assert "channel-00" in "\n".join(shown(page, out)) and page.top == 0


@pytest.mark.parametrize("width", [60, 80, 200])
def test_danger_without_data_stays_with_its_value_and_age(width: int) -> None:
    silent = channel("lid", "critical above-150, unknown", 7325.0)
    out = Terminal(width=width, file=io.StringIO(), force_terminal=True, color_system="standard")
    with out.capture() as captured:
        out.print(fleet_table([channel("a"), silent], LABELS, width))
    text = captured.get()
    assert "\x1b[1;37;41mcritical" in text  # white on red
    assert text.index("lid") < text.index("in range")
    assert "-191.25" in text and "2 h 02 min" in text and "unknown" in text


def test_on_a_small_screen_late_messages_cost_no_lines() -> None:
    out = screen(80, 24)
    late = [channel(f"tank-{k:02d}", clock_offset_s=-47.0) for k in range(14)]
    lines = shown(watched(out, status(*late), []), out)
    assert sum("late 47 s" in line for line in lines) == 14


def test_no_table_cuts_a_name() -> None:
    out = screen(40, 24)
    with out.capture() as captured:
        table = folding_table("channel", "asset")
        table.add_row("c" * 90, "a" * 90)
        out.print(table)
    assert captured.get().count("c") == 90 + 1  # and of the heading
    assert "…" not in captured.get()


def test_an_alarm_says_since_when_here_and_there_who_knows_and_what_is_not_proven() -> None:
    said = [{"by": "Li Na", "at": "2026-01-05T16:40:00Z", "comment": "on my way"}]
    one = alarm(state="acknowledged", acknowledgements=said, unproven_s=60.0)
    out = screen(80, 24)
    silent = channel("lid", "critical above-150, unknown", 65.0)
    text = " ".join(" ".join(shown(watched(out, status(silent), [one]), out)).split())
    assert "since 16:30Z (00:30 there)" in text
    assert "acknowledged by Li Na" in text and "not proven 2 min 05 s" in text
    wide = screen(200, 50)
    with wide.capture() as captured:
        wide.print(alarms_table([one], LABELS))
    table = captured.get()
    assert "2026-01-05 16:30:00Z" in table and "2026-01-06 00:30:00" in table and "Asia/Shanghai" in table
    assert all(
        word in table for word in ("Freezer one", "Pudong cryobank", "by Li Na", "not proven 1 min 00 s")
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("source:in", "not watched: f1"),
        ("unmeasured:f1", "not watched: f1"),
        ("journal", "not watched: f1"),
        ("time left:f1", "about: f1"),
        ("power:rack", "about: f1"),
        ("battery:rack", "about: f1"),
    ],
)
def test_only_of_a_fault_that_blinds_it_is_said_that_nothing_is_watched(rule: str, words: str) -> None:
    (line,) = alarm_lines([alarm(rule=rule, channel="", message="look at it")])
    assert f", {words}, inside: " in line.plain


def test_danger_that_goes_on_stands_first_and_only_it_is_red() -> None:
    never = alarm(id="E-never", state="withdrawn unacknowledged", withdrawn=True)
    over = alarm(id="E-over", state="returned unacknowledged")
    said = [{"by": "Li Na", "at": "2026-01-05T16:40:00Z", "comment": "on my way"}]
    seen = alarm(id="E-seen", state="acknowledged", acknowledgements=said)
    unseen = alarm(id="E-unseen", severity="major")
    out = Terminal(width=200, height=50, file=io.StringIO(), force_terminal=True, color_system="standard")
    with out.capture() as captured:
        out.print(watch_body(status(channel("lid")), [never, over, seen, unseen], LABELS, out))
    text = captured.get()
    assert sorted(("E-unseen", "E-seen", "E-over", "E-never"), key=text.index) == [
        "E-unseen", "E-seen", "E-over", "E-never",
    ]  # fmt: skip
    assert text.count("\x1b[1;37;41m critical") == 1  # that which goes on


def test_an_alarm_that_asks_again_names_who_had_acknowledged_it() -> None:
    said = [
        {"by": by, "at": "2026-01-05T16:40:01.123Z", "comment": "seen"} for by in ("Li Na", "Wu", "Li Na")
    ]
    again = alarm(acknowledgements=said)
    out = screen(200, 50)
    with out.capture() as captured:
        out.print(watch_body(status(channel("lid")), [again], LABELS, out), alarms_table([again], LABELS))
        out.print(alarm_lines([again], LABELS)[0])
    text = captured.get()
    assert text.count("acknowledged before by Li Na, Wu") == 2
    assert "at 2026-01-05 16:40:01Z (2026-01-06 00:40:01 Asia/Shanghai) by Wu: seen" in text


def test_names_of_all_kinds_are_shown_as_they_are() -> None:
    keys = ("channel", "asset", "zone", "rule", "id", "message", "code", "by", "comment", "name", "site")

    def hostile(data: Any, key: str = "") -> Any:
        if isinstance(data, dict):
            return {k: hostile(v, k) for k, v in data.items()}
        if isinstance(data, list):
            return [hostile(v) for v in data]
        return HOSTILE if key in keys and isinstance(data, str) else data

    said = [{"by": "x", "at": "2026-01-05T16:40:00Z", "comment": "x"}]
    alarms = safe(hostile([alarm(acknowledgements=said), alarm(message="x", zone="x")]))
    found = safe(hostile(status(channel("lid"), channel("b", "unknown"))))
    out = screen(400, 100)
    with out.capture() as captured:
        out.print(alarms_table(alarms, LABELS), status_panel(found, LABELS))
        out.print(watch_title(found, LABELS), watch_body(found, alarms, LABELS, out))
    text = captured.get()
    assert "a[top][/] :m: \\x1b[2J\\n\\u202e" in text
    assert "\x1b[2J" not in text and "\u202e" not in text


def test_watch_outlives_the_gateway_and_ends_with_q(tmp_path: Path) -> None:
    (tmp_path / "cryogate.toml").write_text('[gateway]\nname = "g"\n')
    (tmp_path / "data").mkdir()
    command = [sys.executable, "-c", "from gateway.cli import main; main()", "watch"]
    ours, line = pty.openpty()
    fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "TERM": "xterm", "CRYOGATE_CONFIG": str(tmp_path / "cryogate.toml")}
    with subprocess.Popen(command, stdin=line, stdout=line, stderr=line, env=environment) as process:
        os.close(line)
        seen, until_s = b"", time.monotonic() + 60
        while b"nothing is known" not in seen and time.monotonic() < until_s:
            seen += os.read(ours, 65_536)
        assert b"nothing is known" in seen and process.poll() is None
        os.write(ours, b"q")
        assert process.wait(60) == 0
    os.close(ours)


def test_watch_without_a_terminal_waits_for_the_gateway(tmp_path: Path) -> None:
    (tmp_path / "cryogate.toml").write_text('[gateway]\nname = "g"\n')
    command = [sys.executable, "-c", "from gateway.cli import main; main()", "watch", "--seconds", "3"]
    environment = {**os.environ, "CRYOGATE_CONFIG": str(tmp_path / "cryogate.toml")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("no gateway answers") == 1


def test_a_line_is_whole_in_a_pipe_and_wrapped_at_blanks_on_a_terminal() -> None:
    pipe, screen = io.StringIO(), io.StringIO()
    Terminal(file=pipe, width=30).print("word " * 40, soft_wrap=True)
    Terminal(file=screen, width=30, force_terminal=True, color_system=None).print(
        "word " * 40, soft_wrap=True
    )
    assert pipe.getvalue().count("\n") == 1
    shown = screen.getvalue().splitlines()
    assert len(shown) > 1 and all(set(part.split()) <= {"word"} and len(part) <= 30 for part in shown)
