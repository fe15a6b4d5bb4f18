"""Our own clock: never backwards, and never trusted without a reason. Only time is faked."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.clocks.gateway_clock import FARTHEST_BACK_NS, JUMP_NS, RELEASED_NS, GatewayClock
from gateway.model import SECOND

NOW_NS = RELEASED_NS + 300 * 86_400 * SECOND
HOUR_NS = 3600 * SECOND
YEAR_NS = 365 * 24 * HOUR_NS


class Machine:
    """A wall clock that can be set, a boot that goes on, and a kernel that says what it is told to say."""

    def __init__(self, wall_ns: int = NOW_NS, synchronized: bool | None = False) -> None:
        self.wall_ns, self.steady_ns, self.synchronized = wall_ns, 77 * SECOND, synchronized

    def clock(self, require_sync: bool = True, newest_ns: int = 0, **more: Any) -> GatewayClock:
        return GatewayClock(
            require_sync,
            newest_ns,
            **{"boot": "b1", **more},
            wall=lambda: self.wall_ns,
            steady=lambda: self.steady_ns,
            synchronized=lambda: self.synchronized,
        )

    def wait(self, ns: int) -> None:
        self.wall_ns += ns
        self.steady_ns += ns


def is_trusted(clock: GatewayClock, received_ns: int) -> bool:
    return bool(clock.trusted_at(np.array([received_ns]))[0])


def test_a_synchronized_clock_is_the_wall_clock() -> None:
    machine = Machine(synchronized=True)
    clock = machine.clock()
    assert clock.trusted and clock.reason == "" and clock.now_ns() == NOW_NS
    machine.wait(90 * SECOND)
    assert clock.now_ns() == NOW_NS + 90 * SECOND and is_trusted(clock, clock.now_ns())


def test_an_unsynchronized_boot_is_not_trusted_until_the_clock_is_set() -> None:
    machine = Machine(NOW_NS - YEAR_NS)  # a board without a battery
    clock = machine.clock(newest_ns=NOW_NS)
    assert not clock.trusted and "NTP" in clock.reason
    early_ns = clock.now_ns()
    assert early_ns == NOW_NS  # not before what is known to have passed
    machine.wait(60 * SECOND)
    clock.look()
    assert clock.now_ns() == NOW_NS + 60 * SECOND
    machine.wall_ns, machine.synchronized = NOW_NS + 5 * HOUR_NS, True
    assert clock.now_ns() == machine.wall_ns  # noticed without anybody looking
    assert clock.trusted
    assert not is_trusted(clock, early_ns + 60 * SECOND) and is_trusted(clock, clock.now_ns())
    last = clock.changes[-1]
    assert (last.trusted, last.moved_ns) == (True, 5 * HOUR_NS - 60 * SECOND)


def test_an_unsynchronized_clock_that_may_be_right_is_followed_but_not_trusted() -> None:
    clock = Machine().clock(newest_ns=NOW_NS - HOUR_NS)
    assert (clock.now_ns(), clock.trusted) == (NOW_NS, False)


def test_once_synchronized_it_stays_trusted_until_it_jumps() -> None:
    machine = Machine(synchronized=True)
    clock = machine.clock()
    machine.synchronized = False  # the network is gone
    machine.wait(40 * HOUR_NS)
    clock.look()
    assert clock.trusted
    machine.wall_ns += 5 * HOUR_NS  # somebody's wrist watch
    assert clock.now_ns() == NOW_NS + 40 * HOUR_NS  # what was synchronized knows better
    assert not clock.trusted
    machine.synchronized, machine.wall_ns = True, machine.wall_ns - 5 * HOUR_NS
    clock.look()
    assert clock.trusted and clock.now_ns() == NOW_NS + 40 * HOUR_NS


def test_trust_lives_through_a_restart_of_the_gateway_but_not_of_the_machine() -> None:
    machine = Machine(synchronized=True)
    first = machine.clock()
    stated = first.changes[0].stated(first.boot, first.offset_ns)
    machine.synchronized = False
    machine.wait(12 * HOUR_NS)
    assert machine.clock(before=stated).trusted
    assert not machine.clock(before=stated, boot="b2").trusted
    machine.wall_ns += 2 * JUMP_NS
    assert not machine.clock(before=stated).trusted


def test_set_back_it_goes_at_half_speed_until_they_meet() -> None:
    machine = Machine(synchronized=True)
    clock = machine.clock()
    machine.wall_ns -= 3 * HOUR_NS
    assert clock.now_ns() == NOW_NS
    assert not clock.trusted and "set back" in clock.reason
    machine.wait(2 * HOUR_NS)
    assert clock.now_ns() == NOW_NS + HOUR_NS
    assert not is_trusted(clock, clock.now_ns())
    machine.wait(4 * HOUR_NS)
    clock.look()
    assert clock.trusted and clock.now_ns() == machine.wall_ns == NOW_NS + 3 * HOUR_NS


def test_set_back_by_days_it_follows_at_once_and_says_so() -> None:
    machine = Machine(synchronized=True)
    clock = machine.clock()
    machine.wall_ns -= FARTHEST_BACK_NS + 2 * SECOND
    assert clock.now_ns() == machine.wall_ns
    assert clock.trusted and clock.changes[-1].jump_ns == -FARTHEST_BACK_NS - 2 * SECOND


def test_where_sync_is_not_required_the_journal_is_the_witness() -> None:
    assert Machine().clock(require_sync=False, newest_ns=NOW_NS - SECOND).trusted
    machine = Machine(NOW_NS - HOUR_NS)
    clock = machine.clock(require_sync=False, newest_ns=NOW_NS)
    assert not clock.trusted and "behind the newest reading" in clock.reason
    machine.wait(2 * HOUR_NS)
    clock.look()
    assert not clock.trusted  # that it passed the newest reading meanwhile proves nothing
    machine.wall_ns += 7 * HOUR_NS
    clock.look()
    assert clock.trusted and clock.now_ns() == machine.wall_ns


def test_a_kernel_that_tells_nothing_is_not_asked_for_more() -> None:
    assert Machine(synchronized=None).clock().trusted
    assert not Machine(RELEASED_NS - HOUR_NS, synchronized=None).clock().trusted


def test_a_leap_second_is_no_jump() -> None:
    machine = Machine(synchronized=True)
    clock = machine.clock()
    machine.wait(SECOND)
    machine.wall_ns -= SECOND
    clock.look()
    assert clock.trusted and clock.now_ns() == machine.wall_ns and len(clock.changes) == 1


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, 1, -1]).flatmap(
            lambda sign: st.integers(0, 20 * HOUR_NS).map(lambda ns: sign * ns)
        ),
        st.integers(0, 4 * HOUR_NS),
        st.sampled_from([True, False, None]),
    ),
    max_size=12,
)


@given(STEPS, st.booleans(), st.integers(-20 * HOUR_NS, 20 * HOUR_NS))
@example([(-SECOND // 2, 0, True), (-SECOND // 2 - 1, 0, True)], True, 0)
def test_never_backwards_and_trusted_only_where_it_is_the_wall_clock(
    steps: list[tuple[int, int, bool | None]], require_sync: bool, newest_ns: int
) -> None:
    machine = Machine()
    clock = machine.clock(require_sync, NOW_NS + newest_ns)
    back_ns = 0  # how far it was set back in all: beyond a day it is followed at once
    last_ns = latest_ns = clock.now_ns()
    for jump_ns, wait_ns, synchronized in steps:
        machine.synchronized = synchronized
        machine.wall_ns += jump_ns
        back_ns += max(0, -jump_ns)
        for _ in range(2):
            machine.wait(wait_ns)
            clock.look()
            now_ns = clock.now_ns()
            if back_ns + max(0, newest_ns) <= FARTHEST_BACK_NS:
                assert now_ns >= last_ns - JUMP_NS
            assert not clock.trusted or now_ns == machine.wall_ns
            assert clock.trusted == (clock.reason == "")
            assert clock.trusted or not is_trusted(clock, now_ns + JUMP_NS)
            # After several small steps back at once nothing is trusted until time has made up for them.
            assert is_trusted(clock, max(now_ns, latest_ns) + JUMP_NS) == clock.trusted
            last_ns = now_ns
            latest_ns = now_ns if jump_ns < -JUMP_NS else max(latest_ns, now_ns)
