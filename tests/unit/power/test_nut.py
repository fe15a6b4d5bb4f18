"""A UPS by upsd: what it says, what upsd says instead, and what follows as faults."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.alarming.faults import Undecided
from gateway.doctor import Level
from gateway.doctor.watching import findings
from gateway.errors import LinkDown
from gateway.model import Severity
from gateway.power import PowerState
from gateway.power.nut import Options, Supply
from gateway.running.power_watch import UNREACHABLE_S, PowerWatch, check
from tests.system.gateway_process import eventually
from tests.system.mosquitto import free_port
from tests.unit.power.upsd import Upsd

DRIVER, UPSD = Path("/lib/nut/dummy-ups"), Path("/lib/nut/upsd")


@pytest.fixture
def upsd() -> Iterator[Upsd]:
    upsd = Upsd()
    yield upsd
    upsd.close()


def options(port: int, **more: Any) -> Options:
    return Options(**({"ups": "rack", "port": port, "timeout_s": 2.0} | more))


def test_what_it_says(upsd: Upsd) -> None:
    supply = Supply(options(upsd.port))
    assert supply.look() == PowerState(False, False, 100.0, 1800.0)
    upsd.variables |= {"ups.status": "OB DISCHRG RB", "battery.charge": "64.5", "ups.mfr": 'A "B" \\ C'}
    rest = (("RB", "its battery has to be replaced"),)
    assert supply.look() == PowerState(True, False, 64.5, 1800.0, rest, False)
    upsd.variables = {"ups.status": "OB LB", "battery.charge": "nan", "battery.runtime": "-1"}
    assert supply.look() == PowerState(True, True, on_line=False)
    assert upsd.asked[:2] == ["LIST VAR rack", "LOGOUT"] and upsd.asked.count("LIST VAR rack") == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"ERR DATA-STALE\n", "check its cable"),
        (b"ERR DRIVER-NOT-CONNECTED\n", "start it"),
        (b"ERR UNKNOWN-UPS\n", "check ups"),
        (b"ERR ACCESS-DENIED\n", "access rules"),
        (b"ERR SOMETHING-NEW\n", "check that upsd listens"),
        (b"SSH-2.0-OpenSSH\r\n", "it says 'SSH-2.0-OpenSSH'"),
        (b"BEGIN LIST VAR rack\nEND LIST VAR rack\n", "its status is 'nothing'"),
        (b'BEGIN LIST VAR rack\nVAR rack ups.status "WAIT"\nEND LIST VAR rack\n', "its status is 'WAIT'"),
        (b"BEGIN LIST VAR other\n", "it says"),
        (b"x" * 5000 + b"\n", "it says nothing"),
        (b"BEGIN LIST VAR rack\n" + b'VAR rack a "1"\n' * 600, "broke off"),
    ],
)
def test_what_upsd_says_instead(upsd: Upsd, answer: bytes, words: str) -> None:
    upsd.answer = answer
    with pytest.raises(LinkDown, match=r"UPS rack at 127.0.0.1:\d+: .*\w+; \w+|; \w+") as raised:
        Supply(options(upsd.port)).look()
    assert words in str(raised.value)


def test_nobody_and_somebody_who_is_slow(upsd: Upsd) -> None:
    with pytest.raises(LinkDown, match="nobody listens there; check host"):
        Supply(options(free_port())).look()
    upsd.delay_s = 0.5
    with pytest.raises(LinkDown, match=r"; check"):
        Supply(options(upsd.port, timeout_s=0.2)).look()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"ups": "rack@host"}, "without @"),
        ({"ups": "a b\n"}, "ups"),
        ({"host": "http://nut"}, "a name or an address alone"),
        ({"port": 0}, "port"),
        ({"period_s": 0.0}, "period_s"),
        ({"low_charge_percent": 101.0}, "low_charge_percent"),
        ({"low_runtime_s": -1.0}, "low_runtime_s"),
    ],
)
def test_nonsense_is_refused(more: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        options(**({"port": 1} | more))


def watch(upsd: Upsd, **more: Any) -> PowerWatch:
    told = options(upsd.port, **more)
    return PowerWatch("rack", "nut", Supply(told), told)


def faults(watch: PowerWatch) -> dict[str, tuple[Severity, str]]:
    watch.look()
    return {fault.key: (fault.severity, fault.message) for fault in watch.faults()}


def test_a_power_failure_from_begin_to_end(upsd: Upsd) -> None:
    one = watch(upsd, assets=("ult-1",), site="pudong")
    assert faults(one) == {}
    upsd.variables |= {"ups.status": "OB DISCHRG", "battery.charge": "90", "battery.runtime": "1500"}
    told = faults(one)
    assert told == {
        "power:rack": (
            Severity.MAJOR,
            "power failed: UPS rack is on battery, 90 % charged, for 25 min; find out why, and when it is "
            "back",
        )
    }
    (fault,) = one.faults()
    assert (fault.assets, fault.site, fault.after_s) == (("ult-1",), "", 5.0)
    for low in ({"battery.runtime": "300"}, {"battery.charge": "20"}, {"ups.status": "OB LB"}):
        before = dict(upsd.variables)
        upsd.variables |= low
        assert {key: severity for key, (severity, _) in faults(one).items()} == {
            "power:rack": Severity.MAJOR,
            "battery:rack": Severity.CRITICAL,
        }
        upsd.variables = before
    upsd.variables |= {"ups.status": "OL CHRG", "battery.charge": "15"}
    assert faults(one) == {}


@pytest.mark.parametrize("status", ["OFF", "BYPASS", "FSD", "OB"])
def test_only_on_line_ends_a_failure(upsd: Upsd, status: str) -> None:
    """Where it switches off its load has no power; a bypass does not say that there are mains."""
    one = watch(upsd, site="pudong")
    upsd.variables |= {"ups.status": "OB DISCHRG LB"}
    assert {"power:rack", "battery:rack"} <= faults(one).keys()
    upsd.variables |= {"ups.status": status, "battery.charge": "0"}
    assert {"power:rack", "battery:rack"} <= faults(one).keys()
    upsd.variables |= {"ups.status": "OL CHRG", "battery.charge": "5"}
    assert faults(one) == {}


def test_one_that_is_found_switched_off_is_as_bad(upsd: Upsd) -> None:
    upsd.variables |= {"ups.status": "OFF"}
    assert {"power:rack", "battery:rack", "ups:rack:OFF"} <= faults(watch(upsd)).keys()


def test_who_is_not_heard_any_more_is_not_back_on_line(upsd: Upsd) -> None:
    one = watch(upsd, site="pudong")
    upsd.variables["ups.status"] = "OB"
    assert list(faults(one)) == ["power:rack"]
    upsd.answer = b"ERR DATA-STALE\n"
    assert list(faults(one)) == ["power:rack", "ups:rack"]
    last = list(one.faults())[-1]
    assert (last.after_s, last.site, last.severity) == (UNREACHABLE_S, "pudong", Severity.MINOR)
    upsd.answer, upsd.variables["ups.status"] = None, "OL"
    assert faults(one) == {}


def test_what_was_so_before_our_own_start_stays_until_it_is_heard(upsd: Upsd) -> None:
    """The power fails while the gateway starts, and upsd starts later."""
    upsd.answer = b"ERR DRIVER-NOT-CONNECTED\n"
    one = watch(upsd)
    told = check([one])
    assert list(faults(one)) == ["ups:rack"]
    open_still = [said for said in told() if isinstance(said, Undecided)]
    covered = ("power:rack", "battery:rack", "ups:rack:RB", "ups:rack2")
    assert [any(said.covers(key) for said in open_still) for key in covered] == [True, True, True, False]
    upsd.answer = None
    assert faults(one) == {} and list(told()) == []


def test_other_troubles_are_warnings(upsd: Upsd) -> None:
    upsd.variables["ups.status"] = "OL RB OVER"
    told = faults(watch(upsd))
    assert {key: severity for key, (severity, _) in told.items()} == {
        "ups:rack:RB": Severity.WARNING,
        "ups:rack:OVER": Severity.WARNING,
    }


def test_doctor_and_status(upsd: Upsd) -> None:
    def found(one: PowerWatch) -> tuple[Level, str, str]:
        (finding,) = findings({"power": [one.status()]})
        assert finding.where == "power rack"
        return finding.level, finding.what, finding.do

    one = watch(upsd)
    assert found(one) == (Level.NOTE, "nothing was heard yet", "")
    stop = threading.Event()
    thread = threading.Thread(target=one.run, args=(stop,))
    thread.start()
    eventually(lambda: one.state, "it was asked")
    stop.set()
    thread.join()
    assert found(one)[1].startswith("on line: 100 % charged, enough for 30 min, heard")
    upsd.variables["ups.status"] = "OB"
    one.look()
    assert found(one) == (
        Level.ERROR,
        "on battery: 100 % charged, enough for 30 min",
        "find out why, and for how long",
    )
    upsd.variables = {"ups.status": "OB LB"}
    one.look()
    assert found(one)[:2] == (Level.ERROR, "the battery is nearly empty: its charge is not known")
    upsd.variables["ups.status"] = "OL"
    one.look()
    upsd.answer = b"ERR DATA-STALE\n"
    one.look()
    assert found(one)[0] is Level.WARNING and "cable" in found(one)[2]


@pytest.mark.skipif(not (DRIVER.exists() and UPSD.exists()), reason="nut-server is not installed")
def test_a_real_upsd_with_its_dummy_driver(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "ups.conf").write_text(
        f"[rack]\n  driver = dummy-ups\n  port = {tmp_path}/rack.dev\n  mode = dummy-loop\n"
    )
    (tmp_path / "rack.dev").write_text(
        "ups.status: OB DISCHRG\nbattery.charge: 55\nbattery.runtime: 600\nTIMER 1\n"
    )
    (tmp_path / "upsd.conf").write_text(f"LISTEN 127.0.0.1 {port}\n")
    (tmp_path / "upsd.users").write_text("")
    environment = {
        "NUT_CONFPATH": str(tmp_path),
        "NUT_STATEPATH": str(tmp_path),
        "PATH": "/usr/sbin:/usr/bin",
    }
    with (tmp_path / "log").open("wb") as log:
        started = [
            subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            for command in ([str(DRIVER), "-F", "-u", "root", "-a", "rack"], [str(UPSD), "-F", "-u", "root"])
        ]
        try:
            supply = Supply(options(port))

            def state() -> PowerState | None:
                try:
                    return supply.look()
                except LinkDown:
                    return None

            assert eventually(state, (tmp_path / "log").read_text()) == PowerState(
                True, False, 55.0, 600.0, (), False
            )
        finally:
            for process in started:
                process.terminate()
                process.wait(60)
