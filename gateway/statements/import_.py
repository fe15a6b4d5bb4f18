"""Import: a person brought a logger's file, whose readings are in the journal beside this statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.fields import Fields, moment, shown
from gateway.statements.verdict import CONTRADICTS, Verdict, of_plain, to_plain
from gateway.text import counted

KIND: Final = "import"
SCHEMA: Final = 3
BY_PEOPLE: Final = True
LINES: Final = ("taken", "header", "not_understood")


@dataclass(frozen=True, slots=True)
class Import:
    """`logger`: what the file says about it. `channels`: series of the file -> channel.

    `mapping`: hash of what the mapping means; empty in old statements. Every line of the file was taken, is
    header, or was not understood. `verdicts`: what the device itself judged. `corrections`: in words, what
    was made of the values of each channel that has a calibration.
    """

    file: str
    sha256: str
    format: str
    mapping: str
    logger: Mapping[str, str]
    channels: Mapping[str, str]
    readings: int
    first_ns: int
    last_ns: int
    lines_taken: int
    lines_header: int
    lines_not_understood: int
    verdicts: tuple[Verdict, ...] = ()
    corrections: Mapping[str, str] = field(default_factory=dict)


def to_body(said: Import) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "file": said.file,
        "sha256": said.sha256,
        "format": said.format,
        "logger": dict(said.logger),
        "channels": dict(said.channels),
        "readings": said.readings,
        "first": moment(said.first_ns),
        "last": moment(said.last_ns),
        "mapping": said.mapping,
        "lines_taken": said.lines_taken,
        "lines_header": said.lines_header,
        "lines_not_understood": said.lines_not_understood,
        "verdicts": [to_plain(verdict) for verdict in said.verdicts],
        "corrections": dict(said.corrections),
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Import:
    fields = Fields(KIND, SCHEMA, body)
    file, sha256, format_ = fields.message("file"), fields.name("sha256"), fields.name("format")
    logger, channels = fields.table("logger", str), fields.table("channels", str)
    readings = fields.integer("readings", least=0)
    first_ns, last_ns = fields.moment("first"), fields.moment("last")
    is_old = fields.schema < 2
    mapping = "" if is_old else fields.line("mapping")
    taken, header, missed = (0 if is_old else fields.integer(f"lines_{what}", least=0) for what in LINES)
    items = () if is_old else fields.items("verdicts")
    verdicts = tuple(of_plain(KIND, SCHEMA, item, fields.schema) for item in items)
    corrections = {} if fields.schema < 3 else fields.table("corrections", str)
    fields.end()
    return Import(
        file, sha256, format_, mapping, logger, channels, readings, first_ns, last_ns,
        taken, header, missed, verdicts, corrections,
    )  # fmt: skip


def words(said: Import) -> str:
    span = f"from {shown(said.first_ns)} to {shown(said.last_ns)}"
    judged = [verdict for verdict in said.verdicts if verdict.compared == CONTRADICTS]
    doubt = (
        f"; the device's readings contradict {counted(len(judged), 'verdict')} of its own" if judged else ""
    )
    missed = (
        f"; {counted(said.lines_not_understood, 'line')} not understood" if said.lines_not_understood else ""
    )
    return f"imported {said.file}, {counted(said.readings, 'reading')} {span}{missed}{doubt}"


def about(said: Import) -> frozenset[str]:
    return frozenset(said.channels.values())
