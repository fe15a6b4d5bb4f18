"""Ready mappings for loggers: each reads its sample to the last line, and says where the sample is from."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.load import load
from gateway.questions.import_preview import preview_import
from gateway.writing.mapping import files_of, read_mapping

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
LOGGERS = EXAMPLES / "loggers"
DOCS = (EXAMPLES.parent / "imports.md").read_text()
FILES = {"tomst": "data_94204201_0.csv", "bluefors": "bluefors", "elitech": "elitech.xlsx"}
EXPECTED = {  # readings, first, lowest and highest of the first series
    "bluefors": (2, "2026-01-04T23:00:10", -195.81, -195.8),
    "elitech": (3, "2026-01-05T11:00:00", 4.4, 4.6),
    "hobo": (3, "2026-01-05T18:30:00", 4.428, 4.531),
    "ibutton": (3, "2026-01-05T08:05:00", 4.5, 5.0),
    "libero": (3, "2026-01-05T11:00:00", 4.4, 4.6),
    "logtag": (3, "2026-01-04T23:00:00", 4.4, 4.6),
    "mve": (3, "2026-01-05T07:00:00", -190.2, -189.9),
    "temptale": (3, "2026-01-05T16:00:00", 3.5, 4.5),
    "testo": (3, "2026-01-05T11:00:00", -78.4, -77.9),
    "tomst": (3, "2026-01-05T11:00:00", 4.4375, 4.5625),
}


def mappings() -> list[str]:
    return sorted(path.stem for path in LOGGERS.glob("*.toml"))


def test_every_mapping_has_its_expectation() -> None:
    assert set(mappings()) == set(EXPECTED)


@pytest.mark.parametrize("name", mappings())
def test_it_reads_its_sample(name: str, tmp_path: Path) -> None:
    (tmp_path / "cryogate.toml").write_text((EXAMPLES / "demo.toml").read_text())
    mapped = read_mapping(LOGGERS / f"{name}.toml")
    sample = LOGGERS / FILES.get(name, f"{name}.csv")
    preview = preview_import(files_of([sample], mapped)[0], mapped, load(tmp_path / "cryogate.toml"))
    seen = preview.series[0]
    assert (seen.readings, (seen.first or "")[:19], seen.lowest, seen.highest) == EXPECTED[name]
    assert preview.lines.not_understood == ()


@pytest.mark.parametrize("name", mappings())
def test_it_says_where_its_sample_is_from(name: str) -> None:
    second = (LOGGERS / f"{name}.toml").read_text().splitlines()[1]
    assert second.startswith(("# Sample: recorded", "# Sample: invented from a description"))
    assert f"[{name}](examples/loggers/{name}.toml)" in DOCS
