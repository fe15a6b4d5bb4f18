"""The actions of a story, each as: which thing, which of its settings, from which value to which.

An event sets the value at `at_s` of story time and, when it says `for_s`, puts the thing at rest again after
that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Target = Literal["vessel", "probe", "link"]


@dataclass(frozen=True, slots=True)
class Action:
    """`argument` is the event key that carries the value; None: the action has one value, `default`."""

    target: Target
    setting: str
    argument: str | None
    default: float | None  # None: the event must say it


ACTIONS: Final[dict[str, Action]] = {
    # vessels; settings are controls of firmware_sim.vessels.CONTROLS
    "ln2_gone": Action("vessel", "drained", None, 1.0),
    "fill": Action("vessel", "fill_command", None, 1.0),
    "fill_stop": Action("vessel", "fill_command", None, -1.0),
    "lid_open": Action("vessel", "lid", None, 1.0),
    "lid_close": Action("vessel", "lid", None, 0.0),
    "tilt": Action("vessel", "tilt_deg", "angle_deg", 90.0),
    "vacuum_loss": Action("vessel", "vacuum_factor", "factor", 20.0),
    "power_loss": Action("vessel", "powered", None, 0.0),
    "power_back": Action("vessel", "powered", None, 1.0),
    "ambient": Action("vessel", "ambient_degC", "temperature_degC", None),
    "pressure": Action("vessel", "pressure_kPa", "pressure_kPa", None),
    # probes; settings are fields of firmware_sim.faults.ProbeFaults
    "probe_open": Action("probe", "is_open", None, 1.0),
    "probe_short": Action("probe", "is_shorted", None, 1.0),
    "probe_frozen": Action("probe", "is_frozen", None, 1.0),
    "probe_unconverted": Action("probe", "is_unconverted", None, 1.0),
    "probe_lost": Action("probe", "is_lost", None, 1.0),
    "probe_offset": Action("probe", "offset_K", "offset_K", None),
    # links: an instrument or a device by name; settings are fields of firmware_sim.faults.LinkFaults
    "unplug": Action("link", "unplugged", None, 1.0),
    "replug": Action("link", "unplugged", None, 0.0),
    "dropout": Action("link", "dropout", "probability", 1.0),
    "noise": Action("link", "noise", "probability", 0.5),
    "stray_bytes": Action("link", "stray", "probability", 0.5),
    "echo": Action("link", "echoes", None, 1.0),
    "half_frames": Action("link", "half_frames", "probability", 0.5),
    "garbage": Action("link", "garbage", "probability", 0.5),
    "not_a_number": Action("link", "not_a_number", "probability", 1.0),
    "duplicate": Action("link", "duplicate", "probability", 0.5),
    "clock_offset": Action("link", "clock_offset_s", "offset_s", None),
    "clock_drift": Action("link", "clock_drift_ppm", "drift_ppm", None),
    "clock_reset": Action("link", "clock_was_reset", None, 1.0),
    "clock_day_month": Action("link", "day_and_month_swapped", None, 1.0),
}
ARGUMENTS: Final = sorted({action.argument for action in ACTIONS.values() if action.argument is not None})
