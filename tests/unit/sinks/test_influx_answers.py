"""Answers to a write, judged: only InfluxDB's own words reject lines."""

from __future__ import annotations

import json

import pytest

from gateway.sinks.influx_answers import LONGEST_MESSAGE, Rejection, rejection, words

CONFLICT = (
    'failure writing points to database: partial write: field type conflict: input field "value" on '
    'measurement "reading" is type float, already exists as type integer dropped=7'
)
RETENTION = (
    "failure writing points to database: partial write: dropped 550 points outside retention policy of "
    "duration 8760h0m0s - oldest point reading,channel=top at 2022-05-09T10:22:00Z dropped because it "
    "violates a Retention Policy Lower Bound at 2025-03-05T16:34:57.686336708Z, newest point "
    "reading,channel=top at 2025-02-23T14:44:00Z dropped because it violates a Retention Policy Lower Bound "
    "at 2025-03-05T16:34:57.686336708Z dropped=550 for database: 91040e1bf6671dfd"
)


def said(code: str, message: str) -> str:
    return json.dumps({"code": code, "message": message})


@pytest.mark.parametrize(
    ("status", "body", "dropped"),
    [
        (400, said("invalid", "unable to parse 'x': missing fields"), None),
        (422, said("unprocessable entity", CONFLICT), 7),
        (422, said("unprocessable entity", RETENTION), 550),
        (500, said("internal error", "error: partial write: points beyond retention policy dropped=1"), 1),
        (400, '{"error":"partial write of line protocol occurred","data":[{"line_number":2}]}', None),
        (400, '{"error":"unable to parse \'x\': missing fields"}', None),
    ],
)  # fmt: skip
def test_lines_that_are_rejected(status: int, body: str, dropped: int | None) -> None:
    found = rejection(status, body)
    assert found is not None
    assert (found.dropped, found.too_large) == (dropped, False)
    assert found.reason.startswith(f"HTTP {status}: ")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, "Client sent an HTTP request to an HTTPS server.\n"),
        (400, '{"message":"Bad Request"}'),
        (400, '{"error":"Bad Request","path":"/api/v2/write"}'),
        (400, '["unable to parse"]'),
        (422, ""),
        (401, said("unauthorized", "unauthorized access")),
        (500, said("internal error", "unexpected error writing points to database: timeout")),
        (503, said("unavailable", "cache maximum memory size exceeded")),
    ],
)
def test_answers_that_reject_nothing(status: int, body: str) -> None:
    assert rejection(status, body) is None
    assert "; " in words(status, "reason", body, "org", "bucket")


def test_a_request_that_is_too_large_whoever_says_so() -> None:
    for body in (said("request too large", "unable to read data: points batch is too large"), "<html>nginx"):
        found = rejection(413, body)
        assert found is not None and found.too_large


def test_a_long_message_is_cut_but_its_count_is_found() -> None:
    found = rejection(422, said("unprocessable entity", "partial write: " + "x" * 5000 + " dropped=12"))
    assert found == Rejection("HTTP 422: partial write: " + "x" * (LONGEST_MESSAGE - 15), dropped=12)
