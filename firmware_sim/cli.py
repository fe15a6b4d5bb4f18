"""The command `cryogate-sim`: run a simulated fleet, check a fleet file, serve one instrument."""

from __future__ import annotations

import asyncio
import importlib.util
import signal
import sys
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.live import Live

from firmware_sim import instruments
from firmware_sim.bench import bench_fleet
from firmware_sim.fleet import FleetError, load_fleet
from firmware_sim.run import Broker, Run, run_for
from firmware_sim.schema import Fleet
from firmware_sim.status import MOST_ROWS, event_line, summary, table

FLEETS = Path(__file__).parent / "fleets"
WRONG_INPUT = 2  # exit code
REFRESH_S = 0.5

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # names in brackets are shown as they are
    help="Simulated vessels, instruments and MQTT devices of a cryogenic cold chain.",
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

FleetArgument = Annotated[str, typer.Argument(metavar="FLEET.toml", help="A fleet file, or 'demo'.")]
SpeedOption = Annotated[
    float | None, typer.Option(min=0.001, max=100_000.0, help="Story seconds per real second.")
]
SecondsOption = Annotated[float | None, typer.Option(min=0.0, help="End by itself after this long.")]


def main() -> None:
    """Entry point; `cryogate-sim fleet.toml` is short for `cryogate-sim run fleet.toml`."""
    arguments = sys.argv[1:]
    if arguments and arguments[0].endswith(".toml"):
        arguments.insert(0, "run")
    app(arguments, prog_name="cryogate-sim")


@app.command()
def run(
    fleet: FleetArgument,
    broker: Annotated[str, typer.Option(help="host:port of the MQTT broker.")] = "127.0.0.1:1883",
    embedded_broker: Annotated[bool, typer.Option(help="Start a broker at that address.")] = False,
    speed: SpeedOption = None,
    seconds: SecondsOption = None,
    run_dir: Annotated[Path, typer.Option(help="Where the links to pseudo-terminals go.")] = Path("run"),
) -> None:
    """Run a fleet until Ctrl-C.

    Examples:

    cryogate-sim run demo --embedded-broker

    cryogate-sim run site.toml --broker 10.0.0.5:1883 --speed 60 --seconds 600
    """
    parsed = _load(fleet)
    _play(Run(parsed, speed), _broker(broker), embedded_broker, seconds, run_dir)


@app.command()
def check(fleet: FleetArgument) -> None:
    """Read a fleet file, report every mistake, run nothing.

    Example: cryogate-sim check site.toml
    """
    parsed = _load(fleet)
    out.print(f"{fleet}: {summary(parsed, parsed.fleet.speed)}", markup=False)
    for instrument in parsed.instrument:
        reach = ", ".join(way for way in (instrument.pty, instrument.tcp) if way is not None)
        out.print(f"  {instrument.name}: {instrument.kind} on {reach}", markup=False)
    for device in parsed.device[:MOST_ROWS]:
        out.print(f"  {device.name}: {device.own_topic} every {device.interval_s:g} s", markup=False)
    if len(parsed.device) > MOST_ROWS:
        out.print(f"  and {len(parsed.device) - MOST_ROWS} more devices", markup=False)


@app.command()
def instrument(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(instruments.kinds())}.")],
    pty: Annotated[Path | None, typer.Option(help="Path of the pseudo-terminal.")] = None,
    tcp: Annotated[str | None, typer.Option(help="host:port of a raw socket.")] = None,
    bus_id: Annotated[int | None, typer.Option(help="RS-485 bus id, where the instrument has one.")] = None,
    speed: SpeedOption = 1.0,
    seconds: SecondsOption = None,
) -> None:
    """Serve one instrument that measures a simulated LN2 freezer.

    Examples:

    cryogate-sim instrument tec3000 --pty /dev/shm/tec --bus-id 1

    cryogate-sim instrument lakeshore218 --tcp 127.0.0.1:7777
    """
    if pty is None and tcp is None:
        _give_up("say --pty PATH or --tcp HOST:PORT")
    try:
        parsed = bench_fleet(kind, None if pty is None else pty.name, tcp, bus_id)
    except FleetError as error:
        _give_up(*error.problems)
    run_dir = Path() if pty is None else pty.parent
    _play(Run(parsed, speed), ("127.0.0.1", 1883), False, seconds, run_dir)


def _play(run: Run, broker: Broker, embedded: bool, seconds: float | None, run_dir: Path) -> None:
    if embedded and importlib.util.find_spec("amqtt") is None:
        _give_up("--embedded-broker needs amqtt: pip install '.[demo]' in the repository; or start mosquitto")
    try:
        asyncio.run(_live(run, broker, embedded, seconds, run_dir))
    except* OSError as group:
        _give_up(*(str(error) for error in _leaves(group)))
    out.print("ended", markup=False)


async def _live(run: Run, broker: Broker, embedded: bool, seconds: float | None, run_dir: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        if embedded:
            from firmware_sim.broker import serve

            await stack.enter_async_context(serve(*broker))
        out.print(summary(run.fleet, run.speed), markup=False)
        for instrument in run.fleet.instrument:
            reach = [] if instrument.pty is None else [str(run_dir / instrument.pty)]
            reach += [] if instrument.tcp is None else [f"socket://{instrument.tcp}"]
            out.print(f"{instrument.kind} {instrument.name}: {', '.join(reach)}", markup=False)
        if run.publishers:
            out.print(f"MQTT devices publish to {broker[0]}:{broker[1]}", markup=False)
        live = Live(console=out, get_renderable=lambda: table(run), refresh_per_second=1 / REFRESH_S)
        with live if out.is_terminal else nullcontext():
            work = run.run(
                broker, run_dir, lambda change: out.print(event_line(change, run.speed), markup=False)
            )
            await run_for(seconds, stop, asyncio.create_task(work, name="fleet"))


def _load(name: str) -> Fleet:
    path = Path(name)
    shipped = FLEETS / f"{name}.toml"
    try:
        return load_fleet(shipped if not path.exists() and shipped.is_file() else path)
    except FleetError as error:
        _give_up(*error.problems)
    except OSError as error:
        _give_up(
            f"{name}: {error.strerror}; shipped fleets: {', '.join(f.stem for f in FLEETS.glob('*.toml'))}"
        )


def _broker(address: str) -> Broker:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        _give_up(f"--broker {address}: expected host:port, e.g. 127.0.0.1:1883")
    return host, int(port)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """The single errors of nested groups."""
    leaves = []
    for error in group.exceptions:
        leaves += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return leaves


def _give_up(*problems: str) -> NoReturn:
    for problem in problems:
        err.print(problem, markup=False)
    raise typer.Exit(WRONG_INPUT)
