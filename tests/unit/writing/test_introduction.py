"""A gateway states the configuration it runs under, and keeps its word about profile versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.journal.journal import Journal
from gateway.statements import configuration as configured
from gateway.statements import placement
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


def test_numbers_last(tmp_path: Path, journal: Journal) -> None:
    numbers = introduce(configuration(tmp_path), journal, 1000)
    assert introduce(configuration(tmp_path), journal, 2000) == numbers
    assert len(set(numbers.values())) == 3
    more = EXAMPLE + '\n[channels.new]\nasset = "shipper-1"\nsource = "broker"\naddress = "new"\n'
    third = introduce(configuration(tmp_path, more), journal, 3000)
    assert third["new"] not in numbers.values()
    row = journal.channels()[third["new"]]
    assert (row.quantity, row.unit) == ("temperature", "degC")


def test_another_asset_in_the_file_is_a_placement_and_what_left_is_retired(
    tmp_path: Path, journal: Journal
) -> None:
    introduce(configuration(tmp_path), journal, 1000)
    moved = EXAMPLE.replace('asset = "shipper-1"', 'asset = "shipper-2"', 1)
    assert moved != EXAMPLE
    introduce(configuration(tmp_path, moved), journal, 2000)
    introduce(configuration(tmp_path, moved), journal, 3000)
    (stated,) = [s for _, s in journal.statements(placement.KIND)]
    assert (stated.at_ns, placement.of(stated.body).asset) == (2000, "shipper-2")
    without = re.sub(r"\[channels\.shipper-2-payload\].*?(?=\n\[|\Z)", "", moved, flags=re.DOTALL)
    introduce(configuration(tmp_path, without), journal, 4000)
    last = [configured.of(s.body) for _, s in journal.statements(configured.KIND)][-1]
    assert last.retired_channels == ("shipper-2-payload",)


def test_a_configuration_is_stated_when_it_changed(tmp_path: Path, journal: Journal) -> None:
    introduce(configuration(tmp_path), journal, 1000)
    introduce(configuration(tmp_path, EXAMPLE + "\n# only a comment\n"), journal, 2000)
    introduce(configuration(tmp_path, EXAMPLE.replace("Pudong", "Minhang")), journal, 3000)
    stated = [s for _, s in journal.statements(configured.KIND)]
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
    with pytest.raises(ConfigurationError, match="version '1' was in force and is missing"):
        introduce(configuration(tmp_path, renamed), journal, 4000)
    assert len(list(journal.statements(configured.KIND))) == 2


def test_a_name_that_another_channel_has_already_is_refused_before_the_start(
    tmp_path: Path, journal: Journal
) -> None:
    """Versions before gave it to an import that came between the renaming and the start."""
    introduce(configuration(tmp_path), journal, 1000)
    journal.channel_numbers(["lid"])
    renamed = EXAMPLE.replace("[channels.shipper-2-payload]", '[channels.lid]\nwas = "shipper-2-payload"')
    with pytest.raises(
        ConfigurationError, match=r"channels\.lid: 'lid' is a channel of its own in the journal"
    ):
        introduce(configuration(tmp_path, renamed), journal, 2000)
