"""What runs with Cryogate may be used, changed and passed on: each package and its licence is listed."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
ROW = re.compile(r"^\| ([a-z0-9.-]+) \| ([^|]+) \|", re.MULTILINE)
PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "PSF-2.0", "Zlib",
    "any-OSI",
    "MPL-2.0",  # of files that are passed on as they are
}  # fmt: skip
SAID = {  # what packages say that give no SPDX expression
    "bsd": "BSD-3-Clause", "bsd-3-clause": "BSD-3-Clause", "bsd license": "BSD-3-Clause",
    "any-osi": "any-OSI", "mit": "MIT", "mit license": "MIT", "isc license": "ISC",
    "bsd-2-clause": "BSD-2-Clause", "apache license, version 2.0": "Apache-2.0",
    "apache-2.0": "Apache-2.0", "mpl-2.0": "MPL-2.0",
}  # fmt: skip


def normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def run_time_packages() -> set[str]:
    """What `pip install cryogate` brings on this platform, extras not counted."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    waiting, found = [Requirement(text) for text in project["dependencies"]], set[str]()
    while waiting:
        requirement = waiting.pop()
        name = normal(requirement.name)
        if name in found or not is_wanted(requirement):
            continue
        found.add(name)
        extras = {"", *requirement.extras}
        waiting += [
            inner
            for inner in map(Requirement, distribution(requirement.name).requires or [])
            if inner.marker is None or any(inner.marker.evaluate({"extra": one}) for one in extras)
        ]
    return found


def is_wanted(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def licence_of(name: str) -> str:
    """An SPDX expression."""
    told = distribution(name).metadata
    if "License-Expression" in told:
        return str(told["License-Expression"])
    classifiers = [c for c in told.get_all("Classifier") or [] if c.startswith("License :: OSI Approved :: ")]
    words = [*(told.get_all("License") or []), *(c.rsplit(":: ", 1)[-1] for c in classifiers)]
    return next((SAID[word.lower()] for word in words if word.lower() in SAID), "unknown")


def is_permissive(expression: str) -> bool:
    """All of what AND joins, one of what OR joins."""
    parts = [part.split(" OR ") for part in re.sub(r"[()]", "", expression).split(" AND ")]
    return all(any(one.strip() in PERMISSIVE for one in part) for part in parts)


def test_the_page_lists_every_run_time_package_with_its_licence() -> None:
    """What a licence is called differs from version to version; that it is permissive does not."""
    listed = {name: licence.strip() for name, licence in ROW.findall(PAGE.read_text()) if name != "package"}
    assert run_time_packages() - set(listed) == set()
    assert {name for name, licence in listed.items() if not is_permissive(licence)} == set()


def test_all_of_them_are_permissive() -> None:
    assert {name for name in run_time_packages() if not is_permissive(licence_of(name))} == set()
    assert not is_permissive("GPL-3.0-only") and not is_permissive("MIT AND AGPL-3.0-or-later")
    assert is_permissive("EPL-2.0 OR BSD-3-Clause")


def test_the_bill_of_materials_names_them_with_their_versions(tmp_path: Path) -> None:
    made = tmp_path / "sbom.json"
    subprocess.run(["scripts/sbom", str(made)], cwd=ROOT, check=True, timeout=120)
    told = json.loads(made.read_text())
    assert (told["bomFormat"], told["metadata"]["component"]["name"]) == ("CycloneDX", "cryogate")
    versions = {normal(one["name"]): one["version"] for one in told["components"]}
    for name in run_time_packages():
        assert versions[name] == distribution(name).version
