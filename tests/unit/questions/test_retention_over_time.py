"""Retention of a site that lives: channels that move and get other names, rules that were in force before."""

import tomllib

from gateway.config.load import parse
from gateway.journal.journal import Journal
from gateway.questions.retention import hold_from
from gateway.statements import placement
from gateway.statements.placement import Placement
from gateway.writing.introduction import introduce
from tests.unit.questions.test_retention import DAY_NS, NOW_NS, apply, filled, held, left, say

TEXT = """
[gateway]
name = "here"
[sites.s]
[assets.shipper]
site = "s"
[assets.room]
site = "s"
[sources.p]
kind = "serial"
driver = "lakeshore218"
port = "/dev/null"
[channels.air]
asset = "room"
source = "p"
address = "1"
[retention.free]
keep_days = 100
assets = ["room"]
holds_units = false
"""
RULE = """
id = "frozen"
kind = "stuck"
window_s = 172800.0
epsilon_degC = 0.1
severity = "minor"
"""


def parsed(tmp_path, text):
    return parse(tomllib.loads(text), tmp_path / "cryogate.toml")


def start(path, configuration, days_ago):
    with Journal.open(path) as journal:
        introduce(configuration, journal, NOW_NS - round(days_ago * DAY_NS))


def test_a_channel_belongs_to_where_it_was_placed_too(tmp_path):
    configuration = parsed(tmp_path, TEXT)
    path = filled(tmp_path, configuration, [(200.0, "air", 0.0)])
    assert [r.readings for r in apply(path, configuration, dry_run=True)] == [1]
    say(path, placement.KIND, placement.to_body(Placement("air", "shipper", None)))
    assert apply(path, configuration) == []  # the shipper is in no class
    assert left(path) == {("air", 0.0)}


RENAMED = (
    TEXT.replace("[assets.room]", '[assets.hall]\nwas = "room"')
    .replace("[channels.air]", '[channels.gas]\nwas = "air"')
    .replace('asset = "room"', 'asset = "hall"')
    .replace('["room"]', '["hall"]')
)


def test_names_of_before_are_names_of_the_same_thing(tmp_path):
    path = filled(tmp_path, parsed(tmp_path, TEXT), [(200.0, "air", 0.0)])
    after = parsed(tmp_path, RENAMED)
    start(path, after, 1.0)
    with Journal.open(path) as journal:
        assert hold_from(after, journal, "H-1", "audit", (["room"], ["air"]), (None, None)).id == "H-1"
    say(path, "hold", held("H-1", assets=["room"]))
    assert apply(path, after) == []  # held under its old name
    say(path, "release", {"hold": "H-1", "why": "done"})
    assert [r.readings for r in apply(path, after)] == [1]


def ruled_site(tmp_path):
    """Kept for a day: the configuration without a rule of the site, with it, and four readings under it."""
    text = TEXT.replace("keep_days = 100", "keep_days = 1")
    ruled = parsed(tmp_path, text.replace("[sites.s]", f"[sites.s]\n[[sites.s.rules]]{RULE}"))
    path = filled(tmp_path, ruled, [(age, "air", 0.0) for age in (3.1, 2.9, 1.1, 0.9)])
    return parsed(tmp_path, text), ruled, path


def test_what_a_rule_of_a_site_looks_back_on_is_kept_on_top(tmp_path):
    _, ruled, path = ruled_site(tmp_path)
    apply(path, ruled)
    assert left(path) == {("air", 1.0), ("air", 2.0), ("air", 3.0)}


def test_a_rule_that_was_in_force_when_the_oldest_came_looks_back_too(tmp_path):
    plain, _, path = ruled_site(tmp_path)
    start(path, plain, 0.5)
    apply(path, plain)
    assert left(path) == {("air", 1.0), ("air", 2.0), ("air", 3.0)}


def test_a_rule_that_ended_before_the_oldest_came_keeps_nothing(tmp_path):
    plain, _, path = ruled_site(tmp_path)
    start(path, plain, 1.5)
    apply(path, plain)
    assert left(path) == {("air", 3.0)}
