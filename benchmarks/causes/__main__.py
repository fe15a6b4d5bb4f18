"""The confusion table of hints: true causes of simulated stories beside what they look like.

    python -m benchmarks.causes [--seeds 11 12 13] [--rounds 3] [--later-min 60]

The bounds in gateway/alarms/causes.py were chosen with seeds below 10, docs/hints.md shows other ones.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from benchmarks.causes.rig import alarms
from benchmarks.causes.stories import stories
from gateway.alarms.cause_words import evidence_words
from gateway.alarms.causes import Cause, hints
from gateway.alarms.scene import facts

NOTHING = "nothing fits"
COLUMNS = (*(c.value for c in Cause), NOTHING)
SHORT = {"LN2 low or out": "LN2", "being filled": "filled", "vacuum loss": "vacuum", "sensor fault": "sensor",
         "link loss": "link", "lid open": "lid", NOTHING: "nothing"}  # fmt: skip
Row = tuple[str, tuple[Cause, ...], tuple[Cause, ...]]  # story, truths, hints


def main() -> None:
    """Print one table as known when an alarm is raised, one as known later."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    parser.add_argument("--rounds", type=int, default=3, help="stories of each kind for each seed")
    parser.add_argument("--later-min", type=float, default=60.0)
    parser.add_argument("--misses", action="store_true", help="what was said of each story that was missed")
    options = parser.parse_args()
    moments = {"when the alarm is raised": 0.0, f"{options.later_min:g} min later": options.later_min * 60.0}
    rows: dict[str, list[Row]] = {moment: [] for moment in moments}
    silent, spent = 0, 0.0
    for seed in options.seeds:
        for story, alarmed in alarms(list(stories(seed, options.rounds)), seed):
            if alarmed is None:
                silent += 1
                continue
            for moment, later_s in moments.items():
                began = time.perf_counter()
                found = hints(facts(alarmed.about(later_s), alarmed.asset, alarmed.others))
                spent += time.perf_counter() - began
                rows[moment].append((story.title, story.truths, tuple(h.cause for h in found)))
                if options.misses and not (set(story.truths) & {h.cause for h in found}):
                    told = [(h.cause.value, evidence_words(e)) for h in found for e in h.evidence]
                    print(moment, seed, story.name, story.kind, story.probes, alarmed.excursion.rule,
                          story.interval_s, told)  # fmt: skip
    for moment, of in rows.items():
        _print(moment, of)
    asked = sum(map(len, rows.values()))
    print(
        f"{silent} stories raised no alarm; {1000 * spent / max(asked, 1):.2f} ms for the hints of an alarm"
    )


def _print(moment: str, rows: Sequence[Row]) -> None:
    print(f"\n{moment}: {len(rows)} alarms; the first hint of each")
    print("| story | " + " | ".join(SHORT.get(c, c) for c in COLUMNS) + " | named | false |")
    print("|---|" + "---|" * (len(COLUMNS) + 2))
    by_story: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_story[row[0]].append(row)
    for title, told in by_story.items():
        first = Counter(row[2][0].value if row[2] else NOTHING for row in told)
        cells = " | ".join(str(first[c] or "") for c in COLUMNS)
        print(f"| {title} | {cells} | {_share(told, _named)} | {_share(told, _false)} |")
    known = [row for row in rows if row[1]]
    print(
        f"first hint right {_share(known, _first_right)}, cause named {_share(known, _named)}, "
        f"something false named {_share(rows, _false)}, nothing fits {_share(known, _nothing)}"
    )


def _named(row: Row) -> bool:
    """The main cause is among the hints; where there is none, nothing is."""
    return row[1][0] in row[2] if row[1] else not row[2]


def _first_right(row: Row) -> bool:
    return bool(row[2]) and row[2][0] in row[1]


def _false(row: Row) -> bool:
    return bool(set(row[2]) - set(row[1]))


def _nothing(row: Row) -> bool:
    return not row[2]


def _share(rows: Sequence[Row], test: Callable[[Row], bool]) -> str:
    return f"{round(100 * sum(map(test, rows)) / len(rows))} %" if rows else "-"


if __name__ == "__main__":
    main()
