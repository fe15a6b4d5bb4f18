"""The doctor never says that all is well while an alarm stands, and never blames the gateway itself."""

from __future__ import annotations

import json
import os
import pty
import signal

from tests.system.gateway_process import eventually
from tests.system.mosquitto import Mosquitto
from tests.system.patient import BROKER, CHANNEL, SERIAL, Patient, Publish, subscribed

LIMIT = """
[[channels.warm.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -150.0
severity = "critical"
"""


def test_a_gateway_that_hangs_is_no_stranger_on_its_own_port(patient: Patient) -> None:
    ours, line = pty.openpty()
    patient.configure(SERIAL.format(port=os.ttyname(line)))
    os.close(line)
    patient.start()
    assert patient.gateway.process is not None
    patient.gateway.process.send_signal(signal.SIGSTOP)
    try:
        assert not [f for f in patient.examined(2) if "is also used by" in f["what"]]
    finally:
        patient.gateway.process.send_signal(signal.SIGCONT)
        os.close(ours)


def test_all_is_not_well_while_an_alarm_needs_somebody(
    patient: Patient, mosquitto: Mosquitto, publish: Publish
) -> None:
    channel = CHANNEL.format(name="warm").replace("2.0", "600.0")
    patient.configure(BROKER.format(port=mosquitto.port), channel, LIMIT)
    patient.start()
    subscribed(patient)
    publish("warm", '{"temp": -100}')
    eventually(lambda: json.loads(patient.gateway.cryogate("alarms", "--json").stdout), "raised")
    (alarm,) = json.loads(patient.gateway.cryogate("alarms", "--json").stdout)
    where, what = f"alarm {alarm['id']}", "critical, unacknowledged since"
    patient.has("error", where, what, "cryogate ack")
    patient.gateway.cryogate("ack", alarm["id"], "--by", "Li Na", "--comment", "on my way")
    patient.has("error", where, "critical, acknowledged since", "Li Na has acknowledged it")
    patient.gateway.stop()
    patient.has("error", where, "critical, acknowledged since", "Li Na")
    assert "all is well" not in patient.gateway.cryogate("doctor").stdout
