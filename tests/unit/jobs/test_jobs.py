"""Jobs with real child processes: how many, for how long, what ends them, and what is left of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import InputError
from gateway.jobs import child, job, jobs
from gateway.jobs.job import Job
from gateway.jobs.jobs import Busy, Jobs
from gateway.jobs.kinds import Answer
from tests.system.gateway_process import eventually
from tests.unit.commands.front_desk import CONFIG

ASKED = {"head": ""}
NO_JOURNAL = "no journal yet; start a gateway with `cryogate run`"
STARTS_AND_HANGS = """
import sys, time
from pathlib import Path
from gateway.jobs.jobs import Jobs
jobs = Jobs(Path(sys.argv[1]), Path(sys.argv[2]), time.time_ns)
jobs.start("li.na", "verify", "journal-verify.read", {"head": ""})
print(jobs.of("li.na")[0]._process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Jobs]:
    """Whose children never get their configuration: nobody writes into the pipe."""
    os.mkfifo(tmp_path / "cryogate.toml")
    found = Jobs(tmp_path / "cryogate.toml", tmp_path, time.time_ns)
    yield found
    found.close()


def begun(of: Jobs, account: str = "li.na") -> Job:
    of.start(account, "verify", "journal-verify.read", ASKED)
    return of.of(account)[0]


def pid_of(one: Job) -> int:
    assert one._process is not None
    return one._process.pid


def test_one_runs_for_an_account_and_two_for_all(hanging: Jobs) -> None:
    first = begun(hanging)
    with pytest.raises(Busy, match="of this account"):
        begun(hanging)
    begun(hanging, "wang.wei")
    with pytest.raises(Busy, match="2 long questions run already"):
        begun(hanging, "wu.min")
    hanging.end(first)
    assert begun(hanging, "wu.min").runs and hanging.of("li.na") == []


def test_one_that_is_cancelled_leaves_no_process_and_no_files(hanging: Jobs, tmp_path: Path) -> None:
    one = begun(hanging)
    pid, home = pid_of(one), next((tmp_path / "jobs").iterdir())
    assert [*home.iterdir()] != []
    hanging.end(one)
    assert not Path(f"/proc/{pid}").exists() and [*home.iterdir()] == []
    assert (one.public()["state"], one.public()["problem"]) == ("cancelled", "")


def test_one_that_is_killed_is_a_failure_that_says_so(hanging: Jobs) -> None:
    one = begun(hanging)
    os.kill(pid_of(one), signal.SIGKILL)
    eventually(lambda: not one.runs, "it is known to be dead")
    told = hanging.public(one)
    assert told["state"] == "failed" and "killed (signal 9)" in told["problem"]
    assert told["until"] is not None and one.open_answer() is None


def test_one_that_takes_too_long_is_ended(hanging: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "LONGEST_S", 0.05)
    one = begun(hanging)
    eventually(lambda: not one.runs, "it is ended")
    assert "ask for less" in one.public()["problem"]


def test_what_cannot_be_answered_fails_with_the_words_of_the_command(tmp_path: Path) -> None:
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    of = Jobs(config, tmp_path, time.time_ns)
    refused, broken = begun(of), begun(of, "wang.wei")
    eventually(lambda: not refused.runs and not broken.runs, "both end")
    assert NO_JOURNAL in refused.public()["problem"]
    of.start("wu.min", "nonsense", "journal-verify.read", {})
    broken = of.of("wu.min")[0]
    eventually(lambda: not broken.runs, "it ends")
    assert "without an answer (exit code 1)" in broken.public()["problem"]
    of.close()


def test_few_are_kept_and_none_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_KEPT", 2)
    monkeypatch.setattr(jobs, "MOST_OF_ALL", 3)
    monkeypatch.setattr(sys, "executable", "/bin/false")  # children that end at once
    of = Jobs(tmp_path / "none.toml", tmp_path, time.time_ns)
    for account in ("li.na", "li.na", "li.na", "wang.wei", "wang.wei"):
        one = begun(of, account)
        eventually(lambda one=one: one.id not in running(of), "it ends")  # type: ignore[misc]
    eventually(lambda: (len(of.of("li.na")), len(of.of("wang.wei"))) == (1, 2), "the oldest are gone")
    home = next((tmp_path / "jobs").iterdir())
    eventually(lambda: len([*home.iterdir()]) == 3, "their files, too")
    monkeypatch.setattr(jobs, "KEPT_S", 0.01)
    last = begun(of, "wu.min")
    eventually(lambda: of.of("wu.min") == [] and not last.runs, "it is forgotten")
    of.close()
    assert [*(tmp_path / "jobs").iterdir()] == []


def running(of: Jobs) -> set[str]:
    return {one.id for name in ("li.na", "wang.wei") for one in of.of(name) if one.runs}


def test_a_child_ends_with_who_asked_and_the_next_start_removes_what_is_left(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cryogate.toml")
    command = [sys.executable, "-c", STARTS_AND_HANGS, str(tmp_path / "cryogate.toml"), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        Jobs(tmp_path, tmp_path, time.time_ns).clean()
        assert len([*(tmp_path / "jobs").iterdir()]) == 1, "it is in use"
        process.kill()
    eventually(lambda: not Path(f"/proc/{pid}").exists() or is_zombie(pid), "the child ends")
    Jobs(tmp_path, tmp_path, time.time_ns).clean()
    assert [*(tmp_path / "jobs").iterdir()] == []


def is_zombie(pid: int) -> bool:
    """Of a process that nobody waits for, in a container without an init."""
    return ") Z " in Path(f"/proc/{pid}/stat").read_text(encoding="ascii")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("mine")
    with pytest.raises(InputError, match="look at the disk"):
        begun(Jobs(tmp_path, tmp_path, time.time_ns))


def test_an_answer_that_is_larger_than_a_file_may_be_is_refused(tmp_path: Path) -> None:
    code = "import sys; from gateway.jobs import child; child.LARGEST = 10; child.main()"
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    code = (
        f"from gateway.jobs.kinds import verify, Answer; verify.answer = lambda *_: Answer(b'x' * 11); {code}"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(config), "verify", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("{}\n")
        process.stdin.flush()
        assert "File too large" in json.loads(process.stdout.readline())["refused"]


def test_progress_is_told_a_few_times_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "EVERY_S", 1e9)
    heard = list[dict[str, object]]()

    def say(**told: object) -> None:
        heard.append(told)

    def answer(_: object, __: object, told: object) -> Answer:
        for n in range(1000):
            told("archive", n, 1000)  # type: ignore[operator]
        return Answer(b"{}")

    monkeypatch.setattr("gateway.jobs.kinds.verify.answer", answer)
    monkeypatch.setattr(child, "load", lambda path: path)
    assert child._answered(Path("x"), "verify", {}, say).content == b"{}"
    assert heard == [{"progress": ["archive", 0, 1000]}]
