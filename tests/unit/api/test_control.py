"""The control socket: questions answered, nonsense survived, long paths reached."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.api import asking, control
from gateway.doctor.folder import is_hidden
from gateway.errors import NotRunning


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[None]:
    task = asyncio.create_task(control.serve(folder, {"status": lambda: {"fine": True}}, asyncio.Event()))
    while not (folder / asking.NAME).exists():
        await asyncio.sleep(0.001)
    yield
    task.cancel()


async def asked(folder: Path, question: str) -> Any:
    return await asyncio.to_thread(asking.ask, folder, question)


async def test_a_question_is_answered_and_an_unknown_one_lists_the_known(tmp_path: Path) -> None:
    async with served(tmp_path):
        assert await asked(tmp_path, "status") == {"fine": True}
        assert (await asked(tmp_path, "weather"))["known"] == ["status"]


async def test_a_folder_whose_path_is_longer_than_socket_addresses_may_be(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100) / ("y" * 100)
    deep.mkdir(parents=True)
    async with served(deep):
        assert await asked(deep, "status") == {"fine": True}


async def test_a_socket_left_over_from_a_crash_is_taken_over(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / asking.NAME))
    async with served(tmp_path):
        await asyncio.sleep(0.05)
        assert await asked(tmp_path, "status") == {"fine": True}


@pytest.mark.parametrize("nonsense", [b"\n", b"[]\n", b'{"ask": 1}\n', b"x" * 10_000 + b"\n", b""])
async def test_nonsense_does_not_stop_it(tmp_path: Path, nonsense: bytes) -> None:
    async with served(tmp_path):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / asking.NAME))
        writer.write(nonsense)
        writer.write_eof()
        await reader.read()
        writer.close()
        assert await asked(tmp_path, "status") == {"fine": True}


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="start one with `cryogate run`"):
        asking.ask(tmp_path, "status")
    with pytest.raises(NotRunning):
        asking.ask(tmp_path / "nowhere", "status")


@contextmanager
def a_stranger(folder: Path) -> Iterator[None]:
    """Somebody who may not look into the folder: not root, or else its owner without rights."""
    is_root, rights = os.geteuid() == 0, folder.stat().st_mode
    folder.chmod(rights if is_root else 0)
    os.seteuid(65534 if is_root else os.geteuid())
    try:
        yield
    finally:
        os.seteuid(0 if is_root else os.geteuid())
        folder.chmod(rights)


def test_who_may_not_look_is_not_told_that_nothing_runs(tmp_path: Path) -> None:
    """ "Start one" would be the wrong advice: one may run."""
    (tmp_path / "data").mkdir(0o700)
    (tmp_path / "data" / "lock").touch()
    with a_stranger(tmp_path / "data"):
        with pytest.raises(NotRunning, match=r"may not look into it.*ask as the user of the gateway"):
            asking.ask(tmp_path / "data", "status")
        assert is_hidden(tmp_path / "data")
    assert not is_hidden(tmp_path / "data")


async def test_only_its_own_user_and_root_may_ask_it_to_do_something(tmp_path: Path) -> None:
    done: list[bool] = []
    answers = {control.START_ANEW: lambda: done.append(True)}
    task = asyncio.create_task(control.serve(tmp_path, answers, asyncio.Event()))
    while not (tmp_path / asking.NAME).exists():
        await asyncio.sleep(0.001)
    assert await asked(tmp_path, control.START_ANEW) is None and done == [True]
    task.cancel()
