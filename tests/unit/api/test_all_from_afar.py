"""Every command is done from afar or has a reason why not, and says there what it says at home."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.afar import HERE, THERE
from gateway.cli.listing import Commands
from gateway.errors import Declined
from gateway.journal.parked import Parked
from gateway.journal.records import Records
from gateway.times import format_rfc3339
from tests.unit.api.far import Far, far_from
from tests.unit.api.two_sites import FROM, TO, TwoSites

API = Path(__file__).parents[3] / "docs" / "api.md"
MORE = """
[drills.monthly]
asset = "freezer"
every_d = 30
[notifiers.lamp]
kind = "siren"
command = {{ on = ["sh", "-c", "echo on >> {log}"], off = ["sh", "-c", "echo off >> {log}"] }}
"""
ALL = "operator+quality+administrator"
LATER, THEN = "2026-01-06T00:00:00Z", "2099-01-01T00:00:00Z"
TOMORROW = format_rfc3339(time.time_ns() + 24 * 3600 * 10**9)
SAID = (
    ("people", "set", "wu.min", "--name", "Wu Min", "--name-zh", "吴敏", "--on-site", "s"),
    ("people", "set", "wu.min", "--name-zh", "吴明", "--language", "zh", "--on-site", "none"),
    ("roster", "set", "day", "--site", "s", "--person", "wu.min", "--start", "2026-01-05", "--on", "monday"),
    ("stand-in", "wang.wei", "--for", "li.na", "--until", "friday 08:00"),
    ("people", "remove", "wu.min", "--reason", "moved"),
    ("roster", "end", "night", "--at", THEN),
    ("handover", "--to", "wang.wei", "--notes", "lid is worn", "--since", FROM),
    ("hold", "--why", "audit", "--asset", "freezer"),
    ("parked", "--retry", "central"),
    ("siren", "--test", "lamp", "--seconds", "1"),
    ("drill", "--asset", "freezer", "--at", TOMORROW, "--within", "1h", "--reason", "night shift"),
)
NOT_OF_NOW = ("journal",)
NOBODY_SAYS = ("siren", "notify")  # or the operating-system user
SAME = (
    ("clocks", "top", "--from", FROM, "--to", TO),
    ("clocks", "top", "--from", FROM, "--to", TO, "--high", "-160", "--json"),
    ("time-left", "--at", LATER),
    ("time-left", "freezer", "--at", LATER, "--json"),
    ("alarm-health", "--from", FROM, "--to", LATER),
    ("alarm-health", "--from", FROM, "--to", LATER, "--asset", "freezer", "--json"),
    ("alarm-health", "--from", FROM, "--to", LATER, "--advice"),
    ("alarm-health", "--from", FROM, "--to", LATER, "--advice", "--json"),
    ("replay",),
    ("replay", "--json"),
    ("journal", "verify"),
    ("journal", "verify", "--json"),
    ("report", "--unit", "BAG-1", "--json"),
    ("report", "--asset", "freezer", "--from", FROM, "--to", LATER, "--json"),
    ("duty", "--at", LATER),
    ("duty", "--at", LATER, "--site", "s", "--json"),
    ("roster", "list"),
    ("roster", "list", "--json"),
    ("roster", "show", "night", "--week", "2026-01-07"),
    ("roster", "show", "--week", "2026-01-07"),
    ("roster", "show", "--site", "s", "--week", "2026-01-07", "--json"),
    ("people", "list"),
    ("people", "list", "--all", "--json"),
    ("handover", "--since", FROM),
    ("handover", "--since", FROM, "--site", "s", "--json"),
    ("journal", "holds"),
    ("journal", "holds", "--json"),
    ("journal", "stats"),
    ("journal", "stats", "--json"),
    ("parked",),
    ("parked", "--sink", "central", "--json"),
    ("refused",),
    ("refused", "--json"),
    ("refused", "--retry", "broker", "--dry"),
    ("refused", "--retry", "broker", "--dry", "--json"),
    ("siren",),
    ("siren", "--json"),
    ("drill", "--due"),
    ("drill", "--due", "--json"),
    ("drill", "--report"),
    ("drill", "--report", "--json"),
    ("review", "--open"),
    ("review", "list", "--site", "s", "--json"),
)


def leaves(commands: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Each command by its whole name."""
    for name in commands:
        inner = getattr(commands[name], "commands", None)
        if inner:
            yield from leaves(inner, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_is_done_from_afar_or_has_a_reason_why_not() -> None:
    assert sorted(leaves(Commands())) == sorted([*THERE, *HERE])


def test_the_documentation_lists_both_with_each_reason() -> None:
    _, _, after = API.read_text(encoding="utf-8").partition("## From afar")
    page = after.partition("\n## ")[0]
    done, _, refused = page.partition("| at home alone |")
    named = set(re.findall("`([^`]{1,60})`", done))
    assert {name for name in THERE if name not in named} == set()
    for name, why in HERE.items():
        row = next((line for line in refused.splitlines() if f"`{name}`" in line), "")
        assert why in row, (name, why)


def made(folder: Path, happened: Path) -> TwoSites:
    shutil.copytree(happened, folder / "data")
    sites = TwoSites(folder, MORE.format(log=folder / "log"))
    sites.enter_people()
    sites.set_roster("s")
    with Records(folder / "data" / "records.sqlite") as records, records.transaction():
        records.park("sink:central", [Parked(1, 7, None, 2, 8, "too old")])
        records.park_changes("sink:central", {3: "type conflict"})
    return sites


@pytest.fixture
def far(tmp_path: Path, what_happened: Path) -> Iterator[Far]:
    with far_from(made(tmp_path, what_happened), tmp_path) as found:
        yield found


@pytest.fixture
def home(tmp_path: Path, what_happened: Path) -> TwoSites:
    """The same once more."""
    (tmp_path / "home").mkdir()
    return made(tmp_path / "home", what_happened)


def test_the_same_question_has_the_same_answer(far: Far) -> None:
    for words in SAME:
        there, here = far.asked(*words, token=ALL), far.here(*words)
        assert there.exit_code == here.exit_code == 0, (words, there.output, there.exception, here.output)
        assert without_growth(there.stdout) == without_growth(here.stdout) != "", words
        assert words[0] in NOT_OF_NOW or there.stderr == here.stderr, words


def test_what_is_said_is_answered_in_the_same_words(far: Far, home: TwoSites) -> None:
    at_home = Far(home, far.url, far.certificate)
    for words in SAID:
        by = () if words[0] in NOBODY_SAYS else ("--by", "li.na")
        there, here = far.asked(*words, token=ALL), at_home.here(*words, *by)
        assert there.exit_code == here.exit_code == 0, (words, there.output, there.exception, here.output)
        assert without_ids(there.stdout) == without_ids(here.stdout), words


def test_a_hold_and_a_test_of_a_person_are_answered_as_at_home(far: Far, home: TwoSites) -> None:
    at_home = Far(home, far.url, far.certificate)
    told = []
    for asked, by in ((far.asked, ()), (at_home.here, ("--by", "li.na"))):
        held = json.loads(asked("hold", "--why", "audit", "--json", *by).stdout)["hold"]
        released = asked("release", held, "--why", "over", *by)
        tried = asked("notify", "--test", "li.na")
        told.append((without_ids(released.stdout), re.sub("[0-9.]+ s", "T s", tried.stdout), tried.exit_code))
    assert told[0] == told[1] and told[0][2] == 1 and "released" in told[0][0]


def test_a_screen_from_afar_shows_alarms_and_says_when_nobody_answers(far: Far) -> None:
    shown = far.asked("watch", "--seconds", "1", token=ALL)
    assert shown.exit_code == 0 and far.sites.alarms()["top"] in shown.stdout
    assert isinstance(far.asked("watch", "--seconds", "1", token="forged").exception, Declined)


def test_a_backup_is_waited_for(tmp_path: Path, what_happened: Path) -> None:
    pages = f'[pages]\nlisten = "127.0.0.1:8443"\nbackup_dir = "{tmp_path / "backup"}"\n'
    shutil.copytree(what_happened, tmp_path / "data")
    with far_from(TwoSites(tmp_path, pages), tmp_path) as far:
        told = far.asked("journal", "backup", token=ALL)
        assert told.exit_code == 0, (told.output, told.exception)
        assert told.stdout.startswith(f"{tmp_path / 'backup'}: up to entry ")
        assert json.loads(far.asked("journal", "backup", "--json", token=ALL).stdout)["last"]["bytes"] > 0


def without_growth(text: str) -> str:
    """The journal's, which is another one in the next second."""
    return re.sub("(enough for |per_day.: |until_full.: |disk_free_bytes.: )[0-9.,]+", "", text)


def without_ids(text: str) -> str:
    """And without who says it, which the token knows."""
    text = re.sub("(K-|H-|D-)[0-9A-Z-]{7,40}|[0-9A-Z]{8}-[0-9]{1,6}", "ID", text)
    text = re.sub(", says li.na|, says Li.Na| by li.na|, $", "", text, flags=re.MULTILINE)
    return re.sub("[0-9]{2}:[0-9]{2}:[0-9]{2}", "TIME", text).replace(
        "away from there, in", "away from there; in"
    )
