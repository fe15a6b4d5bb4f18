"""Frames of LoRaWAN probes, by the examples of their makers; and what network servers wrap around them."""

import base64
import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import SECOND, Quality, Refusal
from gateway.payloads import Message, chirpstack, ttn
from gateway.payloads.json import Reading
from gateway.payloads.lorawan import NoReadings, read_frame
from gateway.payloads.unusable import Unusable
from tests.unit.payloads.payload_cases import rows

RECEIVED_NS = 1_767_610_001 * SECOND
NETWORK_NS = 1_767_610_000 * SECOND
LTC2, EM500 = "dragino-ltc2", "milesight-em500-pt100"


def entry(first, second=-32767, status=1, unix_s=1_767_600_000, battery=3644):
    return struct.pack(">HBhhI", battery, status, first, second, unix_s)


def frame_values(probe, frame, port=2):
    return [
        (v.quantity, v.time_ns, None if math.isnan(v.value) else v.value, v.quality)
        for v in read_frame(probe, port, frame)
    ]


def test_the_manuals_reading():
    """Manual of the LTC2, 2.4: battery 3.644 V, 25.94 degC, no Pt100 on channel 2 (-327.67)."""
    assert frame_values(LTC2, bytes.fromhex("0e3c010a22800160a06e90")) == [
        ("temperature-1", None, 25.94, Quality.GOOD),
        ("temperature-2", None, None, Quality.BAD),
        ("battery", None, 3.644, Quality.GOOD),
    ]


@pytest.mark.parametrize(
    ("status", "raw", "expected"),
    [
        (1, -19580, ("temperature-1", -195.80)),
        (2, -1958, ("temperature-1", -195.8)),
        (3, 2025, ("resistance-1", 20.25)),
        (0x31, -19580, ("temperature-1", -195.80)),  # time flags beside it
    ],
)
def test_what_ext_says(status, raw, expected):
    [(quantity, time_ns, value, _), *_] = frame_values(LTC2, entry(raw, status=status))
    assert (quantity, value, time_ns) == (*expected, None)


@pytest.mark.parametrize("raw", [-32767, -32768, 32767])
@pytest.mark.parametrize("status", [1, 2, 3])
def test_no_pt100_or_off_the_scale(raw, status):
    assert frame_values(LTC2, entry(raw, status=status))[0][2:] == (None, Quality.BAD)


def test_battery_without_the_flags_above_it():
    assert frame_values(LTC2, entry(1, battery=0xC000 | 3600))[2][2] == 3.6


def test_stored_entries_have_their_own_time():
    frame = entry(-100, status=0x41, unix_s=1_767_600_000) + entry(-200, status=0x41, unix_s=1_767_601_200)
    assert [(v[1], v[2]) for v in frame_values(LTC2, frame) if v[0] == "temperature-1"] == [
        (1_767_600_000 * SECOND, -1.0),
        (1_767_601_200 * SECOND, -2.0),
    ]


@pytest.mark.parametrize(
    ("frame", "port", "kind", "words"),
    [
        (b"", 2, Unusable, "0 bytes"),
        (entry(1)[:10], 2, Unusable, "10 bytes"),
        (entry(1) + b"\0", 2, Unusable, "12 bytes"),
        (entry(1) * 2, 2, Unusable, "not all are marked"),
        (entry(1, status=9), 2, Unusable, "Ext 9"),
        (bytes(22), 2, NoReadings, "nothing stored"),
        (entry(1), 5, NoReadings, "port 2, this came on 5"),
    ],
)
def test_frames_of_an_ltc2_that_hold_nothing(frame, port, kind, words):
    with pytest.raises(kind, match=words) as error:
        read_frame(LTC2, port, frame)
    assert isinstance(error.value, NoReadings) is (kind is NoReadings)


def test_the_makers_example_of_an_em500():
    assert frame_values(EM500, bytes.fromhex("01756403671901")) == [
        ("battery", None, 100.0, Quality.GOOD),
        ("temperature", None, 28.1, Quality.GOOD),
    ]


@given(st.integers(-32768, 32767), st.integers(0, 2**32 - 1))
def test_every_temperature_of_an_em500(raw, unix_s):
    live = b"\x03\x67" + struct.pack("<h", raw)
    alarm = b"\x83\xd7" + struct.pack("<hhB", raw, 5, 2)
    stored = b"\x20\xce" + struct.pack("<Ih", unix_s, raw)
    fine = -2000 <= raw <= 8000
    expected = (raw / 10 if fine else None, Quality.GOOD if fine else Quality.BAD)
    assert frame_values(EM500, live + alarm + stored) == [
        ("temperature", None, *expected),
        ("temperature", None, *expected),
        ("temperature", unix_s * SECOND, *expected),
    ]


def test_what_an_em500_is_and_nothing_else():
    joined = bytes.fromhex("ff0101ff090110ff0a0110ff166412b41523450006ff0f00ffff0100ff0b01ff1b0200000000")
    with pytest.raises(NoReadings, match="no readings"):
        read_frame(EM500, 85, joined)
    assert len(read_frame(EM500, 85, joined + bytes.fromhex("03675af8"))) == 1


@pytest.mark.parametrize("frame", ["03675a", "0399", "03", "03675af8ee", "20ce000000"])
def test_records_that_an_em500_does_not_send(frame):
    with pytest.raises(Unusable, match="starts no record") as error:
        read_frame(EM500, 85, bytes.fromhex(frame))
    assert not isinstance(error.value, NoReadings)


@given(st.sampled_from([LTC2, EM500]), st.integers(0, 255), st.binary(max_size=60))
def test_any_frame_is_values_or_unusable(probe, port, frame):
    try:
        values = read_frame(probe, port, frame)
    except Unusable as why:
        assert 0 < len(str(why)) < 300
    else:
        assert values
        assert all(math.isnan(v.value) is (v.quality >= Quality.BAD) for v in values)


CHANNELS = {"d/temperature-1": 0, "d/temperature": 1, "d/top": 2}


def chirp(frame=None, port=2, **more):
    fields = {"time": "2026-01-05T10:46:40+00:00", "fPort": port, **more}
    return json.dumps(fields | ({} if frame is None else {"data": base64.b64encode(frame).decode()})).encode()


def decode(payload, options, module=chirpstack):
    message = Message("application/1/device/d/event/up", {"device": "d"}, payload, RECEIVED_NS)
    return module.Decoder(options).decode([message], CHANNELS)


def refusal(decoded):
    assert rows(decoded) == []
    [one] = decoded.refused
    return one.reason, one.detail


FROM_LTC2 = chirpstack.Options(probe=LTC2)
DECODED = chirpstack.Options(readings=(Reading("{device}/top", "/t"),))


@pytest.mark.parametrize(
    ("payload", "options", "reason", "words"),
    [
        (chirp(), FROM_LTC2, Refusal.WRONG_TYPE, "no frame at /data"),
        (chirp(b""), FROM_LTC2, Refusal.WRONG_TYPE, "no frame at /data"),
        (chirp(data=5), FROM_LTC2, Refusal.WRONG_TYPE, "expected base64"),
        (chirp(entry(1), port="2"), FROM_LTC2, Refusal.WRONG_TYPE, "expected base64 and a number"),
        (chirp(data="!!!!"), FROM_LTC2, Refusal.MALFORMED, "/data"),
        (chirp(data="é==="), FROM_LTC2, Refusal.MALFORMED, "/data"),
        (chirp(entry(1)[:9]), FROM_LTC2, Refusal.MALFORMED, "9 bytes"),
        (chirp(entry(1), port=9), FROM_LTC2, Refusal.WRONG_TYPE, "port 2"),
        (chirp(entry(1), time=None), FROM_LTC2, Refusal.MALFORMED, "no time at /time"),
        (chirp(entry(1), time="1970-01-01T00:00:00Z"), FROM_LTC2, Refusal.ABSURD_TIME, "before 2000"),
        (chirp(entry(1, status=3)), FROM_LTC2, Refusal.UNKNOWN_CHANNEL, "'d/resistance-1', 'd/resistance-2'"),
        (b"[]", FROM_LTC2, Refusal.WRONG_TYPE, "no frame"),
        (b"{", FROM_LTC2, Refusal.MALFORMED, "truncated"),
        (chirp(entry(1)), DECODED, Refusal.WRONG_TYPE, "codec"),
        (chirp(object={"x": 1}), DECODED, Refusal.WRONG_TYPE, "nothing at '/t'"),
        (chirp(object={"t": "x"}), DECODED, Refusal.WRONG_TYPE, "no number"),
        (chirp(object={"t": 1}, time="yesterday"), DECODED, Refusal.MALFORMED, "RFC 3339"),
    ],
)
def test_uplinks_that_are_refused(payload, options, reason, words):
    got, detail = refusal(decode(payload, options))
    assert got is reason
    assert words in detail


@pytest.mark.parametrize("payload", [chirp(), chirp(entry(1), port=9), chirp(bytes(11))])
def test_uplinks_without_readings_can_be_expected(payload):
    decoded = decode(payload, chirpstack.Options(probe=LTC2, others_expected=True))
    assert (rows(decoded), decoded.refused) == ([], ())


def test_a_battery_alone_is_no_reading():
    payload = chirp(bytes.fromhex("017564"), 85)
    assert "battery" in refusal(decode(payload, chirpstack.Options(probe=EM500)))[1]


def test_a_channel_that_nobody_uses_is_not_looked_at():
    assert rows(decode(chirp(entry(-19580)), FROM_LTC2)) == [(NETWORK_NS, 0, -195.8, Quality.GOOD)]


def test_addresses_need_the_topics_names_but_not_the_quantity():
    assert chirpstack.needs(FROM_LTC2) == {"device"}
    assert ttn.needs(ttn.Options(probe=LTC2, address="{a}.{quantity}.{b}")) == {"a", "b"}
    assert ttn.needs(ttn.Options(readings=(Reading("{c}/t", "/t"),))) == {"c"}


@pytest.mark.parametrize("make", [chirpstack.Options, lambda: ttn.Options(LTC2, readings=DECODED.readings)])
def test_a_probe_or_readings(make):
    with pytest.raises(ValueError, match="either probe"):
        make()
