"""No package that runs with Cryogate has a hole that is known, as far as the package index answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Set
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from tests.test_licences import normal, run_time_packages

WITHIN_S = 300.0
ASKED = ("--local", "--skip-editable", "--format", "json", "--progress-spinner", "off", "--timeout", "15")
NOBODY = "nobody tells of known holes here (no network, or an index without them): they are not looked up"
ENDS = {"name": "ends", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
FINE = {"name": "Fine.Package", "version": "2.0", "vulns": []}
SKIPPED = {"name": "fine-package", "skip_reason": "Dependency not found on PyPI and could not be audited"}
UNKNOWN = {"name": "other", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def looked_up() -> list[dict[str, Any]]:
    """Each package with what is known of it; none where nobody answers."""
    command = [str(Path(sys.executable).with_name("pip-audit")), *ASKED]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, subprocess.TimeoutExpired):
        return []


def holes(packages: list[dict[str, Any]], names: Set[str]) -> Iterator[str]:
    """Of packages with these names; a package of which nobody knows anything, where others are known, too."""
    for one in packages:
        name = normal(one["name"])
        if name not in names:
            continue
        if reason := one.get("skip_reason"):
            yield f"{name}: {reason}"
        for hole in one.get("vulns", ()):
            fixed = ", ".join(hole["fix_versions"]) or "nothing yet"
            yield f"{name} {one['version']}: {hole['id']}, mended in {fixed}"


def is_answered(packages: list[dict[str, Any]]) -> bool:
    return any("vulns" in one for one in packages)


def test_no_package_that_runs_has_a_known_hole() -> None:
    packages = looked_up()
    if not is_answered(packages):
        pytest.skip(NOBODY)
    assert list(holes(packages, run_time_packages())) == []


def test_what_is_a_hole() -> None:
    assert list(holes([FINE], {"fine-package"})) == []
    assert list(holes([ENDS, FINE], {"ends", "fine-package"})) == ["ends 1.0: PYSEC-1, mended in 1.1"]
    assert list(holes([ENDS, UNKNOWN], {"fine-package"})) == [], (
        "tools of the tests are not part of what runs"
    )
    [one] = holes([ENDS, SKIPPED], {"fine-package"})
    assert "could not be audited" in one


def test_where_nobody_answers_that_is_no_good_news() -> None:
    assert is_answered([ENDS, SKIPPED]) and not is_answered([SKIPPED]) and not is_answered([])


def test_the_tool_is_there() -> None:
    """Else the first test would be skipped everywhere."""
    assert distribution("pip-audit").version
