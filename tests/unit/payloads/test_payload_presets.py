"""Presets: what they refuse, and options that cannot be meant; what they read is in tests/cases/payloads."""

import json as text
from dataclasses import replace

import pytest

from gateway.errors import InputError
from gateway.model import SECOND, Quality, Refusal
from gateway.payloads import Message, chirpstack, homie, json, shelly, tasmota, thingsboard, ttn, zigbee2mqtt
from gateway.payloads.json import Reading
from gateway.payloads.keys import Key
from tests.unit.payloads.payload_cases import rows

RECEIVED_NS = 1_767_610_000 * SECOND
NAMES = {"device": "d", "node": "n", "property": "p"}
CHANNELS = {"d/t": 0, "d/n/p": 1, "Freezer 1/t": 2}
KEYS = (Key("{device}/t", "t"),)


def decode(module, options, payload, topic="x/d"):
    if not isinstance(payload, bytes):
        payload = text.dumps(payload).encode()
    return module.Decoder(options).decode([Message(topic, NAMES, payload, RECEIVED_NS)], CHANNELS)


def refusal(decoded):
    assert rows(decoded) == []
    [one] = decoded.refused
    return one.reason, one.detail


AS_TEXT = {"numbers_as_text": True}


@pytest.mark.parametrize(
    ("module", "options", "payload"),
    [
        (zigbee2mqtt, zigbee2mqtt.Options(KEYS, **AS_TEXT), {"t": "-18.25"}),
        (thingsboard, thingsboard.Options(KEYS, **AS_TEXT), {"t": "-18.25"}),
        (thingsboard, thingsboard.Options(KEYS, **AS_TEXT), {"ts": 1767610000000, "values": {"t": "-18.25"}}),
        (
            tasmota,
            tasmota.Options((tasmota.Reading("{device}/t", "DS18B20"),), "UTC", **AS_TEXT),
            {"Time": "2026-01-05T10:46:40", "DS18B20": {"Temperature": "-18.25"}, "TempUnit": "C"},
        ),
        (
            shelly,
            shelly.Options((shelly.Reading("{device}/t", "temperature:100"),), **AS_TEXT),
            {"params": {"ts": 1767610000.0, "temperature:100": {"tC": "-18.25"}}},
        ),
        (shelly, shelly.Options((shelly.Reading("{device}/t"),), "gen1", **AS_TEXT), "-18.25"),
        (
            chirpstack,
            chirpstack.Options(readings=(Reading("{device}/t", "/t"),), **AS_TEXT),
            {"time": "2026-01-05T10:46:40Z", "object": {"t": "-18.25"}},
        ),
        (
            ttn,
            ttn.Options(readings=(Reading("{device}/t", "/t"),), **AS_TEXT),
            {"uplink_message": {"received_at": "2026-01-05T10:46:40Z", "decoded_payload": {"t": "-18.25"}}},
        ),
    ],
)
def test_numbers_that_are_text_for_those_who_say_so(module, options, payload):
    decoded = decode(module, options, payload)
    assert [row[2:] for row in rows(decoded)] == [(-18.25, Quality.GOOD)]
    reason, words = refusal(decode(module, replace(options, numbers_as_text=False), payload))
    assert reason is Refusal.WRONG_TYPE and "set numbers_as_text" in words


BERLIN = tasmota.Options((tasmota.Reading("{device}/t", "DS18B20"),), "Europe/Berlin")
GATEWAY = thingsboard.Options(KEYS, api="gateway")
RPC = shelly.Options((shelly.Reading("{device}/t", "temperature:100"),))


@pytest.mark.parametrize(
    ("module", "options", "payload", "reason", "words"),
    [
        (
            tasmota,
            BERLIN,
            {"Time": "2026-01-05T11:00:00Z", "DS18B20": {"Temperature": 1}},
            Refusal.MALFORMED,
            "local",
        ),
        (
            tasmota,
            BERLIN,
            {"Time": 1767610000, "DS18B20": {"Temperature": 1}},
            Refusal.WRONG_TYPE,
            "local time",
        ),
        (tasmota, BERLIN, {"DS18B20": {"Temperature": 1}}, Refusal.MALFORMED, "no time at /Time"),
        (
            tasmota,
            BERLIN,
            {"Time": "2026-01-05T11:00:00", "BME280": {}},
            Refusal.WRONG_TYPE,
            "nothing at DS18B20",
        ),
        (
            tasmota,
            BERLIN,
            {"Time": "1970-01-01T00:00:10", "DS18B20": {"Temperature": 1}},
            Refusal.ABSURD_TIME,
            "clock",
        ),
        (tasmota, BERLIN, [], Refusal.WRONG_TYPE, "the payload is []"),
        (tasmota, BERLIN, {"TempUnit": ["C"]}, Refusal.WRONG_TYPE, "TempUnit is ['C']"),
        (thingsboard, thingsboard.Options(KEYS), {"values": {"t": 1}}, Refusal.MALFORMED, "no time at /ts"),
        (thingsboard, thingsboard.Options(KEYS), {"x": 1}, Refusal.WRONG_TYPE, "nothing at 't'"),
        (
            thingsboard,
            thingsboard.Options(KEYS),
            {"Freezer 1": [{"t": 1}]},
            Refusal.WRONG_TYPE,
            "nothing at 't'",
        ),
        (thingsboard, GATEWAY, [{"t": 1}], Refusal.WRONG_TYPE, "no object of devices; is api right?"),
        (thingsboard, GATEWAY, {"Freezer 1": {"t": 1}}, Refusal.WRONG_TYPE, "no array; is api right?"),
        (thingsboard, GATEWAY, {"Freezer 9": [{"t": 1}]}, Refusal.UNKNOWN_CHANNEL, "'Freezer 9/t'"),
        (thingsboard, GATEWAY, {}, Refusal.WRONG_TYPE, "nothing at 't'"),
        (
            zigbee2mqtt,
            zigbee2mqtt.Options(KEYS, "epoch"),
            {"t": 1},
            Refusal.MALFORMED,
            "no time at /last_seen",
        ),
        (zigbee2mqtt, zigbee2mqtt.Options(KEYS), {"state": "online"}, Refusal.WRONG_TYPE, "nothing at '/t'"),
        (shelly, RPC, {"params": {"temperature:100": {"tC": 1}}}, Refusal.MALFORMED, "no time at /params/ts"),
        (shelly, RPC, {"params": {"ts": None, "temperature:100": {"tC": 1}}}, Refusal.MALFORMED, "no time"),
        (shelly, RPC, b"online", Refusal.MALFORMED, ""),
        (shelly, shelly.Options((shelly.Reading("{device}/t"),), "gen1"), b"error", Refusal.MALFORMED, ""),
        (homie, homie.Options(), b"1" * 401, Refusal.WRONG_TYPE, "no number"),
        (homie, homie.Options(), "−5".encode(), Refusal.WRONG_TYPE, "no number"),
        (homie, homie.Options(), b"none", Refusal.WRONG_TYPE, "no number"),
        (homie, homie.Options(), b"1\x1d2", Refusal.WRONG_TYPE, "no number"),
        (homie, homie.Options("{device}"), b"1", Refusal.UNKNOWN_CHANNEL, "'d'"),
    ],
)
def test_refused(module, options, payload, reason, words):
    got, detail = refusal(decode(module, options, payload))
    assert got is reason
    assert words in detail


@pytest.mark.parametrize(
    ("module", "options", "payload"),
    [
        (thingsboard, thingsboard.Options(KEYS, others_expected=True), {"x": 1}),
        (zigbee2mqtt, zigbee2mqtt.Options(KEYS, others_expected=True), {"state": "online"}),
        (json, json.Options((Reading("{device}/t", "/t"),), others_expected=True), []),
        (shelly, RPC, {"method": "NotifyEvent", "params": {"ts": 1, "events": []}}),
    ],
)
def test_others_are_expected(module, options, payload):
    decoded = decode(module, options, payload)
    assert (rows(decoded), decoded.refused) == ([], ())


def test_what_is_expected_is_still_json():
    options = json.Options((Reading("{device}/t", "/t"),), others_expected=True)
    assert refusal(decode(json, options, b"5"))[0] is Refusal.WRONG_TYPE
    assert refusal(decode(json, options, b"online"))[0] is Refusal.MALFORMED


@pytest.mark.parametrize(
    ("sensor", "given", "unit", "quality"),
    [
        ("DS18B20", 85.0, "C", Quality.BAD),
        ("DS18B20-2", -127, "C", Quality.BAD),
        ("DS18B20", 185.0, "F", Quality.BAD),
        ("DS18B20", -196.6, "F", Quality.BAD),
        ("DS18B20", 85.0, "F", Quality.GOOD),
        ("MAX31865", 85.0, "C", Quality.GOOD),
        ("MAX31865", None, "C", Quality.NO_DATA),
    ],
)
def test_what_a_sensor_of_tasmota_says_when_it_has_no_value(sensor, given, unit, quality):
    options = tasmota.Options((tasmota.Reading("{device}/t", sensor),), "UTC", unit)
    payload = {"Time": "2026-01-05T10:46:40", sensor: {"Temperature": given}, "TempUnit": unit}
    assert [r[3] for r in rows(decode(tasmota, options, payload))] == [quality]


def test_given_fault_values_replace_those_of_the_preset():
    options = tasmota.Options((tasmota.Reading("{device}/t", "DS18B20", fault_values=(0.0,)),), "UTC")
    payload = {"Time": "2026-01-05T10:46:40", "DS18B20": {"Temperature": 85.0}}
    assert [r[3] for r in rows(decode(tasmota, options, payload))] == [Quality.GOOD]


def test_blanks_that_float_does_not_know_are_still_blanks():
    assert [r[2] for r in rows(decode(homie, homie.Options(), b"5.\x1d"))] == [5.0]


def test_names_with_slashes_and_tildes():
    options = zigbee2mqtt.Options((Key("{device}/t", "a/b~c"),))
    assert [r[2] for r in rows(decode(zigbee2mqtt, options, {"a/b~c": 4}))] == [4.0]


def test_a_device_of_a_gateway_is_no_topic_name():
    assert thingsboard.needs(GATEWAY) == frozenset()
    assert thingsboard.needs(thingsboard.Options(KEYS)) == {"device"}
    assert homie.needs(homie.Options()) == {"device", "node", "property"}
    assert (tasmota.needs(BERLIN), shelly.needs(RPC), zigbee2mqtt.needs(zigbee2mqtt.Options(KEYS))) == (
        {"device"},
        {"device"},
        {"device"},
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: tasmota.Options((tasmota.Reading("{device}", "X"),), "Berlin"),
            "no zone is called 'Berlin'",
        ),
        (lambda: tasmota.Options((tasmota.Reading("{device}", "X"),), "../etc/passwd"), "no zone is called"),
        (lambda: tasmota.Options((), "UTC"), "at least one"),
        (lambda: thingsboard.Options(()), "at least one"),
        (lambda: zigbee2mqtt.Options(()), "at least one"),
        (lambda: shelly.Options(()), "at least one"),
        (lambda: shelly.Options((shelly.Reading("{device}"),)), "component"),
        (lambda: shelly.Options((shelly.Reading("{device}", "temperature:0"),), "status"), "component"),
        (lambda: shelly.Options((shelly.Reading("{device}", key="tC"),), "gen1"), "no key"),
        (lambda: homie.Options("{device"), "address template"),
        (lambda: Key("{device}", ""), "key is empty"),
        (lambda: Key("", "t"), "address template"),
        (lambda: json.Options((Reading("a", "/a"),), "/t", "local"), "time_zone belong together"),
        (lambda: json.Options((Reading("a", "/a"),), "/t", time_zone="UTC"), "time_zone belong together"),
    ],
)
def test_options_that_can_not_be_meant(make, words):
    with pytest.raises((ValueError, InputError), match=words):
        make()


@pytest.mark.parametrize(
    ("component", "quality"),
    [
        ({"tC": -18.5, "errors": ["out_of_range"]}, Quality.BAD),
        ({"errors": ["read"]}, Quality.BAD),  # a notification has only what changed
        ({"tC": None, "errors": ["read"]}, Quality.NO_DATA),
        ({"tC": -18.5, "errors": []}, Quality.GOOD),
        ({"tC": -18.5}, Quality.GOOD),
    ],
)
def test_what_a_shelly_calls_an_error_is_no_measurement(component, quality):
    """Gen2 devices: components and services, Temperature, `errors`."""
    message = {"params": {"ts": RECEIVED_NS // SECOND, "temperature:100": component}}
    [row] = rows(decode(shelly, RPC, message))
    assert row[-1] == quality
    status = shelly.Options((shelly.Reading("{device}/t"),), "status")
    [row] = rows(decode(shelly, status, component))
    assert row[-1] == quality


@pytest.mark.parametrize("said", [None, [], {}, "", False, 0])
def test_no_error_is_none(said):
    options = json.Options((Reading("{device}/t", "/t", errors_pointer="/e"),))
    assert [row[2:] for row in rows(decode(json, options, {"t": 4.5, "e": said}))] == [(4.5, Quality.GOOD)]
    assert [row[-1] for row in rows(decode(json, options, {"t": 4.5, "e": said or 17}))] == [Quality.BAD]
