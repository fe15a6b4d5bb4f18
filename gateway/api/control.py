"""The control socket: what other programs on this box may ask a running gateway.

A Unix socket `control.sock` in the data folder; one line of JSON in, one line of JSON out. Who asks
does it by asking.py.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gateway.api.asking import ANSWER_WITHIN_S, path_in

LONGEST_QUESTION = 4096  # bytes

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

    with path_in(folder) as path:
        Path(path).unlink(missing_ok=True)
        server = await asyncio.start_unix_server(answer, path, limit=LONGEST_QUESTION)
        Path(path).chmod(0o660)
        listening.set()
        async with server:
            await server.serve_forever()


def _answer(line: bytes, answers: Answers) -> Any:
    question = json.loads(line)
    asked = question.get("ask") if isinstance(question, dict) else None
    if not isinstance(asked, str) or asked not in answers:
        return {"error": f"unknown question {asked!r}", "known": sorted(answers)}
    return answers[asked]()
