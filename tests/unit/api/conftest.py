import shutil
from pathlib import Path

import pytest

from tests.unit.api.front_door import FrontDoor
from tests.unit.api.two_sites import TwoSites
from tests.unit.commands.front_desk import CONFIG


@pytest.fixture
def door(tmp_path: Path) -> FrontDoor:
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    return FrontDoor(config)


@pytest.fixture(scope="session")
def what_happened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: screening takes a second, a copy none."""
    folder = tmp_path_factory.mktemp("sites")
    (folder / "data").mkdir()
    TwoSites(folder).happen()
    return folder / "data"


@pytest.fixture
def sites(tmp_path: Path, what_happened: Path) -> TwoSites:
    shutil.copytree(what_happened, tmp_path / "data")
    return TwoSites(tmp_path)
