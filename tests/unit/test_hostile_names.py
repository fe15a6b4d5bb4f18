"""Every command that prints, with hostile names and texts of all kinds: shown as they are, or escaped."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.cli.listing import COMMANDS
from gateway.errors import CryogateError
from gateway.model import Refusal, Refused, Severity
from gateway.statements import fault
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk

ASSET, CHANNEL, SOURCE, RULE, UNIT = "freezer[top]", "[/]", "sink:m:", "[bold red]above", "=BAG[/]:m:"
DEVICE = "x[/red]\x1b[2J\x9b1m\n\u202eforged\u2028 :m: =1+1"
SHOWN = r"x[/red]\x1b[2J\x9b1m\n\u202eforged\u2028 :m: =1+1"
DRIVES = "\x1b\x9b\r\x00\u202e\u2028"
NAMES = {
    "[assets.freezer]": f'[assets."{ASSET}"]\nname = "[red]"',
    'asset = "freezer"': f'asset = "{ASSET}"',
    "[channels.top]": f'[channels."{CHANNEL}"]',
    "[sources.broker": f'[sources."{SOURCE}"',
    'source = "broker"': f'source = "{SOURCE}"',
    "[[sources.broker": f'[[sources."{SOURCE}"',
    'id = "above-150"': f'id = "{RULE}"',
    "profiles.p": 'profiles."@p[/]"',
    'profile = "p"': 'profile = "@p[/]"',
    'version = "1"': 'version = "[1]"',
    'name = "test"': 'name = "[/]gateway:m:"\ndata_dir = "."',
    "[sites.s]": '[sites."-s"]',
    'site = "s"': 'site = "-s"',
    '"top"': '"[zone]"',
}
SOON = (datetime.now(UTC) + timedelta(days=1)).isoformat()
FROM_TO = ("--from", "2026-01-05T12:00:00Z", "--to", "2026-01-05T13:00:00Z")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gateway that ran: an alarm with a unit, a fault, messages that were refused."""
    folder, config = tmp_path_factory.mktemp("hostile"), CONFIG
    for plain, hostile in NAMES.items():
        config = config.replace(plain, hostile)
    (folder / "cryogate.toml").write_text(config)
    (folder / "limits.toml").write_text(config[config.index("[[profiles") : config.index("[channels")])
    desk = Desk(folder, config)
    desk.contain(UNIT, ASSET, -60)
    desk.read((CHANNEL, 0, -160.0), (CHANNEL, 10, -140.0), (CHANNEL, 20, -139.0))
    kept = Refused(Refusal.MALFORMED, DEVICE, DEVICE, DEVICE.encode(), NOON_NS)
    desk.journal.commit(refused={SOURCE: [kept]})
    said = fault.FaultRaised("F-1", "source:x", Severity.MAJOR, DEVICE, ())
    desk.state(fault.KIND, fault.to_body(said))
    desk.run()
    raised = next(alarm for alarm in desk.alarms() if alarm["channel"] == CHANNEL)
    desk.acknowledge(raised["id"], "[/]comment:m:")
    desk.run()
    desk.journal.close()
    desk.records.close()
    return folder


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(folder / "cryogate.toml")])


def alarm_id(folder: Path) -> str:
    found = json.loads(run(folder, "alarms", "--all", "--json").stdout)
    return str(next(alarm["id"] for alarm in found if alarm["channel"] == CHANNEL))


COMMAND_LINES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "check": ((), (SOURCE, CHANNEL, ASSET)),
    "doctor": ((), (RULE, CHANNEL, ASSET, "[/]gateway:m:")),
    "status": ((), ()),
    "alarms": (("--all",), (ASSET, UNIT, RULE, "[red]", "[/]comment:m:")),
    "history": (("ALARM",), (CHANNEL, RULE, "[/]comment:m:")),
    "ack": (("ALARM", "--by", "[/]:m:", "--comment", "[/]"), ("[/]:m:",)),
    "take": (("ALARM", "--by", "[/]:m:"), ()),
    "assign": (("ALARM", "--to", "[/]:m:", "--by", "[/]"), ()),
    "comment": (("ALARM", "--by", "[/]:m:", "--comment", "[/]"), ()),
    "calls": ((), ()),
    "hints": (("ALARM",), ()),
    "report": (("ALARM", "--json"), (CHANNEL, RULE, ASSET, UNIT, "[/]comment:m:")),
    "drill": (("--asset", ASSET, "--by", "[/]", "--at", SOON), (ASSET, CHANNEL, RULE)),
    "alarm-health": ((), ()),
    "time-left": ((), ()),
    "people": (("list",), ()),
    "account": (("list",), ()),
    "roster": (("list",), ()),
    "duty": ((), ()),
    "contents": ((), (ASSET, UNIT)),
    "code": ((UNIT,), (UNIT,)),
    "statements": (("--kind", "fault"), (SHOWN[:20],)),
    "signatures": ((), ()),
    "review": (("ALARM",), (CHANNEL, RULE, ASSET, UNIT)),
    "audit": (("--kind", "fault", "--kind", "configuration"), (SHOWN[:20],)),
    "clocks": ((CHANNEL, *FROM_TO), (CHANNEL, "[1]")),
    "replay": ((), (CHANNEL, RULE, UNIT)),
    "preview": (("--profile", "LIMITS", "--last", "3000d", "--all"), (CHANNEL, RULE, "@p[/]", "[1]")),
    "refused": ((), (SHOWN, SOURCE)),
    "parked": ((), ()),
    "place": ((CHANNEL, ASSET, "--by", "[/]", "--reason", "[/]"), (CHANNEL, ASSET)),
    "empty": ((ASSET, "--by", "[/]", "--reason", "[/]"), (ASSET,)),
    "evidence": (("begin", "--reason", "[/]:m:"), ()),
    "hold": (("--asset", ASSET, "--by", "[/]", "--why", "[/]"), ()),
    "version": ((), ()),
}
ELSEWHERE = {"run", "watch", "close", "load", "reset", "withdraw", "import", "journal", "release", "convert"}
ELSEWHERE |= {
    "sign",
    "notify",
    "pages",
    "token",
    "shelve",
    "unshelve",
    "filling",
    "out-of-service",
    "handover",
    "siren",
    "stand-in",
    "verify",
    "bundle",
}


def test_every_command_is_tried() -> None:
    assert set(COMMAND_LINES) | ELSEWHERE == set(COMMANDS), "say where its names come from"


@pytest.mark.parametrize("command", COMMAND_LINES)
def test_names_are_shown_as_they_are(command: str, folder: Path) -> None:
    words, names = COMMAND_LINES[command]
    given = {"ALARM": alarm_id(folder), "LIMITS": str(folder / "limits.toml")}
    line = [command, *(given.get(word, word) for word in words)]
    told = CliRunner().invoke(app, line) if command == "version" else run(folder, *line)
    assert told.exception is None or isinstance(told.exception, SystemExit | CryogateError), told.exception
    assert not set(told.output) & set(DRIVES)
    shown = "".join(told.output.split())
    assert not [name for name in names if "".join(name.split()) not in shown], told.output


JSON = ("alarms", "history", "contents", "statements", "refused", "check", "doctor")


@pytest.mark.parametrize("command", JSON)
def test_json_has_them_and_drives_no_terminal(command: str, folder: Path) -> None:
    words = (alarm_id(folder),) if command == "history" else ()
    told = run(folder, command, *words, "--json")
    assert not set(told.output) & set(DRIVES)
    found = json.loads(told.stdout)
    if command == "refused":
        assert found[0]["topic"] == DEVICE and found[0]["detail"] == DEVICE


def test_an_export_is_no_formula(folder: Path) -> None:
    told = run(folder, "journal", "export", str(folder / "out.csv"))
    assert told.exit_code == 0, told.output
    with (folder / "out.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert {row[1] for row in rows[1:]} == {CHANNEL}


TYPED = ["[/]", ":m:", "\x1b[2J", "a\nb", "\u202e", "=1+1", "9" * 5000, "\udcff", "", "-", "x" * 10_000]
ARGUMENTS = [
    ("history", "?"),
    ("ack", "?", "--by", "?", "--comment", "?"),
    ("close", "?", "--by", "?", "--comment", "?"),
    ("load", "?", "--by", "?"),
    ("place", "?", "?", "--by", "?", "--reason", "?", "--at", "?"),
    ("reset", "?", "?", "--by", "?", "--comment", "?"),
    ("take", "?", "--by", "?"),
    ("assign", "?", "--to", "?", "--by", "?"),
    ("notify", "--test", "?"),
    ("hints", "?"),
    ("report", "?", "--json"),
    ("report", "?", "-o", "?", "--language", "?"),
    ("report", "--unit", "?", "--json"),
    ("report", "--year", "?", "--json"),
    ("report", "?", "--as-of", "?", "--json"),
    ("report", "--asset", "?", "--from", "?", "--to", "?", "--json"),
    ("drill", "--report", "?"),
    ("drill", "--asset", "?", "--channel", "?", "--by", "?", "--at", "?"),
    ("drill", "--asset", ASSET, "--by", "?", "--reason", "?", "--within", "?", "--at", SOON),
    ("time-left", "?", "--at", "?"),
    ("people", "set", "?", "--name", "?", "--way", "?", "--time-zone", "?", "--by", "?"),
    ("people", "set", "li", "--name", "?", "--way", "? ? from ?", "--at", "?", "--by", "?"),
    ("people", "remove", "?", "--by", "?", "--at", "?"),
    ("roster", "set", "?", "?", "--by", "?"),
    ("roster", "set", "?", "--person", "?", "--start", "?", "--hours", "?", "--by", "?"),
    ("roster", "show", "?", "--week", "?"),
    ("roster", "show", "--site", "?", "--risk", "?"),
    ("roster", "end", "?", "--at", "?", "--by", "?"),
    ("duty", "--site", "?", "--at", "?", "--risk", "?"),
    ("stand-in", "?", "--for", "?", "--until", "?", "--by", "?"),
    ("empty", "?", "--by", "?", "--reason", "?"),
    ("withdraw", "?", "--by", "?", "--reason", "?"),
    ("statements", "--about", "?", "--kind", "?"),
    ("statements", "--since", "?"),
    ("contents", "?", "--at", "?"),
    ("clocks", "?", "--from", "?", "--to", "?"),
    ("clocks", CHANNEL, *FROM_TO, "--low", "?"),
    ("preview", "--profile", "?", "--last", "?"),
    ("replay", "--input", "?"),
    ("import", "?", "--map", "?", "--by", "?"),
    ("refused", "--source", "?", "--most", "?"),
    ("refused", "--retry", "?", "--by", "?"),
    ("refused", "--retry", "?", "--as", "?", "--dry"),
    ("parked", "--retry", "?", "--by", "?"),
    ("hold", "--by", "?", "--why", "?", "--asset", "?", "--from", "?"),
    ("release", "?", "--by", "?", "--why", "?"),
    ("journal", "export", "?"),
    ("journal", "restore", "?", "--to", "?"),
    ("convert", "--probe", "?", "?"),
    ("convert", "--probe", "pt100", "r0_ohm=?", "100"),
    ("?",),
]


@pytest.mark.parametrize("words", ARGUMENTS, ids=lambda words: " ".join(words).replace(SOON, "SOON"))
def test_whatever_is_typed_is_answered_with_a_sentence(
    words: tuple[str, ...], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRYOGATE_CONFIG", str(folder / "cryogate.toml"))
    for text in TYPED:
        told = CliRunner().invoke(app, [text if word == "?" else word.replace("?", text) for word in words])
        assert told.exception is None or isinstance(told.exception, SystemExit | CryogateError), (
            ascii(text)[:20],
            repr(told.exception)[:200],
        )
