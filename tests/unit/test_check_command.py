"""`check` finds what people get wrong: files, ports, signs, URLs, probes, folders, names."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from typer.testing import CliRunner, Result

from gateway.api.certificate import own
from gateway.api.control import serve
from gateway.cli import app
from gateway.config.load import load
from gateway.doctor.examination import examine
from gateway.errors import ConfigurationError

SITE = """
[gateway]
name = "g"
data_dir = "{data_dir}"
[sites.s]
[assets.dewar]
site = "s"
kind = "{kind}"
"""
BROKER = """
[sources.broker]
kind = "mqtt"
host = "127.0.0.1"
client_id = "g"
username = "g"
password_file = "password"
tls = { ca_file = "ca.pem" }
[[sources.broker.topics]]
pattern = "{device}"
payload = "json"
options = { readings = [{ address = "{device}", value_pointer = "/temp" }] }
[channels.a]
asset = "dewar"
source = "broker"
address = "a"
"""
LINE = """
[sources.{name}]
kind = "serial"
driver = "tec3000"
port = "{port}"
"""
RULE = """
[[channels.a.rules]]
id = "above"
kind = "limit"
side = "high"
limit_degC = {limit}
severity = "critical"
"""
INFLUX = """
[sinks.central]
kind = "influxdb"
url = "http://127.0.0.1:8086"
org = "o"
bucket = "b"
token_file = "token"
"""
TODAY = datetime.date(2026, 1, 5)
Check = Callable[..., Any]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def run(*parts: str, code: int, data_dir: str = "data", kind: str = "ln2_freezer") -> Any:
        path = tmp_path / "cryogate.toml"
        path.write_text("".join((SITE.format(data_dir=data_dir, kind=kind), *parts)))
        told = CliRunner().invoke(app, ["check", "--json", "--config", str(path)])
        assert told.exit_code == code, told.output
        found = json.loads(told.output)
        return found["remarks" if code == 0 else "problems"]

    for name in ("password", "token"):
        (tmp_path / name).write_text("x")
    own(tmp_path, "127.0.0.1").certificate.rename(tmp_path / "ca.pem")
    for name in ("password", "ca.pem", "token"):
        (tmp_path / name).chmod(0o640)
    return run


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("password", "sources.broker.password_file"),
        ("ca.pem", "sources.broker.tls.ca_file"),
        ("token", "sinks.central.token_file"),
    ],
)
def test_files_that_are_missing(check: Check, tmp_path: Path, name: str, key: str) -> None:
    check(BROKER, INFLUX, code=0)
    (tmp_path / name).unlink()
    (problem,) = check(BROKER, INFLUX, code=2)
    assert problem == f"{key}: {tmp_path / name} cannot be read: No such file or directory"
    load(tmp_path / "cryogate.toml")  # a gateway starts without, and says so
    found = {f.where: f.what for f in examine(tmp_path / "cryogate.toml", 0, TODAY).findings}
    assert "cannot be read" in found[key]


@pytest.mark.parametrize(
    "content", ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_of_certificates_that_has_none(check: Check, tmp_path: Path, content: str) -> None:
    (tmp_path / "ca.pem").write_text(content)
    (problem,) = check(BROKER, INFLUX, code=2)
    assert problem.startswith(f"sources.broker.tls.ca_file: {tmp_path / 'ca.pem'} holds no certificate")


def test_a_certificate_and_a_key_that_do_not_belong_together(check: Check, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    mine, other = own(tmp_path, "127.0.0.1"), own(tmp_path / "other", "127.0.0.1")
    tls = 'tls = {{ ca_file = "ca.pem", certificate_file = "{}", key_file = "{}" }}'
    with_pair = BROKER.replace('tls = { ca_file = "ca.pem" }', tls.format(mine.certificate, mine.key))
    check(with_pair, code=0)
    mixed = BROKER.replace('tls = { ca_file = "ca.pem" }', tls.format(mine.certificate, other.key))
    (problem,) = check(mixed, code=2)
    assert problem.startswith(f"sources.broker.tls.certificate_file: {other.key} is not the key of")
    secret = serialization.load_pem_private_key(mine.key.read_bytes(), None)
    sealed = serialization.BestAvailableEncryption(b"a pass phrase")
    private = serialization.PrivateFormat.PKCS8
    mine.key.write_bytes(secret.private_bytes(serialization.Encoding.PEM, private, sealed))
    (problem,) = check(with_pair, code=2)
    assert "its key without a password" in problem


def test_a_chain_key_that_is_none(check: Check, tmp_path: Path) -> None:
    key = tmp_path / "chain.hex"
    key.write_text("ab" * 32 + "\n")
    key.chmod(0o600)
    named = '[journal]\nchain_key_file = "chain.hex"\n'
    check(BROKER, named, code=0)
    key.write_text("abcd")
    (problem,) = check(BROKER, named, code=2)
    assert problem.startswith(f"journal.chain_key_file: {key}: expected 64 hex digits")


def test_two_doors_at_one_address_and_one_that_is_taken(check: Check) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as made:
        port, free = taken.getsockname()[1], made.getsockname()[1]
        made.close()
        pages = f'[pages]\nlisten = "127.0.0.1:{port}"\n'
        for host in ("127.0.0.1", "localhost", "0.0.0.0"):
            (problem,) = check(BROKER, pages, f'[metrics]\nlisten = "{host}:{port}"\n', code=2)
            assert problem.startswith(f"pages.listen: 127.0.0.1:{port} is taken by metrics.listen")
        (remark,) = [r for r in check(BROKER, pages, code=0) if "nobody can listen" in r]
        assert remark.startswith("pages.listen: ") and "Address already in use" in remark
        there = check(BROKER, f'[metrics]\nlisten = "127.0.0.1:{free}"\n', code=0)
        assert not [r for r in there if "nobody can listen" in r]


@pytest.mark.parametrize(
    ("name", "key"), [("password", "sources.broker.password_file"), ("token", "token_file")]
)
def test_secrets_that_everybody_may_read(check: Check, tmp_path: Path, name: str, key: str) -> None:
    (tmp_path / name).chmod(0o644)
    (tmp_path / "ca.pem").chmod(0o644)  # no secret
    (remark,) = [r for r in check(BROKER, INFLUX, code=0) if "every user" in r]
    assert key in remark and f"chmod o-rwx {tmp_path / name}" in remark


@pytest.mark.parametrize(
    ("name", "key"), [("password", "sources.broker.password_file"), ("token", "sinks.central.token_file")]
)
@pytest.mark.parametrize("content", [b"\xff\xfeab", b"a\0b", b"x" * 70_000], ids=["UTF-16", "NUL", "long"])
def test_a_secret_that_is_no_text(check: Check, tmp_path: Path, content: bytes, name: str, key: str) -> None:
    (tmp_path / name).write_bytes(content)
    (problem,) = check(BROKER, INFLUX, code=2)
    assert problem == f"{key}: {tmp_path / name}: its first line is no text; paste the secret alone into it"


def test_a_pipe_in_the_place_of_a_secret(check: Check, tmp_path: Path) -> None:
    (tmp_path / "token").unlink()
    os.mkfifo(tmp_path / "token")
    (problem,) = check(BROKER, INFLUX, code=2)
    assert problem.endswith("cannot be read: it is a pipe, a device or the like, and no file")


def test_two_sources_on_one_port(check: Check, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/ttyUSB7")
    (problem,) = check(LINE.format(name="x", port="/dev/ttyUSB7"), LINE.format(name="y", port="link"), code=2)
    assert problem.startswith("sources.y.port: ") and "port of source 'x'" in problem
    one, other = "socket://10.0.0.5:4001", "rfc2217://10.0.0.5:4001"
    assert check(LINE.format(name="x", port=one), LINE.format(name="y", port=other), code=2)
    check(LINE.format(name="x", port=one), LINE.format(name="y", port=one[:-1] + "2"), code=0)
    here, also = "socket://localhost:1001", "socket://127.0.0.1:1001"
    assert check(LINE.format(name="x", port=here), LINE.format(name="y", port=also), code=2)


def test_adapters_that_may_come_back_with_exchanged_names(check: Check) -> None:
    def remarks(*ports: str) -> list[str]:
        lines = [LINE.format(name=f"x{n}", port=port) for n, port in enumerate(ports)]
        return [remark for remark in check(*lines, code=0) if "/dev/serial/by-id" in remark]

    (remark,) = remarks("/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyS0", "/dev/ttyACM0")
    assert remark.startswith("sources x0, x1: the numbers of /dev/ttyUSB change when adapters are plugged in")
    assert len(remarks("/dev/ttyACM0", "/dev/ttyACM1", "/dev/ttyUSB0", "/dev/ttyUSB1")) == 2
    assert remarks("/dev/ttyUSB0", "/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0") == []
    assert remarks("/dev/ttyUSB0", "/dev/ttyACM0", "/dev/ttyS0", "/dev/ttyS1") == []


@pytest.mark.parametrize(
    ("limit", "kind", "code"),
    [
        (150.0, "ln2_freezer", 2),
        (20.0, "ult_freezer", 0),
        (60.0, "ult_freezer", 2),
        (150.0, "room", 0),
        (8.0, "fridge", None),
        (-150.0, "ln2_freezer", None),
    ],
)
def test_a_sign_that_was_lost(check: Check, limit: float, kind: str, code: int | None) -> None:
    told = check(BROKER, RULE.format(limit=limit), code=code or 0, kind=kind)
    found = [line for line in told if "meant?" in line]
    assert bool(found) == (code is not None)
    assert not found or f"is {-limit:g} meant?" in found[0]


def test_a_point_that_was_lost(check: Check) -> None:
    (problem,) = check(BROKER, RULE.format(limit=150.0), code=2, kind="fridge")
    assert "150 degC for fridge: is 15 meant?" in problem


@pytest.mark.parametrize(
    ("host", "instead"),
    [
        ("mqtt://broker.example:1883", "host = 'broker.example'"),
        ("mqtts://broker.example", "a table `tls`"),
        ("broker.example/path", "host = 'broker.example'"),
        ("bro ker", "no name of a machine"),
        ("127.0.0.1:28830", "host = '127.0.0.1', port = 28830"),
        ("broker.example:1883", "host = 'broker.example', port = 1883"),
        ("[::1]", "host = '::1'"),
        ("[::1]:1883", "host = '::1', port = 1883"),
        ("a:b:c", "expected a name or an address alone"),
    ],
)
def test_a_host_that_is_a_url(check: Check, host: str, instead: str) -> None:
    (problem, *_) = check(BROKER.replace("127.0.0.1", host), code=2)
    assert problem.startswith("sources.broker: ") and instead in problem


@pytest.mark.parametrize("host", ["::1", "fe80::1%eth0", "10.0.0.5", "broker.example"])
def test_a_host_that_is_one(check: Check, host: str) -> None:
    check(BROKER.replace("127.0.0.1", host), code=0)


def test_mistakes_of_all_kinds_come_at_once(check: Check, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").unlink()
    (tmp_path / "token").unlink()
    (tmp_path / "file").write_text("")
    broker = BROKER.replace("127.0.0.1", "127.0.0.1:1883") + 'profil = "x"\n'
    found = check(broker, RULE.format(limit=150.0), INFLUX, code=2, data_dir="file")
    assert [line.split(": ")[0] for line in found] == [
        "sources.broker", "channels.a.profil", "sources.broker.tls.ca_file", "sinks.central.token_file",
        "channels.a", "gateway.data_dir",
    ]  # fmt: skip


def test_a_folder_on_which_another_gateway_runs(tmp_path: Path) -> None:
    configured = tmp_path / "cryogate.toml"
    configured.write_text('[gateway]\nname = "g"\ndata_dir = "."\n')
    command = ["check", "--config", str(configured)]

    async def told(name: str) -> Result:
        listening, status = asyncio.Event(), {"gateway": {"name": name, "pid": 17}}
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(serve(tmp_path, {"status": lambda: status}, listening), name="serve")
            await listening.wait()
            found = await asyncio.to_thread(CliRunner().invoke, app, command)
            serving.cancel()
        return found

    assert asyncio.run(told("g")).exit_code == 0
    other = asyncio.run(told("other")).exception
    assert isinstance(other, ConfigurationError) and "gateway 'other' (process 17) runs on" in str(other)


@pytest.mark.parametrize(("unit", "probe"), [("ohm", "pt100"), ("V", "dt670"), ("mV", "thermocouple")])
def test_a_raw_signal_without_a_probe(check: Check, unit: str, probe: str) -> None:
    (problem,) = check(BROKER, f'unit = "{unit}"\n', code=2)
    assert problem.startswith("channels.a.probe: ") and f'probe = "{probe}"' in problem


def test_a_data_folder_that_cannot_be_one(check: Check, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (problem,) = check(BROKER, code=2, data_dir="file")
    assert problem == f"gateway.data_dir: {tmp_path / 'file'} is no folder"
    (tmp_path / "data" / "lock").mkdir(parents=True)
    (problem,) = check(BROKER, code=2)
    assert problem == f"gateway.data_dir: {tmp_path / 'data' / 'lock'} is a folder; move it away"
    (problem,) = check(BROKER, code=2, data_dir="x" * 5000)
    assert problem.endswith("cannot be a folder: File name too long")
    check(BROKER, code=0, data_dir="new/deeper")
    assert not (tmp_path / "new").exists()


def test_a_folder_in_which_nobody_can_write_whatever_its_rights_say(check: Check) -> None:
    (problem,) = check(BROKER, code=2, data_dir="/proc/x")
    assert problem.startswith(
        ("gateway.data_dir: no file can be made in /proc", "gateway.data_dir: /proc cannot")
    )


def test_a_journal_that_is_lost(check: Check, tmp_path: Path) -> None:
    (tmp_path / "data" / "archive").mkdir(parents=True)
    (tmp_path / "data" / "journal.sqlite").touch()
    check(BROKER, code=0)  # a start that was killed before its first page leaves this
    (tmp_path / "data" / "archive" / "000000000001.parquet").touch()
    (problem,) = check(BROKER, code=2)
    assert "is empty, but the archive beside it has 1 file of an earlier journal. Restore a backup" in problem


def test_a_name_that_nobody_could_type(check: Check, tmp_path: Path) -> None:
    for name in ("a\\u001b[2J", "a\\nb", " ", "x" * 300):
        (problem,) = check(f'[sites."{name}"]\n', code=2)
        assert "a name " in problem
    with pytest.raises(ConfigurationError):
        load(tmp_path / "cryogate.toml")


CSV = '\n[sinks.{name}]\nkind = "csv"\nfolder = "{path}"\n'
JSONL = '\n[notifiers.{name}]\nkind = "jsonl"\npath = "{path}"\n'


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([CSV.format(name="x", path="cryogate.toml")], "sinks.x.folder: .* is no folder"),
        ([CSV.format(name="x", path="cryogate.toml/deep")], "sinks.x.folder: .* is no folder"),
        ([CSV.format(name="x", path="data/archive")], "sinks.x.folder: .* is the gateway's own"),
        ([JSONL.format(name="x", path="folder")], "notifiers.x.path: .* is a folder; expected a file"),
        ([JSONL.format(name="x", path="data/journal.sqlite")], "notifiers.x.path: .* is the gateway's own"),
        (
            [JSONL.format(name="x", path="link/records.sqlite-wal")],
            "notifiers.x.path: .* is the gateway's own",
        ),
        (
            [CSV.format(name=n, path="out") for n in "xy"],
            "sinks.y.folder: .* is written by sinks.x.folder, too",
        ),
    ],
)
def test_what_sinks_and_notifiers_write_is_theirs_and_can_be_written(
    check: Check, tmp_path: Path, parts: list[str], message: str
) -> None:
    """A notifier that appends to the journal's file would destroy it."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    problems = check(*parts, code=2)
    assert any(re.search(message, problem) for problem in problems), problems


def test_notifications_beside_the_journal_are_fine(check: Check) -> None:
    check(
        JSONL.format(name="x", path="data/notifications.jsonl"), CSV.format(name="x", path="new/one"), code=0
    )


def test_a_target_that_lost_its_sign_and_a_limit_that_could_never_end(check: Check) -> None:
    drift = RULE.format(limit="0.0").replace('kind = "limit"', 'kind = "drift"').replace('"high"', '"up"')
    drift = drift.replace("limit_degC = 0.0", "target_degC = {}\nslack_degC = 1.0\nh_degC = 5.0")
    check(BROKER, drift.format(-190.0), code=0)
    (problem,) = check(BROKER, drift.format(190.0), code=2)
    assert "a target of 190 degC for ln2_freezer: is -190 meant?" in problem
    wide = RULE.format(limit="-150.0") + "deadband_degC = {}\n"
    check(BROKER, wide.format(100.0), code=0)
    (problem,) = check(BROKER, wide.format(200.0), code=2)
    assert "rule 'above' could never end: with a deadband of 200" in problem
