"""Payloads that are compressed with gzip or zlib, told by their first bytes, and bounded when they are large.

No format that is read here begins with these bytes uncompressed: JSON, numbers as text and packed blocks do
not, CBOR begins with another major type, and a Sparkplug payload with one of its fields 1 to 5.
"""

from __future__ import annotations

import zlib
from typing import Final

from gateway.model import Refusal
from gateway.payloads.unusable import Unusable

LARGEST: Final = 2**20  # bytes it may become: a bomb grows a thousandfold, and what it costs is as large
GZIP: Final = b"\x1f\x8b\x08"
ZLIB: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")  # deflate, 32 KiB, each level (RFC 1950)
EITHER: Final = zlib.MAX_WBITS | 32  # for zlib: gzip or zlib, as the first bytes say


def uncompressed(payload: bytes) -> bytes:
    """`payload` itself where it is not compressed. Raises Unusable."""
    if not payload.startswith((GZIP, *ZLIB)):
        return payload
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
