"""The doctor: each thing is broken for real, and is named with what to do about it."""

from __future__ import annotations

import datetime
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from gateway.doctor.examination import examine
from gateway.journal.database import connect
from gateway.journal.journal import Journal, Statement
from gateway.journal.parked import Parked
from gateway.journal.records import Records
from tests.system.faketime import FakeTime
from tests.system.gateway_process import eventually
from tests.system.mosquitto import Mosquitto, free_port
from tests.system.patient import BROKER, CHANNEL, SERIAL, Found, Patient, Publish, subscribed

NOBODY = 65534
NOON_NS = 1_767_614_400_000_000_000  # 2026-01-05T12:00Z


def test_a_gateway_that_is_well(patient: Patient, mosquitto: Mosquitto, publish: Publish) -> None:
    channel = CHANNEL.format(name="warm").replace("2.0", "600.0")
    patient.configure(BROKER.format(port=mosquitto.port), channel)
    patient.start()
    subscribed(patient)
    publish("warm", '{"temp": -190}')
    eventually(lambda: (patient.gateway.status() or {})["channels"][0]["age_s"] is not None, "heard")
    assert {f["level"] for f in patient.examined(0)} <= {"note"}
    told = patient.gateway.cryogate("doctor").stdout
    assert told.startswith("patient 0.1.0 runs; 1 source, 1 channel, 1 source up, 1 channel heard")
    assert told.endswith("all is well\n")
    patient.gateway.config.write_text(patient.gateway.config.read_text() + CHANNEL.format(name="cold"))
    patient.has("warning", "configuration", "has changed since", "restart it")
    patient.examined(1)


def test_channels_that_are_silent_bad_or_were_never_heard(
    patient: Patient, mosquitto: Mosquitto, publish: Publish
) -> None:
    names = ("silent", "bad", "never")
    patient.configure(BROKER.format(port=mosquitto.port), *(CHANNEL.format(name=n) for n in names))
    patient.start()
    subscribed(patient)
    publish("silent", '{"temp": -190}')
    publish("bad", '{"temp": 85}')
    publish("nobody", '{"temp": 85}')
    patient.has("warning", "channels", "never heard: never", "check its address")
    patient.has("warning", "channels", "no valid value: bad", "check sensor and wiring")
    patient.has("warning", "channels", "silent for up to", "check power")
    patient.has("note", "source broker", "1 refused since the journal began: unknown-channel", "refused")
    patient.examined(1)
    status = patient.gateway.cryogate("status").stdout
    assert "warning channels: never heard: never" in status and "-> check its address" in status


def test_no_gateway_and_a_gateway_that_hangs(patient: Patient) -> None:
    patient.configure()
    patient.has("error", "gateway", "no gateway runs", "systemctl start cryogate")
    patient.has("warning", "data", "does not exist", "cryogate run")
    patient.start()
    assert patient.gateway.process is not None
    patient.gateway.process.send_signal(signal.SIGSTOP)
    try:
        (found,) = [f for f in patient.examined(2) if f["where"] == "gateway"]
        assert "holds" in found["what"] and "does not answer" in found["what"]
        assert f"process {patient.gateway.process.pid} (" in found["what"]
    finally:
        patient.gateway.process.send_signal(signal.SIGCONT)


def test_a_configuration_that_cannot_be_used(patient: Patient) -> None:
    patient.configure("[channels.x]\nasset = 'dewer'\nsource = 'none'\naddress = 'a'\n")
    patient.has("error", "configuration", "did you mean 'dewar'", "cryogate check")
    patient.examined(2)


def test_a_broker_that_is_gone(patient: Patient, mosquitto: Mosquitto) -> None:
    patient.configure(BROKER.format(port=mosquitto.port))
    patient.has("note", "source broker", "answers: mosquitto", "")
    mosquitto.stop()
    patient.has("error", "source broker", "nobody listens there", "check host and port")
    patient.start()
    patient.has("error", "source broker", "nobody listens there", "check host and port")
    assert len([f for f in patient.examined(2) if f["where"] == "source broker"]) == 1


def test_a_broker_that_lets_nobody_in(patient: Patient, start_mosquitto: Callable[..., Mosquitto]) -> None:
    broker = start_mosquitto("allow_anonymous false")
    patient.configure(BROKER.format(port=broker.port))
    patient.has("error", "source broker", "not authorized", "check username, password_file")


def test_a_broker_that_drops_and_forgets(patient: Patient, start_mosquitto: Callable[..., Mosquitto]) -> None:
    settings = ("allow_anonymous true", "max_queued_messages 5", "autosave_interval 600", "sys_interval 1")
    broker = start_mosquitto("\n".join(settings))
    patient.configure(BROKER.format(port=broker.port))
    do = f"in {broker.folder / 'mosquitto.conf'} and restart it"
    patient.has("warning", "source broker", "drops what exceeds 5 messages", f"max_queued_messages 0 {do}")
    patient.has("warning", "source broker", "up to 600 s of messages", f"autosave_interval 1 {do}")
    away = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="away", clean_session=False)
    taken: list[int] = []
    away.on_subscribe = lambda *given: taken.append(given[2])

    @away.connect_callback()
    def connected(*_: Any) -> None:
        away.subscribe("x", 1)

    away.connect("127.0.0.1", broker.port)
    away.loop_start()
    eventually(lambda: taken, "subscribed")
    away.disconnect()
    away.loop_stop()
    device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="device")
    device.connect("127.0.0.1", broker.port)
    device.loop_start()
    for _ in range(50):
        device.publish("x", b"1", 1).wait_for_publish(10)
    device.disconnect()
    device.loop_stop()
    patient.has("warning", "source broker", "messages since it started", "set max_queued_messages 0")


def test_serial_ports(patient: Patient) -> None:
    patient.configure(SERIAL.format(port="/dev/ttyNONE"))
    patient.has("error", "source line", "/dev/ttyNONE does not exist", "check cable and adapter")
    (patient.folder / "file").write_text("")
    patient.configure(SERIAL.format(port=patient.folder / "file"))
    patient.has("error", "source line", "is no serial port", "/dev/serial/by-id")
    patient.configure(SERIAL.format(port=f"socket://127.0.0.1:{free_port()}"))
    patient.has("error", "source line", "does not answer", "power of the serial server")


def test_a_serial_port_that_somebody_else_reads(patient: Patient) -> None:
    ours, line = pty.openpty()
    port = os.ttyname(line)
    patient.configure(SERIAL.format(port=port))
    code = f"import time; file = open({port!r}, 'rb', buffering=0); print(flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout is not None
            other.stdout.readline()
            patient.has("warning", "source line", f"used by process {other.pid} (", "find out who runs it")
            assert not any("kill" in f["do"] for f in patient.examined())
        finally:
            other.kill()
    os.close(ours)
    os.close(line)


def examined_by_nobody(patient: Patient) -> Found:
    """As another user, who may read the configuration and no more."""
    done = typed_by_nobody(patient, "doctor", "--json")
    assert done.stdout, done.stderr
    found: Found = json.loads(done.stdout)["findings"]
    return found


def typed_by_nobody(patient: Patient, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*patient.gateway._cryogate(), *words, "--config", str(patient.gateway.config)]
    return subprocess.run(
        ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_what_this_user_may_not_use(patient: Patient) -> None:
    for folder in (patient.folder, *patient.folder.parents[:3]):
        folder.chmod(0o755)
    ours, line = pty.openpty()
    os.fchmod(line, 0o660)
    patient.configure(SERIAL.format(port=os.ttyname(line)))
    patient.start()
    patient.gateway.stop()
    for command in ("check", "alarms", "refused", "status", "contents"):  # the data folder is 0750
        done = typed_by_nobody(patient, command)
        assert done.returncode != 0 and "Traceback" not in done.stderr, (command, done.stderr)
        assert str(patient.folder / "data") in done.stderr, (command, done.stderr)
    found = {f["where"]: f for f in examined_by_nobody(patient)}
    assert "may not write in" in found["data"]["what"] and "which is root's" in found["data"]["what"]
    assert "may not use /dev/pts" in found["source line"]["what"]
    assert found["source line"]["do"].startswith("usermod -aG ")
    os.close(ours)
    os.close(line)


def test_a_journal_of_the_future_and_one_that_is_damaged(patient: Patient) -> None:
    patient.configure()
    patient.start()
    patient.gateway.stop()
    path = patient.gateway.folder / "journal.sqlite"
    with closing(connect(path, writing=True)) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        database.execute("PRAGMA user_version = 99")
    patient.has("error", "journal", "has schema 99", "run the version of Cryogate that wrote it")
    with closing(connect(path, writing=True)) as database:
        database.execute(f"PRAGMA user_version = {version}")
        database.execute("UPDATE entry SET crc = crc + 1 WHERE seq = (SELECT max(seq) FROM entry)")
    patient.has("error", "journal", "is damaged: its checksum does not match", "restore a backup")
    path.write_bytes(b"not a database at all" * 1000)
    patient.has("error", "journal", "not a database", "not a journal")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_disk_that_fills_up(patient: Patient) -> None:
    (patient.folder / "data").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", patient.folder / "data"], check=True)
    try:
        patient.configure()
        patient.start()
        patient.has("error", "disk", "nearly full", "free some on the disk")
        patient.gateway.stop()
        patient.has("error", "disk", "nearly full", "free some on the disk")
    finally:
        patient.gateway.end()
        subprocess.run(["umount", patient.folder / "data"], check=True)


def test_calibrations(patient: Patient) -> None:
    today = datetime.date(2026, 1, 5)
    channels = "".join(
        CHANNEL.format(name=name)
        + f"[channels.{name}.calibration]\ncertificate = 'C-{name}'\ndate = 2020-01-01\n"
        + f"due = {due}\nexpanded_uncertainty_degC = 0.1\n"
        for name, due in (("late", "2026-01-04"), ("soon", "2026-01-15"), ("fine", "2026-04-15"))
    )
    patient.configure(BROKER.format(port=free_port()), channels)
    found = examine(patient.gateway.config, NOON_NS, today).findings
    told = {f.where: f"{f.level} {f.what}; {f.do}" for f in found if f.where.startswith("channel ")}
    assert sorted(told) == ["channel late", "channel soon"]
    late, soon = told["channel late"], told["channel soon"]
    assert late.startswith("warning ") and "C-late is overdue since" in late and "new certificate" in late
    assert soon.startswith("warning ") and "in 10 days" in soon and "plan it" in soon


def test_followers_that_are_behind_and_readings_that_are_parked(patient: Patient) -> None:
    (patient.folder / "token").write_text("t")
    patient.configure(
        "[sinks.influx]\nkind = 'influxdb'\norg = 'o'\nbucket = 'b'\ntoken_file = 'token'\n",
        f"url = 'http://127.0.0.1:{free_port()}'\n",
        BROKER.format(port=free_port()),
        CHANNEL.format(name="a"),
    )
    patient.start()
    patient.gateway.stop()
    records = Records(patient.gateway.folder / "records.sqlite")
    with records.transaction():
        records.park("sink:influx", [Parked(1, 5, 20.0, 0, 5, "too old")] * 3)
    records.close()
    with Journal.open(patient.gateway.folder / "journal.sqlite") as journal:
        journal.commit(statements=[Statement("notification", "x", 5, {"n": n}) for n in range(2500)])
    patient.has("warning", "sink influx", "what it rejected is parked", "cryogate parked")
    patient.has("note", "screening", "entries are to be screened", "catches up")
    patient.has("note", "sink influx", "entries are to be written", "catches up")


def test_a_sink_that_is_away(patient: Patient, mosquitto: Mosquitto, publish: Publish) -> None:
    (patient.folder / "token").write_text("t")
    patient.configure(
        "[sinks.influx]\nkind = 'influxdb'\norg = 'o'\nbucket = 'b'\ntoken_file = 'token'\n",
        f"url = 'http://127.0.0.1:{free_port()}'\n",
        BROKER.format(port=mosquitto.port),
        CHANNEL.format(name="a"),
    )
    patient.start()
    subscribed(patient)
    publish("a", '{"temp": -190}')
    patient.has("warning", "sink influx", "127.0.0.1", "wait in the journal")


def test_a_clock_that_is_wrong(patient: Patient) -> None:
    patient.configure()
    patient.start()
    patient.gateway.stop()
    patient.gateway.environment = FakeTime(patient.folder, -10 * 365 * 86_400).environment
    patient.start()
    patient.has("warning", "clock", "not trusted", "NTP")
    assert "warning clock: not trusted" in patient.gateway.cryogate("status").stdout
    assert "clock: not trusted" in patient.gateway.cryogate("doctor").stdout


def test_an_archive_that_can_not_be_written(patient: Patient) -> None:
    (patient.folder / "data").mkdir()
    (patient.folder / "data" / "archive").write_text("somebody's file")
    patient.configure()
    patient.start()
    patient.has("warning", "archive", "archive is not a folder; move it away", "repair it")
