"""Connections without encryption are legal, and named."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gateway.config.load import parse

BROKER = """
[sources.floor]
kind = "mqtt"
host = "{host}"
client_id = "edge"
{tls}
[[sources.floor.topics]]
pattern = "lab/{{channel}}"
payload = "json"
options = {{ readings = [{{ address = "x", value_pointer = "/t" }}] }}
"""
INFLUX = """
[sinks.influx]
kind = "influxdb"
url = "{url}"
bucket = "b"
org = "o"
token_file = "token"
"""
METRICS = '[metrics]\nlisten = "{listen}"\n'


def remarks(text: str) -> list[str]:
    given = f'[gateway]\nname = "edge"\ndata_dir = "data"\n{text}'
    return [one for one in parse(tomllib.loads(given), Path("x.toml")).remarks if "TLS" in one]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (BROKER.format(host="mqtt.lab", tls=""), "sources.floor: mqtt.lab is asked without TLS"),
        (BROKER.format(host="mqtt.lab", tls='tls.ca_file = "ca.pem"'), ""),
        (BROKER.format(host="127.0.0.1", tls=""), ""),
        (INFLUX.format(url="http://influx.lab:8086"), "sinks.influx: influx.lab:8086 is asked without"),
        (INFLUX.format(url="https://influx.lab:8086"), ""),
        (INFLUX.format(url="http://localhost:8086"), ""),
        (METRICS.format(listen="0.0.0.0:9100"), "metrics.listen: whoever reaches 0.0.0.0:9100"),
        (METRICS.format(listen="127.0.0.1:9100"), ""),
    ],
)
def test_who_could_read_along_is_a_remark(text: str, named: str) -> None:
    found = remarks(text)
    assert len(found) == bool(named) and all(one.startswith(named) for one in found)
