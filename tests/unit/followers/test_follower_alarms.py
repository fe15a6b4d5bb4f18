"""What happens to alarms, to sinks: each change once, across kills; readings do not wait for it."""

from __future__ import annotations

import pytest

from gateway.journal.records import Records
from gateway.statements import transition
from tests.unit.alarming.alarm_desk import Killed
from tests.unit.followers.sink_bench import Bench, Busy, Notebook, alarms_in, caught_up, read_back


def test_what_happens_to_alarms_is_told_once_with_a_kill_after_every_step(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    for second, value in enumerate((-190.0, -140.0, -141.0, -190.0, -130.0, -190.0)):
        bench.desk.read(("top", second, value))
        bench.desk.run()
        caught_up(bench, notebook, 2 + second % 3)
    caught_up(bench, notebook)
    stated = [(seq, transition.of(s.body)) for seq, s in bench.desk.journal.statements(transition.KIND)]
    wanted = [[seq, said.alarm, said.change] for seq, said in stated]
    assert [change for *_, change in wanted] == ["raised", "returned", "raised", "returned"]
    assert alarms_in(notebook) == wanted
    assert read_back(notebook) == bench.everything()


def test_a_kill_between_telling_of_alarms_and_the_cursor_counts_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = Notebook(bench.folder / "copy")
    bench.desk.read(("top", 0, -140.0))
    bench.desk.run()
    real = Records.move_cursor

    def killed(self: Records, follower: str, seq: int) -> None:
        if follower.startswith("alarms:"):
            raise Killed
        real(self, follower, seq)

    with monkeypatch.context() as patch:
        patch.setattr(Records, "move_cursor", killed)
        caught_up(bench, notebook)
    assert len(alarms_in(notebook)) == 1  # written, and yet it does not count
    caught_up(bench, notebook)
    assert len(alarms_in(notebook)) == len(read_back(notebook)) == 1


def test_alarms_that_nobody_takes_do_not_hold_up_readings(bench: Bench) -> None:
    notebook = Notebook(bench.folder / "copy")
    notebook.fail_alarms = True
    bench.desk.read(("top", 0, -140.0))
    bench.desk.run()
    sink = bench.sink(notebook)
    for second in (1, 2):
        bench.desk.read(("top", second, -140.0))
        with pytest.raises(Killed):
            sink.run(Busy(3))
        assert read_back(notebook) == bench.everything()
    assert (sink.alarms.behind, sink.problem) == (1, "nobody hears of alarms; check the network")
    notebook.fail_alarms = False
    with pytest.raises(Killed):
        sink.run(Busy(5))
    assert (sink.alarms.behind, sink.problem, len(alarms_in(notebook))) == (0, "", 1)
