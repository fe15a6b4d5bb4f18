"""The examples of docs/notifiers.md are configurations, and `check` looks after the files that they name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway.api.certificate import own
from gateway.config import plugins
from gateway.config.files import exposed, missing
from gateway.config.load import parse
from gateway.config.types import NOTIFIERS, Configuration

PAGE = (Path(__file__).parents[3] / "docs" / "notifiers.md").read_text()
EXAMPLES = re.findall(r"^    (\[notifiers\.\w+\]\n(?:    .+\n)+)", PAGE, re.M)
SECRETS = {
    "hook.secret",
    "mail.password",
    "ntfy.token",
    "ding.token",
    "ding.secret",
    "wecom.token",
    "lark.token",
    "lark.secret",
    "sms.key",
    "matrix.url",
    "pager.key",
    "genie.key",
    "goalert.key",
}


def configuration(folder: Path) -> Configuration:
    document: dict[str, Any] = {"gateway": {"name": "test"}, "notifiers": {}}
    for example in EXAMPLES:
        document["notifiers"] |= tomllib.loads(example.replace("\n    ", "\n"))["notifiers"]
    return parse(document, folder / "cryogate.toml")


def test_every_kind_has_an_example_that_loads(tmp_path: Path) -> None:
    kinds = [plug_in.kind for plug_in in configuration(tmp_path).notifiers.values()]
    assert sorted(set(kinds)) == plugins.names(NOTIFIERS, "Options")


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_that_is_missing_or_public_is_said(tmp_path: Path, name: str) -> None:
    own(tmp_path, "127.0.0.1").certificate.rename(tmp_path / "lab-ca.pem")
    for file in SECRETS:
        (tmp_path / file).write_text("secret\n")
        (tmp_path / file).chmod(0o600)
    there = configuration(tmp_path)
    assert list(missing(there)) == list(exposed(there)) == []
    (tmp_path / name).chmod(0o644)
    ((key, what, do),) = exposed(there)
    assert name in what and do.startswith("chmod o-rwx") and key.startswith("notifiers.")
    (tmp_path / name).unlink()
    ((key, what),) = missing(there)
    assert key.startswith("notifiers.") and f"{name} cannot be read" in what
