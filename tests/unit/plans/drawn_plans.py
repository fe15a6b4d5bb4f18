"""Small pictures as their formats begin and end: a white PNG, and a JPEG of headers."""

from __future__ import annotations

import zlib


def chunk(kind: bytes, content: bytes) -> bytes:
    told = kind + content
    return len(content).to_bytes(4) + told + zlib.crc32(told).to_bytes(4)


def png(width: int = 40, height: int = 30) -> bytes:
    """White, 8 bits of grey."""
    head = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    rows = (b"\0" + b"\xff" * width) * height
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg(width: int = 40, height: int = 30) -> bytes:
    frame = bytes((8, *height.to_bytes(2), *width.to_bytes(2), 1, 1, 0x11, 0))
    told = b"\xff\xe0\x00\x04ab" + b"\xff\xc0" + (2 + len(frame)).to_bytes(2) + frame
    return b"\xff\xd8" + told + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x00\xff\xd9"
