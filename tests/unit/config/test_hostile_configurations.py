"""Whatever stands in a configuration is refused in words, or a gateway starts with it."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.app import rehearse
from gateway.config.load import load, parse
from gateway.config.toml import DEEPEST, read_toml
from gateway.errors import ConfigurationError, InputError
from gateway.text import one_line

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
FULL = """
[metrics]
listen = "127.0.0.1:9100"
[journal]
archive_after_s = 900.0
low_space_bytes = 1000
low_space_h = 48.0
chain_key_file = "chain.key"
[channels.shipper-1-payload]
quantity = "temperature"
probe = "pt100"
unit = "ohm"
probe_options = { r0_ohm = 100.0, lead_resistance_ohm = 0.4 }
no_data_severity = "major"
max_gap_s = 60.0
no_data_after_s = 60.0
was = "lid"
[channels.shipper-1-payload.calibration]
certificate = "C-1"
date = 2026-01-01
due = 2027-05-01
offset_degC = 0.1
expanded_uncertainty_degC = 0.2
[[channels.shipper-1-payload.rules]]
id = "fast"
kind = "rate"
side = "rising"
severity = "major"
window_s = 600.0
min_readings = 5
limit_degC_per_min = 1.0
[[sites.pudong.rules]]
id = "soon"
kind = "forecast"
side = "high"
severity = "major"
window_s = 600.0
min_readings = 5
horizon_s = 600.0
limit_degC = -150.0
[[assets.freezer-1.rules]]
id = "spent"
kind = "budget"
side = "high"
severity = "major"
limit_degC = -150.0
budget_s = 600.0
[sources.broker]
username = "edge"
password_file = "password"
keepalive_s = 30
session_expiry_s = 600
receive_maximum = 10
largest_payload_bytes = 1000
tls = { ca_file = "ca.pem", certificate_file = "c.pem", key_file = "k.pem" }
[sinks.files]
kind = "csv"
folder = "csv"
[sinks.columns]
kind = "parquet"
folder = "parquet"
[sinks.central]
kind = "influxdb"
url = "http://127.0.0.1:8086"
org = "o"
bucket = "b"
token_file = "token"
[sinks.forward]
kind = "mqtt"
host = "127.0.0.1"
client_id = "forward"
topic = "{site}/{asset}/{channel}"
[notifiers.file]
kind = "jsonl"
path = "notifications.jsonl"
[notifiers.hook]
kind = "webhook"
url = "https://127.0.0.1:8443/alarms"
secret_file = "secret"
ca_file = "ca.pem"
timeout_s = 5.0
[notifiers.mail]
kind = "email"
host = "mail.lab.example"
port = 587
security = "starttls"
sender = "gateway@lab.example"
receivers = ["on-call@lab.example"]
username = "gateway"
password_file = "password"
ca_file = "ca.pem"
timeout_s = 5.0
language = "zh"
[notifiers.push]
kind = "ntfy"
url = "https://ntfy.lab.example"
topic = "cold_chain"
token_file = "token"
tags = ["pudong"]
ca_file = "ca.pem"
timeout_s = 5.0
language = "en"
[risks]
"CAR-T" = "high"
[sources.rack]
kind = "serial"
driver = "modbus_rtu"
port = "socket://127.0.0.1:5020"
[sources.rack.options]
slaves = [1]
registers = [
    { name = "t", first = 0, count = 2, scale = 0.1, offset = 0.5, faults = [32767.0], highest = 60.0 },
    { name = "f", first = 8, type = "float32", order = "CDAB", faults = [-999.9], lowest = -99.0 },
]
[retention.short]
keep_days = 30
assets = ["freezer-1"]
"""


def together(document: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    for key, value in more.items():
        inner = document.get(key)
        document[key] = together(inner, value) if isinstance(inner, dict) else value
    return document


EXAMPLE = together(tomllib.loads((EXAMPLES / "cryogate.toml").read_text()), tomllib.loads(FULL))
VALUES: tuple[Any, ...] = (
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "[/]",
        "freezer[top]",
        "sink:m:",
        "\x1b[2J",
        "\u202etxt",
        "a\nb",
        "=1+1",
        "x" * 100_000,
    ),
    *(0, -1, 2**31, 2**63 - 1, -(2**63), 1e308, -1e308, 1e-308, float("nan"), float("inf"), float("-inf")),
    *(True, [], {}, [[]], [{}], {"a": 1}, [""], ["\x00"], "2026-01-05T00:00:00Z", "0001-01-01T00:00:00Z"),
)
NAMES = [value for value in VALUES if isinstance(value, str)]
TURNS = 4  # a key meets every fourth value: its neighbours of the same kind meet the others


def leaves(table: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from leaves(value, (*path, key))


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    document, at = copied(path)
    at[path[-1]] = value
    return document


def renamed(path: tuple[Any, ...], name: str) -> dict[str, Any]:
    document, at = copied(path)
    at[name] = at.pop(path[-1])
    return document


def copied(path: tuple[Any, ...]) -> tuple[dict[str, Any], Any]:
    """The example, and what in it holds the end of the path."""
    document: dict[str, Any] = copy.deepcopy(EXAMPLE)
    at: Any = document
    for key in path[:-1]:
        at = at[key]
    return document, at


def refused_or_starts(document: dict[str, Any], folder: Path) -> None:
    try:
        configuration = parse(document, folder / "cryogate.toml")
        rehearse(configuration)
    except ConfigurationError as error:
        assert error.problems
        return
    assert all(one_line(name) == name for name in configuration.channels)


@pytest.mark.parametrize(("turn", "path"), list(enumerate(leaves(EXAMPLE))), ids=str)
def test_any_value_is_refused_in_words_or_starts(turn: int, path: tuple[Any, ...], tmp_path: Path) -> None:
    for value in VALUES[turn % TURNS :: TURNS]:
        refused_or_starts(changed(path, value), tmp_path)


@pytest.mark.parametrize("name", NAMES, ids=lambda v: ascii(v)[:20])
def test_any_name_is_refused_in_words_or_starts(name: str, tmp_path: Path) -> None:
    """What people name stands in a table of its kind and meets them all; our own keys, which are unknown by
    any other name, meet every fourth.
    """
    for turn, path in enumerate(leaves(EXAMPLE), NAMES.index(name)):
        if isinstance(path[-1], str) and (len(path) == 2 or turn % TURNS == 0):
            refused_or_starts(renamed(path, name), tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"a = {'9' * 5000}", "thousands of digits"),
        (f"a = 0x{'f' * 5000}", "beyond 64 bits"),
        (f"a = [{2**63}]", "beyond 64 bits"),
        ("a = " + "[" * 5000 + "]" * 5000, "deep"),
        (".".join("a" * 5000) + " = 1", f"more than {DEEPEST} deep"),
        ("a = ", "not TOML"),
    ],
    ids=["digits", "hex", "64 bits", "arrays", "dotted", "cut"],
)
def test_what_nobody_can_mean_is_a_sentence(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "cryogate.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=why):
        read_toml(path)
    with pytest.raises(ConfigurationError, match=why):
        load(path)


def test_a_file_that_is_no_text_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cryogate.toml"
    path.write_bytes(b"\xff\xfe\x00")
    for wrong in (path, tmp_path, tmp_path / "none", Path("a\0b")):
        with pytest.raises(ConfigurationError):
            load(wrong)


def test_a_byte_order_mark_of_an_editor_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes(b'\xef\xbb\xbf[gateway]\nname = "g"\n')
    assert load(tmp_path / "c.toml").gateway.name == "g"


@pytest.mark.parametrize("name", ["", " ", "a\\nb", "\\u001b[31m", "x" * 201])
def test_a_gateway_has_a_name_that_is_one_line(name: str) -> None:
    with pytest.raises(ConfigurationError, match="one line of 1 to 200 printable characters"):
        parse(tomllib.loads(f'[gateway]\nname = "{name}"\n'), Path("x"))
