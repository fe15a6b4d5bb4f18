"""Small cells, pieces, windows and rings, so that short examples cross every border."""

from __future__ import annotations

import pytest

from gateway.screening import batch, history, latched


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "CELL", 4)
    monkeypatch.setattr(batch, "TILE", 8)
    monkeypatch.setattr(batch, "STRIDE", 2)
    monkeypatch.setattr(latched, "PIECE", 6)
    monkeypatch.setattr(latched, "FEW_PAIRS", 2)
    monkeypatch.setattr(history, "MOST", 7)
    monkeypatch.setattr(history, "SMALLEST", 2)
    monkeypatch.setattr(history, "LONG", 2)
