"""People who state things from several processes at once, while a gateway runs and while none does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gateway.journal.journal import Journal
from gateway.statements.effect import in_effect
from tests.system.gateway_process import GatewayProcess, eventually
from tests.unit.commands.front_desk import DAY, HEADER, Office

PEOPLE = ("Li Na", "Wang Wei", "Zhao Min", "Sun Yue")
ROUNDS = 2
SAY = """
import json, sys, time
from pathlib import Path
from gateway.commands import contents
from gateway.commands.author import at_this_box
from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.errors import InputError
config, file, by, corrects, starts = sys.argv[1:]
with open_desk(load(Path(config))) as desk:
    time.sleep(max(0.0, float(starts) - time.time()))
    try:
        done = contents.load(desk, at_this_box(by), Path(file), corrects, "I know better")
        print(json.dumps({"id": done.stated.id}))
    except InputError as error:
        print(json.dumps({"refused": str(error)}))
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def gateway(office: Office) -> Iterator[GatewayProcess]:
    running = GatewayProcess(office.config)
    running.start()
    running.wait_until_up()
    yield running
    running.end()


def row(office: Office, name: str, asset: str, hour: int) -> Path:
    text = f"holder,BAG-1,{asset},,{DAY}{hour:02}:00:00Z,,,\n"
    (office.folder / name).write_text(HEADER + text, encoding="utf-8")
    return office.folder / name


def all_at_once(office: Office, corrects: str) -> list[dict[str, Any]]:
    """Everybody corrects the same statement at the same moment, each in a process of their own."""
    starts = time.time() + 6  # seconds: interpreters need time to start on a busy machine
    commands = [
        [
            sys.executable,
            "-c",
            SAY,
            str(office.config),
            str(row(office, f"{n}.csv", "shipper-2", n)),
            by,
            corrects,
        ]
        for n, by in enumerate(PEOPLE)
    ]
    children = [
        subprocess.Popen([*command, str(starts)], stdout=subprocess.PIPE, text=True) for command in commands
    ]
    return [json.loads(child.communicate(timeout=120)[0]) for child in children]


def check_one_wins(office: Office) -> None:
    (newest,) = office.json("load", str(row(office, "first.csv", "shipper-1", 8)), "--by", "Li Na")["ids"]
    for _ in range(ROUNDS):
        told = all_at_once(office, newest)
        winners = [one["id"] for one in told if "id" in one]
        assert len(winners) == 1, told
        refused = [one["refused"] for one in told if "refused" in one]
        assert all(f"{newest} was corrected by" in text and f"use {winners[0]}" in text for text in refused)
        assert len(refused) == len(PEOPLE) - 1
        newest = winners[0]
    said = office.stated("containment")
    assert [s.id for s in in_effect(said)] == [newest]
    assert len(said) == ROUNDS + 1


def test_of_many_who_correct_at_once_one_succeeds_and_the_others_are_told(office: Office) -> None:
    check_one_wins(office)


def test_it_is_the_same_while_the_gateway_runs(office: Office, gateway: GatewayProcess) -> None:
    check_one_wins(office)
    assert gateway.stop() == 0


def test_nothing_that_people_state_is_lost_while_the_gateway_runs(
    office: Office, gateway: GatewayProcess
) -> None:
    """Each states three things as fast as they can; every answer names what is in the journal."""

    def state(by: str) -> list[str]:
        said = []
        for n in range(3):
            words = ("empty", "shipper-1", "--at", f"{DAY}08:00:{n:02}Z", "--by", by, "--json")
            done = gateway.cryogate(*words)
            assert done.returncode == 0, done.stderr
            said.append(json.loads(done.stdout)["id"])
        return said

    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        answers = [identity for said in pool.map(state, PEOPLE) for identity in said]
    with Journal.open_reading(office.path) as journal:
        stated = {s.id: s for _, s in journal.statements("empty")}
    assert set(answers) == set(stated)
    assert len({s.at_ns for s in stated.values()}) == len(stated) == 3  # who said the same got its id
    eventually(lambda: gateway.cryogate("statements", "--kind", "empty").returncode == 0, "it is listed")
    assert gateway.stop() == 0


def test_the_same_file_imported_by_several_at_once_is_one_import(office: Office) -> None:
    mapping = office.folder / "map.toml"
    mapping.write_text(
        'format = "csv"\n[options]\ncolumns = [{ column = "t", unit = "degC" }]\n[channels]\nt = "probe-1"\n',
        encoding="utf-8",
    )
    rows = "".join(f"{DAY}08:00:{n:02}Z,-190.0\n" for n in range(20))
    (office.folder / "log.csv").write_text(f"time,t\n{rows}", encoding="utf-8")
    office.run("empty", "shipper-1", "--by", "Li Na")
    command = [
        sys.executable,
        "-c",
        "from gateway.cli import main; main()",
        "import",
        str(office.folder / "log.csv"),
    ]
    children = [
        subprocess.Popen(
            [*command, "--map", str(mapping), "--by", by, "--json", "--config", str(office.config)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for by in PEOPLE
    ]
    told = [json.loads(child.communicate(timeout=120)[0])[0] for child in children]
    assert sorted(one["new"] for one in told) == [0, 0, 0, 20]
    assert len(office.stated("import")) == 1
