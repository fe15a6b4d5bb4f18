"""The index of a row group is checked at once as it would be piece by piece."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.journal import index_check
from gateway.journal.entries import HOUR_NS, runs
from gateway.model import Samples

ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 3)), max_size=12)


def piece_by_piece(samples, pieces):
    """The slow twin."""
    at = 0
    for start, readings, hour, first_ns, last_ns, present in pieces:
        part = samples.take(slice(start, start + readings))
        if start != at or not len(part) == readings > 0 or (part.time // HOUR_NS != hour).any():
            return None
        if (int(part.time.min()), int(part.time.max())) != (first_ns, last_ns):
            return None
        in_order = np.lexsort((part.time, part.channel)) == np.arange(readings)
        if not in_order.all() or runs(part.channel) != present:
            return None
        at += readings
    return at


def sound(rows):
    """Samples in the order of an archive, and their pieces."""
    rows = sorted((hour, channel, hour * HOUR_NS + second) for hour, channel, second in rows)
    hour, channel, time = (np.array([row[k] for row in rows], np.int64) for k in range(3))
    samples = Samples(time, channel.astype(np.int32), np.zeros(len(rows)), np.zeros(len(rows), np.uint8))
    pieces = []
    for number in np.unique(hour).tolist():
        at = np.flatnonzero(hour == number)
        ends = int(time[at].min()), int(time[at].max())
        pieces.append((int(at[0]), len(at), number, *ends, runs(samples.channel[at])))
    return samples, pieces


def damaged(samples, pieces, which, field, by):
    """One number of a piece is another; 6: two rows change places; 7: a piece is lost."""
    if field == 6 and len(samples) > 1:
        order = np.arange(len(samples))
        order[which % len(order)], order[by % len(order)] = by % len(order), which % len(order)
        return samples.take(order), pieces
    if field == 7 and pieces:
        return samples, pieces[: which % len(pieces)] + pieces[which % len(pieces) + 1 :]
    if field < 6 and pieces:
        piece = list(pieces[which % len(pieces)])
        piece[field] = runs(np.array([by], np.int32)) if field == 5 else piece[field] + by
        return samples, [*pieces[: which % len(pieces)], tuple(piece), *pieces[which % len(pieces) + 1 :]]
    return samples, pieces


@given(ROWS)
def test_what_is_sound_is_covered(rows):
    samples, pieces = sound(rows)
    assert index_check.covered(samples, pieces) == len(samples)


@settings(max_examples=200)
@given(ROWS, st.integers(0, 20), st.integers(0, 7), st.sampled_from([-1, 1, 2, 5, -(2**62), 2**62]))
def test_damage_is_found_as_it_is_piece_by_piece(rows, which, field, by):
    samples, pieces = sound(rows)
    samples, pieces = damaged(samples, pieces, which, field, by if field < 5 else by % 7)
    assert index_check.covered(samples, pieces) == piece_by_piece(samples, pieces)


def test_what_is_no_number_does_not_fit():
    samples, pieces = sound([(0, 1, 2)])
    for odd in (None, "x", 0.5):
        assert index_check.covered(samples, [(odd, *pieces[0][1:])]) is None
