"""Lines of the log: one a message, whatever a device put into it."""

from __future__ import annotations

import json
import logging

import pytest

from gateway.cli.logs import LogFormat, set_up

HOSTILE = "port \x1b[2J\n2026-01-05T00:00:00.000Z CRITICAL forged\u202e[/]"


@pytest.fixture(autouse=True)
def _as_before() -> object:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


def test_a_message_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(logging.INFO, LogFormat.TEXT)
    logging.getLogger("x").warning("%s", HOSTILE)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(r"WARNING x: port \x1b[2J\n2026-01-05T00:00:00.000Z CRITICAL forged\u202e[/]")


def test_a_message_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(logging.INFO, LogFormat.JSON)
    logging.getLogger("x").warning("%s", HOSTILE)
    (line,) = capsys.readouterr().err.splitlines()
    assert "\u202e" not in line
    assert json.loads(line)["message"] == HOSTILE


@pytest.mark.parametrize("form", list(LogFormat))
def test_a_traceback_drives_no_terminal(form: LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(logging.INFO, form)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logging.getLogger("x").exception("it failed")
    shown = capsys.readouterr().err
    assert "ValueError" in shown and "\x1b" not in shown and "\u202e" not in shown
