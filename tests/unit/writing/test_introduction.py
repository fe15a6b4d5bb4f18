"""A gateway states the configuration it runs under, and keeps its word about profile versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.journal.journal import Journal
from gateway.statements.configuration import KIND as CONFIGURATION
from gateway.writing.introduction import introduce

EXAMPLE = (Path(__file__).parents[3] / "docs" / "examples" / "cryogate.toml").read_text()
NEXT = '\n[[profiles.vapour-150]]\nversion = "2"\nvalid_from = 2026-06-01T00:00:00Z\nrules = []\n'


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "journal.sqlite") as journal:
        yield journal


def configuration(tmp_path: Path, text: str = EXAMPLE) -> Configuration:
    (tmp_path / "cryogate.toml").write_text(text)
    return load(tmp_path / "cryogate.toml")


def test_numbers_last_and_channels_know_since_when(tmp_path: Path, journal: Journal) -> None:
    numbers, since = introduce(configuration(tmp_path), journal, 1000)
    again, still = introduce(configuration(tmp_path), journal, 2000)
    assert again == numbers and len(set(numbers.values())) == 3
    assert set(since.values()) == set(still.values()) == {1000}
    more = EXAMPLE + '\n[channels.new]\nasset = "shipper-1"\nsource = "broker"\naddress = "new"\n'
    third, later = introduce(configuration(tmp_path, more), journal, 3000)
    assert later["new"] == 3000 and later["shipper-1-payload"] == 1000
    assert third["new"] not in numbers.values()


def test_a_configuration_is_stated_when_it_changed(tmp_path: Path, journal: Journal) -> None:
    introduce(configuration(tmp_path), journal, 1000)
    introduce(configuration(tmp_path, EXAMPLE + "\n# only a comment\n"), journal, 2000)
    introduce(configuration(tmp_path, EXAMPLE.replace("Pudong", "Minhang")), journal, 3000)
    stated = [s for _, s in journal.statements(CONFIGURATION)]
    assert [s.at_ns for s in stated] == [1000, 3000]
    assert "Minhang" in stated[1].body["document"]


def test_limits_can_not_change_under_the_name_of_a_version_that_was_in_force(
    tmp_path: Path, journal: Journal
) -> None:
    introduce(configuration(tmp_path), journal, 1000)
    relaxed = EXAMPLE.replace("limit_degC = -150.0", "limit_degC = -120.0")
    with pytest.raises(ConfigurationError, match="version '1' are not those it was in force with"):
        introduce(configuration(tmp_path, relaxed), journal, 2000)
    introduce(configuration(tmp_path, EXAMPLE + NEXT), journal, 3000)
    renamed = relaxed.replace('version = "1"', 'version = "3"')
    introduce(configuration(tmp_path, renamed), journal, 4000)
    with pytest.raises(ConfigurationError):  # however long ago it was in force
        introduce(configuration(tmp_path, relaxed), journal, 5000)
    assert len(list(journal.statements(CONFIGURATION))) == 3
