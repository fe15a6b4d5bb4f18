"""What is taken as the picture of a plan, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InputError
from gateway.plans import picture
from gateway.plans.picture import picture_of
from tests.unit.plans.drawn_plans import chunk, jpeg, png

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EMPTY = chunk(b"IDAT", b"")
SEVERAL = png() + b"<script>alert(1)</script>"


@pytest.mark.parametrize(("content", "media"), [(png(), "image/png"), (jpeg(), "image/jpeg")])
def test_a_whole_picture_is_taken(content: bytes, media: str) -> None:
    found = picture_of(content)
    assert (found.media, found.width, found.height, found.content) == (media, 40, 30, content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no PNG and no JPEG"),
        (SVG, "no PNG and no JPEG"),
        (b"%PDF-1.7 ...", "no PNG and no JPEG"),
        (b"GIF89a" + bytes(40), "no PNG and no JPEG"),
        (png()[:-1], "cut off"),
        (png()[:60], "cut off"),
        (png()[:8], "cut off"),
        (png().replace(b"IDAT", b"IDAT"[::-1]), "damaged"),
        (SEVERAL, "behind its end"),
        (png()[:8] + chunk(b"tEXt", b"a\0b") + png()[8:], "does not begin with its size"),
        (png()[:33] + chunk(b"IEND", b""), "no picture"),
        (png(0, 30), "has 0 x 30 pixels"),
        (png(13_000, 1), "has 13000 x 1 pixels"),
        (jpeg()[:-2], "cut off"),
        (jpeg()[:12], "cut off"),
        (b"\xff\xd8\xff", "cut off"),
        (jpeg().replace(b"\xff\xc0", b"\xff\xc4"), "no picture"),
        (jpeg(0, 30), "has 0 x 30 pixels"),
        (jpeg(9000, 9000), "40,000,000 at most"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        picture_of(content)


def test_what_is_too_many_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "LARGEST", len(png()) - 1)
    with pytest.raises(InputError, match="more than"):
        picture_of(png())


@pytest.mark.parametrize(
    ("begin", "part", "rest"),
    [
        (png()[:33], EMPTY, png()[33:]),
        (jpeg()[:2], b"\xff\xe0\x00\x02", jpeg()[2:]),
        (jpeg()[:2], b"\xff\x01", jpeg()[2:]),
        (jpeg()[:2], b"\xff", jpeg()[2:]),
    ],
    ids=["chunks", "segments", "markers", "fill bytes"],
)
def test_what_has_too_many_parts_is_refused(
    monkeypatch: pytest.MonkeyPatch, begin: bytes, part: bytes, rest: bytes
) -> None:
    monkeypatch.setattr(picture, "MOST_PARTS", 100)
    assert picture_of(begin + part * 90 + rest).width == 40
    with pytest.raises(InputError, match="has more than 100 "):
        picture_of(begin + part * 100 + rest)


class Counted(bytes):
    """Knows how much of it was copied."""

    copied = 0

    def __getitem__(self, part: Any) -> Any:
        found = super().__getitem__(part)
        self.copied += len(found) if isinstance(part, slice) else 1
        return found


@pytest.mark.parametrize(
    "content",
    [
        png()[:33] + EMPTY * 200 + png()[33:],
        jpeg()[:2] + b"\xff\xe0\x00\x02" * 200 + jpeg()[2:],
    ],
    ids=["png", "jpeg"],
)
def test_many_parts_are_looked_at_once_each(content: bytes) -> None:
    counted = Counted(content)
    assert picture_of(counted).width == 40
    assert 0 < counted.copied < 3 * len(content)


@given(st.sampled_from([png(), jpeg()]), st.integers(0, 120), st.binary(max_size=12))
def test_damage_ends_in_words(content: bytes, at: int, put: bytes) -> None:
    try:
        found = picture_of(content[:at] + put + content[at + len(put) :])
    except InputError:
        return
    assert 0 < found.width <= picture.LONGEST_SIDE and 0 < found.height <= picture.LONGEST_SIDE
