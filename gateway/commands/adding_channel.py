"""A channel is added to the configuration from a value that somebody points at in a refused message."""

from __future__ import annotations

import json
from typing import Any

from gateway.commands.author import Author
from gateway.commands.configuring import Change, WrittenNow, try_out, why_not_written, write
from gateway.commands.desk import Desk
from gateway.config import pieces
from gateway.config.load import load, plain
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.questions.channel_piece import BY_HAND, Piece, Wanted, piece_for
from gateway.questions.retry_preview import preview_retry
from gateway.text import one_line


def preview(desk: Desk, author: Author, wanted: Wanted) -> dict[str, Any]:
    """The text, what follows with the start, and what the messages that are kept would give."""
    piece = piece_for(desk.configuration, wanted)
    new, start = try_out(desk, _change(author, wanted, piece))
    found = preview_retry(wanted.message.source, wanted.message.source, new, desk.journal)
    mine = [seen.plain() for seen in found.series if seen.channel == wanted.name]
    known = set(load(desk.configuration.path).remarks)
    return {
        "text": piece.text,
        "changes": list(start.changes),
        "remarks": [one for one in new.remarks if one not in known],
        "series": mine,
        "alarms": [dict(one) for one in found.alarms],
        "why_not_written": why_not_written(desk.configuration),
    }


def add_channel(desk: Desk, author: Author, wanted: Wanted) -> WrittenNow:
    """Raises InputError or ConfigurationError, and nothing has changed."""
    return write(desk, author, lambda: _change(author, wanted, piece_for(desk.configuration, wanted)))


def _change(author: Author, wanted: Wanted, piece: Piece) -> Change:
    def after(before: bytes, now: str) -> bytes:
        text, name, who = before.decode(), one_line(wanted.name), one_line(author.name)
        told = f"# Channel {name}: added by {who} in the control room, {now}.\n"
        end = "\r\n" if "\r\n" in text else "\n"
        reading, channel = ((told + one).replace("\n", end) for one in (piece.reading, piece.channel))
        if piece.reading:
            text = _with_reading(text, wanted.message.source, piece, reading)
        return pieces.at_end(text, channel).encode()

    def check_only(_: object, new: Configuration) -> None:
        meant = json.loads(json.dumps(piece.document, default=plain))
        if json.loads(new.document) | {"files": {}} != meant | {"files": {}}:
            raise InputError(f"channel {wanted.name!r} cannot be added without a change of more; {BY_HAND}")

    return Change(f"channel {wanted.name}", after, check_only)


def _with_reading(text: str, source: str, piece: Piece, reading: str) -> str:
    """Raises InputError where the topics of the source stand in the file in another way."""
    where = pieces.path("sources", source, "topics")
    header = f"[[{where}]]"
    put = (
        pieces.before_first(text, header, reading)
        if piece.is_new_topic
        else pieces.behind_nth(text, header, piece.topic, f"{where}.", reading)
    )
    if put is None:
        raise InputError(f"the file has no line {header}; {BY_HAND}")
    return put
