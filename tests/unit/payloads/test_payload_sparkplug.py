"""Sparkplug B, written by an independent library: values, their quality, and what is remembered of nodes."""

import math

import pytest

from gateway.model import SECOND, Quality, Refusal
from gateway.payloads import Message, sparkplug_nodes
from gateway.payloads.remembered import text_bytes
from gateway.payloads.sparkplug import Decoder, Options, parse_topic
from gateway.payloads.unusable import Unusable
from tests.unit.payloads.payload_cases import rows
from tests.unit.payloads.sparkplug_messages import Payload, payload

MS = 1_767_610_000_000
RECEIVED_NS = (MS + 1_000_000) * 1_000_000
CHANNELS = {"g/n/d/T": 0, "g/n/d/U": 1, "g/n//V": 2, "g/n/e/T": 3, "g/m/d/T": 4}
INT16, INT32, FLOAT, BOOLEAN, STRING = 2, 3, 9, 11, 12


class Host:
    """A decoder, and messages to it by their kind."""

    def __init__(self, options=None):
        self.decoder = Decoder(options or Options())
        self.now_ns = RECEIVED_NS

    def send(self, topic, data):
        return self.decoder.decode([Message(f"spBv1.0/{topic}", {}, data, self.now_ns)], CHANNELS)

    def birth(self, seq=0, bd_seq=1, node="g/NBIRTH/n"):
        metrics = [
            {"name": "bdSeq", "datatype": 8, "long_value": bd_seq},
            {"name": "V", "alias": 9, "datatype": FLOAT, "float_value": 12.0},
        ]
        return self.send(node, payload(MS, seq, metrics))

    def device_birth(self, seq=1, topic="g/DBIRTH/n/d", aliases=(1, 2)):
        metrics = [
            {"name": "T", "alias": aliases[0], "datatype": INT16, "int_value": 4},
            {"name": "U", "alias": aliases[1], "datatype": FLOAT, "is_null": True},
        ]
        return self.send(topic, payload(MS + seq, seq, metrics))

    def data(self, seq, topic="g/DDATA/n/d", **metric):
        metric = metric or {"alias": 1, "int_value": 5}
        return self.send(topic, payload(MS + 1000 + seq, seq, [metric]))

    def up(self):
        self.birth()
        self.device_birth()
        return self


def values(decoded):
    assert decoded.refused == ()
    return [(channel, value, quality) for _, channel, value, quality in rows(decoded)]


def refusal(decoded):
    assert rows(decoded) == []
    [one] = decoded.refused
    return one.reason, one.detail


TYPED = [
    (1, "int_value", (-5) % 2**32, -5.0),  # Int8, sign extended
    (1, "int_value", 251, -5.0),  # Int8 in its own width
    (1, "int_value", 127, 127.0),
    (2, "int_value", 4_294_965_338, -1958.0),
    (2, "int_value", (-1958) % 2**16, -1958.0),
    (3, "int_value", (-(2**29)) % 2**32, -(2.0**29)),
    (3, "long_value", (-1) % 2**64, -1.0),
    (4, "long_value", (-195) % 2**64, -195.0),
    (4, "int_value", 195, 195.0),
    (5, "int_value", 255, 255.0),
    (7, "int_value", 2**29, 2.0**29),
    (8, "long_value", 10**9, 1e9),
    (9, "float_value", -195.75, -195.75),
    (9, "float_value", -195.8, -195.8),
    (9, "double_value", -195.8, -195.8),
    (10, "double_value", -195.8, -195.8),
    (11, "boolean_value", True, 1.0),
    (None, "double_value", -195.8, -195.8),
    (None, "boolean_value", False, 0.0),
]


@pytest.mark.parametrize(("datatype", "field", "given", "expected"), TYPED)
def test_values(datatype, field, given, expected):
    metric = {"name": "T", field: given} | ({} if datatype is None else {"datatype": datatype})
    assert values(Host().data(0, **metric)) == [(0, expected, Quality.GOOD)]


@pytest.mark.parametrize(
    ("metric", "reason", "words"),
    [
        ({"int_value": 5}, Refusal.WRONG_TYPE, "its sign is unknown"),
        ({"datatype": 1, "int_value": 300}, Refusal.WRONG_TYPE, "300 does not fit into 8 bits"),
        ({"datatype": 5, "int_value": 300}, Refusal.WRONG_TYPE, "300 does not fit into 8 bits"),
        ({"datatype": 6, "int_value": 70_000}, Refusal.WRONG_TYPE, "does not fit into 16 bits"),
        ({"datatype": 7, "long_value": 2**32}, Refusal.WRONG_TYPE, "does not fit into 32 bits"),
        ({"datatype": INT16, "int_value": 2**20}, Refusal.WRONG_TYPE, "does not fit into 16 bits"),
        ({"datatype": FLOAT, "int_value": 3}, Refusal.WRONG_TYPE, "datatype 9 that holds no such value"),
        ({"datatype": INT32, "float_value": 3}, Refusal.WRONG_TYPE, "datatype 3 that holds no such value"),
        ({"datatype": STRING, "string_value": "cold"}, Refusal.WRONG_TYPE, "holds no such value"),
        ({"datatype": FLOAT}, Refusal.WRONG_TYPE, "holds no such value"),
        ({"double_value": 1, "timestamp": 1}, Refusal.ABSURD_TIME, "before 2000"),
        ({"double_value": 1, "timestamp": 2**64 - 1}, Refusal.ABSURD_TIME, "before 2000"),
        ({"double_value": 1, "is_historical": True}, Refusal.MALFORMED, "no timestamp"),
    ],
)
def test_a_metric_is_refused_alone(metric, reason, words):
    decoded = Host().send(
        "g/DDATA/n/d", payload(MS, 3, [{"name": "T", **metric}, {"name": "U", "double_value": 2}])
    )
    [one] = decoded.refused
    assert one.reason is reason
    assert words in one.detail
    assert [row[1:3] for row in rows(decoded)] == [(1, 2.0)]


@pytest.mark.parametrize(
    "metric",
    [
        {"datatype": FLOAT, "float_value": math.nan},
        {"datatype": FLOAT, "float_value": -math.inf},
        {"datatype": FLOAT, "float_value": 3.4028234663852886e38},
        {"datatype": 8, "long_value": 2**63},
    ],
)
def test_a_number_that_no_instrument_has_is_bad(metric):
    assert values(Host().data(0, name="T", **metric)) == [(0, None, Quality.BAD)]


@pytest.mark.parametrize(
    ("code", "quality"), [(192, Quality.GOOD), (0, Quality.BAD), (500, Quality.NO_DATA), (64, Quality.BAD)]
)
def test_quality(code, quality):
    value = None if quality >= Quality.BAD else -195.8
    assert values(Host().data(0, name="T", double_value=-195.8, quality=code)) == [(0, value, quality)]


def test_null_and_fault_values_are_no_readings():
    host = Host(Options(fault_values=(85.0,)))
    assert values(host.data(0, name="T", is_null=True)) == [(0, None, Quality.NO_DATA)]
    assert values(host.data(1, name="T", double_value=85.0)) == [(0, None, Quality.BAD)]


@pytest.mark.parametrize("sent", [{"float_value": -327.67}, {"long_value": 2**32 - 1, "datatype": 8}])
def test_a_fault_value_is_known_as_a_float_of_four_bytes_and_beyond_what_instruments_mean(sent):
    host = Host(Options(fault_values=(-327.67, 4294967295.0)))
    assert values(host.data(0, name="T", **sent)) == [(0, None, Quality.BAD)]


def test_the_time_is_the_metrics_else_the_messages_else_that_of_receipt():
    host = Host()
    metric = {"name": "T", "double_value": 1.0}
    timed = host.send("g/DDATA/n/d", payload(MS, 1, [{**metric, "timestamp": MS - 5}]))
    sent = host.send("g/DDATA/n/d", payload(MS, 2, [metric]))
    untimed = host.send("g/DDATA/n/d", payload(None, 3, [metric]))
    assert [rows(d)[0][0] for d in (timed, sent, untimed)] == [(MS - 5) * 10**6, MS * 10**6, RECEIVED_NS]


def test_births_carry_values_and_give_aliases_their_meaning():
    host = Host()
    assert values(host.birth()) == [(2, 12.0, Quality.GOOD)]
    assert values(host.device_birth()) == [(0, 4.0, Quality.GOOD), (1, None, Quality.NO_DATA)]
    assert values(host.data(2, alias=1, int_value=(-1958) % 2**32)) == [(0, -1958.0, Quality.GOOD)]
    assert values(host.data(3, alias=2, float_value=-0.5)) == [(1, -0.5, Quality.GOOD)]
    assert values(host.data(4, "g/NDATA/n", alias=9, float_value=11.5)) == [(2, 11.5, Quality.GOOD)]
    assert host.decoder.requests() == []


def test_an_alias_without_a_birth_asks_for_one():
    host = Host()
    reason, detail = refusal(host.data(7))
    assert reason is Refusal.UNKNOWN_CHANNEL
    assert "a rebirth is asked for" in detail
    [(topic, command)] = host.decoder.requests()
    assert topic == "spBv1.0/g/NCMD/n"
    [metric] = Payload.FromString(command).metrics
    assert (metric.name, metric.boolean_value, metric.datatype) == ("Node Control/Rebirth", True, BOOLEAN)
    assert not Payload.FromString(command).HasField("seq")
    assert host.decoder.requests() == []


def test_a_node_with_an_endless_name_is_not_asked_nor_named_in_full():
    """Ten thousand metrics of one message are ten thousand refusals, and a thousand requests wait."""
    host = Host()
    _, detail = refusal(host.data(7, f"g/DDATA/{'n' * 60_000}/d"))
    assert len(detail) < 300
    assert host.decoder.requests() == []
    host.data(8, f"g/DDATA/{'n' * 700}/d")
    assert len(host.decoder.requests()) == 1


def test_a_node_is_not_asked_again_at_once():
    host = Host()
    asked = []
    for seconds in range(0, 100, 10):
        host.now_ns = RECEIVED_NS + seconds * SECOND
        host.data(seconds)
        asked += [seconds] * len(host.decoder.requests())
    assert asked == [0, 30, 60, 90]


def test_after_a_gap_no_alias_is_trusted_until_the_next_birth():
    host = Host().up()
    assert refusal(host.data(3))[0] is Refusal.UNKNOWN_CHANNEL  # 2 is missing
    assert [topic for topic, _ in host.decoder.requests()] == ["spBv1.0/g/NCMD/n"]
    assert refusal(host.data(4))[0] is Refusal.UNKNOWN_CHANNEL
    assert values(host.data(5, name="T", double_value=1.5)) == [(0, 1.5, Quality.GOOD)]  # names are safe
    host.up()
    assert values(host.data(2)) == [(0, 5.0, Quality.GOOD)]


def test_aliases_of_another_session_do_not_leak():
    """The births of a restarted node are lost; its alias 1 means another metric now."""
    host = Host().up()
    host.data(2)
    assert refusal(host.data(2 + 17, alias=1, int_value=5))[0] is Refusal.UNKNOWN_CHANNEL


def test_a_device_that_is_born_again_gets_its_aliases_back():
    host = Host().up()
    host.data(3)
    host.device_birth(seq=4, aliases=(2, 1))
    assert values(host.data(5, alias=2, int_value=6)) == [(0, 6.0, Quality.GOOD)]


def test_a_refused_birth_leaves_no_old_aliases_in_force():
    host = Host().up()
    twice = [{"name": "T", "alias": 1, "datatype": 9}, {"name": "U", "alias": 1, "datatype": 9}]
    reason, detail = refusal(host.send("g/DBIRTH/n/d", payload(MS, 2, twice)))
    assert (reason, "alias 1 for 'T' and 'U'" in detail) == (Refusal.MALFORMED, True)
    assert refusal(host.data(3))[0] is Refusal.UNKNOWN_CHANNEL


def test_a_retained_birth_gives_no_alias_a_meaning():
    """It may be of last year; today the alias can mean another vessel."""
    host = Host()
    birth = payload(MS, 0, [{"name": "V", "alias": 9, "datatype": FLOAT, "float_value": 12.0}])
    message = Message("spBv1.0/g/NBIRTH/n", {}, birth, RECEIVED_NS, retained=True)
    assert refusal(host.decoder.decode([message], CHANNELS))[0] is Refusal.MALFORMED
    decoded = host.data(1, "g/NDATA/n", alias=9, float_value=3.0)
    assert refusal(decoded)[0] is Refusal.UNKNOWN_CHANNEL


def test_the_sequence_wraps_after_255():
    host = Host().up()
    for seq in [*range(2, 256), 0, 1]:
        assert values(host.data(seq)) == [(0, 5.0, Quality.GOOD)]


def test_a_repeated_message_is_no_gap():
    host = Host().up()
    assert values(host.data(2)) == values(host.data(2)) == [(0, 5.0, Quality.GOOD)]
    assert values(host.data(3)) == [(0, 5.0, Quality.GOOD)]


def test_the_sequence_is_of_the_node_not_of_the_device():
    host = Host().up()
    host.device_birth(2, "g/DBIRTH/n/e", (3, 4))
    assert values(host.data(3)) == [(0, 5.0, Quality.GOOD)]
    assert values(host.data(4, "g/DDATA/n/e", alias=3, int_value=7)) == [(3, 7.0, Quality.GOOD)]
    host.device_birth(2, "g/DBIRTH/m/d", (1, 2))  # another node counts for itself
    assert values(host.data(5)) == [(0, 5.0, Quality.GOOD)]


def test_the_death_of_a_node_ends_all_its_readings():
    host = Host().up()
    death = payload(MS, None, [{"name": "bdSeq", "datatype": 8, "long_value": 1}])
    decoded = host.send("g/NDEATH/n", death)
    assert values(decoded) == [(2, None, 3), (0, None, 3), (1, None, 3)]
    assert {row[0] for row in rows(decoded)} == {RECEIVED_NS}
    assert refusal(host.data(2))[0] is Refusal.UNKNOWN_CHANNEL
    assert values(host.send("g/NDEATH/n", death)) == []


def test_the_death_of_an_earlier_session_is_none():
    host = Host()
    host.birth(bd_seq=2)
    assert values(host.send("g/NDEATH/n", payload(MS, None, [{"name": "bdSeq", "long_value": 1}]))) == []
    assert values(host.data(1, "g/NDATA/n", alias=9, float_value=1)) == [(2, 1.0, Quality.GOOD)]


def test_the_death_of_a_device_ends_its_readings():
    host = Host().up()
    assert values(host.send("g/DDEATH/n/d", payload(MS, 2))) == [(0, None, 3), (1, None, 3)]
    assert values(host.data(3, "g/NDATA/n", alias=9, float_value=1)) == [(2, 1.0, Quality.GOOD)]
    assert refusal(host.data(4))[0] is Refusal.UNKNOWN_CHANNEL


def test_a_doubted_node_still_dies_completely():
    host = Host().up()
    host.data(9)
    assert len(rows(host.send("g/NDEATH/n", payload(MS)))) == 3


@pytest.mark.parametrize(
    ("topic", "data", "reason", "words"),
    [
        ("g/NBIRTH/n", payload(MS, 1, [{"name": "x"}]), Refusal.MALFORMED, "NBIRTH with sequence number 1"),
        ("g/DDATA/n/d", payload(MS, 256, [{"name": "x"}]), Refusal.MALFORMED, "sequence number 256"),
        ("g/DDATA/n/d", payload(MS, None, [{"name": "x"}]), Refusal.MALFORMED, "sequence number None"),
        ("g/DDATA/n/d", b"", Refusal.MALFORMED, "sequence number None"),
        ("g/DDATA/n/d", payload(MS, 1), Refusal.WRONG_TYPE, "DDATA without any metric"),
        ("g/DBIRTH/n/d", payload(MS, 1, [{"alias": 1}]), Refusal.MALFORMED, "no name"),
        ("g/DDATA/n", payload(MS, 1), Refusal.UNKNOWN_TOPIC, "spBv1.0/{rest...}"),
        ("g/NDATA/n/d", payload(MS, 1), Refusal.UNKNOWN_TOPIC, "no topic of Sparkplug"),
        ("g/XDATA/n", payload(MS, 1), Refusal.UNKNOWN_TOPIC, "no topic of Sparkplug"),
        ("g/DDATA/n/d", b"\x0a", Refusal.MALFORMED, "the end comes"),
        ("g/DDATA/n/d", b"\x08" + b"\xff" * 11, Refusal.MALFORMED, "more than 64 bits"),
        ("g/DDATA/n/d", b"\x13", Refusal.MALFORMED, "wire type 3"),
        ("g/DDATA/n/d", b"\x00\x00", Refusal.MALFORMED, "field 0"),
        ("g/DDATA/n/d", b"\x12\x7f\x00", Refusal.MALFORMED, "field 2 at byte"),
        ("g/DDATA/n/d", b"\x0a\x01\x00", Refusal.MALFORMED, "another type"),  # timestamp as bytes
        ("g/DDATA/n/d", b"\x18\x01\x12\x03\x0a\x01\xff", Refusal.MALFORMED, "no UTF-8"),
        ("g/DDATA/n/d", b"\x18\x01\x12\x02\x60\x01", Refusal.MALFORMED, "a float or double"),
        ("g/DDATA/n/d", b"\x18\x01\x12\x05\x4a\x03\x0a\x01q", Refusal.MALFORMED, "1 names of properties"),
    ],
)
def test_a_message_is_refused(topic, data, reason, words):
    got, detail = refusal(Host().send(topic, data))
    assert got is reason
    assert words in detail


@pytest.mark.parametrize("topic", ["STATE/scada", "g/NCMD/n", "g/DCMD/n/d"])
def test_what_hosts_publish_is_ignored(topic):
    assert values(Host().send(topic, b'{"online":true}')) == []


def test_the_state_topic_of_version_2():
    assert parse_topic("STATE/scada") is None
    with pytest.raises(Unusable):
        parse_topic("cryo/STATE/scada")


def test_unlisted_metrics_are_one_refusal_or_none():
    metrics = [{"name": f"x{i}", "double_value": i} for i in range(7)]
    metrics += [{"name": "Properties/Make", "string_value": "x"}, {"name": "note", "string_value": "y"}]
    reason, detail = refusal(Host().send("g/DDATA/n/d", payload(MS, 1, metrics)))
    assert (reason, "and 2 more" in detail) == (Refusal.UNKNOWN_CHANNEL, True)
    assert values(Host(Options(unlisted="ignore")).send("g/DDATA/n/d", payload(MS, 1, metrics))) == []


def test_more_metrics_than_any_device_has():
    many = payload(MS, 1, [{"name": "x", "double_value": 1}] * 10_001)
    assert refusal(Host().send("g/DDATA/n/d", many))[1].startswith("10001 metrics")


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(sparkplug_nodes, "MOST_BYTES", 20_000)
    monkeypatch.setattr(sparkplug_nodes, "MOST_REQUESTS", 5)
    host = Host()
    for i in range(100):
        host.birth(node=f"g/NBIRTH/n{i}")
        host.data(1, f"h/DDATA/n{i}/d")
    nodes = host.decoder._nodes
    sizes = [node.size() + text_bytes(at) for at, node in nodes._nodes.items()]
    assert nodes._size == sum(sizes) <= 20_000
    assert len(host.decoder.requests()) == 5
    host.birth(node="g/NBIRTH/n")
    assert values(host.data(1, "g/NDATA/n", alias=9, float_value=3)) == [(2, 3.0, Quality.GOOD)]


def test_births_and_deaths_leave_nothing_behind():
    host = Host()
    for i in range(20):
        host.up()
        host.send("g/DDEATH/n/d", payload(MS, 2))
        host.send("g/NDEATH/n", payload(MS))
        host.send("g/DDEATH/z/d", payload(MS, i))
    assert (host.decoder._nodes._size, host.decoder._nodes._nodes) == (0, {})
