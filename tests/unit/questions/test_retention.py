"""Retention: only what nothing protects goes, and the slow twin agrees about every reading."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.load import parse
from gateway.config.types import ProfileVersion, RecordClass, Rule
from gateway.errors import ConfigurationError, InputError, JournalError
from gateway.journal import retaining
from gateway.journal import verify as verify_module
from gateway.journal.journal import Journal, Statement
from gateway.journal.retaining import retain
from gateway.journal.rollover import RollOver, SegmentEnd
from gateway.journal.verify import verify
from gateway.model import SECOND, Arrivals, Samples, Severity
from gateway.questions.retention import MARGIN_NS, NEVER, PlacedHold, Retention, cutoff_ns, hold_from, holds
from gateway.screening.rules import stuck
from gateway.statements import hold as holding
from gateway.statements import retention
from gateway.statements.containment import KIND as CONTAINMENT
from gateway.times import format_rfc3339, parse_rfc3339
from gateway.writing.introduction import introduce

DAY_NS = 86_400 * SECOND
NOW_NS = parse_rfc3339("2026-06-30T12:00:00Z")
CHANNELS = {"lid": "shipper", "core": "shipper", "air": "room", "pump": "compressor"}


def configured(tmp_path, retention, channels=CHANNELS):
    """A configuration with these record classes."""
    document = {
        "gateway": {"name": "here"},
        "sites": {"s": {}},
        "assets": {name: {"site": "s"} for name in ("shipper", "room", "compressor")},
        "sources": {"p": {"kind": "serial", "driver": "lakeshore218", "port": "/dev/null"}},
        "channels": {
            name: {"asset": asset, "source": "p", "address": str(i + 1)}
            for i, (name, asset) in enumerate(channels.items())
        },
        "retention": retention,
    }
    return parse(document, tmp_path / "cryogate.toml")


def filled(tmp_path, configuration, rows):
    """A journal with readings (age in days, channel, days until receipt), all of them archived."""
    path = tmp_path / "journal.sqlite"
    with Journal.open(path) as journal:
        numbers = introduce(configuration, journal, 0)
        time = np.array([NOW_NS - round(age * DAY_NS) for age, _, _ in rows], np.int64)
        received = time + np.array([round(late * DAY_NS) for _, _, late in rows], np.int64)
        channel = np.array([numbers[name] for _, name, _ in rows], np.int32)
        value = np.arange(len(rows), dtype=np.float64)
        samples = Samples(time, channel, value, np.zeros(len(rows), np.uint8))
        for start in range(0, len(rows), 7):
            part = slice(start, start + 7)
            journal.commit(Arrivals(samples.take(part), received[part]))
        with RollOver(path) as roll:
            while roll.step(2**62, SegmentEnd(0, most_entries=5)):
                pass
    return path


def retained(path, configuration, taken, dry_run=False):
    with Journal.open_reading(path) as journal:
        policy = Retention(configuration, journal, NOW_NS, taken)
    return retain(path, policy, "Li Na", NOW_NS, dry_run=dry_run)


def apply(path, configuration, dry_run=False):
    return retained(path, configuration, {}, dry_run).removed


def left(path):
    """(channel name, value) of every reading that is there."""
    with Journal.open_reading(path) as journal:
        names, samples = journal.channel_names(), journal.read(None, -(2**63), None).samples
        return {(names[n], v) for n, v in zip(samples.channel.tolist(), samples.value.tolist(), strict=True)}


def say(path, kind, body):
    with Journal.open(path) as journal:
        journal.commit(statements=[Statement(kind, "Li Na", NOW_NS, body)])


def stay(asset, from_days, to_days, code="u1"):
    """Ages in days; None: still inside."""
    times = [None if d is None else format_rfc3339(NOW_NS - round(d * DAY_NS)) for d in (from_days, to_days)]
    unit = {"scheme": "holder", "code": code, "product": "", "chain_of_identity": ""}
    return {"units": [{**unit, "asset": asset, "zone": None, "from": times[0], "to": times[1]}]}


def held(identity, assets=(), channels=(), from_days=None, to_days=None):
    times = [None if d is None else format_rfc3339(NOW_NS - round(d * DAY_NS)) for d in (from_days, to_days)]
    body = {"hold": identity, "why": "audit", "assets": list(assets), "channels": list(channels)}
    return {**body, "from": times[0], "to": times[1]}


# The slow twin: one reading at a time


def twin_goes(configuration, row, stays, held_by, assets_ever):
    age, channel, late = row
    time_ns = NOW_NS - round(age * DAY_NS)
    at = max(time_ns, time_ns + round(late * DAY_NS))
    assets = assets_ever[channel]
    classes = list(configuration.retention.values())
    mine = [c for c in classes if channel in c.channels]
    for asset in assets:
        of_asset = [c for c in classes if asset in c.assets]
        if not of_asset and not [c for c in classes if channel in c.channels]:
            return False
        mine += of_asset
    if not mine or any(not over(c, at) for c in mine):
        return False
    for hold in held_by:
        names_it = not (hold["assets"] or hold["channels"]) or channel in hold["channels"]
        if names_it or assets & set(hold["assets"]):
            after = hold["from"] is None or parse_rfc3339(hold["from"]) <= time_ns
            if after and (hold["to"] is None or time_ns < parse_rfc3339(hold["to"])):
                return False
    may_be_inside = any(
        [c for c in classes if (a in c.assets or channel in c.channels) and c.holds_units]
        or not [c for c in classes if a in c.assets or channel in c.channels]
        for a in assets
    )
    for asset, start, end in stays:
        begun = NOW_NS - round(start * DAY_NS) - MARGIN_NS <= time_ns
        ended = end is not None and time_ns >= NOW_NS - round(end * DAY_NS) + MARGIN_NS
        if asset in assets and begun and not ended:
            may_be_inside = True
    return not may_be_inside or all(over(c, at) for c in classes)


def over(record_class, at_ns):
    """Whether a class no longer asks for a reading of that time; asked the other way round than the code."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_ns // 1000)
    now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    if record_class.keep_days:
        return at_ns + record_class.keep_days * DAY_NS < NOW_NS
    return bool(record_class.keep_years) and at.replace(year=at.year + record_class.keep_years) < now


names = st.lists(st.sampled_from(sorted(CHANNELS)), max_size=2, unique=True)
places = st.lists(st.sampled_from(["shipper", "room", "compressor"]), max_size=3, unique=True)
periods = st.sampled_from([{}, {"keep_days": 10}, {"keep_days": 100}, {"keep_years": 1}, {"keep_years": 2}])
record_class = st.tuples(periods, places, names, st.booleans()).filter(lambda c: c[1] or c[2])
ages = st.sampled_from([0.5, 9.99, 10.01, 50.0, 99.99, 100.5, 364.5, 366.0, 700.0, 732.0, 3000.0])
reading = st.tuples(ages, st.sampled_from(sorted(CHANNELS)), st.sampled_from([0.0, 0.01, 95.0, -5.0]))
a_stay = st.tuples(st.sampled_from(["shipper", "room", "compressor"]), ages, st.none() | st.just(0.25))
a_hold = st.tuples(places, names, st.none() | ages, st.none() | st.just(30.0), st.booleans())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(record_class, max_size=4),
    st.lists(reading, min_size=1, max_size=40),
    st.lists(a_stay, max_size=2),
    st.lists(a_hold, max_size=2),
    st.booleans(),
)
def test_what_goes_is_what_the_slow_twin_lets_go(tmp_path_factory, classes, rows, stays, some, moved):
    tmp_path = tmp_path_factory.mktemp("retention")
    retention = {
        f"c{i}": {**period, "assets": assets, "channels": channels, "holds_units": units}
        for i, (period, assets, channels, units) in enumerate(classes)
    }
    ever = {name: {asset} for name, asset in CHANNELS.items()}
    if moved:
        path = filled(tmp_path, configured(tmp_path, {}, {**CHANNELS, "pump": "shipper"}), rows)
        ever["pump"].add("shipper")
    else:
        path = filled(tmp_path, configured(tmp_path, {}), rows)
    configuration = configured(tmp_path, retention)
    for number, (asset, start, end) in enumerate(stays):
        say(path, CONTAINMENT, stay(asset, start, end, f"u{number}"))
    in_force = []
    for number, (assets, channels, from_days, to_days, released) in enumerate(some):
        body = held(f"H-{number}", assets, channels, from_days, to_days)
        say(path, "hold", body)
        if released:
            say(path, "release", {"hold": f"H-{number}", "why": "done"})
        else:
            in_force.append(body)
    before = left(path)
    gone = [twin_goes(configuration, row, stays, in_force, ever) for row in rows]
    wanted = {(row[1], float(i)) for i, row in enumerate(rows) if not gone[i]}
    shown = apply(path, configuration, dry_run=True)
    assert left(path) == before
    assert apply(path, configuration) == shown
    after = left(path)
    assert after == wanted & before
    assert sum(r.readings for r in shown) == len(before) - len(after)
    checked = verify(path)
    assert checked.problems == checked.notes == []
    assert apply(path, configuration) == []  # nothing is left to do


# One by one

FREE = {"free": {"keep_days": 100, "assets": ["room"], "holds_units": False}}


def test_without_a_configuration_nothing_ever_goes(tmp_path):
    configuration = configured(tmp_path, {})
    path = filled(tmp_path, configuration, [(3000.0, name, 0.0) for name in CHANNELS])
    assert apply(path, configuration) == []


def test_what_went_is_stated_with_the_hash_of_the_file(tmp_path):
    configuration = configured(tmp_path, FREE)
    path = filled(tmp_path, configuration, [(200.0, "air", 0.0), (201.0, "air", 0.0), (200.0, "lid", 0.0)])
    (file,) = (tmp_path / "archive").iterdir()
    with Journal.open_reading(path) as journal:
        (segment,) = journal._archive.segments()
    (removed,) = apply(path, configuration)
    with Journal.open_reading(path) as journal:
        ((_, statement),) = journal.statements("retention")
        assert [e.kind for e in journal.entries(0)] == ["configuration", "readings", "retention"]
    assert (statement.by, statement.at_ns) == ("Li Na", NOW_NS)
    assert retention.of(statement.body) == removed
    assert statement.body == {
        "schema": retention.SCHEMA,
        "file": file.name,
        "sha256": segment.sha256,
        "readings": 2,
        "kept": 1,
        "first": format_rfc3339(NOW_NS - 201 * DAY_NS),
        "last": format_rfc3339(NOW_NS - 200 * DAY_NS),
        "channels": {"air": 2},
    }
    assert [p.name for p in (tmp_path / "archive").iterdir()] == ["000000000002-2.parquet"]


def test_a_file_of_which_nothing_is_left_goes_whole(tmp_path):
    configuration = configured(tmp_path, FREE)
    path = filled(tmp_path, configuration, [(200.0, "air", 0.0)] * 3)
    assert [(r.readings, r.kept) for r in apply(path, configuration)] == [(3, 0)]
    assert list((tmp_path / "archive").iterdir()) == []
    assert verify(path).problems == []
    with Journal.open(path) as journal:
        assert journal.last_seq() == 3
        assert journal.commit(Arrivals.concatenate([])).last_seq == 3
        assert len(journal.read(None, 0, None)) == 0


def test_what_rules_look_back_on_is_kept_on_top(tmp_path):
    short = configured(tmp_path, {"short": {"keep_days": 1, "channels": ["pump"], "holds_units": False}})
    rule = Rule("frozen", "stuck", Severity.MINOR, stuck.Parameters(0.1, 2 * 86_400.0), "degC")
    path = filled(tmp_path, short, [(age, "pump", 0.0) for age in (3.1, 2.9, 1.1, 0.9)])
    apply(path, replace(short, profiles={"p": (ProfileVersion("p", "1", 0, (rule,)),)}))
    assert left(path) == {("pump", 1.0), ("pump", 2.0), ("pump", 3.0)}


def test_readings_around_a_stay_are_kept_for_the_longest_class(tmp_path):
    longer = {"longer": {"keep_days": 1000, "assets": ["shipper"]}}
    configuration = configured(tmp_path, FREE | longer)
    hour = 1 / 24
    inside = [200.0, 205.0, 210.0, 210.0 + 0.9 * hour, 200.0 - 0.9 * hour]
    outside = [210.0 + 1.1 * hour, 200.0 - 1.1 * hour]
    path = filled(tmp_path, configuration, [(age, "air", 0.0) for age in inside + outside])
    say(path, CONTAINMENT, stay("room", 210.0, 200.0))
    apply(path, configuration)
    assert left(path) == {("air", float(i)) for i in range(len(inside))}


def test_a_channel_that_was_moved_belongs_to_where_it_was_too(tmp_path):
    before = configured(tmp_path, {}, {**CHANNELS, "air": "shipper"})
    path = filled(tmp_path, before, [(200.0, "air", 0.0)])
    configuration = configured(tmp_path, FREE)
    assert apply(path, configuration) == []  # the shipper is in no class
    say(path, "hold", held("H-1", assets=["shipper"]))
    both = configured(tmp_path, {"free": {**FREE["free"], "assets": ["room", "shipper"]}})
    assert apply(path, both) == []  # and held
    say(path, "release", {"hold": "H-1", "why": "done"})
    assert [removed.readings for removed in apply(path, both)] == [1]


def test_a_hold_that_is_placed_meanwhile_comes_in_time(tmp_path):
    configuration = configured(tmp_path, FREE)
    path = filled(tmp_path, configuration, [(200.0, "air", 0.0)])
    with Journal.open_reading(path) as journal:
        policy = Retention(configuration, journal, NOW_NS, {})
    say(path, "hold", held("H-1"))
    with pytest.raises(JournalError, match="try again"):
        retain(path, policy, "Li Na", NOW_NS, dry_run=False)
    assert left(path) == {("air", 0.0)}
    assert verify(path).problems == []


@pytest.mark.parametrize("step", ["_replace", "sync_folder"])
def test_stopped_between_two_steps_it_goes_on(tmp_path, monkeypatch, step):
    configuration = configured(tmp_path, FREE)
    path = filled(tmp_path, configuration, [(200.0, "air", 0.0), (200.0, "lid", 0.0)])
    with monkeypatch.context() as patch:
        patch.setattr(retaining, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            apply(path, configuration)
    assert verify(path).problems == []
    apply(path, configuration)
    assert left(path) == {("lid", 1.0)}
    assert verify(path).notes == []


def test_a_reader_that_looked_before_finds_the_new_file(tmp_path, monkeypatch):
    configuration = configured(tmp_path, FREE)
    path = filled(tmp_path, configuration, [(200.0, "air", 0.0), (200.0, "lid", 0.0)])
    with Journal.open_reading(path) as journal:
        original = journal._archive.file

        def too_late(name, crc):
            if name.endswith("2.parquet") and "-" not in name:
                monkeypatch.setattr(journal._archive, "file", original)
                apply(path, configuration)
            return original(name, crc)

        monkeypatch.setattr(journal._archive, "file", too_late)
        assert len(journal.read(None, 0, None)) == 1
        assert sum(len(e.arrivals) for e in journal.entries(0) if e.arrivals) == 1


def test_verify_beside_retention_finds_no_problem(tmp_path, monkeypatch):
    configuration = configured(tmp_path, FREE)
    path = filled(tmp_path, configuration, [(200.0, "air", 0.0), (200.0, "lid", 0.0)])
    original = verify_module._check_entries

    def meanwhile(*arguments):
        apply(path, configuration)
        original(*arguments)

    monkeypatch.setattr(verify_module, "_check_entries", meanwhile)
    assert verify(path).problems == []


def test_two_at_once_are_one_too_many(tmp_path):
    configuration = configured(tmp_path, FREE)
    path = filled(tmp_path, configuration, [(200.0, "air", 0.0)])
    with retaining._alone(tmp_path / "archive"), pytest.raises(JournalError, match="already"):
        apply(path, configuration)


# Periods: traceability.md, retention arithmetic


@pytest.mark.parametrize(
    ("record", "now", "goes"),
    [
        ("2026-01-06T00:00:00Z", "2031-01-06T00:00:00Z", False),
        ("2026-01-06T00:00:00Z", "2031-01-06T00:00:01Z", True),
        ("2024-02-29T00:00:00Z", "2029-02-28T23:00:00Z", False),
        ("2024-02-29T00:00:00Z", "2029-03-01T00:00:01Z", True),
        ("2024-02-28T13:00:00Z", "2029-02-28T12:00:00Z", False),
    ],
)
def test_five_years(record, now, goes):
    cut = cutoff_ns(RecordClass(keep_years=5, assets=("a",)), parse_rfc3339(now))
    assert (parse_rfc3339(record) < cut) == goes


def test_without_a_period_for_ever():
    asked = [{}, {"keep_years": 400}, {"keep_days": 200_000}]  # int64 counts ns from 1677 on
    assert {cutoff_ns(RecordClass(assets=("a",), **one), NOW_NS) for one in asked} == {NEVER}


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"assets": ["shiper"]}, "did you mean 'shipper'"),
        ({"channels": ["nowhere"]}, "retention.x.channels: unknown channel 'nowhere'"),
        ({"keep_days": 3}, "give assets or channels"),
        ({"assets": ["room"], "keep_days": 3, "keep_years": 1}, "not both"),
        ({"assets": ["room"], "keep_days": -1}, "between 0"),
    ],
)
def test_a_class_that_can_not_be_meant(tmp_path, table, problem):
    with pytest.raises(ConfigurationError, match=problem):
        configured(tmp_path, {"x": table})


def test_holds_are_placed_and_released(tmp_path):
    configuration = configured(tmp_path, {})
    path = filled(tmp_path, configuration, [(1.0, "air", 0.0)])
    with Journal.open(path) as journal:
        made = hold_from(
            configuration, journal, "H-1", "audit", (["room"], []), ("2026-01-01T00:00:00Z", None)
        )
        journal.commit(statements=[Statement("hold", "Li Na", 1, holding.to_body(made))])
        assert holds(journal) == {"H-1": PlacedHold(made, "Li Na")}
        journal.commit(statements=[Statement("release", "Li Na", 2, {"hold": "H-1", "why": "over"})])
        assert holds(journal) == {}
        with pytest.raises(InputError, match="no asset rom; known: compressor, room, shipper"):
            hold_from(configuration, journal, "H-2", "y", (["rom"], []), (None, None))
        with pytest.raises(InputError, match="before it begins"):
            hold_from(configuration, journal, "H-2", "y", ([], []), ("2026-01-02T00:00:00Z",) * 2)
