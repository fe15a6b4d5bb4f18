"""A configuration with every way to convert a channel, and readings of it."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gateway.config.load import parse
from gateway.config.types import Configuration
from gateway.model import Arrivals, Quality, Samples
from gateway.writing.conversion import conversions, to_canonical

CURVE = Path(__file__).parents[2] / "data" / "probes" / "lakeshore_dt670_standard_curve.txt"
DOCUMENT = """
[gateway]
name = "x"
[sites.s]
[assets.a]
site = "s"
[sources.b]
kind = "mqtt"
host = "h"
client_id = "c"
[[sources.b.topics]]
pattern = "t/{device}"
payload = "json"
options = { readings = [{ address = "{device}", value_pointer = "/v" }] }

[channels.platinum]
unit = "ohm"
probe = "pt100"

[channels.leads]
unit = "ohm"
probe = "pt100"
probe_options = { lead_resistance_ohm = 0.4 }

[channels.couple]
unit = "mV"
probe = "thermocouple"
probe_options = { type = "T", cold_junction_degC = 0.0 }

[channels.diode]
unit = "mV"
probe = "curve"
probe_options = { curve_file = "diode.340" }

[channels.plain]
unit = "K"

[channels.certified]
unit = "ohm"
probe = "pt100"
[channels.certified.calibration]
certificate = "PTB-2026-0413"
date = 2026-04-13
due = 2027-04-13
expanded_uncertainty_degC = 0.12
table = [[-196.2, -195.8], [0.1, 0.0]]

[channels.weighed]
quantity = "mass"
unit = "g"
[channels.weighed.calibration]
certificate = "M-1"
date = 2026-01-01
due = 2027-01-01
expanded_uncertainty_kg = 0.002
offset_kg = -0.5
"""


def configured(folder: Path, *changes: tuple[str, str]) -> Configuration:
    """The configuration in `folder`, beside its curve file, after replacing texts of it."""
    text = DOCUMENT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    if not (folder / "diode.340").exists():
        shutil.copyfile(CURVE, folder / "diode.340")
    document = tomllib.loads(text)
    for name, table in document["channels"].items():
        table |= {"asset": "a", "source": "b", "address": name}
    return parse(document, folder / "cryogate.toml")


def converted(
    configuration: Configuration,
    rows: Sequence[tuple[str, float]],
    time_ns: int = 0,
    quality: Quality = Quality.GOOD,
) -> Samples:
    """Readings (channel, what arrives on the wire) as the pump would commit them."""
    numbers = {name: 2 * i + 3 for i, name in enumerate(configuration.channels)}
    n = len(rows)
    samples = Samples(
        np.full(n, time_ns, np.int64),
        np.array([numbers[name] for name, _ in rows], np.int32),
        np.array([value for _, value in rows], np.float64),
        np.full(n, quality, np.uint8),
    )
    by = conversions(configuration.channels.values(), numbers)
    return to_canonical(Arrivals(samples, np.full(n, time_ns, np.int64)), by).samples
