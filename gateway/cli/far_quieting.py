"""`cryogate --server URL shelve`, `unshelve`, `filling` and `out-of-service`."""

from __future__ import annotations

from typing import Any

from gateway.cli.far_saying import picked, tell
from gateway.cli.quieting import show_rests
from gateway.cli.terminal import say
from gateway.client import Client
from gateway.client.client import in_path
from gateway.errors import InputError

SHELVED = ("alarm", "channel", "rule", "until")


def shelve(
    client: Client,
    alarm: str,
    reason: str,
    lasting: str | None,
    until: str | None,
    corrects: str | None,
    as_json: bool,
) -> None:
    said = {"reason": reason, "lasting": lasting, "until": until, "corrects": corrects}
    done = client.post(f"/alarms/{in_path(alarm)}/shelve", said)
    words = f"{done['alarm']} ({_rule(done)}) is shelved until {done['until'][:19]}Z"
    tell(done, words, picked(done, *SHELVED), as_json)


def unshelve(client: Client, alarm: str, reason: str, as_json: bool) -> None:
    done = client.post(f"/alarms/{in_path(alarm)}/unshelve", {"reason": reason})
    tell(done, f"{done['alarm']} ({_rule(done)}) speaks again", picked(done, *SHELVED), as_json)


def filling(
    client: Client, asset: str, lasting: str | None, until: str | None, done: bool, as_json: bool
) -> None:
    if done and (lasting, until) != (None, None):
        raise InputError("--done says that it is over: leave out --for and --until")
    said = {"done": True} if done else {"lasting": lasting, "until": until}
    answer = client.post(f"/assets/{in_path(asset)}/filling", said)
    names = answer["suppressions"]
    shown = {"asset": asset, "filling": not done, "suppressions": names}
    tell(answer, f"{asset} is {'no longer' if done else 'being'} filled", shown, as_json)
    if not (as_json or names or done):
        say("note: no suppression of the configuration goes by that, so its alarms speak as before")


def out_of_service(
    client: Client,
    channel: str,
    asset: str,
    reason: str,
    lasting: str | None,
    until: str | None,
    review: str | None,
    approve: bool,
    end: bool,
    corrects: str | None,
    as_json: bool,
) -> None:
    """Where nothing is named: what is out of service. A second person approves in the control room."""
    if not channel and not asset:
        show_rests(list(client.items("/out-of-service")), as_json)
        return
    if approve and end:
        raise InputError("--approve or --end, not both")
    name, said = channel or asset, {"channel": channel, "asset": asset, "reason": reason}
    if approve or end:
        done = client.post(f"/out-of-service/{'approve' if approve else 'end'}", said)
        words = f"{name} is {'out of' if approve else 'in'} service"
    else:
        times = {"lasting": lasting, "until": until, "review": review, "corrects": corrects}
        done = client.post("/out-of-service", said | times)
        words = f"asked to take {name} out of service; a second person has to approve it"
    tell(done, words, picked(done, "channel", "asset"), as_json)


def _rule(done: dict[str, Any]) -> str:
    return f"{done['rule']} of {done['channel']}" if done["channel"] else str(done["rule"])
