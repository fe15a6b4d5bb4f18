"""Other deadbands, delays and time-outs for the causes of most alarms, each proven on the journal's readings.

All of them are screened in one pass, each as a rule of its own beside the present one, by the same core that
raised the alarms: what is said of a change is what the gateway would have done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from gateway.alarming.plan import numbers_of, plan
from gateway.alarms.advice import Change, Effect, Span, best, changes, effect
from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.journal.hours import in_portions
from gateway.journal.journal import Journal
from gateway.model import Samples
from gateway.questions.preview import always, in_force, with_named
from gateway.screening.excursion import Excursion
from gateway.screening.plan import Instance, Plan
from gateway.screening.screener import Screener

TRIED: Final = ("limit", "rate", "forecast", "no_data")  # kinds of rules whose parameters can be tried alone
SHAPES: Final = ("plausible",)  # rules that decide which readings the others see
MARK: Final = "\x00"  # in no rule's id: between it and the number of a change
Progress = Callable[[int], None]
"""Hears up to which time it has come."""


@dataclass(frozen=True, slots=True)
class Advice:
    """`best` is None where no change that was tried is worth it; `why_not` where none could be tried."""

    cause: str
    channel: str
    rule: str
    unit: str
    tried: Mapping[Change, Effect]
    best: tuple[Change, Effect] | None
    why_not: str = ""


def advise(
    configuration: Configuration,
    journal: Journal,
    causes: Mapping[str, tuple[str, str]],
    start_ns: int,
    end_ns: int,
    progress: Progress = lambda _: None,
) -> list[Advice]:
    """`causes`: by their names, channel and rule. The present side is what the configuration says now."""
    now = {name: (in_force(v, end_ns),) for name, v in configuration.profiles.items() if v}
    present = always(configuration, now)
    mine = {channel for channel, _ in causes.values() if channel in configuration.channels}
    wanted = with_named(mine, [present])
    numbers = numbers_of(configuration, journal)
    channels = {n: c for n, c in present.channels.items() if n in wanted}
    whole = plan(replace(present, channels=channels), numbers)
    targets = {
        cause: found
        for cause, (channel, rule) in causes.items()
        if channel in mine and (found := _instance(whole, numbers[channel], rule)) is not None
    }
    spans = _screened(journal, _with_changes(whole, targets.values()), start_ns, end_ns, progress)
    made = []
    for cause, (channel, rule) in causes.items():
        target = targets.get(cause)
        if target is None:
            made.append(Advice(cause, channel, rule, "", {}, None, "the configuration has it no longer"))
            continue
        unit = configuration.channels[channel].unit
        made.append(_advice(cause, channel, unit, target, spans, end_ns))
    return made


def _advice(
    cause: str,
    channel: str,
    unit: str,
    target: Instance,
    spans: Mapping[tuple[int, str], Sequence[Span]],
    end_ns: int,
) -> Advice:
    if target.kind not in TRIED:
        why = f"rules of kind {target.kind} have nothing that could be tried alone"
        return Advice(cause, channel, target.rule, unit, {}, None, why)
    now = spans.get((target.channel, target.rule), ())
    tried = {
        change: effect(now, spans.get((target.channel, _name(target, k)), ()), end_ns)
        for k, change in enumerate(changes(_parameters(target)))
    }
    return Advice(cause, channel, target.rule, unit, tried, best(tried))


def _instance(whole: Plan, channel: int, rule: str) -> Instance | None:
    return next((i for i in whole.instances if (i.channel, i.rule) == (channel, rule)), None)


def _with_changes(whole: Plan, targets: Iterable[Instance]) -> Plan:
    """The rules that are asked about, each with its changes, and what decides which readings count."""
    instances = [i for i in whole.instances if i.kind in SHAPES]
    for target in targets:
        instances.append(target)
        if target.kind in TRIED:
            instances += _changed(target)
    return replace(whole, instances=tuple(dict.fromkeys(instances)))


def _changed(target: Instance) -> Iterator[Instance]:
    for k, change in enumerate(changes(_parameters(target))):
        other: Any = replace(target.parameters, **{change.parameter: change.after})  # type: ignore[type-var]
        yield replace(target, rule=_name(target, k), parameters=other)


def _name(target: Instance, number: int) -> str:
    return f"{target.rule}{MARK}{number}"


def _parameters(of: Instance) -> dict[str, Any]:
    return {f.name: getattr(of.parameters, f.name) for f in fields(of.parameters)}  # type: ignore[arg-type]


def _screened(
    journal: Journal, of: Plan, start_ns: int, end_ns: int, progress: Progress
) -> dict[tuple[int, str], list[Span]]:
    until_seq = journal.last_seq()

    def read(asked: Sequence[int], first_ns: int, until_ns: int | None) -> Samples:
        last_ns = end_ns if until_ns is None else min(until_ns, end_ns)
        return journal.read(asked, max(first_ns, start_ns), last_ns, until_seq).samples

    screener, found = Screener(of, read), dict[str, Excursion]()
    numbers = [channel.channel for channel in of.channels]
    for some in in_portions(journal.scan(numbers, start_ns, end_ns, until_seq)) if numbers else ():
        found |= {change.excursion.id: change.excursion for change in screener.take(some.samples)}
        progress(int(some.samples.time.max()))
    found |= {change.excursion.id: change.excursion for change in screener.advance(end_ns)}
    spans: dict[tuple[int, str], list[Span]] = {}
    for e in sorted(found.values(), key=lambda e: e.start_ns):
        if not e.withdrawn:
            span = Span(e.start_ns, e.confirmed_ns, e.end_ns, e.cleared_ns)
            spans.setdefault((e.channel, e.rule), []).append(span)
    return spans
