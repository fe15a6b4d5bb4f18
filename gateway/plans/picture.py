"""Whether a file is a picture that browsers show and that does nothing: PNG or JPEG, whole, not too large."""

from __future__ import annotations

import zlib
from typing import Final

from gateway.dataclass import dataclass
from gateway.errors import InputError

LARGEST: Final = 8 << 20  # bytes: a plan of 6000 x 4000 as PNG has 2 to 5 MB
MOST_PIXELS: Final = 40_000_000  # a browser needs 4 bytes for each
LONGEST_SIDE: Final = 12_000  # pixels: browsers draw no more
MOST_PARTS: Final = 10_000  # chunks or segments: programs write 8 kB and more in each, so some 1000 in 8 MB
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
PNG_BEGIN: Final = b"\x89PNG\r\n\x1a\n"
JPEG_BEGIN: Final = b"\xff\xd8\xff"
IMAGE: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # frames; the others are tables
ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # without a length
SCAN, END = 0xDA, 0xD9
OTHER: Final = (
    "it is no PNG and no JPEG: save the plan as one of both (an SVG or a PDF can act by itself, and is not "
    "taken)"
)


@dataclass(frozen=True, slots=True)
class Picture:
    """As it was sent, and what it is."""

    media: str
    width: int
    height: int
    content: bytes


def picture_of(content: bytes) -> Picture:
    """Raises InputError for what is no whole picture, or too large."""
    if len(content) > LARGEST:
        raise InputError(f"the picture has more than {LARGEST >> 20} MB: save it smaller")
    if content.startswith(PNG_BEGIN):
        media, (width, height) = PNG, _png(content)
    elif content.startswith(JPEG_BEGIN):
        media, (width, height) = JPEG, _jpeg(content)
    else:
        raise InputError(OTHER)
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE) or width * height > MOST_PIXELS:
        raise InputError(f"the picture has {width} x {height} pixels: save it with {MOST_PIXELS:,} at most")
    return Picture(media, width, height, content)


def _png(content: bytes) -> tuple[int, int]:
    """Its size, from the first chunk; each chunk has its checksum, and the last one is the end (PNG, 5)."""
    at, size, has_data = len(PNG_BEGIN), (0, 0), False
    for _ in range(MOST_PARTS):
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        told = content[at + 4 : at + 8 + length]
        if len(content) < at + 12 + length or zlib.crc32(told) != int.from_bytes(
            content[at + 8 + length : at + 12 + length]
        ):
            raise InputError("the PNG is damaged or cut off: save it again")
        if at == len(PNG_BEGIN):
            if kind != b"IHDR" or length != 13:
                raise InputError("the PNG does not begin with its size: save it again")
            size = int.from_bytes(told[4:8]), int.from_bytes(told[8:12])
        has_data = has_data or kind == b"IDAT"
        at += 12 + length
        if kind == b"IEND":
            break
    else:
        raise InputError(f"the PNG has more than {MOST_PARTS:,} chunks: save it again")
    if not has_data or at != len(content):
        raise InputError("the PNG has no picture, or something behind its end: save it again")
    return size


def _jpeg(content: bytes) -> tuple[int, int]:
    """Its size, from the frame; segments as ITU-T T.81, B.1, and the end marker at the end."""
    at, size = 2, None
    for _ in range(MOST_PARTS):
        if len(content) < at + 4 or content[at] != 0xFF:
            raise InputError("the JPEG is damaged or cut off: save it again")
        marker = content[at + 1]
        if marker == 0xFF or marker in ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == SCAN:
            break
        if marker in IMAGE and size is None:
            size = int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + max(2, int.from_bytes(content[at + 2 : at + 4]))
    else:
        raise InputError(f"the JPEG has more than {MOST_PARTS:,} segments: save it again")
    if size is None or not content.rstrip(b"\x00").endswith(bytes((0xFF, END))):
        raise InputError("the JPEG has no picture, or is cut off: save it again")
    return size
