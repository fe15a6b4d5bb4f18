"""Where the key of the chain comes from, and what happens without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.commands.desk import open_desk
from gateway.config.files import exposed, missing
from gateway.config.load import load
from gateway.config.types import Configuration
from gateway.errors import InputError
from gateway.journal.journal import Statement
from gateway.journal.verify import verify
from gateway.running.checks import unlinked
from gateway.writing.linking import chain_if_possible, chain_of, keys_of


def configured(folder: Path, more: str = "") -> Configuration:
    (folder / "cryogate.toml").write_text(f'[gateway]\nname = "g"\ndata_dir = "data"\n{more}')
    return load(folder / "cryogate.toml")


def state(configuration: Configuration) -> None:
    with open_desk(configuration) as desk:
        desk.journal.commit(statements=[Statement("notification", "Li Na", 1, {})])


def named(folder: Path) -> Configuration:
    return configured(folder, '[journal]\nchain_key_file = "chain.txt"\n')


def test_one_is_made_in_the_data_folder_and_used_by_commands(tmp_path: Path) -> None:
    configuration = configured(tmp_path)
    assert keys_of(configuration, []) == []
    state(configuration)
    state(configuration)
    found = verify(configuration.data_dir / "journal.sqlite", keys=keys_of(configuration, []))
    assert (found.problems, found.notes, found.head[:2]) == ([], [], "2:")


def test_one_that_is_named_is_never_made(tmp_path: Path) -> None:
    configuration = named(tmp_path)
    assert [key for key, _ in missing(configuration)] == ["journal.chain_key_file"]
    with pytest.raises(InputError, match=r"chain.txt: No such file"):
        state(configuration)
    assert not (tmp_path / "chain.txt").exists()
    (tmp_path / "chain.txt").write_text("ab" * 32 + "\n")
    state(configuration)
    assert chain_of(configuration).fingerprint == keys_of(configuration, [])[0].fingerprint
    assert not (configuration.data_dir / "chain.key").exists()


@pytest.mark.parametrize("text", ["", "ab" * 31, "xy" * 32, "ab" * 32 + " ab", "é" * 64])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "chain.txt").write_text(text)
    with pytest.raises(InputError, match=r"chain.txt: "):
        chain_of(named(tmp_path))


def test_everybody_may_read_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "chain.txt").write_text("ab" * 32)
    (tmp_path / "chain.txt").chmod(0o644)
    assert [key for key, _, _ in exposed(named(tmp_path))] == ["journal.chain_key_file"]


def test_a_gateway_goes_on_without_it_and_a_fault_says_so(tmp_path: Path) -> None:
    configuration = named(tmp_path)
    chain = chain_if_possible(configuration)
    assert chain is None
    assert [one.key for one in unlinked(chain)()] == ["chain"]  # type: ignore[union-attr]
    (tmp_path / "chain.txt").write_text("ab" * 32)
    assert list(unlinked(chain_if_possible(configuration))()) == []


def test_keys_that_are_kept_elsewhere_are_taken_instead(tmp_path: Path) -> None:
    configuration = configured(tmp_path)
    state(configuration)
    (tmp_path / "old.key").write_text("ab" * 32)
    path = configuration.data_dir / "journal.sqlite"
    assert "no link" in verify(path, keys=keys_of(configuration, [tmp_path / "old.key"])).problems[0]
    both = [tmp_path / "old.key", configuration.data_dir / "chain.key"]
    assert verify(path, keys=keys_of(configuration, both)).problems == []
