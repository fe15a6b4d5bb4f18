"""`cryogate --server URL alarms`, `history`, `ack`, `take`, `assign`, `comment` and `close`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from gateway.cli.alarms import MOST_SHOWN, one_of, print_alarms
from gateway.cli.far_labels import labels_there
from gateway.cli.far_saying import picked, remark, tell
from gateway.cli.history_screen import print_history
from gateway.cli.of_group import Several
from gateway.cli.terminal import console, print_json, say
from gateway.client import Client
from gateway.commands.rest_of_group import MOST_NAMED, words_of
from gateway.errors import InputError
from gateway.published.selection import Order

SORTS = {Order.URGENCY.value: "urgency", Order.NEWEST.value: "newest"}


def alarms(
    client: Client,
    as_json: bool,
    everything: bool,
    state: str,
    severity: str,
    asset: str,
    site: str,
    rule: str,
    taken: bool,
    not_taken: bool,
    assigned: str,
    quiet: bool,
    speaking: bool,
    sort: Any,
) -> None:
    """Of many units each names the first few."""
    order = str(getattr(sort, "value", sort))
    if order not in SORTS:
        raise InputError(f"--sort {order} works on the machine of the gateway alone; here {', '.join(SORTS)}")
    filters = {"state": state, "severity": severity, "asset": asset, "site": site, "rule": rule}
    flags = {
        "taken": one_of("--taken", taken, "--not-taken", not_taken),
        "quiet": one_of("--quiet", quiet, "--speaking", speaking),
    }
    found = client.alarms(**filters, **flags, assigned=assigned, closed=everything, sort=SORTS[order])
    if as_json:
        print_json(list(found))
        return
    shown = list(islice(found, MOST_SHOWN))
    print_alarms(shown, sum(1 for _ in found), labels_there(client))


def history(client: Client, alarm: str, as_json: bool) -> None:
    known = client.history(alarm)
    if as_json:
        print_json(known)
    else:
        print_history(console(), client.alarm(alarm), known, labels_there(client))


def ack(
    client: Client, alarm: str, comment: str, group: bool, but: Sequence[str] | None, as_json: bool
) -> None:
    if not alarm or not comment:
        raise InputError("ALARM and --comment are needed")
    several = Several(alarm, group, but or ())
    if group:
        _tell_all(client.acknowledge_group(alarm, several.but, comment), "acknowledged", as_json)
        return
    done = client.acknowledge(alarm, comment)
    _tell(done, "acknowledged", as_json)
    _tell_rest(client, done, "ack", as_json)


def take(
    client: Client, alarm: str, comment: str, group: bool, but: Sequence[str] | None, as_json: bool
) -> None:
    several = Several(alarm, group, but or ())
    if group:
        _tell_all(client.take_group(alarm, several.but, comment), "taken", as_json)
        return
    done = client.take(alarm, comment)
    _tell(done, "taken", as_json)
    _tell_rest(client, done, "take", as_json)


def assign(client: Client, alarm: str, to: str, as_json: bool) -> None:
    _tell(client.assign(alarm, to), f"assigned to {to}", as_json)


def comment(client: Client, alarm: str, text: str, as_json: bool) -> None:
    _tell(client.comment(alarm, text), "commented on", as_json)


def close(client: Client, alarm: str, comment: str, as_json: bool) -> None:
    _tell(client.close(alarm, comment), "closed", as_json)


def _tell(done: dict[str, Any], what: str, as_json: bool) -> None:
    rest = {"rest": done["rest"]} if "rest" in done else {}
    tell(done, f"{done['alarm']} {what}", {**picked(done, "alarm"), **rest}, as_json)


def _tell_rest(client: Client, done: dict[str, Any], verb: str, as_json: bool) -> None:
    """What else of the same happening nobody is on; a gateway of before says nothing of it."""
    rest = done.get("rest") or []
    if rest and not as_json:
        say(words_of(verb, done["alarm"], [client.alarm(one) for one in rest[:MOST_NAMED]], len(rest)))


def _tell_all(done: dict[str, Any], what: str, as_json: bool) -> None:
    """The same of a group."""
    if as_json:
        print_json({name: done[name] for name in ("alarms", "new", "id", "ids")})
    else:
        last = f" to {done['ids'][-1]}" if len(done["ids"]) > 1 else ""
        say(f"{', '.join(done['alarms'])} {what}; in the journal as {done['id']}{last}")
    remark(done)
