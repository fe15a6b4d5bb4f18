"""Hours of mutated bytes for one decoder, guided by the code they reach; the contract is that of conformance.

    pip install -e '.[dev,fuzz]'
    python -m tests.fuzz --list
    python -m tests.fuzz packed --seconds 120
    python -m tests.fuzz all --seconds 60

A target is a payload format, a driver or a download format. It starts from the recorded cases and keeps what
it finds interesting in --corpus, so that the next run goes on from there. What breaks the contract is printed
with its bytes: pin it as a case under tests/cases, or as an example in a test, before it is mended.
"""

from __future__ import annotations

import argparse
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["gateway"]):
    from gateway.drivers import dcon, thermo_ult
    from tests.conformance import exchanges, test_download_formats, test_drivers, test_payloads

from pymodbus.framer import FramerRTU

MOST_BYTES = 4096  # of one input
MOST_MEMORY_MB = 1024
SLOWEST_S = 5  # for one input

Test = Callable[[bytes], None]
SEALS: dict[str, Callable[[bytes], bytes]] = {  # checksums stop what is mutated at the door: this opens it
    "packed": lambda body: body + struct.pack("<I", zlib.crc32(body)),
    "modbus_rtu": lambda body: body + FramerRTU.compute_CRC(body).to_bytes(2, "big"),
    "dcon": lambda body: body + dcon.checksum(body) + b"\r",
    "thermo_ult": lambda body: b":%s\r\n" % (body + bytes((thermo_ult.lrc(body),))).hex().upper().encode(),
}


def main() -> None:
    options = _options()
    targets = _targets()
    if options.list:
        print("\n".join(targets))
        return
    if options.target == "all":
        sys.exit(max(_apart(name, options) for name in targets))
    if options.target not in targets:
        sys.exit(f"no target is called {options.target!r}; --list names them")
    test, seeds = targets[options.target]
    corpus = options.corpus / options.target
    corpus.mkdir(parents=True, exist_ok=True)
    for i, seed in enumerate(seeds):
        (corpus / f"seed-{i}").write_bytes(seed)
    limits = [f"-max_total_time={options.seconds}", f"-max_len={MOST_BYTES}", f"-timeout={SLOWEST_S}"]
    quiet = [
        f"-rss_limit_mb={MOST_MEMORY_MB}",
        "-verbosity=0",
        "-print_final_stats=1",
        f"-artifact_prefix={corpus}-",
    ]
    atheris.Setup([sys.argv[0], *limits, *quiet, str(corpus)], _telling(test))
    atheris.Fuzz()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", nargs="?", default="all", help="one of --list, or all (the default)")
    parser.add_argument("--list", action="store_true", help="print the targets")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    parser.add_argument("--corpus", type=Path, default=Path(tempfile.gettempdir()) / "cryogate-fuzz")
    return parser.parse_args()


def _apart(name: str, options: argparse.Namespace) -> int:
    """One target in a process of its own: the fuzzer does not return."""
    print(f"--- {name}", flush=True)
    arguments = [name, "--seconds", str(options.seconds), "--corpus", str(options.corpus)]
    return subprocess.run([sys.executable, "-m", "tests.fuzz", *arguments], check=False).returncode


def _targets() -> dict[str, tuple[Test, list[bytes]]]:
    payloads = {
        case.name: (_payload(case), [m.payload for m in case.messages]) for case in test_payloads.CASES
    }
    drivers = {
        name: (_driver(name), [b"".join(came for _, came in case.exchange) for case in exchanges.cases(name)])
        for name in exchanges.drivers()
    }
    downloads = {
        f"{case.name}-{i}": (_download(case), [case.data])
        for i, case in enumerate(test_download_formats.CASES)
    }
    return {**payloads, **drivers, **downloads}


def _telling(test: Test) -> Test:
    """The same test; it prints the bytes that break the contract."""

    def run(data: bytes) -> None:
        try:
            test(data)
        except BaseException:
            print(f"broken by {data.hex()}", flush=True)
            raise

    return run


def _payload(case: Any) -> Test:
    """The bytes are a message, without and with a right checksum."""
    seal = SEALS.get(case.module.__name__.rpartition(".")[2], bytes)

    def test(data: bytes) -> None:
        test_payloads.decode_checked(case.with_payloads([data, seal(data)]), case)

    return test


def _driver(name: str) -> Test:
    """The bytes choose a case, and which replies are sound, empty, or made of them."""
    cases, seal = exchanges.cases(name), SEALS.get(name, bytes)

    def test(data: bytes) -> None:
        given = atheris.FuzzedDataProvider(data)
        case = given.PickValueInList(cases)

        def respond(number: int, request: object) -> bytes:
            if given.ConsumeBool():
                return test_drivers.reply_to(case, request)
            made = given.ConsumeBytes(given.ConsumeIntInRange(0, 200))
            return seal(made) if given.ConsumeBool() else made

        test_drivers.poll_and_check(case, respond)

    return test


def _download(case: test_download_formats.Case) -> Test:
    def test(data: bytes) -> None:
        case.read(data)

    return test


if __name__ == "__main__":
    main()
