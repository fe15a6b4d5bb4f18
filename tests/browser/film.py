"""What a camera sees in tests: a GS1 DataMatrix, as a video file for Chromium's camera."""

from __future__ import annotations

from pathlib import Path

CODE = (  # (01)09521234543213(17)261231(10)ABC123(21)1234
    "#.#.#.#.#.#.#.#.#.#.#.",
    "##..####.#.#.....#...#",
    "#...#.##.#...#.#.##.#.",
    "#.##..##...#...###...#",
    "###.##...#.#.###.#.#..",
    "#.#..#.##........#.###",
    "#.#...###.#..#.#.###..",
    "####.#....##.#.##.####",
    "#...#...##..#.#....#..",
    "##..####.####.#.#.#..#",
    "#..####..######.#####.",
    "#####.#.###.....##..##",
    "#.#....#.#..#...##....",
    "#..#.##...###.##....##",
    "#.###.#.#....#....##..",
    "#.#....#.......#.#.#.#",
    "##.###.#.....#...#.#..",
    "##..###...#...#.....##",
    "#...#.#.##.#...##..##.",
    "#..#.#.#....##.#.#.#.#",
    "##.#..#..##.#....#.##.",
    "######################",
)
SIZE = (640, 480)
MODULE = 12  # pixels
DARK, LIGHT = b"\x10", b"\xeb"


def film(file: Path) -> Path:
    """The code in the middle of white, as YUV4MPEG2."""
    width, height = SIZE
    before = (width - len(CODE) * MODULE) // 2
    above = (height - len(CODE) * MODULE) // 2
    drawn = [_line(row, before, width) for row in CODE for _ in range(MODULE)]
    white = LIGHT * width
    luma = b"".join([*[white] * above, *drawn, *[white] * (height - above - len(drawn))])
    colour = b"\x80" * (width * height // 2)
    head = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\n".encode()
    file.write_bytes(head + (b"FRAME\n" + luma + colour) * 3)
    return file


def _line(row: str, before: int, width: int) -> bytes:
    code = b"".join((DARK if sign == "#" else LIGHT) * MODULE for sign in row)
    return LIGHT * before + code + LIGHT * (width - before - len(code))
