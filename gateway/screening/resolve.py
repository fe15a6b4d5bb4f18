"""Raw readings to screened ones: sorted, each (channel, time) once, conflicts decided.

Equal readings count once. Of different ones at the same channel and time the better quality counts, of
equal quality the higher value, whatever came first; it becomes UNCERTAIN. (Where nothing usable is among
them there is nothing to be uncertain about: the better of BAD and NO_DATA stands.)
"""

from __future__ import annotations

import numpy as np

from gateway.model import Mask, Quality, Samples, usable
from gateway.screening.series import worth


def resolve(samples: Samples) -> Samples:
    """Readings by (channel, time), strictly rising; NaN exactly where a reading is not usable."""
    sane = _sane(samples)
    if not _is_sorted(sane):
        sane = sane.take(np.lexsort((sane.time, sane.channel)))
    again = _same_moment(sane)
    if not again.any():
        return sane
    together = np.append(again, False) | np.append(False, again)
    crowd = sane.take(together)
    crowd = crowd.take(np.lexsort((-crowd.value, crowd.quality, crowd.time, crowd.channel)))
    alone = sane.take(~together)
    return Samples.concatenate([alone, _decided(crowd)]).sorted()


def _sane(samples: Samples) -> Samples:
    good = worth(samples.value, samples.quality)
    if good.all():
        return Samples(samples.time, samples.channel, samples.value + 0.0, samples.quality)  # no -0.0
    quality = np.where(usable(samples.quality) & ~good, np.uint8(Quality.BAD), samples.quality)
    return Samples(samples.time, samples.channel, np.where(good, samples.value, np.nan) + 0.0, quality)


def _is_sorted(samples: Samples) -> bool:
    channel, time = samples.channel, samples.time
    rises = channel[1:] > channel[:-1]
    return bool((rises | ((channel[1:] == channel[:-1]) & (time[1:] >= time[:-1]))).all())


def _same_moment(samples: Samples) -> Mask:
    """Whether a reading has the channel and time of the one before it, bool[N - 1]."""
    same_time = samples.time[1:] == samples.time[:-1]
    return np.asarray(same_time & (samples.channel[1:] == samples.channel[:-1]))


def _decided(crowd: Samples) -> Samples:
    """One reading for each moment of `crowd`, which is sorted with the best of each moment first."""
    if len(crowd) == 0:
        return crowd
    best = np.flatnonzero(np.append(True, ~_same_moment(crowd)))
    length = np.diff(np.append(best, len(crowd)))
    rival_value, rival_quality = np.repeat(crowd.value[best], length), np.repeat(crowd.quality[best], length)
    same_value = (crowd.value == rival_value) | (np.isnan(crowd.value) & np.isnan(rival_value))
    differs = ~(same_value & (crowd.quality == rival_quality))
    conflict = np.logical_or.reduceat(differs, best)
    decided = crowd.take(best)
    quality = np.where(conflict & usable(decided.quality), np.uint8(Quality.UNCERTAIN), decided.quality)
    return Samples(decided.time, decided.channel, decided.value, quality)
