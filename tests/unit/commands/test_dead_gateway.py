"""Commands that show the present say that it is the past where no gateway runs; the answer stays as it is."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner, Result

from gateway.api.control import serve
from gateway.cli import app
from gateway.journal.records import Records
from gateway.model import Severity
from gateway.statements import PROGRAM, Statement, fault, handover
from gateway.statements.fault import FaultRaised
from tests.unit.commands.front_desk import Office
from tests.unit.commands.test_quiet_said import a_fault

REMARK = "no gateway runs: this is what was known"
COMMANDS = ("alarms", "handover", "calls", "duty", "time-left")


@pytest.fixture
def left_alone(office: Office) -> Office:
    """A gateway wrote a minute ago, and somebody stated something since."""
    with office.desk() as desk:
        at_ns = desk.clock.now_ns()
        said = fault.to_body(FaultRaised("F-1", "sink:x", Severity.WARNING, "it is away", ()))
        desk.journal.commit(statements=[Statement(fault.KIND, "edge", at_ns, said, actor=PROGRAM)])
        with Records(office.folder / "data" / "records.sqlite") as records, records.transaction():
            records.book.put_alarms([a_fault()])
    return office


def asked(office: Office, *words: str) -> Result:
    done = CliRunner().invoke(app, [*words, "--config", str(office.config)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done


@contextmanager
def running(office: Office, **journal: object) -> Iterator[None]:
    """Something listens where a gateway does."""
    ready, over = threading.Event(), threading.Event()

    answers = {"status": lambda: {"journal": journal}}

    async def listen() -> None:
        listening = asyncio.Event()
        serving = asyncio.create_task(serve(office.folder / "data", answers, listening))
        await listening.wait()
        ready.set()
        await asyncio.to_thread(over.wait, 60)
        serving.cancel()

    thread = threading.Thread(target=asyncio.run, args=(listen(),))
    thread.start()
    assert ready.wait(60)
    try:
        yield
    finally:
        over.set()
        thread.join(60)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_shown_is_said_to_be_old_where_no_gateway_runs(left_alone: Office, command: str) -> None:
    done = asked(left_alone, command, "--json")
    assert REMARK in done.stderr and REMARK not in done.stdout
    json.loads(done.stdout)
    with running(left_alone):
        assert asked(left_alone, command, "--json").stderr == ""
    assert REMARK in asked(left_alone, command).stderr, "the socket of a gateway that is gone stays behind"


def test_a_handover_without_a_gateway_says_so_in_its_record(left_alone: Office) -> None:
    words = ("handover", "--by", "Li Na", "--to", "Wang Wei", "--json")
    with running(left_alone):
        assert json.loads(asked(left_alone, *words).stdout)["known_at"] is None
    known_at = json.loads(asked(left_alone, *words).stdout)["known_at"]
    first, second = map(handover.of, (said.body for said in left_alone.stated("handover")))
    assert first.known_ns is None and second.known_ns is not None
    assert "no gateway ran: as known at" in handover.words(second) and known_at.endswith("Z")
    asked(left_alone, "handover", "--by", "Li Na", "--to", "Wang Wei")
    last = handover.of(left_alone.stated("handover")[-1].body)
    assert last.known_ns == second.known_ns, "what people state makes nothing newer"


def test_what_was_at_another_time_needs_no_gateway(left_alone: Office) -> None:
    assert asked(left_alone, "duty", "--at", "2026-02-01T00:00:00Z").stderr == ""


@pytest.mark.parametrize(
    ("behind", "problem", "remark"),
    [
        (100, None, ""),
        (101, None, "screening is 101 entries behind: alarms can be missing"),
        (0, "made by a newer version", "nothing is screened, so alarms are missing: made by a newer version"),
    ],
)
def test_a_gateway_that_has_not_screened_all_is_no_good_news(
    left_alone: Office, behind: int, problem: str | None, remark: str
) -> None:
    with running(left_alone, screening_behind=behind, screening_problem=problem):
        said = asked(left_alone, "alarms").stderr
    assert remark in said and bool(said) == bool(remark)
