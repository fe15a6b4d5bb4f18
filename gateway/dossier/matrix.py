"""DataMatrix symbols (ISO/IEC 16022) of codes, and QR codes of longer texts, as SVG: crisp on any printer.

zxing-cpp is imported when the first symbol is drawn.
"""

from __future__ import annotations

from itertools import groupby
from typing import Final

import numpy as np

GS1: Final = "gs1"  # the code system whose element strings stand behind FNC1
LONGEST: Final = 400  # characters; a symbol of more is too large for a cell
QUIET: Final = 1  # module around the symbol
QUIET_QR: Final = 4  # ISO/IEC 18004
LONGEST_QR: Final = 1200  # bytes; with more of them paper shows modules too small for a camera


def svg_of(scheme: str, code: str) -> str | None:
    """None where the code is too long, or has characters that a symbol cannot carry."""
    import zxingcpp

    if len(code) > LONGEST or not code.isprintable():
        return None
    form = zxingcpp.BarcodeFormat.DataMatrix
    is_gs1 = scheme == GS1 and code.startswith("(")
    try:
        made = (
            zxingcpp.create_barcode(code, form, gs1=True, options="gs1,forceSquare")
            if is_gs1
            else zxingcpp.create_barcode(code, form, options="gs1=false,forceSquare")
        )
    except (ValueError, RuntimeError):  # not in the character set, or too much for the largest symbol
        return None
    return _drawn(np.asarray(made.to_image(scale=1, add_quiet_zones=False)) < 128, QUIET)


def qr_of(text: str) -> str | None:
    """None where the text is too long."""
    import zxingcpp

    if len(text.encode()) > LONGEST_QR:
        return None
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return _drawn(np.asarray(made.to_image(scale=1, add_quiet_zones=False)) < 128, QUIET_QR)


def _drawn(dark: np.ndarray, quiet: int) -> str:
    """A path of one rectangle for each run of dark modules."""
    height, width = dark.shape
    runs = []
    for y, row in enumerate(dark.tolist()):
        x = 0
        for is_dark, run in groupby(row):
            long = len(list(run))
            if is_dark:
                runs.append(f"M{x + quiet} {y + quiet}h{long}v1h-{long}z")
            x += long
    box = f"0 0 {width + 2 * quiet} {height + 2 * quiet}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{"".join(runs)}"/></svg>'
