"""Payloads that are compressed with gzip or zlib, told by their first bytes, and bounded when they are large.

No format that is read here begins with these bytes uncompressed: JSON, numbers as text and packed blocks do
not, CBOR begins with another major type, and a Sparkplug payload with one of its fields 1 to 5. Only the
header of a small window can be such a field, so there the whole stream decides.
"""

from __future__ import annotations

import zlib
from typing import Final

from gateway.model import Refusal
from gateway.payloads.unusable import Unusable

LARGEST: Final = 2**20  # bytes it may become: a bomb grows a thousandfold, and what it costs is as large
GZIP: Final = b"\x1f\x8b\x08"
WIDE: Final = 0x78  # zlib with a window of 32 KiB (RFC 1950); compressors take a smaller one for less data
NARROW: Final = (0x18, 0x28, 0x38, 0x48, 0x58, 0x68)  # 512 bytes to 16 KiB
FIRST: Final = frozenset((GZIP[0], WIDE, *NARROW))
DICTIONARY: Final = 0x20  # a bit of the second byte: a dictionary that nobody has here
EITHER: Final = zlib.MAX_WBITS | 32  # for zlib: gzip or zlib, as the first bytes say


def uncompressed(payload: bytes) -> bytes:
    """`payload` itself where it is not compressed. Raises Unusable."""
    if payload and payload[0] not in FIRST:  # as a rule
        return payload
    if payload.startswith(GZIP) or _begins_zlib(payload, (WIDE,)):
        return _decompressed(payload)
    if not _begins_zlib(payload, NARROW):
        return payload
    try:
        return _decompressed(payload)
    except Unusable as problem:
        if problem.reason is Refusal.OVERSIZED:
            raise
        return payload  # a field of Sparkplug after all; whatever else it is, its format says so


def _begins_zlib(payload: bytes, windows: tuple[int, ...]) -> bool:
    if len(payload) < 2 or payload[0] not in windows or payload[1] & DICTIONARY:
        return False
    return int.from_bytes(payload[:2], "big") % 31 == 0


def _decompressed(payload: bytes) -> bytes:
    stream = zlib.decompressobj(EITHER)
    try:
        found = stream.decompress(payload, LARGEST)
    except zlib.error as error:
        raise Unusable(Refusal.MALFORMED, f"compressed, but damaged: {error}") from None
    if stream.unconsumed_tail:
        raise Unusable(Refusal.OVERSIZED, f"compressed, and more than {LARGEST // 2**20} MiB without that")
    if not stream.eof or stream.unused_data:
        raise Unusable(Refusal.MALFORMED, "compressed, but cut short, or with more behind its end")
    return found
