"""A dataclass of ours does what the standard library's does, and makes its functions when they are called."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gateway.dataclass as ours


def plain(decorator: Callable[..., Any], **how: Any) -> type[Any]:
    @decorator(**how)
    class Plain:
        """Every kind of field."""

        first: int
        second: str = "two"
        third: list[int] = dataclasses.field(default_factory=list)
        fourth: float = dataclasses.field(default=4.0, compare=False)
        fifth: str = dataclasses.field(default="secret", repr=False)
        sixth: tuple[int, ...] = dataclasses.field(init=False, default=(6,))
        seventh: dict[str, int] = dataclasses.field(init=False, default_factory=dict)

        def twice(self) -> int:
            return 2 * self.first

    return Plain


def looked_at(decorator: Callable[..., Any], **how: Any) -> type[Any]:
    @decorator(**how)
    class LookedAt:
        """It refuses, and works something out."""

        first: int
        worked_out: int = dataclasses.field(init=False)

        def __post_init__(self) -> None:
            if self.first < 0:
                raise ValueError("negative")
            object.__setattr__(self, "worked_out", self.first + 1)

    return LookedAt


def empty(decorator: Callable[..., Any], **how: Any) -> type[Any]:
    @decorator(**how)
    class Empty:
        """Nothing is given."""

        first: int = dataclasses.field(init=False, default=1)

    return Empty


def of_its_own(decorator: Callable[..., Any], **how: Any) -> type[Any]:
    @decorator(**how)
    class OfItsOwn:
        """What is written stays."""

        first: int

        def __repr__(self) -> str:
            return f"<{self.first}>"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, OfItsOwn) and self.first % 2 == other.first % 2

        def __hash__(self) -> int:
            return self.first % 2

    return OfItsOwn


def child(decorator: Callable[..., Any], **how: Any) -> type[Any]:
    @decorator(**how)
    class Child(plain(decorator, **how)):  # type: ignore[misc]
        """Fields of two classes."""

        eighth: int = 8

    return Child


SHAPES = (plain, looked_at, empty, of_its_own, child)
WAYS = (
    {"frozen": True, "slots": True},
    {"frozen": True},
    {"frozen": True, "slots": True, "eq": False},
    {"frozen": True, "slots": True, "order": True},
    {"slots": True},
    {},
    {"eq": False, "slots": True},
)
ARGUMENTS = st.tuples(
    st.lists(st.integers(-1, 2), max_size=4).map(tuple),
    st.dictionaries(
        st.sampled_from(["first", "second", "third", "fourth", "fifth", "sixth", "eighth", "ninth"]),
        st.integers(0, 2),
        max_size=3,
    ),
)
OPERATIONS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda a, _: repr(a),
    lambda a, b: a == b,
    lambda a, b: a != b,
    lambda a, b: a < b,
    lambda a, b: a <= b,
    lambda a, b: a > b,
    lambda a, b: a >= b,
    lambda a, _: a == 1,
    lambda a, _: a < 1,
    lambda a, b: (hash(a) == hash(b)) if type(a).__eq__ is not object.__eq__ else "by identity",
    lambda a, _: dataclasses.asdict(a),
    lambda a, _: dataclasses.astuple(a),
    lambda a, _: repr(dataclasses.replace(a, first=7)),
    lambda a, _: repr(dataclasses.replace(a, sixth=())),
    lambda a, _: setattr(a, "first", 9),
    lambda a, _: repr(a),
    lambda a, _: delattr(a, "first"),
    lambda a, _: repr(copy.copy(a)),
    lambda a, _: repr(copy.deepcopy(a)),
    lambda a, _: type(a).__match_args__,
)


def outcome(act: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What comes of it; of a mistake its kind and its words, as far as they are one class's."""
    try:
        return act(*given, **named)
    except (TypeError, ValueError, AttributeError) as error:
        return type(error), str(error).replace("plain.<locals>.", "")


@pytest.mark.parametrize("how", WAYS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda f: f.__name__)
@settings(max_examples=10)  # each makes two classes
@given(one=ARGUMENTS, other=ARGUMENTS)
def test_it_does_what_the_standard_library_does(
    shape: Callable[..., type[Any]], how: dict[str, bool], one: Any, other: Any
) -> None:
    mine, theirs = shape(ours._dataclass, **how), shape(dataclasses.dataclass, **how)
    made = [[outcome(cls, *given, **named) for given, named in (one, other, one)] for cls in (mine, theirs)]
    assert [repr(a) for a in made[0]] == [repr(a) for a in made[1]]
    if any(isinstance(a, tuple) for a in made[0]):
        return
    for act in OPERATIONS:
        for pair in ((0, 1), (0, 2)):
            of_mine, of_theirs = (outcome(act, *(objects[k] for k in pair)) for objects in made)
            assert of_mine == of_theirs


@ours.dataclass(frozen=True, slots=True)
class Sent:
    """A class that pickle finds."""

    first: int
    second: tuple[str, ...] = ()


def test_no_attribute_is_added() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Sent(1).strange = 2  # type: ignore[attr-defined]


def test_it_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Sent(1, ("a",)))) == Sent(1, ("a",))


def test_a_function_is_made_when_it_is_first_called_and_once() -> None:
    cls = plain(ours._dataclass, frozen=True, slots=True)
    at_first = vars(cls)["__init__"]
    cls(1)
    made = vars(cls)["__init__"]
    assert made is not at_first and made.__qualname__ == "plain.<locals>.Plain.__init__"
    at_first(cls(2), 1)  # who kept the first one gets the same
    cls(3)
    assert cls(1) == cls(1) and not hasattr(vars(cls)["__repr__"], "__wrapped__")
