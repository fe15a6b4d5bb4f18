"""Every recorded case of tests/cases/payloads means what it says it means."""

import pytest

from gateway.payloads import Message
from tests.unit.payloads.payload_cases import CASES, rows


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case):
    decoded = case.decode(case.messages)
    assert rows(decoded) == case.readings
    assert decoded.arrivals.received.tolist() == [case.messages[0].received_ns] * len(case.readings)
    assert len(decoded.refused) == len(case.refused)
    for refused, (reason, words) in zip(decoded.refused, case.refused, strict=True):
        assert refused.reason == reason
        assert words in refused.detail


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_addresses_need_no_more_than_the_pattern_names(case):
    assert case.module.needs(case.options) <= case.names


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_message_at_a_time_is_the_same(case):
    together = case.decode(case.messages)
    decoder = case.module.Decoder(case.options)
    singly = [decoder.decode([message], case.channels) for message in case.messages]
    assert [row for part in singly for row in rows(part)] == rows(together)
    assert tuple(r for part in singly for r in part.refused) == together.refused


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_channel_is_found_where_none_is_configured(case):
    decoded = case.module.Decoder(case.options).decode(case.messages, {})
    assert rows(decoded) == []
    assert {r.reason for r in decoded.refused} <= {
        "unknown-channel",
        *(reason for reason, _ in case.refused),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refusals_of_the_case_name_the_message(case):
    messages: list[Message] = case.messages
    for refused in case.decode(messages).refused:
        assert (refused.topic, refused.payload) in {(m.topic, m.payload) for m in messages}
