"""The examples of docs/watch.md are a configuration; mistakes in it are said with what to do."""

from __future__ import annotations

import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway.config.load import parse
from gateway.config.types import Configuration
from gateway.errors import ConfigurationError

PAGE = (Path(__file__).parents[3] / "docs" / "watch.md").read_text()
EXAMPLES = re.findall(r"^    (\[[\w.-]+\]\n(?:    .+\n)+)", PAGE, re.M)
PLACES = """
[gateway]
name = "minhang-1"
[sites.minhang]
[assets.ult-1]
site = "minhang"
[assets.ult-2]
site = "minhang"
"""


def document() -> dict[str, Any]:
    return tomllib.loads(PLACES + "".join(example.replace("\n    ", "\n") for example in EXAMPLES))


def problems(of: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        parse(of, Path("cryogate.toml"))
    return raised.value.problems


def test_every_example_of_the_page_loads() -> None:
    found: Configuration = parse(document(), Path("cryogate.toml"))
    assert {name: one.kind for name, one in found.heartbeat.items()} == {"outside": "url", "state": "mqtt"}
    assert found.peers["pudong-1"].options.site == "pudong"
    assert found.power["rack"].options.assets == ("ult-1", "ult-2")
    assert found.channels["mains"].rules[0].unit == "state"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (
            "heartbeat.outside.kind",
            "ping",
            r"heartbeat.outside.kind: unknown heartbeat 'ping'; known: mqtt, url",
        ),
        ("heartbeat.outside.period_s", 1.0, r"heartbeat.outside: period_s must lie between 5 and 3600"),
        ("heartbeat.outside.urls", "", r"heartbeat.outside.urls: unknown key 'urls'; did you mean 'url'"),
        (
            "heartbeat.state.client_id",
            "minhang-1-hears-pudong-1",
            r"that of heartbeat.state at the same broker",
        ),
        ("peers.pudong-1.site", "putong", r"peers.pudong-1.site: unknown site 'putong'; .* \[sites.NAME\]"),
        ("peers.pudong-1.topic", "cryogate/+/state", r"peers.pudong-1: .*'\+'"),
        ("power.rack.assets", ["ult-1", "ult-9"], r"power.rack.assets: unknown asset 'ult-9'; \w+"),
        ("power.rack.site", "x", r"power.rack.site: unknown site 'x'; \w+"),
        ("power.rack.ups", "rack@10.0.0.1", r"power.rack: ups 'rack@10.0.0.1': expected the name"),
    ],
)
def test_a_mistake_is_said_with_its_place(path: str, value: object, words: str) -> None:
    told = copy.deepcopy(document())
    section, name, key = path.split(".")
    told[section][name][key] = value
    (problem,) = problems(told)
    assert re.search(words, problem), problem
