"""The control socket: what other programs on this box may ask a running gateway.

A Unix socket `control.sock` in the data folder; one line of JSON in, one line of JSON out. Its path is
reached through the folder's file descriptor, because socket paths end at 107 bytes and folders do not.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.errors import NotRunning

NAME = "control.sock"
LONGEST_QUESTION = 4096  # bytes
ANSWER_WITHIN_S = 10.0

Answers = Mapping[str, Callable[[], Any]]


async def serve(folder: Path, answers: Answers, listening: asyncio.Event) -> None:
    """Answer questions until cancelled; `listening` is set once it can. A question is {"ask": "status"}."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), ANSWER_WITHIN_S)
            writer.write(json.dumps(_answer(line, answers)).encode() + b"\n")
            await writer.drain()
        except (TimeoutError, ConnectionError, ValueError, RecursionError):
            pass  # the asker went away or talked nonsense: its loss
        finally:
            writer.close()

    with _short(folder) as path:
        Path(path).unlink(missing_ok=True)
        server = await asyncio.start_unix_server(answer, path, limit=LONGEST_QUESTION)
        Path(path).chmod(0o660)
        listening.set()
        async with server:
            await server.serve_forever()


def ask(folder: Path, question: str) -> Any:
    """Ask the gateway that keeps its data in `folder`. Raises NotRunning."""
    try:
        with _short(folder) as path, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_WITHIN_S)
            connection.connect(path)
            connection.sendall(json.dumps({"ask": question}).encode() + b"\n")
            with connection.makefile("rb") as stream:
                return json.loads(stream.readline())
    except (OSError, ValueError) as error:
        raise NotRunning(f"no gateway answers in {folder} ({error}); start one with `cryogate run`") from None


def is_answered(folder: Path) -> bool:
    """Whether a gateway keeps its data in `folder` now; True where this user may not see that."""
    try:
        with _short(folder) as path, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_WITHIN_S)
            connection.connect(path)
    except (PermissionError, BlockingIOError, TimeoutError):  # not mine, or too many ask at once
        return True
    except OSError:
        return False
    return True


def _answer(line: bytes, answers: Answers) -> Any:
    question = json.loads(line)
    asked = question.get("ask") if isinstance(question, dict) else None
    if not isinstance(asked, str) or asked not in answers:
        return {"error": f"unknown question {asked!r}", "known": sorted(answers)}
    return answers[asked]()


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)
