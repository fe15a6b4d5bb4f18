"""Instrument protocols on serial lines, one file each; the file's name is the `driver` of a source.

A driver is pure: it is asked for one poll and answers with a generator that yields what to send and is
sent each reply, so that the same code runs on a port, on a recorded case and under hypothesis. A file in
this folder provides

    PORT: PortSettings                     line settings from the instrument's manual
    class Options                          frozen dataclass: the source's `options` table
    def addresses(options) -> tuple[str, ...]           every address the driver can deliver
    def unit_of(options, address) -> str | None         what it comes in; None: as the instrument was set up
    def poll(options) -> Generator[Request, Reply, Readings]
    def says(options, frame) -> tuple[Said, ...]        optional: gateway.drivers.steady

and, where an instrument can be asked for less than all of it,

    def narrowed(options, wanted: Collection[str]) -> Options      what those addresses need
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np

from gateway.dataclass import dataclass
from gateway.model import Floats, Qualities, Refused, Times


@dataclass(frozen=True, slots=True)
class PortSettings:
    """Line settings; `parity` is N, E or O."""

    baud: int
    data_bits: int = 8
    parity: str = "N"
    stop_bits: int = 1
    pause_s: float = 0.0  # silence the instrument needs between a reply and the next request


@dataclass(frozen=True, slots=True)
class Request:
    """Bytes to send, and how to tell that the reply is complete: by its terminator, or by `length`.

    `length` takes the bytes from where a frame may begin and gives the whole frame's length, None while it
    cannot be told yet, 0 when no frame begins there. Such a frame has no terminator and is kept whole.
    `sound` says whether a frame without its terminator has the right checksum; None: the protocol has none.

    Where replies do not say which request they answer, a late one could be taken for that of another. With
    these `gateway.drivers.in_step` rules that out: `fits`, whether a frame can be the reply to this request
    (None: each that is sound); `proofs`, requests to the same instrument whose replies do not fit this one,
    in the order in which they are tried (empty: the reply is no reading); `queue`, within which replies keep
    their order. Replies of different queues never fit each other's requests.
    """

    payload: bytes
    terminator: bytes
    longest_reply: int  # bytes; more without a terminator is noise
    length: Callable[[bytes], int | None] | None = None
    sound: Callable[[bytes], bool] | None = None
    fits: Callable[[bytes], bool] | None = None
    proofs: tuple[Request, ...] = ()
    queue: str = ""
    owed: tuple[Request, ...] = ()  # earlier requests of the queue whose replies may still come

    def is_answered_by(self, frame: bytes) -> bool:
        """Whether a frame without its terminator can be the reply."""
        fits = self.fits or self.sound
        return bool(frame) and (fits is None or fits(frame))

    @property
    def name(self) -> str:
        """What was asked, as people write it: text, or hexadecimal where frames are binary."""
        if self.length is not None:
            return self.payload.hex(" ").upper()
        return self.payload.decode("ascii", "backslashreplace").strip()


@dataclass(frozen=True, slots=True)
class Reply:
    """One frame without its terminator, and when its last byte came. An empty frame means silence."""

    frame: bytes
    time_ns: int


Row = tuple[str, int, float, int]  # address, time ns UTC, value, quality


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """What one poll delivered, in the unit the instrument speaks; NaN exactly where quality is BAD."""

    address: tuple[str, ...]
    time: Times  # int64[N], ns UTC, receipt of the reply
    value: Floats  # float64[N]
    quality: Qualities  # uint8[N]
    refused: tuple[Refused, ...] = ()

    @staticmethod
    def of(rows: list[Row], refused: list[Refused]) -> Readings:
        """Columns from rows."""
        return Readings(
            tuple(r[0] for r in rows),
            np.array([r[1] for r in rows], np.int64),
            np.array([r[2] for r in rows], np.float64),
            np.array([r[3] for r in rows], np.uint8),
            tuple(refused),
        )


Poll = Generator[Request, Reply, Readings]
