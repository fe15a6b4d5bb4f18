"""The settings of a mosquitto on this machine that decide whether it keeps what it acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from gateway.doctor import Finding, warning
from gateway.mqtt.broker import Login

LOCAL: Final = ("localhost", "127.0.0.1", "::1")
USUAL: Final = Path("/etc/mosquitto/mosquitto.conf")
PROCESSES: Final = Path("/proc")
LONGEST_UNSAVED_S: Final = 10
DEFAULT_QUEUED: Final = 1000  # messages for a client that is away (mosquitto.conf(5))
DEFAULT_AUTOSAVE_S: Final = 1800

Settings = list[tuple[str, str]]  # key and value in the order of the file


def findings(where: str, options: Login) -> Iterator[Finding]:
    """Of the broker of a source; nothing where it is elsewhere, or its configuration cannot be read."""
    if options.host not in LOCAL:
        return
    for path in configurations():
        settings = read(path)
        if options.port in ports(settings):
            yield from judged(where, path, dict(settings))
            return


def configurations() -> list[Path]:
    """Of mosquittos that run, and the usual one."""
    found = []
    for process in PROCESSES.iterdir():
        try:
            if process.name.isdecimal() and (process / "comm").read_text().strip() == "mosquitto":
                words = (process / "cmdline").read_bytes().decode().split("\0")
                found += [(process / "cwd").resolve() / c for o, c in pairwise(words) if o == "-c"]
        except (OSError, UnicodeError):  # another user's, or gone meanwhile
            continue
    return [*dict.fromkeys(found), USUAL]


def read(path: Path, included: bool = False) -> Settings:
    """Of the file and, unless it is `included` itself, what it includes; empty where it cannot be read."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return []
    settings: Settings = []
    for line in lines:
        key, _, value = line.strip().partition(" ")
        if key == "include_dir" and not included:  # only in the main file, says mosquitto.conf(5)
            for more in sorted(Path(value.strip()).glob("*.conf")):
                settings += read(more, included=True)
        elif key and not key.startswith("#"):
            settings.append((key, value.strip()))
    return settings


def ports(settings: Settings) -> set[int]:
    """Where it listens."""
    words = [value.split()[:1] for key, value in settings if key in ("listener", "port")]
    given = {int(word) for first in words for word in first if word.isdecimal()}
    return given or ({1883} if settings else set())


def judged(where: str, path: Path, settings: dict[str, str]) -> Iterable[Finding]:
    """What of it does not hold what we promise."""
    queued = _number(settings, "max_queued_messages", DEFAULT_QUEUED)
    if queued != 0:
        what = f"mosquitto silently drops what exceeds {queued} messages while the gateway is away"
        yield warning(where, what, f"set max_queued_messages 0 in {path} and restart it")
    if settings.get("persistence", "false") != "true":
        what = "mosquitto forgets what it holds for the gateway when it is restarted"
        yield warning(where, what, f"set persistence true and autosave_interval 1 in {path} and restart it")
        return
    unsaved_s = _number(settings, "autosave_interval", DEFAULT_AUTOSAVE_S)
    if unsaved_s > LONGEST_UNSAVED_S or unsaved_s == 0:
        lost = f"up to {unsaved_s} s of" if unsaved_s else "all"
        what = f"mosquitto loses {lost} messages that it acknowledged when power fails"
        yield warning(where, what, f"set autosave_interval 1 in {path} and restart it")


def _number(settings: dict[str, str], key: str, default: int) -> int:
    given = settings.get(key, "")
    return int(given) if given.isdecimal() else default
