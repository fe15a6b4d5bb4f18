"""What a running gateway says about itself, as findings; `status`, `watch` and `doctor` show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.clocks.device_clocks import SHOWN_S, span, words
from gateway.doctor import Finding, error, note, warning, watching
from gateway.model import CLOCK_TOLERANCE_NS, SECOND
from gateway.text import counted

NAMED: Final = 4  # channels in one line; `cryogate status` has all
BEHIND: Final = 2000  # entries: seconds at any rate, unless somebody is in trouble
LATE_S: Final = 60.0
CONNECTING_S: Final = 30.0
DAYS_SOON: Final = 30.0
DAYS_NOW: Final = 3.0


def findings(status: Mapping[str, Any]) -> list[Finding]:
    """`status` as the control socket answers it."""
    away = {source["name"] for source in status["sources"] if source["state"] != "up"}
    loggers = {source["name"] for source in status["sources"] if source["kind"] == "download"}
    return [
        *_journal(status["journal"]),
        *_clock(status["clock"]),
        *disk(status["disk"]),
        *_sources(status["sources"]),
        *_channels([c for c in status["channels"] if c["source"] not in away], loggers),
        *_sinks(status["followers"]),
        *_notifiers(status["notifiers"]),
        *watching.findings(status),
        *_calls(status["calls"]),
        *_archive(status["archive"]["problem"]),
        *_metrics(status["metrics"]["problem"]),
    ]


def _journal(journal: Mapping[str, Any]) -> Iterator[Finding]:
    if journal["problem"]:
        do = "free or repair the disk; sources wait meanwhile, and nothing that was acknowledged is lost"
        yield error("journal", f"cannot be written: {journal['problem']}", do)
    if journal["screening_problem"]:
        do = "look at the gateway's log; it is tried again meanwhile, and nothing is lost"
        yield error("screening", f"nothing is screened: {journal['screening_problem']}", do)
    if journal["screening_behind"] > BEHIND:
        do = (
            "wait while it catches up after a stop; if the number grows, the machine is too slow for its load"
        )
        yield warning(
            "screening",
            f"is {counted(journal['screening_behind'], 'entry', 'entries')} behind: alarms come late",
            do,
        )


def _clock(clock: Mapping[str, Any]) -> Iterator[Finding]:
    if not clock["trusted"]:
        what, _, do = clock["problem"].partition("; ")
        yield warning(
            "clock", f"not trusted, so readings are uncertain: {what}", do or "wait until they meet"
        )
    elif clock["synchronized"] is False:
        do = "start an NTP service; as long as the clock does not jump it stays trusted"
        yield note("clock", "nothing synchronizes the clock of this machine at present", do)


def disk(room: Mapping[str, Any] | None) -> Iterator[Finding]:
    """`room`: a Room as JSON data; None where the disk does not answer."""
    if room is None:
        yield error("disk", "does not answer", "check that it is mounted and healthy (dmesg)")
        return
    days = room["days_left"]
    lasts = "" if days is None else f", which last for {days:.0f} days"
    left = f"{room['free_bytes'] / 1e6:.0f} MB are free{lasts}"
    do = "free some on the disk, or move data_dir to a larger one"
    if room["is_low"] or (days is not None and days < DAYS_NOW):
        yield error("disk", f"nearly full: {left}", do)
    elif days is not None and days < DAYS_SOON:
        yield warning("disk", left, do)


def _sources(sources: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    for source in sources:
        where, detail = f"source {source['name']}", source["detail"] or "no reason is known"
        if source["flapping"]:
            do = "mend what lies between: every loss is a gap of its channels, or a delay"
            yield warning(f"link of {source['name']}", source["flapping"], do)
        for stranger in source.get("strangers", ()):  # a gateway of before has none
            what, _, do = stranger.partition("; ")
            yield warning(f"instrument of {source['name']}", what, do)
        for remark in source["remarks"]:
            what, _, do = remark.partition("; ")
            yield note(f"line of {source['name']}", what, do)
        if source["state"] in ("down", "silent"):
            what, _, do = detail.rpartition("; ")
            yield error(where, f"{source['state']}: {what or do}", do if what else "see the gateway's log")
        elif source["state"] == "connecting" and source["age_s"] > CONNECTING_S:
            yield warning(where, f"still connecting after {span(source['age_s'])}", "see the gateway's log")


def _channels(channels: Sequence[Mapping[str, Any]], loggers: Collection[str]) -> Iterator[Finding]:
    """One finding for each kind of trouble. `loggers`: sources whose readings are imported."""
    never = [c for c in channels if c["age_s"] is None and c["source"] not in loggers]
    empty = [c for c in channels if c["age_s"] is None and c["source"] in loggers]
    unknown = [c for c in channels if c["age_s"] is not None and c["state"] == "unknown"]
    bad = [c for c in unknown if c["quality"] == "bad"]
    silent = [c for c in unknown if c["quality"] != "bad"]
    ahead = [c for c in channels if (c["clock_offset_s"] or 0.0) > CLOCK_TOLERANCE_NS / SECOND]
    waiting = [c for c in channels if (c["ahead_s"] or 0.0) > SHOWN_S]
    named = [*unknown, *ahead]
    uncertain = [c for c in channels if c["quality"] == "uncertain" and c not in named]
    if never:
        do = "check its address in the configuration; `cryogate refused` shows what came and did not fit"
        yield warning("channels", f"never heard: {_names(never)}", do)
    if empty:
        do = "import a file of its logger: `cryogate import`, docs/imports.md"
        yield note("channels", f"nothing was imported yet: {_names(empty)}", do)
    if silent:
        oldest_s = max(c["age_s"] for c in silent)
        do = "check power, probe and connection of the device"
        yield warning("channels", f"silent for up to {span(oldest_s)}: {_names(silent)}", do)
    if bad:
        do = "check sensor and wiring: the instrument reports a fault, or a value that cannot be"
        yield warning("channels", f"no valid value: {_names(bad)}", do)
    if ahead:
        yield _wrong_clocks(ahead)
    if waiting:
        furthest_s = max(c["ahead_s"] for c in waiting)
        do = (
            "check the gateway's clock: it ran ahead when it took them; they count when it reaches their time"
        )
        yield note("channels", f"readings ahead by {span(furthest_s)} at most wait: {_names(waiting)}", do)
    if uncertain:
        do = "check calibration and clocks: `cryogate status` shows how far the device's is off"
        yield note("channels", f"values are uncertain: {_names(uncertain)}", do)


def _wrong_clocks(ahead: Sequence[Mapping[str, Any]]) -> Finding:
    do = (
        "set the device's clock, and its time zone if it sends local time; until then its readings are "
        "shifted to their receipt and uncertain"
    )
    furthest_s = max(c["clock_offset_s"] for c in ahead)
    return warning("channels", f"{words(furthest_s)}{' at most' * (len(ahead) > 1)}: {_names(ahead)}", do)


def _sinks(sinks: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    for sink in sinks:
        where = sink["name"].replace(":", " ")
        if sink["problem"]:
            do = f"bring it back; {counted(sink['behind'], 'entry', 'entries')} to write wait in the journal"
            yield warning(where, sink["problem"], do)
        elif sink["behind"] > BEHIND or sink["behind_s"] > LATE_S:
            what = f"is {counted(sink['behind'], 'entry', 'entries')} and {sink['behind_s']:.0f} s behind"
            yield note(where, what, "wait while it catches up")
        if sink["parked"]:
            do = "`cryogate parked` shows them with the reason; send them again or accept it there"
            yield warning(where, sink["parked"], do)


def _notifiers(notifiers: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    for notifier in notifiers:
        if notifier["problem"]:
            do = "bring it back: changes of alarms wait, and it tells nobody meanwhile"
            yield error(f"notifier {notifier['name']}", notifier["problem"], do)
        if notifier["parked"]:
            do = "`cryogate parked` shows them with the reason; send them again or accept it there"
            yield error(f"notifier {notifier['name']}", f"{notifier['parked']}; nobody was told", do)


def _calls(calls: Mapping[str, Any]) -> Iterator[Finding]:
    if calls["problem"]:
        yield error("calls", calls["problem"], "mend it: nobody is called about any alarm")
    if calls["nobody"]:
        what = f"nobody could be reached about {counted(len(calls['nobody']), 'group')} of alarms"
        yield error("calls", what, "`cryogate calls` and `cryogate duty`; tell somebody yourself")


def _archive(problem: str) -> Iterator[Finding]:
    if problem:
        do = "repair it; the journal keeps everything meanwhile, and grows"
        yield warning("archive", f"nothing is archived: {problem}", do)


def _metrics(problem: str) -> Iterator[Finding]:
    if problem:
        what, _, do = problem.partition("; ")
        yield warning("metrics", f"nobody can ask for them: {what}", do)


def _names(channels: Iterable[Mapping[str, Any]]) -> str:
    names = [c["channel"] for c in channels]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
