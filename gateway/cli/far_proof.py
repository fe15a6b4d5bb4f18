"""`cryogate --server URL clocks`, `time-left`, `hold`, `parked` and `refused`."""

from __future__ import annotations

from typing import Any, Final

from gateway.cli.far_labels import labels_there
from gateway.cli.far_saying import said_there, say_known
from gateway.cli.parked import decision_of, show_decided, show_parked
from gateway.cli.proof import show_clocks
from gateway.cli.refused import check_retry, show_again, show_before, show_refused
from gateway.cli.retention import hold_words, show_holds
from gateway.cli.terminal import print_json, say
from gateway.cli.time_left import show_times
from gateway.client import Client
from gateway.client.client import in_path
from gateway.questions.parked import parked_of

MOST: Final = 1000  # of a list that comes whole


def clocks(
    client: Client,
    channel: str,
    start: str,
    end: str,
    low: float | None,
    high: float | None,
    as_json: bool,
) -> None:
    asked = {"from": start, "to": end, "low": low, "high": high}
    show_clocks(client.get(f"/channels/{in_path(channel)}/clocks", **asked), as_json)


def time_left(client: Client, name: str | None, at: str | None, as_json: bool) -> None:
    found = client.get("/time-left", name=name, at=at)
    if at is None:
        say_known(found)
    show_times(found["items"], as_json)


def hold(
    client: Client,
    why: str,
    asset: Any,
    channel: Any,
    start: str | None,
    end: str | None,
    corrects: str | None,
    reason: str,
    as_json: bool,
) -> None:
    said = {"why": why, "assets": list(asset or ()), "channels": list(channel or ()), "from": start}
    done = client.post("/holds", said | {"to": end, "corrects": corrects, "reason": reason})
    done.pop("remarks", None)
    if as_json:
        print_json(done)
    else:
        say(hold_words(done["hold"], said_there(done)))


def release(client: Client, identity: str, why: str) -> None:
    done = client.post(f"/holds/{in_path(identity)}/release", {"reason": why})
    say(f"{identity} is released; {said_there(done)}")


def holds(client: Client, as_json: bool) -> None:
    found = client.get("/holds")
    show_holds(found["items"], found["waiting"], as_json)


def parked(
    client: Client, sink: str | None, most: int, retry: str | None, accept: str | None, as_json: bool
) -> None:
    found = client.get("/parked", most=min(most, MOST))["items"]
    if retry is None and accept is None:
        show_parked(found, sink, as_json)
        return
    name, decision = decision_of(retry, accept)
    told = parked_of(found, name)
    word = "accept" if accept is not None else "retry"
    done = client.post(f"/parked/{in_path(told['follower'])}", {"decision": word})
    show_decided(told, decision, said_there(done))


def refused(
    client: Client,
    source: str | None,
    most: int,
    retry: str | None,
    mapping: str,
    dry: bool,
    as_json: bool,
) -> None:
    check_retry(retry, mapping, dry)
    if retry is not None:
        show, route = (show_before, "preview") if dry else (show_again, "retry")
        show(client.post(f"/refused/{in_path(retry)}/{route}", {"mapping": mapping}), as_json)
        return
    found = client.get("/refused", source=source, most=min(most, MOST))["items"]
    show_refused(found, labels_there(client), as_json)
