"""Dataclasses whose functions are made when they are first called.

`dataclasses.dataclass` makes up to six functions of a class from text while its file is imported, a
millisecond a class. The program has 500 classes; a command that looks or states meets 100 to 200 of them, and
makes objects of few. So this decorator leaves the fields to the standard library, and makes the same
functions later. For a type checker it is the standard library's decorator.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from functools import partial
from typing import TYPE_CHECKING, Any, Final

Class = type[Any]
Text = Callable[[Class], str]  # of a function of this class

ORDER: Final = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


def _dataclass(
    *, frozen: bool = False, slots: bool = False, eq: bool = True, order: bool = False
) -> Callable[[Class], Class]:
    return partial(_decorated, frozen, slots, eq, order)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = _dataclass


def _decorated(frozen: bool, slots: bool, eq: bool, order: bool, cls: Class) -> Class:
    decorate = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)
    made: Class = decorate(cls)
    own = vars(made)
    for name, text in _functions(frozen, eq, order):
        if own.get(name) is None:  # `__hash__` is None where there is `__eq__`
            setattr(made, name, _at_first_call(made, name, text))
    if eq and not frozen and "__hash__" not in own:
        made.__hash__ = None  # type: ignore[assignment]
    if frozen:
        made.__setattr__, made.__delattr__ = _refuse_to_set, _refuse_to_delete  # type: ignore[assignment]
        if slots:
            made.__getstate__, made.__setstate__ = _state, _set_state  # type: ignore[assignment]
    return made


def _functions(frozen: bool, eq: bool, order: bool) -> Iterator[tuple[str, Text]]:
    yield "__init__", partial(_init, frozen)
    yield "__repr__", _repr
    if eq:
        yield "__eq__", partial(_comparison, "__eq__", "==")
        if frozen:
            yield "__hash__", _hash
    if order:
        yield from ((name, partial(_comparison, name, sign)) for name, sign in ORDER.items())


def _at_first_call(cls: Class, name: str, text: Text) -> Callable[..., Any]:
    """It makes the function, puts it in its own place, and calls it. That two threads do so does no harm."""

    def first(*given: Any, **named: Any) -> Any:
        function = _compiled(cls, name, text(cls))
        setattr(cls, name, function)
        return function(*given, **named)

    return first


def _compiled(cls: Class, name: str, text: str) -> Callable[..., Any]:
    known: dict[str, Any] = {f"_default_{field.name}": _default(field) for field in fields(cls)}
    known |= {"_set": object.__setattr__, "_MISSING": MISSING}
    exec(text, known)
    function: Callable[..., Any] = known[name]
    function.__qualname__, function.__module__ = f"{cls.__qualname__}.{name}", cls.__module__
    return function


def _init(frozen: bool, cls: Class) -> str:
    given = [_parameter(field) for field in fields(cls) if field.init]
    lines = [
        _assignment(field, frozen) for field in fields(cls) if field.init or _default(field) is not MISSING
    ]
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    return _function("__init__", given, lines or ["pass"])


def _default(field: Field[Any]) -> Any:
    """The value, or what makes it."""
    return field.default if field.default_factory is MISSING else field.default_factory


def _parameter(field: Field[Any]) -> str:
    if field.default_factory is not MISSING:
        return f"{field.name}=_MISSING"
    return field.name if field.default is MISSING else f"{field.name}=_default_{field.name}"


def _assignment(field: Field[Any], frozen: bool) -> str:
    name = field.name
    value = name if field.init else f"_default_{name}"
    if field.default_factory is not MISSING:
        value = f"_default_{name}() if {name} is _MISSING else {name}" if field.init else f"_default_{name}()"
    return f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}"


def _repr(cls: Class) -> str:
    shown = ", ".join(f"{field.name}={{self.{field.name}!r}}" for field in fields(cls) if field.repr)
    return _function("__repr__", [], [f'return f"{{self.__class__.__qualname__}}({shown})"'])


def _comparison(name: str, sign: str, cls: Class) -> str:
    compared = f"return {_values(cls, 'self')} {sign} {_values(cls, 'other')}"
    return _function(
        name, ["other"], ["if self.__class__ is not other.__class__:", " return NotImplemented", compared]
    )


def _hash(cls: Class) -> str:
    return _function("__hash__", [], [f"return hash({_values(cls, 'self')})"])


def _values(cls: Class, of: str) -> str:
    """A tuple of what is compared."""
    return f"({''.join(f'{of}.{field.name}, ' for field in fields(cls) if field.compare)})"


def _function(name: str, parameters: list[str], lines: list[str]) -> str:
    return f"def {name}({', '.join(['self', *parameters])}):\n" + "".join(f" {line}\n" for line in lines)


def _refuse_to_set(_: object, name: str, __: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    """For copies: their fields can only be set below."""
    return [getattr(self, field.name) for field in fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
