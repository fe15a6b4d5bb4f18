"""The demo: a simulated fleet with an embedded broker, the gateway as in production, and its control room.

Processes as on a real box: simulators, gateway with its pages, and this one that watches over them. A gateway
that ends is started again, as systemd does it. Its process id is in demo-data/gateway.pid.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # whatever is installed: the demo of this folder

from scripts.demo_login import Door, make_account  # noqa: E402

FOLDER = ROOT / "demo-data"
CONFIG = FOLDER / "cryogate.toml"
START_WITHIN_S = 90.0  # of each program, on a busy machine or a small one
STOP_WITHIN_S = 15.0
RESTART_S = 1.0  # between looks at the gateway
PAGES = '\n[pages]\nlisten = "127.0.0.1:{port}"\nplain = true                      # on this machine alone\n'

Processes = dict[str, subprocess.Popen[bytes]]


def main() -> int:
    """Run the demo; 0 when it ended as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, help="end by itself after this long")
    parser.add_argument("--terminal", action="store_true", help="show the live view in this terminal")
    typed = parser.parse_args()
    seconds = typed.seconds
    for number in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal ends the demo as Ctrl-C does
        signal.signal(number, signal.default_int_handler)
    port, pages_port = _free_port(), _free_port()
    _prepare(port, pages_port)
    processes: Processes = {}
    try:
        simulators = [
            "run", str(ROOT / "firmware_sim/fleets/demo.toml"), "--embedded-broker",
            "--broker", f"127.0.0.1:{port}", "--run-dir", str(FOLDER / "run"),
        ]  # fmt: skip
        processes["simulators"] = _start("cryogate-sim", simulators)
        _wait_for_port(port, processes)
        _wait_for(FOLDER / "run/freezer-1.tty", processes)
        _start_gateway(processes)
        _cryogate("load", str(ROOT / "docs/examples/containment.csv"), "--by", "demo")
        link = _open_control_room(pages_port, processes)
        print("simulators and gateway run; their logs are in demo-data/. In a second terminal, try:")
        print("  .venv/bin/cryogate status --config demo-data/cryogate.toml")
        print("  .venv/bin/cryogate alarms --config demo-data/cryogate.toml")
        print(f"\ncontrol room: {link}")
        print(
            "  (the link logs in once, within 15 minutes; how to log in later stands in demo-data/login.txt)"
        )
        print("shipper-2 runs out of nitrogen in about 20 s. Ctrl-C ends the demo.", flush=True)
        if typed.terminal:
            _watch_until_it_ends(seconds, processes)
        else:
            _show(link)
            _keep_running(_after(seconds), processes)
        _summary()
    except KeyboardInterrupt:
        _summary()
    except RuntimeError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    finally:
        ended = _stop(processes)
    return 0 if ended else 1


def _prepare(port: int, pages_port: int) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "run").mkdir(parents=True)
    text = (ROOT / "docs/examples/demo.toml").read_text()
    CONFIG.write_text(text.replace("port = 1883", f"port = {port}") + PAGES.format(port=pages_port))


def _open_control_room(port: int, processes: Processes) -> str:
    """A link that logs in once."""
    room = f"http://localhost:{port}"
    login = make_account(CONFIG)
    path = FOLDER / "login.txt"
    path.touch(0o600)
    path.write_text(f"{room}\n{login.words()}\n")
    deadline = time.monotonic() + START_WITHIN_S
    while not _is_there(f"{room}/api/v1/alive"):
        _check_alive(processes)
        if time.monotonic() > deadline:
            raise RuntimeError("the pages do not answer; see demo-data/cryogate.log")
        time.sleep(0.1)
    return Door(room, login).open()


def _is_there(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def _show(link: str) -> None:
    """Where there is a desktop."""
    if sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(link)


def _watch_until_it_ends(seconds: float | None, processes: Processes) -> None:
    """The live view in this terminal."""
    words = ["watch", "--config", str(CONFIG), *(["--seconds", str(seconds)] if seconds else [])]
    watch = subprocess.Popen([_program("cryogate"), *words])
    try:
        _keep_running(lambda: watch.poll() is not None, processes)
    finally:
        watch.terminate()
        watch.wait()


def _program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _start(name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    """A process of its own session, so that Ctrl-C reaches only this one, which stops the others in order."""
    with (FOLDER / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [_program(name), *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=FOLDER,
            start_new_session=True,
        )  # fmt: skip


def _start_gateway(processes: Processes) -> None:
    processes["gateway"] = _start("cryogate", ["run", "--config", str(CONFIG)])
    (FOLDER / "gateway.pid").write_text(f"{processes['gateway'].pid}\n")
    deadline = time.monotonic() + START_WITHIN_S
    while not _answers():
        _check_alive(processes)
        if time.monotonic() > deadline:
            raise RuntimeError("the gateway does not answer; see demo-data/cryogate.log")
        time.sleep(0.1)


def _keep_running(is_over: Callable[[], bool], processes: Processes) -> None:
    """A gateway that was killed meanwhile is started again."""
    while not is_over():
        if processes["gateway"].poll() is not None:
            _start_gateway(processes)
        time.sleep(RESTART_S)


def _after(seconds: float | None) -> Callable[[], bool]:
    end_s = math.inf if seconds is None else time.monotonic() + seconds
    return lambda: time.monotonic() >= end_s


def _answers() -> bool:
    status = [_program("cryogate"), "status", "--config", str(CONFIG)]
    return subprocess.run(status, capture_output=True, check=False).returncode == 0


def _cryogate(*arguments: str) -> str:
    done = subprocess.run(
        [_program("cryogate"), *arguments, "--config", str(CONFIG)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"cryogate {arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_port(port: int, processes: Processes) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        _check_alive(processes)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the embedded broker did not start; see demo-data/cryogate-sim.log")


def _wait_for(path: Path, processes: Processes) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while not path.exists():
        _check_alive(processes)
        if time.monotonic() > deadline:
            raise RuntimeError(f"{path.name} did not appear; see the logs in demo-data/")
        time.sleep(0.1)


def _check_alive(processes: Processes) -> None:
    for name, process in processes.items():
        if process.poll() is not None:
            raise RuntimeError(
                f"the {name} ended with exit code {process.returncode}; see the logs in demo-data/"
            )


def _stop(processes: Processes) -> bool:
    """Stop in reverse order of starting; whether everything ended by itself and well."""
    well = True
    for name, process in reversed(processes.items()):
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code != 0:
            print(f"demo: the {name} ended with exit code {code}; see demo-data/", file=sys.stderr)
            well = False
    return well


def _summary() -> None:
    status = json.loads(_cryogate("status", "--json"))
    alarms = json.loads(_cryogate("alarms", "--all", "--json"))
    print("\nsummary")
    print(f"  {len(status['channels'])} channels, {status['journal']['readings']} readings in the journal")
    for alarm in sorted(alarms, key=lambda a: str(a["start"])):
        units = alarm["units"]
        inside = units if isinstance(units, str) else ", ".join(f"{u['scheme']} {u['code']}" for u in units)
        print(f"  {alarm['id']}  {alarm['severity']:8}  {alarm['asset']}  {alarm['rule']}  {alarm['state']}")
        print(f"      inside: {inside}")
    if not alarms:
        print("  no alarms yet: shipper-2 runs out of nitrogen after about 20 s")


if __name__ == "__main__":
    sys.exit(main())
