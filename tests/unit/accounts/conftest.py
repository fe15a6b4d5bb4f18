from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.accounts.accounts import Accounts, open_accounts
from tests.unit.accounts.members import CHEAP, NOW_NS, enter


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    """With li.na, who is an operator of the lab."""
    with open_accounts(tmp_path, CHEAP) as opened:
        enter(opened, NOW_NS)
        yield opened
