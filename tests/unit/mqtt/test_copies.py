"""Which messages are copies of one publication, for whatever subscriptions a broker sends them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.mqtt.copies import KEPT, WITHIN_NS, Copies
from gateway.mqtt.marks import CODES, CONNECTIONS, LARGEST, code_of, codes, connection_number, marks

FILTERS = ("a/+", "+/b", "a/#")
ONE, OTHER, THIRD = marks(FILTERS, 77)
LATER = marks(FILTERS, 78)


class Broker:
    """Messages as the source hands them over."""

    def __init__(self) -> None:
        self.copies = Copies()

    def counts(self, *came_for: int, content: bytes = b"x", topic: str = "a/b", at_ns: int = 0) -> bool:
        return not self.copies.is_copy(topic, content, len(content), False, came_for, at_ns)


def test_what_comes_for_another_filter_is_a_copy_and_for_the_same_one_it_is_said_again() -> None:
    broker = Broker()
    assert broker.counts(ONE)
    assert not broker.counts(OTHER)
    assert not broker.counts(THIRD)
    assert broker.counts(OTHER)
    assert not broker.counts(ONE)
    assert broker.counts(ONE)


def test_one_message_for_several_filters_is_one() -> None:
    broker = Broker()
    assert broker.counts(ONE, OTHER)
    assert broker.counts(ONE, OTHER)


def test_the_filter_is_the_same_on_another_connection() -> None:
    """Else a device that said the same before and after would be heard once."""
    broker = Broker()
    assert broker.counts(ONE)
    assert broker.counts(LATER[0])
    assert not broker.counts(LATER[1])


def test_other_content_another_topic_much_later_and_without_marks_are_messages_of_their_own() -> None:
    broker = Broker()
    assert broker.counts(ONE)
    assert broker.counts(OTHER, content=b"y")
    assert broker.counts(OTHER, topic="a/c")
    assert broker.counts(OTHER, at_ns=WITHIN_NS + 1)
    assert broker.counts()
    assert broker.counts()


def test_it_remembers_only_so_much() -> None:
    broker = Broker()
    for i in range(KEPT + 1):
        assert broker.counts(ONE, content=b"%d" % i)
    assert broker.counts(OTHER, content=b"0"), "forgotten, so it counts twice rather than never"
    assert not broker.counts(OTHER, content=b"%d" % KEPT)


@given(
    st.lists(st.sampled_from([b"1", b"2"]), max_size=20),
    st.lists(st.permutations([ONE, OTHER, THIRD]), min_size=20, max_size=20),
)
def test_every_publication_counts_once_in_whatever_order_copies_come(
    said: list[bytes], orders: list[list[int]]
) -> None:
    broker = Broker()
    heard = [
        content
        for content, order in zip(said, orders, strict=False)
        for mark in order
        if broker.counts(mark, content=content)
    ]
    assert heard == said


@given(st.lists(st.text("ab/+#", min_size=1), unique=True, max_size=300), st.integers(1, CONNECTIONS - 1))
def test_marks_tell_filters_and_connections_apart(filters: list[str], connection: int) -> None:
    given_out = marks(filters, connection)
    assert all(1 <= mark <= LARGEST for mark in given_out)
    assert [code_of(mark) for mark in given_out] == codes(filters)
    assert len(set(codes(filters[:CODES]))) == min(CODES, len(filters))
    assert {mark // CODES for mark in given_out} <= {connection}


def test_a_connection_has_another_number_than_the_one_before() -> None:
    assert connection_number() != connection_number()
