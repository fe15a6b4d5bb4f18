from pathlib import Path

import pytest

from tests.unit.api.front_door import FrontDoor
from tests.unit.commands.front_desk import CONFIG


@pytest.fixture
def door(tmp_path: Path) -> FrontDoor:
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return FrontDoor(config)
