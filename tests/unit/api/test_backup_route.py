"""A backup by the API: into the configured folder alone, by administrators, and when the last one was."""

from __future__ import annotations

import shutil
from pathlib import Path

from gateway.journal.backup import restore
from tests.system.gateway_process import eventually
from tests.unit.api.two_sites import TwoSites

BOSS = "administrator"


def sites_with(folder: Path, data: Path, pages: str) -> TwoSites:
    shutil.copytree(data, folder / "data")
    return TwoSites(folder, f"\n[pages]\n{pages}\n")


def test_a_backup_is_taken_and_can_be_restored(tmp_path: Path, what_happened: Path) -> None:
    sites = sites_with(tmp_path, what_happened, 'backup_dir = "safe/cryogate"')
    told = sites.door.get("/backup", BOSS)
    assert (told["last"], told["running"], told["problem"]) == (None, False, "")
    assert sites.door.ask("POST", "/backup", "operator", json={}).status_code == 403
    begun = sites.door.ask("POST", "/backup", BOSS, json={})
    assert begun.status_code == 200 and begun.json()["new"]
    eventually(lambda: not sites.door.get("/backup", BOSS)["running"], "the backup ends")
    last, folder = sites.door.get("/backup", BOSS)["last"], tmp_path / "safe/cryogate"
    assert (folder / last["file"]).is_file() and last["last_entry"] == sites.desk.journal.last_seq()
    assert restore(folder, tmp_path / "back").last_seq == last["last_entry"]


def test_without_a_folder_or_with_a_wrong_one_it_says_what_to_do(
    sites: TwoSites, tmp_path: Path, what_happened: Path
) -> None:
    answer = sites.door.ask("POST", "/backup", BOSS, json={})
    assert answer.status_code == 422 and "backup_dir" in answer.json()["detail"]
    (tmp_path / "other" / "full").mkdir(parents=True)
    (tmp_path / "other" / "full" / "letter.txt").write_text("mine")
    wrong = sites_with(tmp_path / "other", what_happened, 'backup_dir = "full"')
    assert wrong.door.ask("POST", "/backup", BOSS, json={}).status_code == 200
    eventually(lambda: not wrong.door.get("/backup", BOSS)["running"], "it ends")
    assert "is no backup" in wrong.door.get("/backup", BOSS)["problem"]
