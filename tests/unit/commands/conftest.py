from pathlib import Path

import pytest

from tests.unit.commands.front_desk import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)
