"""`refused --retry`: what was refused under a wrong mapping is taken under a mended one, once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config.load import load
from gateway.doctor.refused import findings as refused_findings
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.model import Arrivals, Quality, Refusal, Refused, Samples
from gateway.questions.refused import refused_rows
from gateway.statements import Statement
from gateway.times import format_rfc3339, parse_rfc3339
from gateway.writing.described import numbers_of

CONFIG = """
[gateway]
name = "g"
[sites.s]
[assets.dewar]
site = "s"
[sources.in]
kind = "download"
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
client_id = "g"
[[sources.broker.topics]]
pattern = "cryo/{device}"
payload = "json"
options = { readings = [{ address = "{device}", value_pointer = "/temp" }] }
[[sources.broker.topics]]
pattern = "timed/{device}"
payload = "json"
options = { readings = [{ address = "{device}", value_pointer = "/temp" }], time_pointer = "/at" }
[channels.lid]
asset = "dewar"
source = "broker"
address = "lid"
unit = "K"
"""
NOON_NS = parse_rfc3339("2026-01-05T12:00:00Z")


def message(topic: str, payload: bytes, k: int, reason: Refusal = Refusal.UNKNOWN_CHANNEL) -> Refused:
    return Refused(reason, "no channel has the address 'lid'", topic, payload, NOON_NS + k * 1_000_000_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cryogate.toml").write_text(CONFIG)
    (tmp_path / "data").mkdir()
    with Journal.open(tmp_path / "data" / "journal.sqlite") as journal:
        kept = [
            message("cryo/lid", b'{"temp": 77.35}', 0),
            message("timed/lid", b'{"temp": 123.15, "at": "2026-01-05T11:59:00Z"}', 1),
            message("cryo/other", b'{"temp": 1}', 2),
            message("cryo/lid", b'{"temp": "warm"}', 3, Refusal.WRONG_TYPE),
            message("cryo/lid", b'{"temp": 1' + b" " * 5000 + b"}", 4),
        ]
        journal.commit(refused={"broker": kept})
    return tmp_path


def retried(folder: Path, *words: str) -> Any:
    told = CliRunner().invoke(
        app, ["refused", "--config", str(folder / "cryogate.toml"), "--by", "Li Na", "--json", *words]
    )
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return json.loads(told.output)


def test_what_can_be_taken_now_is_taken_once(folder: Path) -> None:
    told = retried(folder, "--retry", "broker")
    assert (told["messages"], told["readings"], told["new"], told["cut"]) == (4, 2, 2, 1)
    assert len(told["refused"]) == 2
    again = retried(folder, "--retry", "broker")
    assert (again["readings"], again["new"]) == (2, 0)
    with Journal.open_reading(folder / "data" / "journal.sqlite") as journal:
        numbers = journal.channel_names()
        rows = [
            (numbers[c], t - NOON_NS, v, q)
            for hour in journal.scan(None, *span(journal))
            for c, t, v, q in zip(*(x.tolist() for x in columns(hour.samples)), strict=True)
        ]
        said = [statement for _, statement in journal.statements("retry")]
    assert rows == [
        ("lid", -60_000_000_000, -150.0, Quality.GOOD),
        ("lid", 0, -195.8, Quality.UNCERTAIN),  # nobody knows how old it was when it came
    ]
    assert [(one.by, one.body["readings"]) for one in said] == [("Li Na", 2)]


def test_how_many_are_no_longer_kept_is_told(folder: Path) -> None:
    """Of a backlog that is longer than what is kept, the older part is a hole that somebody has to fill."""
    assert (retried(folder, "--retry", "broker", "--dry")["gone"], telling(folder).count("longer kept")) == (
        0,
        0,
    )
    with Journal.open(folder / "data" / "journal.sqlite") as journal:
        many = [message("cryo/other", b'{"temp": 1}', k) for k in range(10, 1020)]
        journal.commit(refused={"broker": many})
    told = retried(folder, "--retry", "broker", "--dry")
    assert (told["messages"], told["gone"], told["kept_since"]) == (1000, 15, "2026-01-05T12:00:20Z")
    assert "15 refusals before 2026-01-05T12:00:20Z no longer kept (the newest 1000" in telling(folder)


def telling(folder: Path) -> str:
    words = ["refused", "--config", str(folder / "cryogate.toml"), "--retry", "broker", "--dry"]
    return CliRunner().invoke(app, words).output


def test_readings_of_a_message_that_were_taken_when_it_came_are_repeats(folder: Path) -> None:
    """Without a time of its own a reading came live as GOOD; nobody knows the age of what was kept."""
    both = """[[sources.broker.topics]]
pattern = "two/{device}"
payload = "json"
options = { readings = [{ address = "a", value_pointer = "/a" }, { address = "b", value_pointer = "/b" }] }
[channels.na]
asset = "dewar"
source = "broker"
address = "a"
[channels.nb]
asset = "dewar"
source = "broker"
address = "b"
[channels.lid]"""
    path = folder / "cryogate.toml"
    path.write_text(CONFIG.replace("[channels.lid]", both))
    late_ns, second = NOON_NS + 3600 * 1_000_000_000, 1_000_000_000
    with Journal.open(folder / "data" / "journal.sqlite") as journal:
        numbers = numbers_of(load(path), journal, ["na"])
        times = np.array([late_ns, late_ns + second])
        live = Samples(
            times, np.full(2, numbers["na"], np.int32), np.array([5.0, -0.0]), np.zeros(2, np.uint8)
        )
        kept = [
            Refused(Refusal.UNKNOWN_CHANNEL, "b", "two/x", payload, late_ns + k * second)
            for k, payload in enumerate((b'{"a": 5, "b": 6}', b'{"a": 0, "b": 7}', b'{"a": 1, "b": 8}'))
        ]
        journal.commit(Arrivals(live, times), refused={"broker": kept})
    told = retried(folder, "--retry", "broker")
    assert (told["readings"], told["new"]) == (2 + 6, 2 + 4)  # the first two of `a` are there
    assert retried(folder, "--retry", "broker")["new"] == 0
    with Journal.open_reading(folder / "data" / "journal.sqlite") as journal:
        rows = journal.read([numbers["na"]], late_ns, None).samples
    assert (rows.value.tolist(), rows.quality.tolist()) == ([5.0, 0.0, 1.0], [0, 0, 1])


def test_the_list_says_which_were_sent_through_again_and_when(folder: Path) -> None:
    def listed() -> list[Any]:
        with Journal.open_reading(folder / "data" / "journal.sqlite") as journal:
            return [row["sent_again"] for row in refused_rows(journal, "broker", 10)]

    assert listed() == [None] * 5
    retried(folder, "--retry", "broker")
    with Journal.open(folder / "data" / "journal.sqlite") as journal:
        [said] = [statement for _, statement in journal.statements("retry")]
        late = Refused(Refusal.MALFORMED, "", "cryo/lid", b"{", said.at_ns + 1)
        journal.commit(refused={"broker": [late]})
    told = listed()
    assert told == [None, None, *[format_rfc3339(said.at_ns)] * 4]  # the newest, then one kept in part
    shown = CliRunner().invoke(app, ["refused", "--config", str(folder / "cryogate.toml")]).output
    assert shown.count("sent through again at ") == 4
    configuration = load(folder / "cryogate.toml")
    counted = [{"source": "broker", "count": 6, "reason": "malformed"}]
    assert "again" not in next(refused_findings(configuration, counted)).what  # one came since


def test_a_payload_is_shown_as_it_was_written(folder: Path) -> None:
    minus, noise = '{"v": "\N{MINUS SIGN}238\u202e"}', b"\xff\xfe[red]\x1b"
    with Journal.open(folder / "data" / "journal.sqlite") as journal:
        late = [message("cryo/lid", one, k) for k, one in ((90, minus.encode()), (91, noise))]
        journal.commit(refused={"broker": late})
    shown = CliRunner().invoke(app, ["refused", "--config", str(folder / "cryogate.toml")]).output
    assert "\N{MINUS SIGN}238\\u202e" in shown and "\u202e" not in shown
    assert "'\u00ff\u00fe[red]\\x1b'" in shown and "\x1b" not in shown


def span(journal: Journal) -> tuple[int, int]:
    first_ns, last_ns = journal.span()
    return first_ns, last_ns + 1


def columns(samples: Any) -> tuple[Any, ...]:
    return samples.channel, samples.time, samples.value, samples.quality


def test_what_cannot_be_asked_for(folder: Path) -> None:
    for source in ("in", "none"):
        with pytest.raises(InputError, match="there is: broker"):
            retried(folder, "--retry", source)
    with pytest.raises(InputError):
        retried(folder, "--retry", "broker", "--by", "")


def test_people_read_what_happened(folder: Path) -> None:
    config = str(folder / "cryogate.toml")
    told = CliRunner().invoke(app, ["refused", "--config", config, "--retry", "broker", "--by", "Li Na"])
    assert "broker: 4 messages, 2 readings in them, 2 of them new" in told.output
    assert "1 message left out: only the beginning was kept" in told.output
    assert told.output.count("refused again: ") == 2
    said = " ".join(CliRunner().invoke(app, ["statements", "--config", config]).output.split())
    assert "had 4 refused messages of source broker sent through again: 2 readings" in said


def screen(folder: Path, *words: str) -> str:
    config = str(folder / "cryogate.toml")
    told = CliRunner().invoke(app, [words[0], "--config", config, *words[1:]])
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return " ".join(told.output.split())


def values(folder: Path) -> list[float]:
    with Journal.open_reading(folder / "data" / "journal.sqlite") as journal:
        return journal.read(None, 0, None).samples.value.tolist()


def test_it_can_be_looked_at_first_and_nothing_is_written(folder: Path) -> None:
    told = retried(folder, "--retry", "broker", "--dry")
    [lid] = told["series"]
    assert (lid["series"], lid["channel"], lid["readings"], lid["new"]) == ("lid", "lid", 2, 2)
    assert (lid["lowest"], lid["highest"], lid["unit"], lid["logger_unit"]) == (-195.8, -150.0, "degC", "K")
    assert (lid["first"], lid["last"]) == ("2026-01-05T11:59:00.000000000Z", "2026-01-05T12:00:00.000000000Z")
    shown = screen(folder, "refused", "--retry", "broker", "--dry")
    assert "lowest -195.8 \N{DEGREE SIGN}C highest -150 \N{DEGREE SIGN}C, converted from K" in shown
    assert shown.endswith("nothing was taken")
    with Journal.open_reading(folder / "data" / "journal.sqlite") as journal:
        assert journal.last_seq() == 0 and journal.channel_names() == {}
    retried(folder, "--retry", "broker")
    assert retried(folder, "--retry", "broker", "--dry")["series"][0]["new"] == 0


def test_a_wrong_mapping_is_taken_back_and_the_mended_one_counts(folder: Path) -> None:
    path = folder / "cryogate.toml"
    path.write_text(CONFIG.replace('unit = "K"', 'unit = "degC"'))
    assert retried(folder, "--retry", "broker")["new"] == 2
    assert values(folder) == [123.15, 77.35]
    path.write_text(CONFIG)
    assert retried(folder, "--retry", "broker", "--dry")["series"][0]["contradicting"] == 2
    with Journal.open_reading(folder / "data" / "journal.sqlite") as journal:
        [said] = [statement for _, statement in journal.statements("retry")]
    assert (said.body["channels"], said.body["mapping"]) == (["lid"], "broker")
    shown = screen(folder, "withdraw", said.id, "--by", "Li Na", "--reason", "the unit is K")
    assert "Mend the mapping" in shown
    assert "sent through again" not in screen(folder, "refused")
    assert values(folder) == []
    assert retried(folder, "--retry", "broker")["new"] == 2
    assert values(folder) == [-150.0, -195.8]


def test_messages_of_a_source_that_was_renamed_are_read_by_the_mapping_of_another(folder: Path) -> None:
    renamed = CONFIG.replace("sources.broker", "sources.hub").replace('source = "broker"', 'source = "hub"')
    (folder / "cryogate.toml").write_text(renamed)
    with pytest.raises(InputError, match="--retry OLD --as NEW"):
        retried(folder, "--retry", "broker")
    with pytest.raises(InputError, match="nothing of a source 'none' is kept; of: broker"):
        retried(folder, "--retry", "none", "--as", "hub")
    with pytest.raises(InputError, match="go with --retry"):
        retried(folder, "--as", "hub")
    assert "removed: --retry OLD --as hub" in screen(folder, "refused", "--retry", "hub", "--by", "Li Na")
    assert retried(folder, "--retry", "broker", "--as", "hub", "--dry")["new"] == 2
    told = retried(folder, "--retry", "broker", "--as", "hub")
    assert (told["mapping"], told["messages"], told["new"]) == ("hub", 4, 2)
    assert "sent through again, by the mapping of hub: 2 readings" in screen(folder, "statements")
    assert "sent through again at " in screen(folder, "refused")


def test_what_an_earlier_version_retried_stays(folder: Path) -> None:
    body = {"schema": 1, "source": "broker", "messages": 4, "readings": 2}
    with Journal.open(folder / "data" / "journal.sqlite") as journal:
        journal.commit(statements=[Statement("retry", "Li Na", NOON_NS, body, actor="person")])
        [said] = [statement for _, statement in journal.statements("retry")]
    with pytest.raises(InputError, match="cannot be taken back: an earlier version"):
        screen(folder, "withdraw", said.id, "--by", "Li Na", "--reason", "x")
