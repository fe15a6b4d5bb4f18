"""What a running fleet looks like to a person: a summary, a line per event, a table that stays up to date."""

from __future__ import annotations

import math

from rich.table import Table

from firmware_sim.run import Run
from firmware_sim.schema import Fleet, probe_names
from firmware_sim.world import Change

MOST_ROWS = 40  # a screen; drawing thousands twice a second would take more than the fleet itself


def summary(fleet: Fleet, speed: float) -> str:
    """One line: how much there is, and how fast its time goes."""
    counts = {
        "vessel": len(fleet.vessel),
        "probe": len(probe_names(fleet)),
        "instrument": len(fleet.instrument),
        "MQTT device": len(fleet.device),
        "event": len(fleet.event),
    }
    things = ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for what, n in counts.items())
    return f"{things}; speed {speed:g}: 1 s is {clock(speed)} of story"


def event_line(change: Change, speed: float) -> str:
    """A change of the story, with real and story time."""
    return f"[{change.at_s / speed:7.1f} s] story {clock(change.at_s)}  {change.text}"


def clock(seconds: float) -> str:
    """Story time as h:mm:ss."""
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"


def table(run: Run) -> Table:
    """What the first probes show, how their devices are connected, and how many there are in all."""
    shown = Table(title=f"story {clock(run.world.time_s)}", title_justify="left", caption_justify="left")
    for heading in ("probe", "shows", "device", "connection", "sent", "waiting"):
        shown.add_column(heading, justify="right" if heading in ("shows", "sent", "waiting") else "left")
    senders = {
        probe: p for p, d in zip(run.publishers, run.fleet.device, strict=True) for probe in d.fields.values()
    }
    probes = probe_names(run.fleet)
    if len(probes) > MOST_ROWS:
        shown.caption = f"and {len(probes) - MOST_ROWS} more probes\n{_totals(run)}"
    for probe in probes[:MOST_ROWS]:
        sender = senders.get(probe)
        sent = ("", "", "", "")
        if sender is not None:
            state = "connected" if sender.connected else "no broker"
            sent = (sender.name, state, str(sender.acknowledged), str(sender.waiting))
        shown.add_row(probe, _number(run.world.sensed(probe)), *sent)
    return shown


def _totals(run: Run) -> str:
    connected = sum(publisher.connected for publisher in run.publishers)
    sent = sum(publisher.acknowledged for publisher in run.publishers)
    waiting = sum(publisher.waiting for publisher in run.publishers)
    return f"{connected} of {len(run.publishers)} devices connected, {sent} messages sent, {waiting} waiting"


def _number(value: float) -> str:
    return "open" if math.isnan(value) else f"{value:.2f}"
