"""Long lists are sent packed to who takes that; what is about an account never is."""

from __future__ import annotations

import gzip
import json

from fastapi import FastAPI, Request, Response
from starlette.testclient import TestClient

from gateway.api.answers import WORTH_PACKING, json_answer, secret_answer

ROWS = {"items": ["x" * 10] * WORTH_PACKING}
app = FastAPI()


@app.get("/long")
def long(request: Request) -> Response:
    return json_answer(request, ROWS)


@app.get("/short")
def short(request: Request) -> Response:
    return json_answer(request, {"items": []})


@app.get("/secret")
def secret() -> Response:
    return secret_answer(ROWS)


def test_a_long_answer_is_packed_where_the_asker_takes_it() -> None:
    client = TestClient(app)
    with client.stream("GET", "/long", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip" and answer.headers["vary"] == "Accept-Encoding"
    assert len(raw) < WORTH_PACKING and json.loads(gzip.decompress(raw)) == ROWS
    plain = client.get("/long", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.json() == ROWS
    same = {"Accept-Encoding": "gzip", "If-None-Match": plain.headers["etag"]}
    assert client.get("/long", headers=same).status_code == 304


def test_neither_a_short_one_nor_one_about_an_account() -> None:
    client = TestClient(app)
    for path in ("/short", "/secret"):
        assert "content-encoding" not in client.get(path, headers={"Accept-Encoding": "gzip"}).headers
