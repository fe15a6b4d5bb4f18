"""A raw value of a channel is the same reading by a logger's file, by a replay of it, and live."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config.load import parse
from gateway.errors import ConfigurationError
from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Quality, Samples
from gateway.statements import Statement, configuration, import_
from gateway.statements.configuration import Configured
from gateway.writing.conversion import conversions, to_canonical
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS

RAW_K = (122.15, 123.15, 77.35)
CORRECTIONS = {
    "offset": "offset_degC = 2.5",
    "polynomial": "polynomial = [0.5, 1.01]",
    "table": "table = [[-200.0, -199.0], [-100.0, -97.5]]",
    "covers": "offset_degC = 2.5\ncovers_degC = [-180.0, 0.0]",
    "none": "",
}
MAP = """{corrected}format = "csv"
[options]
columns = [{{ column = "T", unit = "K" }}]
[channels]
T = "top"
"""


def config_with(correction: str, due: str = "2030-01-01") -> str:
    certificate = f'certificate = "PTB-7"\ndate = 2020-01-01\ndue = {due}\nexpanded_uncertainty_degC = 0.1'
    calibration = f"[channels.top.calibration]\n{certificate}\n{correction}"
    return CONFIG.replace("[channels.top]", f'{calibration}\n[channels.top]\nunit = "K"')


class Site:
    def __init__(self, folder: Path, config: str, corrected: str) -> None:
        self._folder = folder
        (folder / "cryogate.toml").write_text(config)
        (folder / "map.toml").write_text(MAP.format(corrected=corrected))
        rows = [f"2026-01-05T12:00:{i:02}Z,{value}\n" for i, value in enumerate(RAW_K)]
        (folder / "log.csv").write_text("time,T\n" + "".join(rows))

    def run(self, *arguments: str) -> str:
        mapping, config = str(self._folder / "map.toml"), str(self._folder / "cryogate.toml")
        done = CliRunner().invoke(app, [*arguments, "--map", mapping, "--config", config])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return " ".join(done.stdout.split())

    @property
    def file(self) -> str:
        return str(self._folder / "log.csv")

    def imported(self) -> Samples:
        self.run("import", self.file, "--by", "me")
        with Journal.open_reading(self._folder / "data" / "journal.sqlite") as journal:
            return journal.read(None, 0, None).samples


def live(config: str) -> Samples:
    time = NOON_NS + np.arange(len(RAW_K)) * SECOND
    given = Samples(time, np.zeros(len(RAW_K), np.int32), np.array(RAW_K), np.zeros(len(RAW_K), np.uint8))
    channels = parse(tomllib.loads(config), Path("x")).channels.values()
    return to_canonical(Arrivals(given, time), conversions(channels, {"top": 0, "shipper": 1})).samples


@pytest.mark.parametrize("due", ["2030-01-01", "2026-01-05"])
@pytest.mark.parametrize("kind", CORRECTIONS)
def test_raw_values_are_the_same_as_live(tmp_path: Path, kind: str, due: str) -> None:
    config = config_with(CORRECTIONS[kind], due)
    found, expected = Site(tmp_path, config, "corrected = false\n").imported(), live(config)
    assert found.value.tolist() == expected.value.tolist()
    assert found.quality.tolist() == expected.quality.tolist()
    assert due != "2026-01-05" or set(found.quality.tolist()) == {Quality.UNCERTAIN}


@pytest.mark.parametrize("due", ["2030-01-01", "2026-01-05"])
def test_corrected_values_are_taken_as_they_are_and_uncertain_where_overdue(tmp_path: Path, due: str) -> None:
    found = Site(tmp_path, config_with("offset_degC = 2.5", due), "corrected = true\n").imported()
    assert found.value.tolist() == [-151.0, -150.0, -195.8]
    assert set(found.quality.tolist()) == {Quality.UNCERTAIN if due == "2026-01-05" else Quality.GOOD}


@pytest.mark.parametrize("kind", ["offset", "polynomial", "table"])
def test_where_nothing_is_said_both_ways_are_named_and_nothing_is_taken(tmp_path: Path, kind: str) -> None:
    site = Site(tmp_path, config_with(CORRECTIONS[kind]), "")
    for command in (("import", site.file, "--dry"), ("replay", "--input", site.file)):
        with pytest.raises(ConfigurationError, match=r"PTB-7.*`corrected = false`.*`corrected = true`"):
            site.run(*command)
    with pytest.raises(ConfigurationError):
        site.imported()


def test_a_certificate_without_a_correction_needs_no_word(tmp_path: Path) -> None:
    site = Site(tmp_path, config_with(""), "")
    assert "certificate 'PTB-7', without a correction, is applied; UNCERTAIN from 2030" in site.run(
        "import", site.file, "--dry"
    )


@pytest.mark.parametrize(
    ("said", "words", "lowest"),
    [
        (
            "false",
            "raw: corrected by certificate 'PTB-7', offset +2.5 degC; UNCERTAIN from 2030-01-01",
            -193.3,
        ),
        (
            "true",
            "corrected already: certificate 'PTB-7', offset +2.5 degC is not applied; UNCERTAIN",
            -195.8,
        ),
        ("{ T = false }", "raw: corrected by certificate 'PTB-7', offset +2.5 degC", -193.3),
    ],
)
def test_a_look_and_a_replay_say_which_is_applied(
    tmp_path: Path, said: str, words: str, lowest: float
) -> None:
    site = Site(tmp_path, config_with("offset_degC = 2.5"), f"corrected = {said}\n")
    assert words in site.run("import", site.file, "--dry")
    assert words in site.run("replay", "--input", site.file)
    [look] = json.loads(site.run("import", site.file, "--dry", "--json"))
    [series] = look["series"]
    assert series["lowest"] == lowest and words in series["calibration"]


def test_the_statement_of_the_import_keeps_which_was_applied(tmp_path: Path) -> None:
    site = Site(tmp_path, config_with("offset_degC = 2.5"), "corrected = false\n")
    how = "raw: corrected by certificate 'PTB-7', offset +2.5 degC; UNCERTAIN from 2030-01-01 on"
    assert f"top: {how}" in site.run("import", site.file, "--by", "me")
    with Journal.open_reading(tmp_path / "data" / "journal.sqlite") as journal:
        [(_, statement)] = journal.statements("import")
    assert statement.body["corrections"] == {"top": how}
    assert import_.of(statement.body).corrections == {"top": how}


def test_a_replay_corrects_too(tmp_path: Path) -> None:
    site = Site(tmp_path, config_with("offset_degC = 2.5"), "corrected = false\n")
    assert json.loads(site.run("replay", "--input", site.file, "--json"))[0]["extreme"] == -147.5


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ('"yes"', "corrected: expected true, false, or a table"),
        ("{ T = 1 }", "corrected: expected true"),
        ("{ S = true }", "corrected.S: unknown series"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, said: str, message: str) -> None:
    site = Site(tmp_path, config_with("offset_degC = 2.5"), f"corrected = {said}\n")
    with pytest.raises(ConfigurationError, match=message):
        site.run("import", site.file, "--dry")


def test_the_certificate_of_the_time_of_a_reading_counts_and_not_todays(tmp_path: Path) -> None:
    before, today = (
        config_with("offset_degC = 2.5"),
        config_with("offset_degC = -1.0").replace("PTB-7", "PTB-8"),
    )
    site = Site(tmp_path, today, "corrected = false\n")
    (tmp_path / "data").mkdir()
    with Journal.open(tmp_path / "data" / "journal.sqlite") as journal:
        for at_ns, text in ((NOON_NS - 3600 * SECOND, before), (NOON_NS + SECOND, today)):
            told = parse(tomllib.loads(text), Path("x"))
            journal.channel_numbers(list(told.channels))
            said = Configured(told.fingerprint, told.document, tuple(told.channels))
            body = configuration.to_body(said)
            journal.commit(statements=[Statement(configuration.KIND, "edge", at_ns, body)])
    shown = site.run("import", site.file, "--dry")
    assert "raw: corrected by certificate 'PTB-7', offset +2.5 degC; UNCERTAIN from 2030-01-01 on" in shown
    assert "from 2026-01-05T12:00:01Z on raw: corrected by certificate 'PTB-8', offset -1 degC" in shown
    assert site.imported().value.tolist() == [-148.5, -151.0, -196.8]
    with Journal.open_reading(tmp_path / "data" / "journal.sqlite") as journal:
        (_, statement) = next(journal.statements(import_.KIND))
    assert "PTB-7" in import_.of(statement.body).corrections["top"]
