"""What people see of a connection, and how often the log says it."""

from __future__ import annotations

import logging

import pytest

from gateway.ingestion.link import Link, LinkState


def test_what_is_down_stays_down_while_it_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    link = Link("broker")
    with caplog.at_level(logging.INFO):
        link.change(LinkState.DOWN, "nobody listens there")
        since_ns = link.since_ns
        for _ in range(3):
            link.change(LinkState.CONNECTING, "127.0.0.1")
            link.change(LinkState.DOWN, "no route")
    assert (link.state, link.since_ns, link.detail) == (LinkState.DOWN, since_ns, "no route")
    assert [r.getMessage() for r in caplog.records] == ["source broker is down: nobody listens there"]


def test_once_up_it_can_be_connecting_again() -> None:
    link = Link("broker")
    for state in (LinkState.DOWN, LinkState.UP, LinkState.CONNECTING):
        link.change(state)
        assert link.state is state
