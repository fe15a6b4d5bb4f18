"""The driver of the Lake Shore family, fed by hand: a model's own status bits say what a value is worth."""

from __future__ import annotations

import pytest

from gateway.drivers import PortSettings
from gateway.drivers.lakeshore import MODELS, PORT, Options, addresses, poll
from gateway.model import Quality
from tests.unit.drivers.feed import feed, rows

GOOD, UNCERTAIN, BAD = int(Quality.GOOD), int(Quality.UNCERTAIN), int(Quality.BAD)
IDENTITY = b"LSCI,MODEL336,LSA21EA/LSA21EB,2.5"


def instrument(identity: bytes = IDENTITY, value: bytes = b"-195.80", status: bytes = b"000"):
    def answer(asked: str) -> bytes:
        return identity if asked.startswith("*IDN?") else value if asked.startswith("CRDG?") else status

    return answer


def test_line_settings_of_the_manual() -> None:
    assert PortSettings(57_600, 7, "O", 1, 0.05) == PORT


def test_every_value_with_its_status() -> None:
    asked, readings = feed(poll(Options("336", ("A", "C"))), instrument())
    assert asked == [f"{q}\r\n" for q in ("*IDN?", "CRDG? A", "RDGST? A", "CRDG? C", "RDGST? C")]
    assert rows(readings) == [("A", 2, "-195.8", GOOD), ("C", 4, "-195.8", GOOD)]


def test_the_211_has_one_input_and_no_argument() -> None:
    asked, readings = feed(poll(Options("211")), instrument(b"LSCI,MODEL211,0,020899"))
    assert asked == ["*IDN?\r\n", "CRDG?\r\n", "RDGST?\r\n"]
    assert rows(readings) == [("1", 2, "-195.8", GOOD)]


@pytest.mark.parametrize(
    ("model", "built_in"),
    [("224", 12), ("240", 8), ("335", 2), ("336", 4), ("340", 4), ("350", 4), ("211", 1)],
)
def test_without_inputs_those_that_every_unit_has(model: str, built_in: int) -> None:
    assert len(addresses(Options(model))) == built_in


@pytest.mark.parametrize("model", sorted(MODELS))
@pytest.mark.parametrize("bit", [1, 2, 4, 8, 16, 32, 64, 128])
def test_what_a_bit_means_depends_on_the_model(model: str, bit: int) -> None:
    name = MODELS[model].inputs[0]
    answer = instrument(f"LSCI,MODEL{model},1,1".encode(), status=b"%03d" % bit)
    _, readings = feed(poll(Options(model, (name,))), answer)
    worth = {("211", 4): GOOD, ("211", 8): GOOD, ("340", 2): UNCERTAIN}.get((model, bit), BAD)
    assert rows(readings) == [(name, 2, "nan" if worth == BAD else "-195.8", worth)]


@pytest.mark.parametrize(("value", "celsius"), [(b"-195.795E+0", "-195.795"), (b"+7.7E+1", "77.0")])
def test_numbers_of_the_340_have_exponents(value: bytes, celsius: str) -> None:
    _, readings = feed(poll(Options("340", ("A",))), instrument(b"LSCI,MODEL340,1,1", value))
    assert rows(readings) == [("A", 2, celsius, GOOD)]


@pytest.mark.parametrize("value", [b"-273.16", b"+1232.1", b"+1.0E+30"])
def test_what_no_sensor_can_mean_is_bad(value: bytes) -> None:
    _, readings = feed(poll(Options("336", ("A",))), instrument(value=value))
    assert rows(readings) == [("A", 2, "nan", BAD)]


@pytest.mark.parametrize("value", [b"000", b"NAN", b"+77.35,+77.35", b"-195\x0080", IDENTITY, b"+77"])
def test_what_is_no_value_is_refused_and_the_instrument_identifies_itself(value: bytes) -> None:
    asked, readings = feed(
        poll(Options("336", ("A", "B"))),
        lambda q: {"CRDG? A": value, "CRDG? B": b"+21.5"}.get(q.strip()) or instrument()(q),
    )
    assert asked == [f"{q}\r\n" for q in ("*IDN?", "CRDG? A", "*IDN?", "CRDG? B", "RDGST? B")]
    assert rows(readings) == [("B", 4, "21.5", GOOD)]
    assert [(r.topic, r.payload) for r in readings.refused] == [("CRDG? A", value)]


def test_a_late_status_does_not_judge_the_next_input() -> None:
    replies = iter([IDENTITY, b"+77.350", None, b"000", b"+21.500"])
    asked, readings = feed(poll(Options("336", ("A", "B"))), lambda _: next(replies))
    assert asked[-1] == "*IDN?\r\n"
    assert readings.address == ()
    assert [r.topic for r in readings.refused] == ["*IDN?"]


@pytest.mark.parametrize("identity", [b"LSCI,MODEL218S,1,1", b"LSCI,MODEL350,1,1", b"+77.350", b"000"])
def test_another_model_is_not_asked_further(identity: bytes) -> None:
    asked, readings = feed(poll(Options("336")), lambda _: identity)
    assert asked == ["*IDN?\r\n"]
    assert (readings.address, [r.payload for r in readings.refused]) == ((), [identity])


@pytest.mark.parametrize(("model", "inputs"), [("335", ("C",)), ("240", ("A",)), ("336", ("A", "A"))])
def test_inputs_the_model_does_not_have(model: str, inputs: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="inputs"):
        Options(model, inputs)


@pytest.mark.parametrize("value", [b"9.91E37", b"+9.9E+37", b"-9.900000E37"])
def test_no_number_is_a_bad_reading(value: bytes) -> None:
    _, readings = feed(poll(Options("336", ("A",))), instrument(value=value))
    assert [one[2:] for one in rows(readings)] == [("nan", BAD)]
    assert readings.refused == ()
