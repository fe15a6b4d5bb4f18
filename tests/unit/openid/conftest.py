from collections.abc import Iterator

import pytest

from tests.unit.openid.hostile_provider import HostileProvider, hostile_provider


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with hostile_provider() as one:
        yield one
