"""`cryogate --server URL handover`, `drill`, `notify`, `siren` and `watch`."""

from __future__ import annotations

from typing import Any, Final

from gateway.cli import drill as drilling
from gateway.cli import handover as handing
from gateway.cli.far_labels import labels_there
from gateway.cli.far_saying import remark, said_there, say_known
from gateway.cli.notify import say_attempt, show_attempts
from gateway.cli.siren import line_of, show_sirens
from gateway.cli.terminal import print_json, say
from gateway.cli.watch import Look, watch_on
from gateway.client import Client
from gateway.client.client import in_path
from gateway.commands.until import lasting_ns
from gateway.errors import Declined, InputError, LinkDown
from gateway.model import SECOND

EVERY_S: Final = 2.0  # that what is shown is asked for again
WITHOUT_CALLS: Final = ("calls",)


def handover(client: Client, to: str, notes: str, site: str, since: str | None, as_json: bool) -> None:
    if notes and not to:
        raise InputError("a handover has two names: you hand over, --to says who takes over")
    found = client.get("/handover", site=site, since=since)
    say_known(found)
    found.pop("known")
    labels, ends = labels_there(client), ""
    if to:
        done = client.post("/handovers", {"to": to, "notes": notes, "site": site, "since": since})
        remark(done)
        found |= {"new": done["new"], "id": done["id"], "to": to, "notes": notes}
        ends = f"handed over to {to}; {said_there(done)}"
    handing.show_handover(found, labels, as_json, ends)


def drill(
    client: Client,
    which: str,
    asset: str,
    channel: str,
    reason: str,
    within: str,
    at: str | None,
    as_report: bool,
    due: bool,
    as_json: bool,
) -> None:
    if due:
        drilling.show_due(client.get("/drills/due")["items"], as_json)
        return
    if as_report:
        say_known(client.get("/health"))
        drilling.show_report(list(client.items("/drills", drill=which)), as_json)
        return
    if which or not asset:
        raise InputError(drilling.NAMELESS)
    said = {"asset": asset, "channel": channel, "reason": reason, "at": at}
    done = client.post("/drills", {**said, "within_s": lasting_ns(within) / SECOND})
    remark(done)
    done.pop("remarks", None)
    drilling.show_begun(done, said_there(done), as_json)


def notify(client: Client, test: str, as_json: bool) -> None:
    attempts = client.post_for_list(f"/people/{in_path(test)}/test", {})
    for one in () if as_json else attempts:
        say_attempt(one)
    show_attempts(attempts, as_json)


def siren(client: Client, test: str | None, seconds: float, as_json: bool) -> None:
    if test is None:
        found = client.get("/sirens")
        say_known(found)
        show_sirens(found["items"], as_json)
        return
    done = client.post(f"/sirens/{in_path(test)}/test", {"seconds": seconds})
    if as_json:
        print_json(done)
        return
    for one in done["answers"]:
        say(f"{test}: {one}")
    say(line_of(test, done["because"]))


def watch(client: Client, seconds: float | None) -> None:
    """The same screen, asked for less often."""
    labels = labels_there(client)

    def status() -> Any:
        return _asked(client.status)

    def alarms() -> Any:
        return _asked(lambda: list(client.alarms()))

    watch_on(Look(status, alarms, EVERY_S), labels, seconds)


def _asked(ask: Any) -> Any:
    """Raises LinkDown where it may be better the next time, Declined where not."""
    try:
        return ask()
    except Declined as error:
        if error.status < 500:
            raise
        raise LinkDown(str(error)) from None
