"""The file of changes: whole lines only, and none twice, whatever a crash or somebody else left in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.alarms.change import AlarmChange
from gateway.notifiers import jsonl
from gateway.notifiers.jsonl import Notifier, Options


def change(number: int, identity: str = "E-1", size: int = 10) -> AlarmChange:
    return AlarmChange(number, "raised", 7, 0, {"id": identity, "asset": "液" * size})


def numbers(path: Path) -> list[int]:
    return [json.loads(line)["number"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_half_a_line_of_ours_is_cut_off_and_told_again(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    Notifier(Options(str(path))).notify(change(1))
    Notifier(Options(str(path))).notify(change(2))
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for end in range(first, len(whole)):
        path.write_bytes(whole[:end])
        again = Notifier(Options(str(path)))
        for number in (1, 2):
            again.notify(change(number))
        assert path.read_bytes() == whole or not whole[first:end].startswith(jsonl.OURS)
        assert path.read_bytes().endswith(whole[first:])


def test_what_others_wrote_stays(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    path.write_bytes(b'# begun by hand\n{"number": 3}\n[1]\nno newline')
    Notifier(Options(str(path))).notify(change(1))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[:4] == ["# begun by hand", '{"number": 3}', "[1]", "no newline"]
    assert json.loads(lines[4])["number"] == 1


def test_the_same_number_from_another_journal_is_another_change(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    for identity in ("E-1", "E-2", "E-1"):
        Notifier(Options(str(path))).notify(change(1, identity))
    assert numbers(path) == [1, 1]


@pytest.mark.parametrize("block", [1, 7, 100, 65_536])
def test_it_looks_back_far_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(jsonl, "BLOCK", block)
    monkeypatch.setattr(jsonl, "LAST_LINES", 3)
    path = tmp_path / "told.jsonl"
    first = Notifier(Options(str(path)))
    for number in range(1, 6):
        first.notify(change(number, size=20))
    again = Notifier(Options(str(path)))
    for number in (3, 4, 5, 6):
        again.notify(change(number, size=20))
    assert numbers(path) == [1, 2, 3, 4, 5, 6]
