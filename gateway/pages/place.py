"""Where templates, styles, scripts and words are: in the folder `dashboards/control_room`. And the manual."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import dashboards

FOLDER: Final = Path(dashboards.__file__).parent / "control_room"
INSTALLED: Final = FOLDER / "manual"  # a wheel has it there; pyproject.toml
MANUAL: Final = INSTALLED if INSTALLED.exists() else FOLDER.parents[1] / "docs" / "manual"
