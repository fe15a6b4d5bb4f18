"""How urgent a summary is: as the worst of what people are called about, and of what they have not heard.

What was told before and is over, or has been answered, people have to know: nobody gets up for it. What late
data brought is over when it is noticed. It counts as it would in a message of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gateway.alarms.asking import is_untold
from gateway.alarms.call import Priority
from gateway.alarms.callbook import CallBook
from gateway.alarms.flood import KNOWN
from gateway.alarms.groups import Group
from gateway.alarms.priority import Judged, most_urgent

Ranks = Mapping[str, int]
"""By group: how urgent its message was when it began to wait; KNOWN where the person knew of it."""


def judged_together(book: CallBook, groups: Sequence[Group], ranks: Ranks) -> Judged:
    """By all that asks; where nothing does, by the rest, and MEDIUM at most."""
    going_on = [one for one in groups if not one.is_over or book.has_swings(one)]
    calling = {one.id: book.judged(one) for one in going_on if book.escalations.is_calling(one.id)}
    late = [one for one in groups if one.id not in calling and _is_unheard(one, ranks)]
    if asking := [*calling.values(), *(_judged(book, one, ranks[one.id]) for one in late)]:
        return most_urgent(asking)
    judged = most_urgent(map(book.judged, going_on or groups))
    return replace(judged, priority=min(judged.priority, Priority.MEDIUM))


def is_answered(book: CallBook, groups: Sequence[Group], ranks: Ranks) -> bool:
    """Whether nobody is called about any of these, and nothing of them is over and unheard."""
    return not any(book.escalations.is_calling(one.id) or _is_unheard(one, ranks) for one in groups)


def _is_unheard(group: Group, ranks: Ranks) -> bool:
    """Whether it was to be told as something new, and what is over of it has been seen by nobody."""
    return ranks.get(group.id, KNOWN) > KNOWN and any(is_untold(one, 0) for one in group.members.values())


def _judged(book: CallBook, group: Group, rank: int) -> Judged:
    """Of what nobody has heard, as it was when that began to wait: the group may have been worse before."""
    judged = book.judged(group, 0)
    return replace(judged, priority=min(judged.priority, Priority(rank)))
