"""Small cells, pieces, windows and rings, so that short examples cross every border."""

from __future__ import annotations

import pytest

from gateway.screening import cells, history, latched, memories, ranges, rings, screen, series


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "CELL", 4)
    monkeypatch.setattr(cells, "FINE", 2)
    monkeypatch.setattr(cells, "BRIEF", 3)
    monkeypatch.setattr(cells, "TILE", 8)
    monkeypatch.setattr(series, "STRIDE", 2)
    monkeypatch.setattr(latched, "MANY", 1.0)
    monkeypatch.setattr(latched, "PIECE", 6)
    monkeypatch.setattr(latched, "WINDOW", 3)
    monkeypatch.setattr(history, "MOST", 7)
    monkeypatch.setattr(rings, "SMALLEST", 2)
    monkeypatch.setattr(history, "LONG", 1)
    monkeypatch.setattr(rings, "LONG", 2)
    monkeypatch.setattr(ranges, "LONG", 1)
    monkeypatch.setattr(screen, "LONG", 1)
    monkeypatch.setattr(memories, "WORTH_KEEPING", 1)
