"""The configuration: what is right is taken, and every mistake is reported at once, with its path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.config.load import load, parse
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError
from gateway.model import Severity

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "cryogate.toml"


def problems_of(text: str, tmp_path: Path) -> list[str]:
    path = tmp_path / "cryogate.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    return caught.value.problems


def changed(tmp_path: Path, *replacements: tuple[str, str]) -> list[str]:
    text = EXAMPLE.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return problems_of(text, tmp_path)


@pytest.fixture
def example() -> Configuration:
    return load(EXAMPLE)


def test_the_example_is_taken(example: Configuration) -> None:
    assert example.gateway.name == "pudong-edge-1"
    assert example.data_dir == EXAMPLE.parent / "data"
    assert example.sources["freezer-port"].options.options.bus_ids == (1,)
    assert example.sources["broker"].options.topics[0].pattern == "cryo/{device}/telemetry"
    (version,) = example.profiles["vapour-150"]
    above_150, above_170 = version.rules
    parameters: Any = above_150.parameters
    assert (parameters.limit, parameters.on_delay_s) == (-150.0, 60.0)
    assert (above_150.severity, above_150.unit) == (Severity.CRITICAL, "degC")
    assert above_170.severity is Severity.WARNING
    assert example.channels["freezer-1-top"].site == "pudong"


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    found = changed(
        tmp_path,
        ("poll_interval_s = 10.0", "pol_interval_s = 10.0"),
        ('side = "high"\nlimit_degC = -150.0', 'side = "up"\nlimit_degC = "cold"'),
        ('asset = "shipper-2"', 'asset = "shiper-2"'),
        ('address = "001/TEMPA"', 'address = "001/TEMPC"'),
        ('severity = "warning"', 'severity = "urgent"'),
        ('protocol = "5"', 'protocol = "4"'),
    )
    text = "\n".join(found)
    assert (
        "sources.freezer-port.pol_interval_s: unknown key 'pol_interval_s'; did you mean 'poll_interval_s'?"
        in found
    )
    assert "profiles.vapour-150[0].rules[0].side: expected one of 'high', 'low', found str 'up'" in found
    assert "profiles.vapour-150[0].rules[0].limit_degC: expected a number, found str 'cold'" in found
    assert "channels.shipper-2-payload.asset: unknown asset 'shiper-2'; did you mean 'shipper-2'?" in found
    assert "sources.broker.protocol: expected one of '5', '3.1.1', found str '4'" in found
    assert "rules[1].severity: expected one of 'warning', 'minor', 'major', 'critical'" in text


def test_an_address_the_instrument_does_not_have(tmp_path: Path) -> None:
    (problem,) = changed(tmp_path, ('address = "001/TEMPA"', 'address = "001/TEMPC"'))
    assert problem.startswith(
        "channels.freezer-1-top.address: unknown address '001/TEMPC'; did you mean '001/TEMP"
    )


def test_a_unit_that_the_instrument_does_not_speak(tmp_path: Path) -> None:
    """77 K taken for 77 degC would look like a fire, the other way round like a good freezer."""
    (problem,) = changed(tmp_path, ('unit = "degC"\nprobe', 'unit = "K"\nprobe'))
    assert problem == "channels.freezer-1-top.unit: 001/TEMPA comes in 'degC', found 'K'"


def test_a_missing_key_says_what_was_expected(tmp_path: Path) -> None:
    (problem,) = changed(tmp_path, ('host = "127.0.0.1"\n', ""))
    assert problem == "sources.broker.host: missing; expected text"


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('kind = "mqtt"', 'kind = "mqqt"', "sources.broker.kind"),
        ('driver = "tec3000"', 'driver = "../tec3000"', "sources.freezer-port.driver"),
        ('payload = "json"', 'payload = "jsn"', "sources.broker.topics[0].payload"),
        ('kind = "limit"', 'kind = "limits"', "profiles.vapour-150[0].rules[0].kind"),
        ('probe = "direct"', 'probe = "drect"', "channels.freezer-1-top.probe"),
        ('zone = "top"', 'zone = "middle"', "channels.freezer-1-top.zone"),
        ('unit = "degC"\nprobe', 'unit = "kPa"\nprobe', "channels.freezer-1-top.unit"),
        (
            'quantity = "temperature"\nunit = "degC"\nprobe',
            'quantity = "heat"\nunit = "degC"\nprobe',
            "channels.freezer-1-top.quantity",
        ),
        ("bus_ids = [1]", "bus_ids = [1.5]", "sources.freezer-port.options.bus_ids[0]"),
        ("queue_messages = 20000", "queue_messages = 2", "journal"),
        ("limit_degC = -150.0", "limit = -150.0", "profiles.vapour-150[0].rules[0].limit"),
        (
            "deadband_degC = 2.0\non_delay_s = 60.0",
            "deadband_degC = -2.0\non_delay_s = 60.0",
            "profiles.vapour-150[0].rules[0]",
        ),
        (
            'address = "shipper-2/temperature"',
            'address = "shipper-1/temperature"',
            "channels.shipper-2-payload.address",
        ),
        ("[gateway]", "[gatway]", "gatway"),
    ],
)
def test_each_mistake_names_its_path(tmp_path: Path, old: str, new: str, path: str) -> None:
    assert any(problem.startswith(path + ":") for problem in changed(tmp_path, (old, new)))


def test_not_toml(tmp_path: Path) -> None:
    (problem,) = problems_of("[gateway\n", tmp_path)
    assert "not TOML" in problem and "line 1" in problem


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file; give another with --config"):
        load(tmp_path / "nothing.toml")


def test_versions_of_a_profile_come_in_order_of_their_validity(tmp_path: Path) -> None:
    text = EXAMPLE.read_text() + (
        '\n[[profiles.vapour-150]]\nversion = "2"\nvalid_from = 2026-06-01T00:00:00Z\nrules = []\n'
    )
    path = tmp_path / "c.toml"
    path.write_text(text)
    old, new = load(path).profiles["vapour-150"]
    assert (old.version, new.version) == ("1", "2")
    assert new.valid_from_ns == 1_780_272_000 * 10**9


def test_two_versions_need_two_names_and_two_times(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(EXAMPLE.read_text() + '\n[[profiles.vapour-150]]\nversion = "1"\nrules = []\n')
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    assert len([p for p in caught.value.problems if "two blocks have the same" in p]) == 2


def test_a_channel_without_a_profile_is_remarked(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    last_channel, rest = EXAMPLE.read_text().rsplit("profile = ", 1)
    path.write_text(last_channel + rest.partition("\n")[2])
    assert load(path).remarks == (
        "channels.shipper-2-payload: no profile, so only missing data raises an alarm",
    )


def test_the_fingerprint_is_of_the_content_not_of_its_layout(tmp_path: Path) -> None:
    a = parse({"gateway": {"name": "x"}, "sites": {"s": {"name": "S"}}}, tmp_path / "a")
    b = parse({"sites": {"s": {"name": "S"}}, "gateway": {"name": "x"}}, tmp_path / "b")
    c = parse({"sites": {"s": {"name": "T"}}, "gateway": {"name": "x"}}, tmp_path / "b")
    assert a.fingerprint == b.fingerprint != c.fingerprint


ADAPTER = "/dev/serial/by-id/usb-FTDI_USB-RS485_Cable_FT3XY0AB-if00-port0"


def test_relative_paths_start_at_the_file_and_urls_are_none(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    text = (
        EXAMPLE.read_text().replace(f'"{ADAPTER}"', '"run/x.tty"')
        + '\n[sinks.c]\nkind = "csv"\nfolder = "out"\n'
    )
    path.write_text(text)
    found = load(path)
    assert found.sources["freezer-port"].options.port == str(tmp_path / "run/x.tty")
    assert found.sinks["c"].options.folder == str(tmp_path / "out")
    path.write_text(text.replace('"run/x.tty"', '"socket://10.0.0.5:10001"'))
    assert load(path).sources["freezer-port"].options.port == "socket://10.0.0.5:10001"
    assert load(EXAMPLE).sources["freezer-port"].options.port == ADAPTER


EXTRA = """
[[channels.shipper-1-payload.rules]]
id = "near-150"
kind = "limit"
side = "high"
limit_degC = -155.0
severity = "minor"
[[assets.shipper-1.rules]]
id = "disagree"
kind = "spread"
partner = "shipper-2-payload"
limit_degC = 5.0
severity = "minor"
[[sites.pudong.rules]]
id = "tank-low"
kind = "limit"
side = "low"
limit_mm = 50.0
severity = "minor"
"""


def test_sites_assets_and_channels_add_rules_and_each_channel_takes_those_of_its_unit(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(EXAMPLE.read_text() + EXTRA)
    channels = load(path).channels
    assert [r.id for r in channels["shipper-1-payload"].rules] == ["disagree", "near-150"]
    assert channels["shipper-2-payload"].rules == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "near-150"', 'id = "above-150"', "rules of a profile cannot be replaced"),
        ('id = "near-150"', 'id = "no-data"', "is the rule that every channel has"),
        ('partner = "shipper-2-payload"', 'partner = "shipper-9"', "unknown channel 'shipper-9'"),
        ('partner = "shipper-2-payload"', 'partner = "shipper-1-payload"', "its own partner"),
        ('kind = "spread"', 'kind = "sprad"', "did you mean 'spread'?"),
    ],
)
def test_added_rules_are_checked_like_those_of_profiles(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = EXAMPLE.read_text() + EXTRA
    assert old in text
    assert any(message in problem for problem in problems_of(text.replace(old, new), tmp_path))


CONTRADICTIONS = [
    ("low", -140.0, "no value is in range: rule 'above-170' allows up to -170, rule 'other' from -140 on"),
    (
        "high",
        60.0,
        "rule 'other' can never fire: rule 'range' takes nothing beyond 60 for a reading (-210 to 60)",
    ),
    ("low", -210.0, "rule 'other' can never fire: rule 'range' takes nothing beyond -210 for a reading"),
]


@pytest.mark.parametrize(("side", "value", "message"), CONTRADICTIONS)
def test_rules_that_contradict_each_other_are_refused(
    tmp_path: Path, side: str, value: float, message: str
) -> None:
    rule = f"""
[[sites.pudong.rules]]
id = "range"
kind = "plausible"
floor_degC = -210.0
ceiling_degC = 60.0
severity = "minor"
[[channels.shipper-1-payload.rules]]
id = "other"
kind = "limit"
side = "{side}"
limit_degC = {value}
severity = "minor"
"""
    found = problems_of(EXAMPLE.read_text() + rule, tmp_path)
    assert [p for p in found if p.startswith(f"channels.shipper-1-payload: {message}")]
    assert len(found) == 1


def test_rules_that_share_a_border_do_not_contradict(tmp_path: Path) -> None:
    at_the_limit = """
[[channels.shipper-1-payload.rules]]
id = "other"
kind = "limit"
side = "low"
limit_degC = -170.0
severity = "minor"
"""
    path = tmp_path / "c.toml"
    path.write_text(EXAMPLE.read_text() + at_the_limit)
    assert load(path)


def test_rules_of_site_and_asset_have_ids_of_their_own_without_a_profile_too(tmp_path: Path) -> None:
    text = (EXAMPLE.read_text() + EXTRA).replace('profile = "vapour-150"\n', "")
    doubled = text + EXTRA[EXTRA.index("[[assets") : EXTRA.index("[[sites")].replace(
        "assets", "sites"
    ).replace("shipper-1", "pudong", 1)
    assert any("two of its rules have the id 'disagree'" in p for p in problems_of(doubled, tmp_path))
