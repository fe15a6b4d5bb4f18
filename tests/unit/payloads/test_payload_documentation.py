"""docs/payloads.md names every format and every option, and its examples are configurations."""

import dataclasses
import re
import struct
import tomllib
import typing
import zlib
from pathlib import Path

import pytest

from gateway.config import plugins
from gateway.config.tables import Problems, build
from gateway.config.types import PAYLOADS
from gateway.mqtt.broker import Topic, payload_format
from tests.unit.payloads.packed_blocks import block

PAGE = (Path(__file__).parents[3] / "docs" / "payloads.md").read_text(encoding="utf-8")
FORMATS = plugins.names(PAYLOADS, "Options")
EXAMPLES = [t for text in re.findall(r"```toml\n(.*?)```", PAGE, re.S) for t in tomllib.loads(text)["topics"]]


def section(name):
    """From the heading that names the format to the next one."""
    [text] = re.findall(rf"^## (?:\w+ and )?{name}\b.*?$(.*?)(?=^## |\Z)", PAGE, re.S | re.M)
    return text


def option_names(cls):
    """Of a dataclass and of those inside it."""
    for field in dataclasses.fields(cls):
        yield field.name
        hint = typing.get_type_hints(cls)[field.name]
        for inner in typing.get_args(hint):
            if dataclasses.is_dataclass(inner):
                yield from option_names(inner)


@pytest.mark.parametrize("name", FORMATS)
def test_every_option_is_documented(name):
    text = section("ttn" if name == "chirpstack" else name)
    missing = [
        option
        for option in option_names(payload_format(name).Options)
        if not re.search(rf"\b{option}\b", text + section("json"))
    ]
    assert missing == []


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_an_example(name):
    assert name in {example["payload"] for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["payload"])
def test_examples_are_configurations(example):
    problems = Problems()
    assert build(Topic, example, "topics", problems) is not None
    assert problems == []


def test_the_packed_block_of_the_page():
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    names = {"struct": struct, "zlib": zlib}
    exec(code, names)
    written = names["block"](b"top", 1767610000000000000, 1000000, [-195.75])
    [shown] = re.findall(r"is\n\n((?:    [0-9a-f ]+\n)+)", PAGE)
    assert written.hex() == re.sub(r"\s", "", shown)
    assert written == block([-195.75], start_ns=1767610000000000000)
