"""The physics of simulated vessels against published facts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from firmware_sim.nitrogen import LIQUID_KG_PER_L, latent_heat_J_per_kg, saturation_degC
from firmware_sim.vessels import CONTROLS, columns, kinds, load

DAY_S = 86_400.0
UPRIGHT = {"ambient_degC": 21.85}  # the 295 K that evaporation rates are stated for
RATED = {"probe_leak_W": 0.0}  # without a logger's probe in the neck

Script = Callable[[float, dict[str, np.ndarray]], None]


def simulate(
    kind: str,
    duration_s: float,
    dt_s: float = 10.0,
    model: dict[str, float] | None = None,
    controls: dict[str, float] | None = None,
    script: Script | None = None,
) -> dict[str, np.ndarray]:
    """Every node of one vessel, one value per step, and `time_s`."""
    rules = load(kind)
    parameters = columns([{**rules.DEFAULTS, **(model or {})}])
    outside = columns([{**CONTROLS, **(controls or {})}])
    state = rules.begin(parameters, outside)
    seen = []
    for step in range(round(duration_s / dt_s)):
        if script is not None:
            script(step * dt_s, outside)
        state = rules.step(state, parameters, outside, dt_s)
        nodes = rules.nodes(state, parameters, outside)
        seen.append({"time_s": (step + 1) * dt_s, **{name: float(v[0]) for name, v in nodes.items()}})
    return {name: np.array([row[name] for row in seen]) for name in seen[0]}


def hold_time_d(**changes: dict[str, float]) -> float:
    """Days until a full dry shipper is dry."""
    model, controls = RATED | changes.get("model", {}), UPRIGHT | changes.get("controls", {})
    course = simulate("dry_shipper", 30 * DAY_S, dt_s=1200.0, model=model, controls=controls)
    return float(course["time_s"][course["level_percent"] <= 0.0][0]) / DAY_S


@pytest.mark.parametrize(
    ("pressure_kPa", "boiling_degC", "latent_kJ"),
    [
        (61.6, -199.78, 204.1),
        (75.3, -198.23, 202.2),
        (84.6, -197.29, 201.1),
        (95.0, -196.34, 199.9),
        (101.325, -195.795, 199.18),
        (107.0, -195.33, 198.6),
        (122.7, -194.13, 197.0),
        (150.0, -192.31, 194.5),
    ],
)
def test_boiling_point_and_latent_heat_follow_the_table(
    pressure_kPa: float, boiling_degC: float, latent_kJ: float
) -> None:
    pressure = np.array([pressure_kPa])
    assert saturation_degC(pressure)[0] == pytest.approx(boiling_degC, abs=1e-9)
    assert latent_heat_J_per_kg(pressure)[0] == pytest.approx(latent_kJ * 1000.0)


def test_boiling_point_slope_at_one_atmosphere_is_84_mK_per_kPa() -> None:
    low, high = saturation_degC(np.array([100.0, 103.0]))
    assert (high - low) / 3.0 == pytest.approx(0.0837, abs=0.001)


def test_every_kind_keeps_its_contract() -> None:
    assert kinds() == ["dry_shipper", "fridge", "ln2_freezer", "ult_freezer"]
    for kind in kinds():
        rules = load(kind)
        model, controls = columns([rules.DEFAULTS] * 3), columns([CONTROLS] * 3)
        state = rules.begin(model, controls)
        before = {name: column.copy() for name, column in state.items()}
        after = rules.step(state, model, controls, 10.0)
        assert all(np.array_equal(before[name], state[name]) for name in before), (
            f"{kind} wrote into its argument"
        )
        assert set(after) == set(state)
        nodes = rules.nodes(after, model, controls)
        assert tuple(nodes) == rules.NODES
        assert all(column.shape == (3,) and np.isfinite(column).all() for column in nodes.values())


def test_many_vessels_at_once_are_the_same_as_each_alone() -> None:
    rules = load("dry_shipper")
    models = [{**rules.DEFAULTS, "start_percent": p, "evaporation_L_per_day": 5.0} for p in (0.0, 1.0, 50.0)]
    controls = [{**CONTROLS, "tilt_deg": t} for t in (0.0, 60.0, 180.0)]

    def end(rows: slice) -> np.ndarray:
        model, outside = columns(models[rows]), columns(controls[rows])
        state = rules.begin(model, outside)
        for _ in range(500):
            state = rules.step(state, model, outside, 10.0)
        return np.stack(list(rules.nodes(state, model, outside).values()))

    together = end(slice(0, 3))
    alone = np.concatenate([end(slice(n, n + 1)) for n in range(3)], axis=1)
    np.testing.assert_array_equal(together, alone)


def test_mass_of_a_charged_shipper_falls_linearly_and_holds_capacity_over_rate() -> None:
    course = simulate("dry_shipper", 13 * DAY_S, dt_s=600.0, model=RATED, controls=UPRIGHT)
    losses_kg = -np.diff(course["mass_kg"])
    assert np.ptp(losses_kg) / losses_kg.mean() < 1e-6
    assert losses_kg.mean() / 600.0 * DAY_S == pytest.approx(0.26 * LIQUID_KG_PER_L, rel=0.002)
    assert hold_time_d() == pytest.approx(3.6 / 0.26, rel=0.005)
    assert course["mass_kg"][0] == pytest.approx(4.5 + 3.6 * LIQUID_KG_PER_L, abs=0.01)


def test_payload_of_a_wet_shipper_stays_within_2_K_of_the_boiling_point() -> None:
    payload = simulate("dry_shipper", 13 * DAY_S, dt_s=600.0, model=RATED, controls=UPRIGHT)["payload"]
    assert payload.min() >= -195.80
    assert payload.max() < -193.79
    assert (np.diff(payload) > 0.0).all()  # rising as the level falls


def test_on_its_side_a_shipper_loses_60_percent_of_its_hold_time() -> None:
    upright = hold_time_d()
    assert hold_time_d(controls={"tilt_deg": 90.0}) == pytest.approx(0.4 * upright, rel=0.01)
    assert hold_time_d(controls={"tilt_deg": 45.0}) == pytest.approx(upright / 1.6, rel=0.01)


def test_upside_down_days_become_hours_and_free_liquid_runs_out() -> None:
    course = simulate("dry_shipper", 60.0, controls={"tilt_deg": 180.0})
    assert course["level_percent"][0] == pytest.approx(70.0, abs=0.1)
    assert hold_time_d(controls={"tilt_deg": 180.0}) < hold_time_d() / 8.0


def test_lost_vacuum_ends_the_hold_within_hours() -> None:
    assert hold_time_d(controls={"vacuum_factor": 20.0}) * 24.0 == pytest.approx(
        13.85 * 24.0 / 20.0, rel=0.01
    )


def test_vacuum_goes_soft_gradually() -> None:
    def lose(time_s: float, controls: dict[str, np.ndarray]) -> None:
        controls["vacuum_factor"][0] = 20.0 if time_s >= 600.0 else 1.0

    lost_kg = -np.diff(simulate("dry_shipper", 6000.0, script=lose)["mass_kg"])
    assert lost_kg[70] < 0.3 * lost_kg[-1]
    assert lost_kg[-1] > 15 * lost_kg[0]


def test_without_liquid_the_first_100_K_rise_in_a_straight_line() -> None:
    course = simulate("dry_shipper", 5 * DAY_S, dt_s=60.0, model={"start_percent": 0.01})
    first_100_K = (course["payload"] > -193.0) & (course["payload"] < -93.0)
    time_h, payload = course["time_s"][first_100_K] / 3600.0, course["payload"][first_100_K]
    slope, offset = np.polyfit(time_h, payload, 1)
    assert np.corrcoef(time_h, payload)[0, 1] ** 2 > 0.999
    assert np.abs(payload - (slope * time_h + offset)).max() < 2.0
    assert slope == pytest.approx(2.6, abs=0.2)  # K/h, worked example for this class of shipper
    to_150_h = course["time_s"][course["payload"] > -150.0][0] / 3600.0
    assert to_150_h == pytest.approx(17.0, abs=2.0)


def test_an_empty_shipper_ends_at_ambient_and_never_above() -> None:
    course = simulate("dry_shipper", 30 * DAY_S, dt_s=1200.0, model={"start_percent": 0.0})
    assert course["payload"].max() <= 22.0 + 1e-9
    assert course["payload"][-1] == pytest.approx(22.0, abs=0.5)
    assert course["neck"].max() <= 22.0 + 1e-9


def test_refilling_a_warm_shipper_chills_it_and_costs_liquid() -> None:
    def fill(time_s: float, controls: dict[str, np.ndarray]) -> None:
        controls["fill_command"][0] = 1.0 if time_s == 0.0 else 0.0

    course = simulate("dry_shipper", 4 * 3600.0, model={"start_percent": 0.0}, script=fill)
    assert course["payload"][-1] < -195.0
    assert course["level_percent"].max() == pytest.approx(100.0, abs=0.5)
    poured_kg = 3.6 * LIQUID_KG_PER_L
    assert course["mass_kg"][20] - 4.5 < poured_kg * 0.9  # by 200 s it has boiled much of what came in


def test_colder_boiling_in_an_aircraft_cabin() -> None:
    course = simulate("dry_shipper", 3 * 3600.0, controls={"pressure_kPa": 75.3})
    assert course["payload"][-1] == pytest.approx(-198.2, abs=0.05)


def test_open_lid_warms_the_top_of_a_freezer_and_not_its_bottom() -> None:
    def lid(time_s: float, controls: dict[str, np.ndarray]) -> None:
        controls["lid"][0] = 1.0 if 600.0 <= time_s < 840.0 else 0.0

    course = simulate("ln2_freezer", 4 * 3600.0, script=lid)
    before, at = 59, 83  # steps: 10 minutes, and 4 minutes later
    assert 20.0 < course["top"][71] - course["top"][before] < 60.0  # after 2 minutes
    assert 20.0 < course["top"][at] - course["top"][before] < 60.0
    assert course["bottom"].max() - course["bottom"][before] < 1.0
    half_back = course["time_s"][at:][course["top"][at:] < (course["top"][before] + course["top"][at]) / 2.0][
        0
    ]
    assert 5 * 60.0 < half_back - course["time_s"][at] < 30 * 60.0
    assert course["top"][-1] == pytest.approx(course["top"][before], abs=0.5)


def test_automatic_fill_spikes_with_warm_gas_dips_with_liquid_and_stops_when_full() -> None:
    course = simulate("ln2_freezer", 3600.0, model={"start_percent": 49.9})
    assert 10.0 < course["top"].max() - course["top"][0] < 40.0
    assert course["top"].min() == pytest.approx(-195.8 + 3.0, abs=0.5)
    assert course["top"].argmax() < course["top"].argmin()
    assert course["level_percent"].max() == pytest.approx(80.0, abs=1.0)
    assert course["valve"][0] == 1.0
    assert course["valve"][-1] == 0.0


def test_an_open_lid_stops_the_fill() -> None:
    course = simulate("ln2_freezer", 600.0, model={"start_percent": 40.0}, controls={"lid": 1.0})
    assert (np.diff(course["level_percent"]) < 0.0).all()


def test_a_freezer_whose_liquid_is_gone_warms() -> None:
    def drain(time_s: float, controls: dict[str, np.ndarray]) -> None:
        controls["drained"][0] = 1.0 if time_s == 600.0 else 0.0

    course = simulate("ln2_freezer", 4 * DAY_S, dt_s=60.0, model={"autofill_low_percent": 0.0}, script=drain)
    assert course["bottom"][5] < -195.0
    assert course["bottom"][-1] > course["bottom"][5] + 40.0
    assert (course["top"][100:] > course["bottom"][100:]).all()


def test_a_ult_freezer_cycles_within_3_K_every_20_to_40_minutes() -> None:
    course = simulate("ult_freezer", 12 * 3600.0)
    settled = course["air"][360:]
    assert -83.3 < settled.min() < -82.7
    assert -77.3 < settled.max() < -76.7
    starts_s = course["time_s"][1:][np.diff(course["running"]) > 0.0]
    periods_min = np.diff(starts_s) / 60.0
    assert ((periods_min > 20.0) & (periods_min < 40.0)).all()
    assert len(periods_min) > 15


def test_30_s_of_open_door_warm_ult_air_by_8_to_10_K_and_the_core_by_1_to_3() -> None:
    def door(time_s: float, controls: dict[str, np.ndarray]) -> None:
        controls["lid"][0] = 1.0 if 3600.0 <= time_s < 3630.0 else 0.0

    course, quiet = simulate("ult_freezer", 3 * 3600.0, script=door), simulate("ult_freezer", 3 * 3600.0)
    assert 8.0 < course["air"][362] - quiet["air"][362] < 10.5
    assert 0.3 < (course["core"] - quiet["core"]).max() < 3.0
    back_min = (course["time_s"][363:][course["air"][363:] <= -80.0][0] - 3630.0) / 60.0
    assert back_min < 60.0


def test_a_ult_freezer_without_power_reaches_minus_20_in_8_to_14_hours() -> None:
    course = simulate("ult_freezer", 24 * 3600.0, model={"core_tau_s": 2700.0}, controls={"powered": 0.0})
    assert 8.0 < course["time_s"][course["air"] > -20.0][0] / 3600.0 < 14.0
    assert (course["running"] == 0.0).all()


def test_a_fridge_stays_between_2_and_8() -> None:
    course = simulate("fridge", 24 * 3600.0)
    assert course["air"].min() > 3.5
    assert course["air"].max() < 6.5


@pytest.mark.parametrize("kind", ["dry_shipper", "ln2_freezer"])
def test_the_length_of_a_step_hardly_matters(kind: str) -> None:
    fine = simulate(kind, 1800.0, dt_s=0.5, controls={"lid": 1.0})
    coarse = simulate(kind, 1800.0, dt_s=10.0, controls={"lid": 1.0})
    for node in load(kind).NODES:
        assert coarse[node][-1] == pytest.approx(fine[node][-1], abs=0.05), node
