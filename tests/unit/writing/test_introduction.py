"""A gateway states the configuration it runs under, and keeps its word about profile versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config.load import load
from gateway.config.names import Names
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.journal.journal import Journal
from gateway.questions.start import would_follow
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
        ConfigurationError, match=r"channels\.lid\.was: 'lid' is the name of another channel than"
    ):
        introduce(configuration(tmp_path, renamed), journal, 2000)


LID = '\n[channels.lid]\nasset = "shipper-1"\nsource = "broker"\naddress = "lid"\n'
OLD = LID.replace("lid", "old")
WAS_OLD = LID + 'was = "old"\n'


def imported(journal: Journal, *names: str) -> None:
    journal.describe_channels(dict.fromkeys(names, ("temperature", "degC")))


def refused(tmp_path: Path, journal: Journal, more: str) -> list[str]:
    """By the start; before it, `check` says the same."""
    told = configuration(tmp_path, EXAMPLE + more)
    looked = would_follow(told, tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        introduce(told, journal, 9000)
    assert list(looked.problems) == caught.value.problems
    return caught.value.problems


def follows(tmp_path: Path, journal: Journal, more: str, at_ns: int) -> dict[str, int]:
    told = configuration(tmp_path, EXAMPLE + more)
    assert would_follow(told, tmp_path).problems == ()
    return introduce(told, journal, at_ns)


@pytest.mark.parametrize("has_run", [False, True])
def test_what_a_channel_measures_is_what_its_imported_readings_are(
    tmp_path: Path, journal: Journal, has_run: bool
) -> None:
    if has_run:
        introduce(configuration(tmp_path), journal, 1000)
    imported(journal, "lid", "old")
    pressure = 'quantity = "pressure"\nunit = "kPa"\n'
    for more in (LID + pressure, WAS_OLD.replace("lid", "crown") + pressure):
        (problem,) = refused(tmp_path, journal, more)
        assert "its quantity is 'temperature' in the journal and cannot become 'pressure'" in problem
    follows(tmp_path, journal, LID, 2000)


@pytest.mark.parametrize("has_run", [False, True])
def test_a_channel_that_has_only_imported_readings_is_renamed_with_them(
    tmp_path: Path, journal: Journal, has_run: bool
) -> None:
    if has_run:
        introduce(configuration(tmp_path), journal, 1000)
    imported(journal, "old")
    (number,) = (n for n, name in journal.channel_names().items() if name == "old")
    for both in (WAS_OLD + OLD, OLD + WAS_OLD):
        (problem,) = refused(tmp_path, journal, both)
        assert "is the same channel as 'lid' (renamed); keep one of the tables" in problem
    assert follows(tmp_path, journal, WAS_OLD, 2000)["lid"] == number


def test_a_name_that_imports_used_is_never_given_to_another(tmp_path: Path, journal: Journal) -> None:
    imported(journal, "old")
    number = follows(tmp_path, journal, WAS_OLD, 1000)["lid"]
    follows(tmp_path, journal, "", 2000)
    assert "is the same channel as 'lid' (renamed)" in refused(tmp_path, journal, WAS_OLD + OLD)[0]
    assert follows(tmp_path, journal, OLD, 3000)["old"] == number  # it has its former name again
    assert follows(tmp_path, journal, LID, 4000)["lid"] == number


def test_two_tables_of_one_channel_are_refused_at_the_first_start(tmp_path: Path, journal: Journal) -> None:
    """Otherwise at the second one, of the same configuration."""
    for was in (WAS_OLD, WAS_OLD.replace("lid", "zinc")):
        (problem,) = refused(tmp_path, journal, was + OLD)
        assert "is the same channel as" in problem


def test_a_name_that_an_earlier_version_gave_to_another_stays_with_that(tmp_path: Path) -> None:
    names = Names()
    for channels in ({"lid": {"was": "old"}}, {"lid": {"was": "old"}, "old": {}}):
        names.hear({"channels": channels})
    assert (names.identity("channels", "lid"), names.identity("channels", "old")) == ("lid", "old")
    assert (names.latest("channels", "lid"), names.latest("channels", "old")) == ("lid", "old")
