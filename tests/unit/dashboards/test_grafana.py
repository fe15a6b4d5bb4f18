"""The Grafana dashboard asks only for what the InfluxDB sink really writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.sinks import alarm_lines
from gateway.sinks.lines import Encoder
from tests.system.alarm_changes import fault, life, unknown
from tests.system.influx import PLACES, batch

DASHBOARD = Path(__file__).parents[3] / "dashboards" / "grafana" / "cryogate.json"
OF_INFLUX = {"_time", "_value", "_field", "_measurement"}
MEASUREMENT = re.compile(r'r\._measurement == "(\w+)"')
NAMED = re.compile(r"\br\.(\w+)")
FIELD = re.compile(r'r\._field == "(\w+)"')
COLUMNS = re.compile(r"columns?(?:Key)?: \[([^\]]*)\]|rowKey: \[([^\]]*)\]")
TAG = re.compile(r'tag: "(\w+)"')
WRITTEN = re.compile(r"(\w+)=(?:\"(?:[^\"\\]|\\.)*\"|[^,\" ]+)")


def queries(part: Any) -> Iterator[str]:
    """Every query in Flux, wherever it stands."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("query", "definition") and isinstance(value, str) and "(" in value:
                yield value
            else:
                yield from queries(value)
    elif isinstance(part, list):
        for value in part:
            yield from queries(value)


def written() -> dict[str, tuple[set[str], set[str]]]:
    """Tags and fields by measurement, out of lines that the sink makes."""
    lines = Encoder("reading").encode(batch(0, 50).samples, PLACES)
    lines += [
        line
        for change in [*life(), fault(), unknown()]
        for line in alarm_lines.lines(change, "alarm", "excursion")
    ]
    found: dict[str, tuple[set[str], set[str]]] = {}
    for line in lines:
        head, rest = re.split(r"(?<!\\) ", line, maxsplit=1)
        measurement, *tags = re.split(r"(?<!\\),", head)
        known = found.setdefault(measurement, (set(), set()))
        known[0].update(tag.partition("=")[0] for tag in tags)
        known[1].update(WRITTEN.findall(rest.rpartition(" ")[0]))
    return found


DOCUMENT = json.loads(DASHBOARD.read_text(encoding="utf-8"))
QUERIES = sorted(set(queries(DOCUMENT)))


def test_it_shows_readings_excursions_and_alarms() -> None:
    assert {name for query in QUERIES for name in MEASUREMENT.findall(query)} == written().keys()
    assert len(QUERIES) == 13
    assert [a["name"] for a in DOCUMENT["annotations"]["list"]] == ["Excursions", "Changes of alarms"]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_names_only_what_is_written(query: str) -> None:
    (measurement,) = set(MEASUREMENT.findall(query))
    tags, fields = written()[measurement]
    asked = set(FIELD.findall(query))
    assert asked <= fields
    assert set(TAG.findall(query)) <= tags
    columns = {name for part in COLUMNS.findall(query) for name in re.findall(r'"(\w+)"', "".join(part))}
    assert (set(NAMED.findall(query)) | columns) - OF_INFLUX <= tags | asked


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_well_formed(query: str) -> None:
    bare = re.sub(r'"[^"]*"', '""', query)
    for opening, closing in ("()", "[]", "{}"):
        assert bare.count(opening) == bare.count(closing)
    assert ("date." in query) == ('import "date"' in query)
    assert query.count('"${bucket}"') == 1


def test_variables_are_defined_and_panels_do_not_overlap() -> None:
    defined = {v["name"] for v in DOCUMENT["templating"]["list"]}
    used = set(re.findall(r"\$\{(\w+)(?::\w+)?\}", DASHBOARD.read_text(encoding="utf-8"))) - {"__field"}
    assert used <= defined
    cells = [
        (x, y)
        for p in DOCUMENT["panels"]
        for x in range(p["gridPos"]["x"], p["gridPos"]["x"] + p["gridPos"]["w"])
        for y in range(p["gridPos"]["y"], p["gridPos"]["y"] + p["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells)) and max(x for x, _ in cells) < 24
    assert len({p["id"] for p in DOCUMENT["panels"]}) == len(DOCUMENT["panels"])
