"""DataMatrix symbols (ISO/IEC 16022) of codes as SVG: crisp on any printer.

zxing-cpp is imported when the first symbol is drawn.
"""

from __future__ import annotations

from itertools import groupby
from typing import Final

import numpy as np

GS1: Final = "gs1"  # the code system whose element strings stand behind FNC1
LONGEST: Final = 400  # characters; a symbol of more is too large for a cell
QUIET: Final = 1  # module around the symbol


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
    return _drawn(np.asarray(made.to_image(scale=1, add_quiet_zones=False)) < 128)


def _drawn(dark: np.ndarray) -> str:
    """A path of one rectangle for each run of dark modules."""
    height, width = dark.shape
    runs = []
    for y, row in enumerate(dark.tolist()):
        x = 0
        for is_dark, run in groupby(row):
            long = len(list(run))
            if is_dark:
                runs.append(f"M{x + QUIET} {y + QUIET}h{long}v1h-{long}z")
            x += long
    box = f"0 0 {width + 2 * QUIET} {height + 2 * QUIET}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{"".join(runs)}"/></svg>'
