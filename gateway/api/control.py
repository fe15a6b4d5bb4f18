"""The control socket: what other programs on this box may ask a running gateway.

A Unix socket `control.sock` in the data folder; one line of JSON in, one line of JSON out. Who asks
does it by asking.py. Whoever may open the socket may look; only the gateway's own user, and root, may ask it
to do something.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gateway.api.asking import ANSWER_WITHIN_S, path_in

LONGEST_QUESTION = 4096  # bytes
START_ANEW: Final = "start anew"  # with the configuration as the file has it by then
FOR_ITS_USER: Final = (START_ANEW,)
_CREDENTIALS: Final = struct.Struct("3i")  # pid, uid, gid: unix(7), SO_PEERCRED

Answers = Mapping[str, Callable[[], Any]]


async def serve(folder: Path, answers: Answers, listening: asyncio.Event) -> None:
    """Answer questions until cancelled; `listening` is set once it can. A question is {"ask": "status"}."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), ANSWER_WITHIN_S)
            asked_of = answers if _is_its_user(writer) else _looks(answers)
            writer.write(json.dumps(_answer(line, asked_of)).encode() + b"\n")
            await writer.drain()
        except (TimeoutError, ConnectionError, ValueError, RecursionError):
            pass  # the asker went away or talked nonsense: its loss
        finally:
            writer.close()

    with path_in(folder) as path:
        Path(path).unlink(missing_ok=True)
        server = await asyncio.start_unix_server(answer, path, limit=LONGEST_QUESTION)
        Path(path).chmod(0o660)
        listening.set()
        async with server:
            await server.serve_forever()


def _looks(answers: Answers) -> Answers:
    return {name: answer for name, answer in answers.items() if name not in FOR_ITS_USER}


def _is_its_user(writer: asyncio.StreamWriter) -> bool:
    """Whether who asks runs as the same user, or as root."""
    connection = writer.get_extra_info("socket")
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return _CREDENTIALS.unpack(told)[1] in (0, os.geteuid())


def _answer(line: bytes, answers: Answers) -> Any:
    question = json.loads(line)
    asked = question.get("ask") if isinstance(question, dict) else None
    if not isinstance(asked, str) or asked not in answers:
        return {"error": f"unknown question {asked!r}", "known": sorted(answers)}
    return answers[asked]()
