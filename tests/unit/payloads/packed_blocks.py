"""Packed blocks as a device would write them: struct and zlib, nothing of the gateway."""

import struct
import zlib

FLOAT32, FLOAT64, INT16 = 1, 2, 3


def block(
    values, kind=FLOAT32, name=b"top", start_ns=0, interval_ns=1_000_000, times=None, qualities=None, **more
):
    """A block; `more` replaces magic, version, flags, zero, scale, offset, count, and the padding."""
    flags = (times is not None) | (qualities is not None) << 1
    header = struct.pack(
        "<4sBBBBIIqqdd",
        more.get("magic", b"CGPB"),
        more.get("version", 1),
        kind,
        more.get("flags", flags),
        len(name),
        more.get("count", len(values)),
        more.get("zero", 0),
        start_ns if times is None else more.get("start_ns", times[0]),
        interval_ns if times is None else more.get("interval", 0),
        more.get("scale", 1.0),
        more.get("offset", 0.0),
    )
    body = header + name
    body += more.get("padding", bytes(-len(body) % 8))
    body += b"" if times is None else struct.pack(f"<{len(times)}q", *times)
    body += struct.pack(f"<{len(values)}{'?fdh'[kind]}", *values)
    body += b"" if qualities is None else bytes(qualities)
    return body + struct.pack("<I", zlib.crc32(body))
