"""`cryogate --server URL empty`, `place`, `reset` and `import`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gateway.cli.each_file import each_file
from gateway.cli.far_saying import tell
from gateway.cli.import_screen import marked
from gateway.cli.terminal import print_json, say
from gateway.client import Client
from gateway.client.answer import Answered
from gateway.client.client import in_path
from gateway.errors import InputError
from gateway.regular import open_regular
from gateway.text import counted, one_line
from gateway.writing.mapping import files_of, read_mapping


def empty(
    client: Client,
    asset: str,
    zone: str | None,
    at: str | None,
    corrects: str | None,
    reason: str,
    as_json: bool,
) -> None:
    said = {"zone": zone, "at": at, "corrects": corrects, "reason": reason}
    done = client.post(f"/assets/{in_path(asset)}/empty", said)
    tell(done, f"{_where(asset, zone)} is empty", {"asset": asset, "zone": zone}, as_json)


def place(
    client: Client,
    channel: str,
    asset: str,
    reason: str,
    zone: str | None,
    at: str | None,
    corrects: str | None,
    as_json: bool,
) -> None:
    said = {"channel": channel, "asset": asset, "zone": zone, "at": at, "reason": reason}
    done = client.post("/placements", said | {"corrects": corrects})
    shown = {"channel": channel, "asset": asset, "zone": zone}
    if done["id"] or as_json:
        tell(done, f"{channel} is in {_where(asset, zone)}", shown, as_json)
    else:
        say(f"{channel} is in {_where(asset, zone)} already, as configured; nothing changes")


def reset(
    client: Client,
    channel: str,
    rule: str,
    comment: str,
    at: str | None,
    corrects: str | None,
    reason: str,
    as_json: bool,
) -> None:
    said = {"channel": channel, "rule": rule, "comment": comment, "at": at}
    done = client.post("/resets", said | {"corrects": corrects, "reason": reason})
    tell(done, f"{channel} {rule} counts anew", {"channel": channel, "rule": rule}, as_json)


def import_(client: Client, files: Sequence[Any], mapping: Any, dry: bool, as_json: bool) -> None:
    """A mistake of the mapping is found before anything is sent."""
    paths = files_of([Path(one) for one in files], read_mapping(Path(mapping)))
    fields = {"mapping": Path(mapping).read_text(encoding="utf-8")}
    route = "/imports/preview" if dry else "/imports"

    def send(path: Path) -> dict[str, Any]:
        one = _sent(client, route, path, fields)
        for line in () if as_json else _looked_at(one) if dry else _taken(one):
            say(one_line(line))
        return one

    done = each_file(paths, send)
    if as_json:
        print_json(done.answers)
    elif dry:
        say("nothing was taken")
    done.complain()


def _sent(client: Client, route: str, path: Path, fields: dict[str, Any]) -> dict[str, Any]:
    try:
        with open_regular(path):  # a pipe would never end
            return Answered({**client.post_file(route, path, fields), "file": str(path)})
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _looked_at(one: dict[str, Any]) -> Iterator[str]:
    yield f"{one['file']}: SHA-256 {one['sha256']}"
    for seen in one["series"]:
        many = counted(seen["readings"], "reading")
        yield f"  {seen['series']} -> {seen['channel']}: {many}, {seen['new']} new"
        yield from marked(seen.get("no_data", 0), "  ")
        if seen["first"] is not None:
            unit = seen["unit"]
            yield f"    first {seen['first'][:19]}Z   last {seen['last'][:19]}Z"
            yield f"    lowest {seen['lowest']:g} {unit}   highest {seen['highest']:g} {unit}"
    yield from (f"  series {name!r} is given to no channel" for name in one["unused"])
    for alarm in one["alarms"]:
        yield f"  would raise {alarm['alarms']} {alarm['rule']} of {alarm['channel']}, {alarm['severity']}"


def _taken(one: dict[str, Any]) -> Iterator[str]:
    many = counted(one["readings"], "reading")
    yield f"{one['file']}: {many}, {one['new']} of them new; SHA-256 {one['sha256']}"
    yield from marked(one.get("no_data", 0), "")
    if one["contradicting"]:
        yield f"  {one['contradicting']} contradict what is there: the same time, another value"
    if one["lines_not_understood"]:
        yield f"  {counted(one['lines_not_understood'], 'line')} not understood"
    yield from (f"  {remark}" for remark in one["remarks"])


def _where(asset: str, zone: str | None) -> str:
    return asset if zone is None else f"{asset} ({zone})"
