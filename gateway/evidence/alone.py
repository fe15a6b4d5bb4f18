"""The verifier for people without Cryogate, as they get it: one file that shares no code with the gateway.

`cryogate verify` runs that file and no other, so that both give the same answer.
"""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Final

NAME: Final = "cryogate_verify.py"
_INSTALLED: Final = Path(__file__).with_name(NAME)  # of a wheel; in the repository it stands in scripts/
PATH: Final = _INSTALLED if _INSTALLED.exists() else Path(__file__).parents[2] / "scripts" / NAME


def run(words: list[str]) -> int:
    """What it prints, and its exit code: 0 it holds, 1 it does not, 2 it could not be asked."""
    spec = spec_from_file_location(PATH.stem, PATH)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return int(module.main(words))
