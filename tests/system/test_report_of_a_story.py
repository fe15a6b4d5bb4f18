"""A story from a warming shipper to the report about it, and a twin that reads only what is inside the file.

The twin takes samples and facts out with qpdf, text with pdftotext, codes with zxing-cpp from a page as a
printer prints it; it counts with whole numbers and fractions, and imports nothing from the gateway.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import zxingcpp

from tests.system.configurations import BROKER, TELEMETRY
from tests.system.gateway_process import GatewayProcess, eventually
from tests.system.mosquitto import Mosquitto

FLEET = """
[fleet]
seed = 20260105
speed = 600.0
[[vessel]]
name = "shipper-2"
kind = "dry_shipper"
model = { start_percent = 4.0, unit_factor = 1.0 }
probes = [{ name = "payload", node = "payload", tau_s = 120.0, noise = 0.04 }]
[[device]]
name = "shipper-2"
topic = "cryo/{name}/telemetry"
interval_s = 0.25
fields = { temp = "shipper-2/payload" }
[[event]]
at_s = 0.0
action = "vacuum_loss"
vessel = "shipper-2"
factor = 40.0
"""
SITE = """
[gateway]
name = "story"
[clock]
require_sync = false
[sites.pudong]
name = "浦东 Pudong"
time_zone = "Asia/Shanghai"
[assets.shipper-2]
site = "pudong"
name = "干式运输罐 2 号"
"""
CHANNEL = """
[[profiles.vapour]]
version = "1"
[[profiles.vapour.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = -150.0
severity = "critical"
[channels.payload]
asset = "shipper-2"
source = "broker"
address = "shipper-2/temperature"
profile = "vapour"
max_gap_s = 30.0
no_data_after_s = 3600.0
[channels.payload.calibration]
certificate = "SH-2026-0417"
date = 2026-01-05
due = 2099-01-01
expanded_uncertainty_degC = 0.8
"""
UNITS = [
    ("gs1", "(01)09521234543213(21)1234", "EXAMPLE CAR-T 2", "COI-0002"),
    ("holder", "DEMO-BAG-0003", "示例细胞制剂 3", "COI-0003"),
]
COMMENT = "Refilled; courier called. 已补充液氮"
LIMIT = Fraction(-150)
S = 1_000_000_000


class Made(NamedTuple):
    """The report, and what commands say about the same."""

    pdf: Path
    alarm: dict[str, Any]
    history: list[dict[str, Any]]
    exported: str
    leg: Path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("story")


@pytest.fixture(scope="module")
def broker(shared: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(shared / "broker")
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def made(shared: Path, broker: Mosquitto) -> Iterator[Made]:
    """The shipper warms, people load and answer, devices fall silent, the gateway ends; then the report."""
    config = (
        SITE
        + BROKER
        + TELEMETRY.replace("unix_ns", "unix_ms")
        + CHANNEL.replace("{", "{{").replace("}", "}}")
    )
    gateway = GatewayProcess(shared / "cryogate.toml")
    gateway.config.write_text(config.format(port=broker.port))
    (shared / "fleet.toml").write_text(FLEET)
    devices = None
    try:
        gateway.start()
        gateway.wait_until_up()
        _load(gateway, shared)
        devices = _devices(shared, broker.port)
        alarm = eventually(lambda: _raised(gateway), "the shipper is too warm", 90.0)
        _do(gateway, "ack", alarm["id"], "--by", "Li Na", "--comment", COMMENT)
        time.sleep(3)  # it warms on
        devices.terminate()
        devices.wait(60)
        _screened(gateway)
        assert gateway.stop() == 0
    finally:
        if devices is not None and devices.poll() is None:
            devices.kill()
        gateway.end()
    yield _reports(gateway, shared, alarm["id"])


def _load(gateway: GatewayProcess, folder: Path) -> None:
    rows = [f'{scheme},"{code}",shipper-2,2026-01-01T00:00:00Z,,{p},{c}' for scheme, code, p, c in UNITS]
    path = folder / "load.csv"
    path.write_text("\n".join(["scheme,code,asset,from,to,product,chain_of_identity", *rows]) + "\n")
    _do(gateway, "load", str(path), "--by", "Wang Wei")


def _devices(folder: Path, port: int) -> subprocess.Popen[bytes]:
    words = [
        "run",
        str(folder / "fleet.toml"),
        "--broker",
        f"127.0.0.1:{port}",
        "--run-dir",
        str(folder / "run"),
    ]
    command = [sys.executable, "-c", "from firmware_sim.cli import main; main()", *words]
    with (folder / "devices.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def _raised(gateway: GatewayProcess) -> dict[str, Any] | None:
    return next((one for one in gateway.alarms() if one["rule"] == "above-150"), None)


def _screened(gateway: GatewayProcess) -> None:
    def quiet() -> bool:
        journal = (gateway.status() or {}).get("journal", {})
        return not journal.get("screening_behind", 1) and not journal.get("waiting", 1)

    eventually(quiet, "everything is screened")


def _do(gateway: GatewayProcess, command: str, *words: str) -> str:
    done = gateway.cryogate(command, *words, within_s=120.0)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def _reports(gateway: GatewayProcess, folder: Path, alarm: str) -> Made:
    pdf, leg = folder / "report.pdf", folder / "leg.pdf"
    _do(gateway, "report", alarm, "-o", str(pdf))
    facts = facts_in(pdf)
    shown = ("--from", facts["shown"]["from"], "--to", facts["shown"]["to"])
    _do(gateway, "report", "--asset", "shipper-2", *shown, "--language", "en", "-o", str(leg))
    known = next(one for one in json.loads(_do(gateway, "alarms", "--all", "--json")) if one["id"] == alarm)
    exported = folder / "all.csv"
    _do(gateway, "journal", "export", str(exported))
    return Made(pdf, known, json.loads(_do(gateway, "history", alarm, "--json")), exported.read_text(), leg)


# The twin: only what the file has


def attached(pdf: Path, name: str) -> bytes:
    return subprocess.run(["qpdf", f"--show-attachment={name}", pdf], capture_output=True, check=True).stdout


def facts_in(pdf: Path) -> dict[str, Any]:
    return dict(json.loads(attached(pdf, "facts.json")))


def pages_of(pdf: Path) -> list[str]:
    told = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True).stdout.decode()
    return told.split("\f")[:-1]


def as_ns(moment: str) -> int:
    whole, _, rest = moment.removesuffix("Z").partition(".")
    second = int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    return second * S + int(rest.ljust(9, "0")[:9] or 0)


def samples_in(pdf: Path) -> list[tuple[int, Fraction]]:
    rows = csv.DictReader(io.StringIO(attached(pdf, "samples.csv").decode()))
    found = [(as_ns(row["time"]), Fraction(row["value"])) for row in rows if row["quality"] != "bad"]
    return sorted(dict(found).items())


def beyond_ns(samples: list[tuple[int, Fraction]], start_ns: int, end_ns: int, gap_ns: int) -> Fraction:
    """Time above the limit on the straight lines between readings, within [start, end]."""
    total = Fraction(0)
    for (t0, v0), (t1, v1) in pairwise(samples):
        begin, end = Fraction(max(t0, start_ns)), Fraction(min(t1, end_ns))
        if begin >= end or t1 - t0 > gap_ns:
            continue
        cross = begin if v0 == v1 else t0 + (LIMIT - v0) / (v1 - v0) * (t1 - t0)
        if v0 > LIMIT and v1 > LIMIT:
            total += end - begin
        elif v0 > LIMIT:
            total += max(min(cross, end) - begin, Fraction(0))
        elif v1 > LIMIT:
            total += max(end - max(cross, begin), Fraction(0))
    return total


def test_the_excursion_follows_from_the_samples_inside(made: Made) -> None:
    found, samples = facts_in(made.pdf)["excursion"], samples_in(made.pdf)
    start = next(time_ns for time_ns, value in samples if value > LIMIT)
    inside = [(time_ns, value) for time_ns, value in samples if time_ns >= start]
    assert as_ns(found["start"]) == start and found["end"] is None
    assert Fraction(str(found["extreme"])) == max(value for _, value in inside)
    assert found["readings"] == len(inside) > 5
    counted = beyond_ns(samples, start, inside[-1][0], 30 * S)
    assert abs(Fraction(str(found["beyond_s"])) * S - counted) < len(samples)  # whole ns at each crossing
    assert {one["code"] for one in facts_in(made.pdf)["units"]} == {code for _, code, *_ in UNITS}


def test_three_clocks_of_the_leg_follow_from_the_samples_inside(made: Made) -> None:
    facts, samples = facts_in(made.leg), samples_in(made.leg)
    (course,) = facts["courses"]
    clocks = course["clocks"]["shown"]
    begin, end = as_ns(facts["shown"]["from"]), as_ns(facts["shown"]["to"])
    parts = [clocks[f"{name}_ns"] for name in ("in_range", "out_of_range", "unproven")]
    assert sum(parts) == end - begin == clocks["interval_ns"]
    assert abs(beyond_ns(samples, begin, end, 30 * S) - parts[1]) <= len(samples)
    known = sum(min(t1, end) - max(t0, begin) for (t0, _), (t1, _) in pairwise(samples))
    assert parts[2] == end - begin - known  # the leg ends with the devices, or a little later
    assert [one["alarm"] for one in facts["excursions"]] == [made.alarm["id"]]
    printed = " ".join(" ".join(pages_of(made.leg)).split())
    shares = {Fraction(one) for one in re.findall(r"([0-9]{1,3}\.[0-9]{2}) %", printed)}
    for part in parts:
        assert any(abs(share - Fraction(100 * part, end - begin)) <= Fraction(1, 100) for share in shares)


def test_samples_and_facts_are_those_of_the_records(made: Made) -> None:
    inside = attached(made.pdf, "samples.csv").decode().splitlines()[1:]
    assert set(inside) <= set(made.exported.splitlines()) and len(inside) > 10
    facts = facts_in(made.pdf)
    same = (
        "start",
        "end",
        "extreme",
        "extreme_at",
        "beyond_s",
        "degree_seconds",
        "readings",
        "state",
        "severity",
    )
    assert {name: facts["excursion"][name] for name in same} == {name: made.alarm[name] for name in same}
    told = [row["change"] for row in facts["history"] if row["kind"] == "transition"]
    assert told == [row["change"] for row in made.history]
    (said,) = [row for row in facts["history"] if row["kind"] == "acknowledge"]
    assert (said["by"], said["comment"]) == ("Li Na", COMMENT)


def test_what_is_printed_is_what_is_attached(made: Made) -> None:
    pages, facts = pages_of(made.pdf), facts_in(made.pdf)
    printed = " ".join(" ".join(pages).split())
    assert all("初步报告" in page and "PRELIMINARY" in page for page in pages)
    for words in (
        made.alarm["id"],
        "Li Na",
        "Wang Wei",
        "SH-2026-0417",
        "Excursion certain",
        "2 units inside",
    ):
        assert words in printed
    assert f"{facts['excursion']['extreme']:.10g}".replace("-", "−") in printed
    start = facts["excursion"]["start"]
    assert f"{start[:10]} {start[11:19]}Z" in printed and "Asia/Shanghai" in printed
    squeezed = "".join("".join(pages).split())
    assert "".join(COMMENT.split()) in squeezed
    for scheme, code, product, chain in UNITS:
        assert all("".join(one.split()) in squeezed for one in (scheme, code, product, chain))
    evidence = facts["evidence"]
    told = [*facts["samples"], *evidence["proofs"], evidence["statements"]]
    names = {one["name"] for one in told} | {"facts.json"}
    listed = subprocess.run(
        ["qpdf", "--list-attachments", made.pdf], capture_output=True, text=True, check=True
    )
    assert {line.split(" -> ")[0] for line in listed.stdout.splitlines()} == names
    for name in names:
        assert hashlib.sha256(attached(made.pdf, name)).hexdigest() in squeezed


@pytest.mark.parametrize("which", ["pdf", "leg"])
def test_printed_codes_are_those_that_were_loaded(made: Made, which: str, tmp_path: Path) -> None:
    subprocess.run(["pdftoppm", "-gray", "-r", "150", getattr(made, which), tmp_path / "page"], check=True)
    seen = set[str]()
    for path in sorted(tmp_path.glob("page*.pgm")):
        _, size, _, pixels = path.read_bytes().split(b"\n", 3)
        width, height = map(int, size.split())
        picture = np.frombuffer(pixels, np.uint8).reshape(height, width)
        seen |= {one.text for one in zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.HRI)}
    assert {code for _, code, *_ in UNITS} <= seen


def test_both_files_are_sound(made: Made) -> None:
    for path in (made.pdf, made.leg):
        checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
