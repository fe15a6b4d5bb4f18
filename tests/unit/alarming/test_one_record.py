"""One record: of the live gateway, of one that was killed and lost its records, and of a replay.

Random stories of a site that lives: readings in any order, probes that move and were said to have moved
elsewhere, files that change, channels that leave and come back, people who state and take back.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.alarming import entry
from gateway.alarming import screening as follower
from gateway.errors import ConfigurationError
from gateway.model import Severity
from gateway.questions.journal_replay import replay_journal
from gateway.statements import placement, shelve, take
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk, codes, moment

TOP = CONFIG[CONFIG.index("[channels.top]") : CONFIG.index("[channels.shipper]")]
SECOND = """
[[profiles.p]]
version = "2"
valid_from = "{since}"
retroactive = "the label changed"
[[profiles.p.rules]]
id = "above-150"
kind = "limit"
side = "high"
limit_degC = {limit}
severity = "{severity}"
"""
FILES = {
    "as it was": CONFIG,
    "without top": CONFIG.replace(TOP, ""),
    "longer gaps": CONFIG.replace("max_gap_s = 60.0", "max_gap_s = 5.0"),
    "top in the shipper": CONFIG.replace('asset = "freezer"\nzone = "top"', 'asset = "shipper"'),
    "own rule": CONFIG.replace(
        TOP,
        TOP + '[[channels.top.rules]]\nid = "warm"\nkind = "limit"\nside = "high"\nlimit_degC = -120.0\n'
        'on_delay_s = 5.0\nseverity = "major"\n',
    ),
}
VERSIONS = {
    "other limit": SECOND.format(since=moment(25), limit=-130.0, severity="critical"),
    "other severity": SECOND.format(since=moment(25), limit=-150.0, severity="major"),
}
CHANNELS = st.sampled_from(["top", "shipper"])
READINGS = st.lists(
    st.tuples(CHANNELS, st.integers(0, 60), st.sampled_from([-190.0, -150.0, -140.0, -125.0, -100.0, None])),
    min_size=1,
    max_size=5,
)
ACTIONS = st.one_of(
    READINGS,
    READINGS,
    st.tuples(st.just("place"), CHANNELS, st.sampled_from(["freezer", "shipper"]), st.integers(-5, 65)),
    st.tuples(
        st.just("correct"), st.integers(0, 9), st.sampled_from(["freezer", "shipper"]), st.integers(0, 60)
    ),
    st.tuples(st.just("withdraw"), st.integers(0, 9)),
    st.tuples(st.just("file"), st.sampled_from(sorted(FILES))),
    st.tuples(st.just("version"), st.sampled_from(sorted(VERSIONS))),
    st.tuples(st.just("contain"), st.sampled_from(["A", "B"]), st.sampled_from(["freezer", "shipper"])),
    st.tuples(st.just("ack"), st.integers(0, 5)),
    st.tuples(st.just("close"), st.integers(0, 5)),
    st.tuples(st.just("take"), st.integers(0, 5)),
    st.tuples(st.just("shelve"), st.integers(0, 5), st.sampled_from([0.05, 3600.0])),
    st.tuples(st.just("untake"), st.integers(0, 5)),
    st.tuples(st.just("kill"), st.integers(1, 4)),
    st.just(("run",)),
    st.just(("lose",)),
)


class Story:
    """A desk, the file it was started with last, and the moment at which it was."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.file, self.version, self._started_s = "as it was", "", 0

    def tell(self, action: Any) -> None:
        if isinstance(action, list):
            known = [row for row in action if row[0] in self.desk.numbers]
            self.desk.read(*known, received_ns=NOON_NS)
            return
        getattr(self, f"_{action[0]}")(*action[1:])

    def _place(self, channel: str, asset: str, at_s: int) -> None:
        self.desk.place(channel, asset, at_s)

    def _correct(self, which: int, asset: str, at_s: int) -> None:
        if stated := self._placements():
            identity, channel = stated[which % len(stated)]
            self.desk.place(channel, asset, at_s, corrects=identity, reason="so it was")

    def _withdraw(self, which: int) -> None:
        if stated := self._placements():
            self.desk.withdraw(stated[which % len(stated)][0])

    def _placements(self) -> list[tuple[str, str]]:
        found = self.desk.journal.statements(placement.KIND)
        return [(s.id, placement.of(s.body).channel) for _, s in found]

    def _file(self, name: str) -> None:
        self._start(name, self.version)

    def _version(self, name: str) -> None:
        self._start(self.file, name)

    def _start(self, file: str, version: str) -> None:
        text = FILES[file].replace("[channels.", VERSIONS.get(version, "") + "[channels.", 1)
        self._started_s += 10
        try:
            self.desk.configure(text, NOON_NS + self._started_s * 10**9)
        except (
            ConfigurationError
        ):  # that version was another one; the gateway goes on with the file of before
            return
        self.file, self.version = file, version

    def _contain(self, code: str, asset: str) -> None:
        self.desk.contain(code, asset, -10)

    def _ack(self, which: int) -> None:
        self.desk.run()
        if alarms := self.desk.alarms():
            self.desk.acknowledge(alarms[which % len(alarms)]["id"])

    def _close(self, which: int) -> None:
        self.desk.run()
        if alarms := self.desk.alarms():
            self.desk.close_alarm(alarms[which % len(alarms)]["id"])

    def _take(self, which: int) -> None:
        self.desk.run()
        if alarms := self.desk.alarms():
            said = take.Take(alarms[which % len(alarms)]["id"], "on it")
            self.desk.state(take.KIND, take.to_body(said))

    def _untake(self, which: int) -> None:
        if stated := [s.id for _, s in self.desk.journal.statements(take.KIND)]:
            self.desk.withdraw(stated[which % len(stated)])

    def _shelve(self, which: int, for_s: float) -> None:
        """Some end while the story is told."""
        self.desk.run()
        if alarms := self.desk.alarms():
            one = alarms[which % len(alarms)]
            until_ns = self.desk.now_ns() + round(for_s * 10**9)
            said = shelve.Shelve(one["id"], one["channel"], one["rule"], Severity.MAJOR, until_ns, "lid")
            self.desk.state(shelve.KIND, shelve.to_body(said))

    def _kill(self, after: int) -> None:
        self.desk.run(kill_after=after)

    def _run(self) -> None:
        self.desk.run()

    def _lose(self) -> None:
        self.desk.lose_records()


SAME = [
    *("channel", "asset", "rule", "severity", "start", "confirmed", "end", "cleared", "extreme", "beyond_s"),
    *("degree_seconds", "readings", "unproven_s", "contains_gap", "ended_by", "profile_versions"),
]


def same(found: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps([*(e[k] for k in SAME), codes(e)]) for e in found if not e["withdrawn"])


def everything(desk: Desk) -> str:
    alarms = desk.alarms()
    return json.dumps([alarms, [desk.history(a["id"]) for a in alarms]], sort_keys=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(actions=[[("top", 0, -140.0)], ("version", "other limit")], page=1)
@given(actions=st.lists(ACTIONS, min_size=3, max_size=12), page=st.sampled_from([1, 3, 200_000]))
def test_live_replayed_and_rebuilt_are_one(
    actions: list[Any],
    page: int,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(follower, "GRACE_S", 1e9)
    monkeypatch.setattr(follower, "SAVE_EVERY_S", 1e9)
    monkeypatch.setattr(follower, "MOST_READINGS", page)
    monkeypatch.setattr(entry, "WRITE_EVERY_NS", 0)
    desk = Desk(tmp_path_factory.mktemp("site"), since_ns=NOON_NS)
    story = Story(desk)
    for action in actions:
        story.tell(action)
    desk.run()
    live, transitions = everything(desk), len(desk.transitions())
    assert same(desk.alarms()) == same(replay_journal(desk.journal).excursions)
    desk.lose_records()
    desk.run()
    assert len(desk.transitions()) == transitions, "nothing is stated twice"
    assert everything(desk) == live
