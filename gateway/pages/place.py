"""Where templates, styles, scripts and words are: in the folder `dashboards/control_room`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import dashboards

FOLDER: Final = Path(dashboards.__file__).parent / "control_room"
