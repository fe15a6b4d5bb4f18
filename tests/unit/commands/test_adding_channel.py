"""A channel by pointing at a value of a refused message: the piece of configuration, and where it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.commands.adding_channel import add_channel, preview
from gateway.commands.refused import send_again
from gateway.config.load import load
from gateway.errors import ConfigurationError, InputError
from gateway.journal.journal import Journal
from gateway.model import Arrivals, Refusal, Refused, Samples
from gateway.questions.channel_piece import Wanted
from gateway.questions.pointed import Message, values_in
from gateway.writing.introduction import introduce
from tests.unit.commands.front_desk import CONFIG, LI, WANG, Office

BROKER = """
[pages]
writes_configuration = true
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
client_id = "test"
# the probes of the lab
[[sources.broker.topics]]          # all of them
pattern = "cryo/{device}/telemetry"
payload = "json"
[sources.broker.topics.options]
time_pointer = "/ts"
time_format = "unix_ms"
readings = [{ address = "{device}/temperature", value_pointer = "/temp", fault_values = [85.0] }]
[[sources.broker.topics]]
pattern = "senml/{device}"
payload = "senml"
"""
RECEIVED_NS = 1_767_610_000_000_000_000  # 2026-01-05
SAID = {"ts": 1_767_609_999_000, "temp": -188.4, "more": [{"h/m": 41}, "12.5"], "ok": True, "x": "a1"}


def message(said: object = SAID, topic: str = "cryo/box-9/telemetry") -> Message:
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    return Message("broker", topic, payload, RECEIVED_NS)


def wanted(
    pointer: str | None = "/temp", name: str = "box-9-air", of: Message | None = None, **more: str
) -> Wanted:
    return Wanted(of or message(), name, more.pop("asset", "shipper-1"), pointer, **more)  # type: ignore[arg-type]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    office.config.write_text(CONFIG + BROKER, encoding="utf-8")
    (tmp_path / "data").mkdir()
    kept = [
        Refused(Refusal.WRONG_TYPE, "why", one.topic, one.payload, one.received_ns)
        for one in (message(), message({"ts": 1_767_609_998_000, "temp": -188.0}))
    ]
    with Journal.open(office.path) as journal:
        introduce(office.configuration, journal, 1)
        journal.commit(Arrivals(Samples.empty(), Samples.empty().time), {"broker": kept})
    return office


def restart(office: Office) -> None:
    with Journal.open(office.path) as journal:
        introduce(office.configuration, journal, 2)


def added(office: Office, what: Wanted) -> str:
    before = office.config.read_text()
    with office.desk() as desk:
        done = add_channel(desk, LI, what)
    assert done.stated.new[0].kind == "written"
    assert (done.said.what, done.said.proposal) == (f"channel {what.name}", "")
    kept = office.folder / done.said.kept
    assert kept.read_text() == before
    kept.unlink()  # the next one may have the same second
    restart(office)
    return office.config.read_text()


def test_what_can_be_pointed_at_is_every_number_with_what_the_mapping_gives(office: Office) -> None:
    found = {one.pointer: one for one in values_in(office.configuration, message())}
    assert list(found) == ["/ts", "/temp", "/more/0/h~1m", "/more/1"]
    temp = found["/temp"]
    assert (temp.address, temp.channel, temp.value) == ("box-9/temperature", "", -188.4)
    assert temp.at == "2026-01-05T10:46:39.000000000Z" and temp.shown == "-188.4"
    assert found["/more/1"].shown == "12.5" and found["/more/1"].address == ""
    listed = values_in(office.configuration, message([SAID, SAID]))
    assert [one.pointer for one in listed] == list(found)
    assert [one.pointer for one in values_in(office.configuration, message(b"-195.8", "bare"))] == [""]
    assert values_in(office.configuration, message(b"T=-195.8", "bare")) == ()


def test_a_format_that_says_itself_what_it_holds_gives_addresses(office: Office) -> None:
    senml = message([{"n": "urn:a", "u": "Cel", "v": -1.5}], "senml/b")
    (found,) = values_in(office.configuration, senml)
    assert (found.pointer, found.address, found.value) == (None, "urn:a", -1.5)
    text = added(office, wanted(None, of=senml, address="urn:a"))
    assert 'address = "urn:a"' in text and load(office.config).channels["box-9-air"].table.source == "broker"


def test_a_channel_that_is_measured_stays_so_whatever_the_message_has_there(office: Office) -> None:
    added(office, wanted())
    odd = message({"ts": 1_767_609_999_000, "temp": "ERR", "hum": 45})
    added(office, wanted("/hum", "box-9-hum", odd, quantity="humidity", unit="percent"))
    (temp,) = [one for one in values_in(office.configuration, message()) if one.pointer == "/temp"]
    assert (temp.address, temp.channel) == ("box-9/temperature", "box-9-air")


def test_an_address_that_the_mapping_has_needs_a_channel_alone(office: Office) -> None:
    before = office.config.read_text()
    with office.desk() as desk:
        tried = preview(desk, LI, wanted(zone="top", unit="K", profile="p"))
    (series,) = tried["series"]
    assert (series["channel"], series["readings"], series["new"], series["unit"]) == (
        "box-9-air",
        2,
        2,
        "degC",
    )
    assert tried["why_not_written"] == "" and office.config.read_text() == before
    text = added(office, wanted(zone="top", unit="K", profile="p"))
    assert (
        text.startswith(before)
        and text.removeprefix(before).strip().split("\n", 1)[1] == tried["text"].strip()
    )
    assert (
        text.removeprefix(before)
        .strip()
        .startswith("# Channel box-9-air: added by Li Na in the control room, ")
    )
    with office.desk() as desk:
        assert send_again(desk, WANG, "broker").fresh == 2


def test_another_value_of_the_topic_gets_a_block_above_the_others(office: Office) -> None:
    before = office.config.read_text()
    text = added(office, wanted("/more/0/h~1m", "box-9-humidity", quantity="humidity", unit="percent"))
    lines = iter(text.splitlines())
    assert all(line in lines for line in before.splitlines()), "every line stays, in its order"
    (first, *_), channel = load(office.config).sources["broker"].options.topics, "box-9-humidity"
    assert first.pattern == "cryo/box-9/telemetry" and first.options.time_format == "unix_ms"
    assert [one.address for one in first.options.readings] == [
        "box-9/temperature",
        "cryo/box-9/telemetry/more/0/h~1m",
    ]
    assert first.options.readings[0].fault_values == (85.0,)
    assert load(office.config).channels[channel].table.address == "cryo/box-9/telemetry/more/0/h~1m"

    added(office, wanted())  # the mapping still knows this one
    text = added(office, wanted("/ts", "box-9-clock", quantity="mass", unit="kg"))
    readings = load(office.config).sources["broker"].options.topics[0].options.readings
    assert [one.value_pointer for one in readings] == ["/temp", "/more/0/h~1m", "/ts"]
    assert text.count("[[sources.broker.topics]]") == 3


def test_a_channel_that_was_renamed_and_moved_later_goes_on_under_its_new_name(office: Office) -> None:
    """Also for messages that are read again; its former name is nobody else's."""
    text = added(office, wanted(profile="p"))
    at = text.index("[channels.box-9-air]")
    moved = (
        text[at:].replace("box-9-air]", 'box-9-cold]\nwas = "box-9-air"').replace("shipper-1", "shipper-2")
    )
    office.config.write_text(text[:at] + moved)
    restart(office)
    (temp,) = [one for one in values_in(office.configuration, message()) if one.pointer == "/temp"]
    assert (temp.address, temp.channel) == ("box-9/temperature", "box-9-cold")
    text = added(office, wanted("/more/0/h~1m", "box-9-hum", quantity="humidity", unit="percent"))
    assert moved.strip() in text
    (temp,) = [one for one in values_in(office.configuration, message()) if one.pointer == "/temp"]
    assert temp.channel == "box-9-cold"
    with office.desk() as desk, pytest.raises((ConfigurationError, InputError), match="box-9-air"):
        preview(desk, LI, wanted("/ts", "box-9-air", quantity="mass", unit="kg"))
    with office.desk() as desk:
        assert send_again(desk, WANG, "broker").fresh == 3


def test_what_every_message_of_the_topic_would_be_refused_for_is_left_out(office: Office) -> None:
    """A broker whose every topic is listened to, as for bare numbers."""
    text = office.config.read_text()
    for before, after in (
        ("{device}/telemetry", "{x...}"),
        ('"{device}/temperature"', '"{x}"'),
        ("/temp", ""),
    ):
        text = text.replace(before, after, 1)
    office.config.write_text(text)
    restart(office)
    added(office, wanted())
    (reading,) = load(office.config).sources["broker"].options.topics[0].options.readings
    assert (reading.address, reading.value_pointer) == ("cryo/box-9/telemetry/temp", "/temp")


def test_a_topic_of_its_own_with_a_new_asset(office: Office) -> None:
    bare = message(b"-195.8", "bare/x")
    added(office, wanted("", "x", of=bare, asset="new one", site="lab", kind="dry_shipper"))
    now = load(office.config)
    assert now.assets["new one"].kind == "dry_shipper" and now.channels["x"].site == "lab"
    assert now.sources["broker"].options.topics[0].pattern == "bare/x"
    with pytest.raises(InputError, match="there is a channel 'x' already"), office.desk() as desk:
        preview(desk, LI, wanted(name="x"))


@pytest.mark.parametrize(
    ("what", "match"),
    [
        (wanted(name=" "), "give the channel a name"),
        (wanted(name="a\nb"), "one line of printable text"),
        (wanted(asset="shippre-1"), "did you mean 'shipper-1'"),
        (wanted(unit="bar"), "channels.box-9-air.unit"),
        (wanted("/x"), "stands no number"),
        (wanted("temp"), "is no JSON pointer"),
        (wanted(None), "point at a value"),
        (wanted("/temp", of=message(topic="cryo/{x}/more")), "signs that no pattern may have"),
        (wanted("/temp", of=message(b"x" * 4096)), "only the beginning"),
        (wanted("/0/v", of=message([{"n": "a", "u": "Cel", "v": 1}], "senml/b")), "stands no number"),
        (wanted("/v", of=message([{"n": "a", "u": "Cel", "v": 1}], "senml/b")), "says itself what it holds"),
        (Wanted(Message("in", "t", b"1"), "x", "shipper-1", ""), "is no broker"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_written(office: Office, what: Wanted, match: str) -> None:
    before = {path: path.read_bytes() for path in office.folder.iterdir() if path.is_file()}
    for act in (preview, add_channel):
        with pytest.raises((InputError, ConfigurationError), match=match), office.desk() as desk:
            act(desk, LI, what)
    assert {path: path.read_bytes() for path in office.folder.iterdir() if path.is_file()} == before


def test_topics_that_stand_in_the_file_in_another_way_are_changed_by_hand(office: Office) -> None:
    text = office.config.read_text().replace("[[sources.broker.topics]]", "[[ sources.broker.topics ]]")
    office.config.write_text(text)
    restart(office)
    with pytest.raises(InputError, match=r"has no line .*by hand"), office.desk() as desk:
        add_channel(desk, LI, wanted("/ts"))
    office.config.write_text(text.replace("writes_configuration = true", ""))
    with pytest.raises(InputError, match="writes_configuration"), office.desk() as desk:
        add_channel(desk, LI, wanted())
