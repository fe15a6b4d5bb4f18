"""What was measured under another configuration, and comes late, is read as it was then."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gateway.cli import app
from gateway.config.load import parse
from gateway.config.timeline import timeline_of
from gateway.model import SECOND, Arrivals, Quality, Samples
from gateway.writing.certificates import Certificates
from gateway.writing.conversion import Conversions, conversions, to_canonical
from gateway.writing.earlier import Then, read_before
from gateway.writing.introduction import introduce
from tests.unit.alarming.alarm_desk import CONFIG, NOON_NS, Desk

CERTIFICATE = """[channels.top.calibration]
certificate = "{}"
date = 2025-01-05
due = 2027-01-05
expanded_uncertainty_degC = 0.1
offset_degC = {}
"""
CURVE = """Data Format:    2      (Volts/Kelvin)
Number of Breakpoints:   3

No.   Units      Temperature (K)

  1  0.50000       300.0
  2  1.00000       77.4
  3  1.60000       4.2
"""
CHANGE_S = 100  # after noon: the gateway starts with the other configuration
GOOD, UNCERTAIN, BAD = Quality.GOOD, Quality.UNCERTAIN, Quality.BAD


def with_top(more: str) -> str:
    return CONFIG.replace("[channels.shipper]\n", more + "[channels.shipper]\n")


def changed(folder: Path, before: str, after: str) -> Desk:
    desk = Desk(folder, with_top(before), NOON_NS)
    desk.configure(with_top(after), NOON_NS + CHANGE_S * SECOND)
    return desk


def tables(desk: Desk) -> Conversions:
    configuration = desk.configuration
    before = read_before(configuration, desk.numbers, timeline_of(desk.journal))
    return conversions(configuration.channels.values(), desk.numbers, before)


def read(
    desk: Desk, *measured: tuple[str, float, float], received_s: float = CHANGE_S + 50
) -> list[tuple[float, int]]:
    """(channel, seconds after noon, what the device said), as it comes into the journal."""
    names, seconds, values = zip(*measured, strict=True)
    samples = Samples(
        np.array([NOON_NS + round(s * SECOND) for s in seconds], np.int64),
        np.array([desk.numbers[name] for name in names], np.int32),
        np.array(values, np.float64),
        np.full(len(names), GOOD, np.uint8),
    )
    received = np.full(len(names), NOON_NS + round(received_s * SECOND), np.int64)
    found = to_canonical(Arrivals(samples, received), tables(desk)).samples
    return list(zip(found.value.tolist(), found.quality.tolist(), strict=True))


def test_the_certificate_of_its_time_corrects_a_reading(tmp_path: Path) -> None:
    """Both were sent at once after the change: 9 degC and not 7."""
    desk = changed(tmp_path, CERTIFICATE.format("K1", 3.0), CERTIFICATE.format("K2", 1.0))
    assert read(desk, ("top", 99.9, 6.0), ("top", 100, 6.0), ("shipper", 99, 6.0)) == [
        (9.0, GOOD),
        (7.0, GOOD),
        (6.0, GOOD),
    ]


def test_a_unit_of_its_time_reads_it_and_it_is_uncertain(tmp_path: Path) -> None:
    """Nobody knows whether somebody had turned the instrument to kelvin already."""
    desk = changed(tmp_path, "", 'unit = "K"\n')
    assert read(desk, ("top", 50, 9.0), ("top", 120, 278.15), ("top", 60, -999.9)) == [
        (9.0, UNCERTAIN),
        (5.0, GOOD),
        pytest.approx((np.nan, BAD), nan_ok=True),
    ]


def test_nothing_is_certain_before_a_start_whose_clock_was_not_trusted(tmp_path: Path) -> None:
    """It was ahead: what was measured since may lie before the time that the journal has of the start."""
    desk = Desk(tmp_path, with_top(CERTIFICATE.format("K1", 3.0)), NOON_NS)
    after = parse(tomllib.loads(with_top(CERTIFICATE.format("K2", 1.0))), tmp_path / "cryogate.toml")
    introduce(after, desk.journal, NOON_NS + CHANGE_S * SECOND, trusted=False)
    desk.configuration = after
    assert read(desk, ("top", 50, 6.0), ("top", 120, 6.0)) == [(9.0, UNCERTAIN), (7.0, GOOD)]


def test_what_is_said_in_other_words_changes_nothing(tmp_path: Path) -> None:
    desk = changed(tmp_path, "", 'unit = "degC"\nprobe = "direct"\n')
    assert not tables(desk).earlier.spans
    assert read(desk, ("top", 50, 9.0)) == [(9.0, GOOD)]


def test_what_is_known_of_the_device_since_counts(tmp_path: Path) -> None:
    """That 85 means that it measures nothing was always so."""
    faults = "faults = [85.0]\n"
    desk = changed(tmp_path, CERTIFICATE.format("K1", 3.0), faults + CERTIFICATE.format("K2", 1.0))
    assert [quality for _, quality in read(desk, ("top", 50, 85.0), ("top", 51, 6.0))] == [BAD, GOOD]


def test_another_address_may_have_been_another_probe(tmp_path: Path) -> None:
    desk = Desk(tmp_path, CONFIG, NOON_NS)
    desk.configure(CONFIG.replace('address = "top"', 'address = "new"'), NOON_NS + CHANGE_S * SECOND)
    assert read(desk, ("top", 50, -180.0), ("top", 150, -180.0)) == [(-180.0, UNCERTAIN), (-180.0, GOOD)]


def test_a_curve_that_is_gone_leaves_a_reading_uncertain(tmp_path: Path) -> None:
    curve = tmp_path / "old.340"
    curve.write_text(CURVE)
    probe = (
        f'unit = "V"\nprobe = "curve"\n[channels.top.probe_options]\ncurve_file = {json.dumps(str(curve))}\n'
    )
    desk = changed(tmp_path, probe, 'unit = "V"\nprobe = "dt670"\n')
    ((with_curve, quality),) = read(desk, ("top", 50, 1.0))
    assert (round(with_curve, 2), quality) == (-195.75, UNCERTAIN)
    curve.unlink()
    ((without, quality),) = read(desk, ("top", 50, 1.0))
    assert without != with_curve and quality == UNCERTAIN


def test_a_gateway_whose_clock_was_set_back_reads_as_now(tmp_path: Path) -> None:
    """It started with a clock that was ahead: what is measured since lies before that start."""
    desk = changed(tmp_path, CERTIFICATE.format("K1", 3.0), CERTIFICATE.format("K2", 1.0))
    assert read(desk, ("top", 10, 6.0), received_s=11) == [(7.0, GOOD)]


def again(desk: Desk, *seconds: float, value: float) -> list[tuple[float, int]]:
    before = read_before(desk.configuration, desk.numbers, timeline_of(desk.journal), again=True)
    by = conversions(desk.configuration.channels.values(), desk.numbers, before, again=True)
    time = np.array([NOON_NS + round(s * SECOND) for s in seconds], np.int64)
    top = np.full(len(seconds), desk.numbers["top"], np.int32)
    samples = Samples(time, top, np.full(len(seconds), value), np.full(len(seconds), GOOD, np.uint8))
    found = to_canonical(Arrivals(samples, time), by).samples
    return list(zip(found.value.tolist(), found.quality.tolist(), strict=True))


def test_what_is_sent_through_again_has_the_certificate_of_its_time(tmp_path: Path) -> None:
    desk = changed(tmp_path, CERTIFICATE.format("K1", 3.0), CERTIFICATE.format("K2", 1.0))
    assert again(desk, 0, 2 * CHANGE_S, value=6.0) == [(9.0, GOOD), (7.0, GOOD)]


def test_what_is_sent_through_again_is_understood_as_now(tmp_path: Path) -> None:
    """Its unit was mended since; while it was configured otherwise, nobody knows what the device meant."""
    desk = changed(tmp_path, "", 'unit = "K"\n')
    assert again(desk, -10, 0, 2 * CHANGE_S, value=279.15) == [(6.0, GOOD), (6.0, UNCERTAIN), (6.0, GOOD)]


def test_while_the_clock_of_the_gateway_is_not_trusted_nothing_is_before_a_start(tmp_path: Path) -> None:
    """It started with a clock that is ahead; what is measured now seems to be of before."""
    desk = changed(tmp_path, 'unit = "degF"\n', "")
    time = np.array([NOON_NS + 50 * SECOND], np.int64)
    top = np.full(1, desk.numbers["top"], np.int32)
    came = Arrivals(
        Samples(time, top, np.full(1, 9.0), np.full(1, UNCERTAIN, np.uint8)), time + 2 * CHANGE_S * SECOND
    )
    (value,) = to_canonical(came, tables(desk), np.zeros(1, np.bool_)).samples.value
    assert value == 9.0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (CERTIFICATE.format("K2", 1.0), "other calibration from the start on; .* read as it was then$"),
        (
            'unit = "K"\n',
            "other unit from the start on; .* is uncertain: the device may have changed before$",
        ),
    ],
)
def test_check_says_so_before_the_start(tmp_path: Path, more: str, words: str) -> None:
    (tmp_path / "data").mkdir()
    desk = Desk(tmp_path / "data", with_top(CERTIFICATE.format("K1", 1.0) if "K2" in more else ""), NOON_NS)
    desk.journal.close()
    config = tmp_path / "cryogate.toml"
    config.write_text(with_top(more))
    done = CliRunner().invoke(app, ["check", "--json", "--config", str(config)])
    (line,) = [one for one in json.loads(done.output)["changes"] if "channels.top" in one]
    assert re.search(words, line)


OFFSETS = st.lists(st.sampled_from([None, 0.0, 1.0, 2.0]), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lives")


@settings(max_examples=25)
@given(offsets=OFFSETS, seconds=st.lists(st.integers(-10, 50), min_size=1, max_size=6))
def test_whatever_changed_how_often_it_is_as_one_after_the_other(
    folders: Path, offsets: list[float | None], seconds: list[int]
) -> None:
    """The twin: of each reading the certificate of the last start before it, the first one for all before."""
    folder = folders / f"{len(list(folders.iterdir()))}"
    folder.mkdir()
    texts = ["" if one is None else CERTIFICATE.format(f"K{one}", one) for one in offsets]
    desk = Desk(folder, with_top(texts[0]), NOON_NS)
    for n, text in enumerate(texts[1:], 1):
        desk.configure(with_top(text), NOON_NS + 10 * n * SECOND)
    found = read(desk, *(("top", s, 5.0) for s in seconds))
    held = [offsets[min(max(s // 10, 0), len(offsets) - 1)] for s in seconds]
    assert found == [(5.0 + (one or 0.0), GOOD) for one in held]
    desk.journal.close()
    desk.records.close()


def test_spans_of_a_live_channel_are_those_that_imports_go_by(tmp_path: Path) -> None:
    desk = changed(tmp_path, CERTIFICATE.format("K1", 3.0), CERTIFICATE.format("K2", 1.0))
    timeline, top = timeline_of(desk.journal), desk.configuration.channels["top"]
    imported = Certificates(timeline).of(top)
    live: list[Then] = list(read_before(desk.configuration, desk.numbers, timeline)[desk.numbers["top"]])
    assert [(one.until_ns, one.calibration) for one in imported[:-1]] == [
        (one.until_ns, one.channel.calibration) for one in live
    ]
