"""A reply counts only for the request that it answers, however late the replies of earlier ones come.

Most instruments do not say which request they answer. A request without a reply in time may still get it: a
serial server that stalls delivers everything afterwards, in its order. That reply then comes after another
request, and could be taken for its own.

So the line keeps account of what it owes: requests whose replies were lost, or are late; nobody can know. A
reply that also fits one of these is no reading. It is asked for something whose reply does not fit (`proofs`
of a request); when that has come, all that was asked before it has come or is lost, for replies keep their
order. Then the value is asked for again.

A device file that is opened anew owes nothing. A serial server puts what comes out of its line into whatever
connection is there: what was owed when a connection broke stays owed, and what was asked before the gateway
started nobody knows. There the first value of an instrument is proved as if it was owed already.

An instrument that answers owes nothing, and costs nothing. One that is off costs no more than it did: it owes
replies, but none comes that could be mistaken. When it is back, it is asked twice more, once.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Final

from gateway.drivers import Poll, Readings, Reply, Request

MOST_KEPT: Final = 64  # of a queue's requests in order: more than a driver asks an instrument in a poll
MOST_TRIES: Final = 8  # for one value in one poll; three are enough unless replies are lost meanwhile
MOST_UNPROVED: Final = 2  # values in a row that nothing could prove: the instrument does not know the proofs
MOST_BROKEN: Final = 5  # connections in a row that broke at a proof: the instrument does not bear the proofs


class _Queue:
    """Requests that may be owed their replies. It may hold more than is owed in truth, never less."""

    def __init__(self, unsure: bool) -> None:
        self.unproved = self.broken = 0
        self._unsure = unsure
        self._suspected: tuple[Request, ...] = ()  # older than all that was sent here
        self._older: dict[bytes, Request] = {}  # by payload: neither their number nor their order is kept
        self._sent: deque[Request] = deque()

    def suspect(self, request: Request) -> None:
        """Before it is sent: until it is known what is owed, its reply may be owed already."""
        if self._unsure:
            self._suspected = (request,)

    def send(self, request: Request) -> Request:
        """The request with what is owed before it."""
        before = self._older | {sent.payload: sent for sent in (*self._suspected, *self._sent)}
        self._sent.append(request)
        if len(self._sent) > MOST_KEPT:
            oldest = self._sent.popleft()
            self._older[oldest.payload] = oldest
        return replace(request, owed=tuple(before.values()))

    def hear(self, frame: bytes) -> bool:
        """Whether the newest request alone can have been answered so.

        The frame answers the oldest request that it fits, or a later one: what is before that comes no more.
        """
        oldest, newest = self.oldest(frame), len(self._sent) - 1
        if 0 <= oldest <= newest:
            self._older.clear()
            self._unsure, self._suspected = False, ()
            for _ in range(oldest + 1):
                self._sent.popleft()
        return oldest == newest

    def oldest(self, frame: bytes) -> int:
        """The position of the oldest request that the frame fits; -1 if older than all positions; where it
        fits none, the position behind the newest."""
        return self._position(lambda request: request.is_answered_by(frame))

    def oldest_like(self, request: Request) -> int:
        """The same of the request itself."""
        return self._position(lambda sent: sent.payload == request.payload)

    def owes(self, frame: bytes) -> bool:
        """Whether the frame fits something that is owed."""
        return self.oldest(frame) < len(self._sent)

    def _position(self, is_wanted: Callable[[Request], bool]) -> int:
        if any(map(is_wanted, (*self._older.values(), *self._suspected))):
            return -1
        return next((i for i, sent in enumerate(self._sent) if is_wanted(sent)), len(self._sent))


class Account:
    """What the instruments of one line owe, for all its polls. `unsure`: others may have asked before."""

    def __init__(self, unsure: bool = False) -> None:
        self._queues: defaultdict[str, _Queue] = defaultdict(lambda: _Queue(unsure))

    @property
    def is_stuck(self) -> bool:
        """Whether an instrument answers, but to no proof: open the line anew, with a new account."""
        return any(q.unproved >= MOST_UNPROVED or q.broken >= MOST_BROKEN for q in self._queues.values())

    def queue(self, name: str) -> _Queue:
        return self._queues[name]


def in_step(poll: Poll, account: Account) -> Poll:
    """The same poll; its driver gets certain replies, silence in place of what remains in doubt, and what
    fits no request, to refuse it. What has no `proofs` is no reading, and may be in doubt."""
    try:
        request = next(poll)
        while True:
            request = poll.send((yield from _certain(request, account.queue(request.queue))))
    except StopIteration as ended:
        readings: Readings = ended.value
        return readings
    finally:
        poll.close()


def _certain(request: Request, queue: _Queue) -> Generator[Request, Reply, Reply]:
    if request.proofs:
        queue.suspect(request)
    reply, certain = yield from _ask(request, queue)
    proofs = deque(request.proofs)
    for _ in range(MOST_TRIES):
        if certain or not proofs or not request.is_answered_by(reply.frame):
            break
        proof = proofs[0]
        if queue.oldest(reply.frame) <= queue.oldest_like(proof):  # what it proves reaches further
            answer = yield from _prove(proof, queue)
            if not proof.is_answered_by(answer.frame) or request.is_answered_by(answer.frame):
                proofs.popleft()
            if queue.owes(reply.frame):
                continue
        reply, certain = yield from _ask(request, queue)
    if certain:
        queue.unproved = queue.broken = 0
    elif request.proofs and request.is_answered_by(reply.frame):
        queue.unproved += 1
        return Reply(b"", reply.time_ns)
    return reply


def _prove(proof: Request, queue: _Queue) -> Generator[Request, Reply, Reply]:
    try:
        answer, _ = yield from _ask(proof, queue)
    except GeneratorExit:  # the connection broke
        queue.broken += 1
        raise
    return answer


def _ask(request: Request, queue: _Queue) -> Generator[Request, Reply, tuple[Reply, bool]]:
    reply = yield queue.send(request)
    return reply, queue.hear(reply.frame)
