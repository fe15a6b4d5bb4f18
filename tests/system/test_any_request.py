"""Whatever is asked of a served API is answered, as its schema says: no request is a mistake of ours.

Requests are made from the schema (schemathesis), right and wrong ones, with names that exist and names that
do not. More of each: `CRYOGATE_EXAMPLES=50 pytest tests/system/test_any_request.py`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.accounts.accounts import open_accounts
from gateway.accounts.register import Account
from gateway.accounts.tokens import Token
from gateway.api.links import LINKS
from gateway.commands import accounts as administration
from gateway.commands.desk import open_desk
from gateway.config.load import load
from gateway.rights.table import INSPECTOR, ROLES
from tests.system.gateway_process import eventually
from tests.unit.accounts.members import CHEAP, DAY
from tests.unit.api.members_door import BOSS
from tests.unit.api.test_rights_of_routes import HERE
from tests.unit.api.two_sites import TwoSites

EXAMPLES = int(os.environ.get("CRYOGATE_EXAMPLES", "2"))  # of each operation, right and wrong ones each
PLAIN = "[pages]\nplain = true\n"
STARTS_WITHIN_S = 120.0
WITHIN_S = 30.0  # for one answer
ENDLESS = ("/api/v1/live",)
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
NOT_NOW = (502, 503)  # no gateway runs beside this API: that is an answer


@dataclass(frozen=True, slots=True)
class Served:
    """An API that is asked with `token`; `names`: what exists there, by the name of a parameter."""

    url: str
    token: str
    names: dict[str, str]
    log: Path

    def schema(self) -> Any:
        with urllib.request.urlopen(f"{self.url}/api/v1/openapi.json", timeout=WITHIN_S) as answer:
            return json.load(answer)

    def answers(self) -> bool:
        with suppress(OSError):
            return bool(self.schema())
        return False


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The folder of a gateway that ran, with two sites, and a process that answers for it."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "data").mkdir()
    sites = TwoSites(folder, PLAIN)
    sites.happen()
    sites.enter_people()
    sites.set_roster("s")
    names = {**HERE, "alarm": sites.alarms()["top"], "unit": "BAG-1", "person": "wang.wei"}
    names["statement"] = next(iter(sites.desk.journal.statements("containment")))[1].id
    port, config = free_port(), sites.door.config
    token = token_of_everything(config)
    program = [sys.executable, "-c", "from gateway.cli import main; main()", "pages"]
    where = ["--listen", f"127.0.0.1:{port}", "--config", str(config)]
    log = folder / "pages.log"
    with (
        log.open("wb") as out,
        subprocess.Popen([*program, *where], stdout=out, stderr=out, stdin=subprocess.DEVNULL) as process,
    ):
        asked = Served(f"http://127.0.0.1:{port}", token, names, log)
        try:
            eventually(asked.answers, f"the API answers; {log} has why not", STARTS_WITHIN_S)
            yield asked
        finally:
            process.terminate()


def token_of_everything(config: Path) -> str:
    """Of an account with every role that does something."""
    roles = tuple(role for role in ROLES if role != INSPECTOR)
    configuration = load(config)
    with open_desk(configuration) as desk, open_accounts(configuration.data_dir, CHEAP) as accounts:
        administration.add(desk, accounts, BOSS, Account("li.na", roles))
        now_ns = desk.clock.now_ns()
        wanted = Token("", "li.na", "everything", None, None, None, now_ns, now_ns + DAY)
        return administration.new_token(desk, accounts, BOSS, wanted)[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_no_request_is_a_mistake_of_ours(served: Served) -> None:
    """Every failure of every operation is told, not only the first."""
    schema = schemathesis.openapi.from_dict(served.schema())
    failures = []
    for made in schema.get_all_operations():
        operation = made.ok()
        if operation.path in ENDLESS:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                ask_some(served, operation, mode)
            except (FailureGroup, Failure) as failure:
                failures.append(f"{operation.label}, {mode.value}: {told(failure)}")
            except Unsatisfiable:  # nothing can be wrong there
                continue
    assert not failures, "\n\n".join(failures)


def ask_some(served: Served, operation: Any, mode: GenerationMode) -> None:
    names = st.dictionaries(st.sampled_from(sorted(served.names)), st.just(True), max_size=len(served.names))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="CI" in os.environ,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=names)
    def ask(case: Any, known: dict[str, bool]) -> None:
        case.path_parameters.update(
            {name: served.names[name] for name in case.path_parameters if name in known}
        )
        answer = case.call(
            base_url=served.url,
            headers={"Authorization": f"Bearer {served.token}"},
            timeout=WITHIN_S,
            allow_redirects=False,
        )
        if answer.status_code not in NOT_NOW:
            case.validate_response(answer, checks=[*CHECKS])

    ask()


LINKED = sorted({f"/api/v1{one.split()[1]}" for link in LINKS for one in (link[0], link[2])})
OWN = [path for path in LINKED if "/tokens" in path or "/sessions" in path]  # they would end who asks
STORIES = int(os.environ.get("CRYOGATE_STORIES", "10"))  # with at most so many requests each


def test_what_follows_from_an_answer_is_no_mistake_of_ours(served: Served) -> None:
    """With state: an alarm of the list is commented, the comment is withdrawn, by links of the schema."""
    every = schemathesis.openapi.from_dict(without_shapes(served.schema()))
    schema = every.include(path=LINKED).exclude(path=OWN)
    schema.config.phases.stateful.inference.algorithms = []  # by our links alone
    answered: set[str] = set()

    class Story(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {served.token}"}
            return {"base_url": served.url, "headers": headers, "timeout": WITHIN_S}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            if response.status_code not in NOT_NOW:
                case.validate_response(response, checks=[not_a_server_error, status_code_conformance])
                answered.update({case.operation.label} if response.status_code == 200 else ())

    Story.run(
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=STORIES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
    )
    assert any("{" in label for label in answered), "a name that is made up is never there"


def without_shapes(schema: Any) -> Any:
    """Of answers: for stories schemathesis takes no type that is one of several. They are checked above."""
    for methods in schema["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                for content in answer.get("content", {}).values():
                    content.pop("schema", None)
    return schema


def told(failure: BaseException) -> str:
    several = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
    return "\n".join(str(one) for one in several)
