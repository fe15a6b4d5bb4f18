"""What a unit went through: the overlap of its stay and the excursion, asked of the measure."""

from dataclasses import replace

import pytest

from gateway.traceability.exposure import Exposure, Exposures, Part, exposures
from gateway.traceability.model import Conflict, Containment, Contents, Stay, Unit

UNIT = Unit("holder", "A")


def ask(start_ns, end_ns):
    """A measure that answers with what it was asked."""
    return start_ns, -1.0 if end_ns is None else float(end_ns), 5


@pytest.mark.parametrize(
    ("stay", "excursion", "overlap"),
    [
        ((0, None), (10, 20), (10, 20)),
        ((0, 15), (10, 20), (10, 15)),
        ((12, None), (10, 20), (12, 20)),
        ((12, 15), (10, 20), (12, 15)),
        ((0, None), (10, None), (10, None)),
        ((12, 15), (10, None), (12, 15)),
        ((0, 20), (10, 20), (10, 20)),
    ],
)
def test_the_overlap_is_measured(
    stay: tuple[int, int | None], excursion: tuple[int, int | None], overlap: tuple[int, int | None]
):
    contents = Contents(True, (Stay(UNIT, None, *stay),))
    extreme = -1.0 if overlap[1] is None else float(overlap[1])
    assert exposures(contents, *excursion, ask) == Exposures.of(
        [Exposure(UNIT, Part(*overlap, overlap[0], extreme, unproven_ns=5))]
    )


def test_a_unit_that_came_back_has_two_exposures():
    contents = Contents(True, (Stay(UNIT, None, 0, 12), Stay(UNIT, None, 15, None)))
    found = exposures(contents, 10, 20, ask)
    assert [(e.part.from_ns, e.part.to_ns) for e in found] == [(10, 12), (15, 20)]


STAYS = (Stay(UNIT, None, 0, 12), Stay(UNIT, None, 15, None), Stay(Unit("holder", "B"), None, 3, None))
SAID = [Containment(UNIT, asset, None, 15, None, "Li Na", 0, asset) for asset in ("a", "b")]
DOUBT = Conflict(UNIT, SAID[0], SAID[1], 15, None)


@pytest.mark.parametrize("contents", [Contents(True, STAYS), Contents(True, STAYS[:2])])
@pytest.mark.parametrize("conflicts", [(), (replace(DOUBT, is_about_identity=True),)])
@pytest.mark.parametrize(("start_ns", "end_ns"), [(10, None), (11, None), (10, 20)])
def test_only_measuring_is_done_again_where_the_same_are_inside(contents, conflicts, start_ns, end_ns):
    """What was worked out before changes nothing of the answer."""
    before = exposures(Contents(True, STAYS), 10, None, lambda *_: (1, 2.0, 0))
    now = replace(contents, conflicts=conflicts)
    found = exposures(now, start_ns, end_ns, ask, before)
    assert found == exposures(now, start_ns, end_ns, ask)
    is_same = contents.stays is STAYS and not conflicts and (start_ns, end_ns) == (10, None)
    assert (found.part_of is before.part_of) == is_same


def test_unknown_contents_are_no_empty_list():
    assert exposures(Contents(False, ()), 10, 20, ask) is None
