"""What every test of the evidence log begins with."""

import pytest

from tests.unit.evidence.evidence_data import Box


@pytest.fixture
def box(tmp_path):
    (tmp_path / "data").mkdir()
    box = Box(tmp_path / "data")
    box.say("first")
    return box
