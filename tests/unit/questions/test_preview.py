"""A proposed profile beside the present one, on a real journal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config.load import load
from gateway.config.types import Configuration, ProfileVersion, Rule
from gateway.errors import ConfigurationError, InputError
from gateway.journal.journal import Journal
from gateway.model import SECOND, Arrivals, Samples
from gateway.questions.preview import preview
from gateway.screening.rules import limit

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "cryogate.toml"
BASE_NS = 1_767_610_800 * SECOND
MINUTE_NS = 60 * SECOND
DAY_NS = 86_400 * SECOND
# minutes and degC: 4 min above -140, then 4 min between -150 and -140, then 4 min between -160 and -150
STORY = [-190.0] * 5 + [-135.0] * 4 + [-190.0] * 5 + [-145.0] * 4 + [-190.0] * 5 + [-155.0] * 4 + [-190.0] * 5


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    path = tmp_path / "cryogate.toml"
    path.write_text(EXAMPLE.read_text())
    (tmp_path / "data").mkdir()
    return load(path)


@pytest.fixture
def journal(configuration: Configuration) -> Iterator[Journal]:
    with Journal.open(configuration.data_dir / "journal.sqlite") as journal:
        numbers = journal.channel_numbers(list(configuration.channels))
        time_ns = BASE_NS + np.arange(len(STORY)) * MINUTE_NS
        channel = np.full(len(STORY), numbers["shipper-1-payload"], np.int32)
        samples = Samples(time_ns, channel, np.array(STORY), np.zeros(len(STORY), np.uint8))
        journal.commit(Arrivals(samples, time_ns))
        yield journal


def proposed(configuration: Configuration, **changes: object) -> dict[str, tuple[ProfileVersion, ...]]:
    (version,) = configuration.profiles["vapour-150"]
    rules = tuple(
        replace(r, parameters=replace(r.parameters, **changes)) if r.id == "above-150" else r  # type: ignore[type-var]
        for r in version.rules
    )
    return {"vapour-150": (replace(version, version="2", rules=rules),)}


def differences(configuration: Configuration, journal: Journal, **changes: object) -> list[tuple[str, str]]:
    found = preview(configuration, proposed(configuration, **changes), journal, BASE_NS, BASE_NS + DAY_NS)
    return [(d.effect, (d.present or d.proposed).rule) for d in found]  # type: ignore[union-attr]


def test_nothing_changes_under_the_same_limits(configuration: Configuration, journal: Journal) -> None:
    assert differences(configuration, journal) == [("stays", "above-150")] * 2


def test_a_warmer_limit_makes_one_vanish_and_changes_the_other(
    configuration: Configuration, journal: Journal
) -> None:
    assert differences(configuration, journal, limit=-140.0) == [
        ("changes", "above-150"),
        ("vanishes", "above-150"),
    ]


def test_a_colder_limit_makes_one_appear(configuration: Configuration, journal: Journal) -> None:
    effects = [effect for effect, _ in differences(configuration, journal, limit=-160.0)]
    assert effects == ["changes", "changes", "appears"]


def test_a_new_rule_and_one_that_is_left_out(configuration: Configuration, journal: Journal) -> None:
    (version,) = configuration.profiles["vapour-150"]
    rule: Rule = replace(version.rules[0], id="new-name")
    other = {"vapour-150": (replace(version, rules=(rule,)),)}
    found = preview(configuration, other, journal, BASE_NS, BASE_NS + DAY_NS)
    assert sorted((d.effect, (d.present or d.proposed).rule) for d in found) == [  # type: ignore[union-attr]
        ("appears", "new-name"),
        ("appears", "new-name"),
        ("vanishes", "above-150"),
        ("vanishes", "above-150"),
    ]


def test_only_the_window_counts(configuration: Configuration, journal: Journal) -> None:
    found = preview(
        configuration, proposed(configuration), journal, BASE_NS + 10 * MINUTE_NS, BASE_NS + DAY_NS
    )
    assert [d.present.start_ns for d in found if d.present] == [BASE_NS + 14 * MINUTE_NS]


def test_a_profile_that_no_channel_has(configuration: Configuration, journal: Journal) -> None:
    (version,) = configuration.profiles["vapour-150"]
    with pytest.raises(InputError, match=r"called other; channels of the configuration have: .*vapour-150"):
        preview(configuration, {"other": (version,)}, journal, BASE_NS, BASE_NS + DAY_NS)


def test_the_present_is_what_is_in_force_at_the_end(configuration: Configuration, journal: Journal) -> None:
    (version,) = configuration.profiles["vapour-150"]
    colder = proposed(configuration, limit=-160.0)["vapour-150"][0]
    later = replace(colder, version="2", valid_from_ns=BASE_NS + 2 * DAY_NS)
    both = replace(configuration, profiles={**configuration.profiles, "vapour-150": (version, later)})
    found = preview(both, {"vapour-150": (version, later)}, journal, BASE_NS, BASE_NS + DAY_NS)
    assert [d.present.versions[0] if d.present else None for d in found] == ["vapour-150 1"] * 2 + [None]
    assert {d.proposed.versions[0] for d in found if d.proposed} == {"vapour-150 2"}


def test_a_channel_the_journal_has_not_heard_of_is_no_trouble(
    configuration: Configuration, journal: Journal
) -> None:
    old = configuration.channels["shipper-1-payload"]
    new = replace(old, name="brand-new", table=replace(old.table, address="brand-new"))
    more = replace(configuration, channels={**configuration.channels, "brand-new": new})
    found = preview(more, proposed(configuration), journal, BASE_NS, BASE_NS + DAY_NS)
    assert [d.effect for d in found] == ["stays", "stays"]


def test_a_proposal_that_contradicts_itself_is_refused(
    configuration: Configuration, journal: Journal
) -> None:
    (version,) = configuration.profiles["vapour-150"]
    low = Rule("below", "limit", version.rules[0].severity, limit.Parameters("low", -140.0), "degC")
    wrong = {"vapour-150": (replace(version, rules=(*version.rules, low)),)}
    with pytest.raises(ConfigurationError, match="no value is in range"):
        preview(configuration, wrong, journal, BASE_NS, BASE_NS + DAY_NS)


def test_the_command(configuration: Configuration, journal: Journal, tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    block = text[text.index("[[profiles.vapour-150]]") : text.index("[channels.")]
    (tmp_path / "new.toml").write_text(block.replace("limit_degC = -150.0", "limit_degC = -140.0"))
    common = [
        "preview",
        "--config",
        str(configuration.path),
        "--profile",
        str(tmp_path / "new.toml"),
        "--last",
        "9999d",
    ]
    done = CliRunner().invoke(app, [*common, "--json"])
    found = json.loads(done.stdout)
    assert [d["effect"] for d in found] == ["changes", "vanishes"]
    assert found[0]["present"]["extreme"] == found[0]["proposed"]["extreme"] == -135.0
    shown = CliRunner().invoke(app, common).stdout
    assert "vapour-150: present version 1, proposed 1, on " in shown
    assert "the gateway will not start with other rules under version 1" in shown
    assert "excursions: 0 appear, 1 vanish, 1 change, 0 stay as they are" in shown
    assert "beyond 3 min 16 s" in shown and "beyond 3 min 05 s" in shown  # what the limits change
    assert f"{len(STORY)} readings from " in shown
    assert [CliRunner().invoke(app, [*common[:-1], last]).exit_code for last in ("soon", "0d")] == [2, 2]
    (tmp_path / "new.toml").unlink()
    assert "new.toml: no such file" in str(CliRunner().invoke(app, common).exception)
