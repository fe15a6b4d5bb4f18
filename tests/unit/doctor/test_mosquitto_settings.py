"""What stands in mosquitto's configuration files, and what of it does not hold what we promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.doctor.mosquitto import judged, ports, read

MAIN = """# comment
listener 1884 127.0.0.1
listener 0 /run/mosquitto.sock
  persistence true
max_queued_messages 0
include_dir {folder}
port
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "conf.d"
    folder.mkdir()
    (folder / "a.conf").write_text(f"autosave_interval 1\ninclude_dir {folder}\n")
    (folder / "b.conf").write_text("autosave_interval 5\nlistener 8883\n")
    main = tmp_path / "mosquitto.conf"
    main.write_text(MAIN.format(folder=folder))
    return main


def test_files_are_read_as_mosquitto_reads_them(path: Path) -> None:
    settings = read(path)
    assert dict(settings)["autosave_interval"] == "5"  # the last one counts
    assert ports(settings) == {1884, 0, 8883}
    assert list(judged("x", path, dict(settings))) == []


def test_a_file_that_can_not_be_read_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == []
    assert ports([]) == set()
    assert ports([("persistence", "true")]) == {1883}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, ["exceeds 1000 messages", "forgets what it holds"]),
        ({"max_queued_messages": "0"}, ["forgets what it holds"]),
        ({"max_queued_messages": "0", "persistence": "true"}, ["up to 1800 s of"]),
        ({"max_queued_messages": "0", "persistence": "true", "autosave_interval": "0"}, ["loses all"]),
        (
            {"max_queued_messages": "7", "persistence": "true", "autosave_interval": "1"},
            ["exceeds 7 messages"],
        ),
    ],
)
def test_what_loses_messages_is_named(settings: dict[str, str], told: list[str]) -> None:
    found = list(judged("source broker", Path("m.conf"), settings))
    assert len(found) == len(told)
    assert all(words in f.what and "m.conf" in f.do for words, f in zip(told, found, strict=True))
