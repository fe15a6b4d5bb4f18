"""Who watches the gateway itself, and heard it when; which gateways it watches; its power."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.clocks.device_clocks import span
from gateway.doctor import Finding, error, note, warning


def findings(status: Mapping[str, Any]) -> Iterator[Finding]:
    """`status` as the control socket answers it; a gateway of an older version says nothing of this."""
    for heartbeat in status.get("heartbeats", ()):
        yield _heartbeat(heartbeat)
    for peer in status.get("peers", ()):
        yield _peer(peer)
    for supply in status.get("power", ()):
        yield _supply(supply)


def _heartbeat(told: Mapping[str, Any]) -> Finding:
    where, answered = f"heartbeat {told['name']}", told["answered"]
    if told["problem"]:
        what, _, do = told["problem"].rpartition("; ")
        last = f"last answered {answered[:19]}Z" if answered else "not answered since the start"
        return warning(where, f"{last}: {what or do}", do if what else "see the gateway's log")
    if answered is None:
        return note(where, "nothing was sent yet", "")
    return note(where, f"answered {answered[:19]}Z, told that it is {told['said']}", "")


def _peer(told: Mapping[str, Any]) -> Finding:
    where, age_s = f"peer {told['name']}", told["alive_age_s"]
    if told["silent"]:
        do = "call its site: nobody may be watching its product"
        return error(where, f"does not say that it watches: {told['problem']}", do)
    if told["problem"]:
        what, _, do = told["problem"].rpartition("; ")
        return warning(where, f"cannot be heard: {what or do}", do if what else "see the gateway's log")
    if age_s is None or told["state"] is None:
        return note(where, "nothing was heard yet", "")
    return note(where, f"says that it is {told['state']}; heard alive {span(age_s)} ago", "")


def _supply(told: Mapping[str, Any]) -> Finding:
    where = f"power {told['name']}"
    if told["low"]:
        return error(
            where, f"the battery is nearly empty: {_lasts(told)}", "bring power, or move the product"
        )
    if told["on_battery"]:
        return error(where, f"on battery: {_lasts(told)}", "find out why, and for how long")
    if told["problem"]:
        what, _, do = told["problem"].rpartition("; ")
        return warning(where, f"cannot be asked: {what or do}", do if what else "see the gateway's log")
    if told["on_battery"] is None:
        return note(where, "nothing was heard yet", "")
    return note(where, f"on line: {_lasts(told)}, heard {told['age_s']:.0f} s ago", "")


def _lasts(told: Mapping[str, Any]) -> str:
    charge, runtime_s = told["charge_percent"], told["runtime_s"]
    charged = "its charge is not known" if charge is None else f"{charge:.0f} % charged"
    return charged if runtime_s is None else f"{charged}, enough for {runtime_s / 60:.0f} min"
