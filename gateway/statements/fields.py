"""The fields of a body, strictly: each is there, of its type, and no longer than it may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from gateway.errors import InputError, StatementError
from gateway.model import EARLIEST_NS, LATEST_NS
from gateway.times import exactly, format_rfc3339, to_the_second

LONGEST_NAME: Final = 200  # characters of a name, an id, a code
LONGEST_TEXT: Final = 4000  # characters of a comment or a reason
LONGEST_MESSAGE: Final = 20_000  # characters of what the gateway says about itself
LONGEST_DOCUMENT: Final = 64 * 2**20  # characters of a configuration with everything that belongs to it
MOST_ITEMS: Final = 200_000  # of a list: twice the rows that one file may have
LARGEST_INTEGER: Final = 2**63 - 1  # what an int64 column takes

T = TypeVar("T")


class Fields:
    """One body of a kind whose newest schema is `newest`. Every method raises StatementError in words.

    Lengths of schema 0 are not looked at: version 0.1.0 did not, and what it wrote stays readable.
    """

    def __init__(self, kind: str, newest: int, body: object, schema: int | None = None) -> None:
        """`schema`: of an object within a body, which has none of its own."""
        self._kind = kind
        if not isinstance(body, Mapping):
            raise self._damaged(f"expected an object, found {_shown(body)}")
        self._body: Mapping[str, Any] = body
        self._asked = {"schema"} if schema is None else set()
        self.schema = self._schema_of(newest) if schema is None else schema

    def _schema_of(self, newest: int) -> int:
        schema = self._body.get("schema", 0)
        if type(schema) is not int or schema < 0:
            raise self._damaged(f"schema is {_shown(schema)}")
        if schema > newest:
            raise StatementError(
                f"a statement of kind {self._kind!r} has schema {schema}, this version of Cryogate reads up "
                f"to {newest}: it was made by a newer version; run that one"
            )
        return schema

    def need(self, schema: int) -> None:
        """Refuse a body that is older than the kind itself is."""
        if self.schema < schema:
            raise self._damaged("it has no schema")

    def wrong(self, name: str, what: str) -> StatementError:
        """To be raised: `name` is not what it must be."""
        return self._damaged(f"{name} {what}")

    def end(self) -> None:
        """Refuse what nobody asked for: a newer version would have another schema."""
        unknown = sorted(str(name) for name in self._body.keys() - self._asked)
        if unknown and self.schema:
            raise self._damaged(f"unknown {', '.join(unknown)[:LONGEST_NAME]!r}")

    def name(self, name: str, default: str | None = None) -> str:
        """One line of at most LONGEST_NAME characters, not empty."""
        text = self._text(name, LONGEST_NAME, default)
        if self.schema and not text.strip():
            raise self.wrong(name, "is empty")
        return self._one_line(name, text)

    def line(self, name: str, default: str | None = None, longest: int = LONGEST_NAME) -> str:
        """One line of printable text, which may be empty."""
        return self._one_line(name, self._text(name, longest, default))

    def comment(self, name: str, default: str | None = None) -> str:
        """What a person gives as a reason: one line, not empty."""
        text = self.line(name, default, LONGEST_TEXT)
        if self.schema and not text.strip():
            raise self.wrong(name, "is empty")
        return text

    def message(self, name: str, default: str | None = None, longest: int = LONGEST_MESSAGE) -> str:
        """Words of the gateway itself, with line breaks."""
        text = self._text(name, longest, default)
        if self.schema and not is_unicode(text):
            raise self.wrong(name, "holds half a character")
        return text

    def optional_name(self, name: str) -> str | None:
        return None if self._value(name) is None else self.name(name)

    def flag(self, name: str) -> bool:
        return self._typed(name, self._value(name), bool)

    def optional_flag(self, name: str) -> bool | None:
        return None if self._value(name) is None else self.flag(name)

    def integer(self, name: str, least: int = -LARGEST_INTEGER - 1) -> int:
        value = self._typed(name, self._value(name), int)
        if not least <= value <= LARGEST_INTEGER:
            raise self.wrong(name, f"is {_shown(value)}, outside of what it can be")
        return value

    def optional_integer(self, name: str, least: int = 0) -> int | None:
        """None also where it is left out."""
        self._asked.add(name)
        return None if self._body.get(name) is None else self.integer(name, least)

    def number(self, name: str) -> float:
        value = self._value(name)
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not abs(value) <= LARGEST_INTEGER  # nor NaN
        ):
            raise self.wrong(name, f"is {_shown(value)}, expected a number")
        return float(value)

    def moment(self, name: str) -> int:
        """RFC 3339 with zone, to ns UTC."""
        text = self._typed(name, self._value(name), str)
        try:
            time_ns = exactly(text)
        except InputError as error:
            raise self.wrong(name, str(error)) from None
        if abs(time_ns) > LARGEST_INTEGER:
            raise self.wrong(name, f"is {text[:40]}, outside of what it can be")
        return time_ns

    def optional_moment(self, name: str) -> int | None:
        return None if self._value(name) is None else self.moment(name)

    def names(self, name: str) -> tuple[str, ...]:
        """A list of names, in its order."""
        found = self.items(name)
        for item in found:
            self._check_name(name, item)
        return found

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of numbers of entries."""
        found = self.items(name)
        for item in found:
            if type(item) is not int or not 0 <= item <= LARGEST_INTEGER:
                raise self.wrong(name, f"holds {_shown(item)}, expected whole numbers")
        return found

    def items(self, name: str) -> tuple[Any, ...]:
        """A list of at most MOST_ITEMS."""
        value = self._typed(name, self._value(name), list)
        if len(value) > MOST_ITEMS:
            raise self.wrong(name, f"has {len(value)} items, at most {MOST_ITEMS}")
        return tuple(value)

    def table(self, name: str, of: type[T]) -> dict[str, T]:
        """An object whose values are all `of` one type."""
        value = self._typed(name, self._value(name), dict)
        if len(value) > MOST_ITEMS:
            raise self.wrong(name, f"has {len(value)} entries, at most {MOST_ITEMS}")
        for key, item in value.items():
            self._check_name(name, key)
            self._typed(f"{name}.{key}", item, of)
        return dict(value)

    def plain(self, name: str) -> dict[str, Any]:
        """An object that somebody else knows the form of."""
        return dict(self._typed(name, self._value(name), dict))

    def _value(self, name: str) -> object:
        self._asked.add(name)
        try:
            return self._body[name]
        except KeyError:
            raise self._damaged(f"{name} is missing") from None

    def _text(self, name: str, longest: int, default: str | None) -> str:
        self._asked.add(name)
        if default is not None and name not in self._body and not self.schema:
            return default
        text = self._typed(name, self._value(name), str)
        if self.schema and len(text) > longest:
            raise self.wrong(name, f"has {len(text)} characters, at most {longest}")
        return text

    def _typed(self, name: str, value: object, of: type[T]) -> T:
        if type(value) is not of:
            raise self.wrong(name, f"is {_shown(value)}, expected {_WORDS.get(of, of.__name__)}")
        return value

    def _one_line(self, name: str, text: str) -> str:
        if self.schema and not text.isprintable():
            raise self.wrong(name, "is not one line of printable text")
        return text

    def _check_name(self, name: str, item: object) -> None:
        text = self._typed(name, item, str)
        if self.schema and not (0 < len(text) <= LONGEST_NAME and text.isprintable()):
            raise self.wrong(name, f"holds {_shown(text)}, which is no name")

    def _damaged(self, why: str) -> StatementError:
        return StatementError(f"a statement of kind {self._kind!r} is damaged: {why}", why)


def is_unicode(text: str) -> bool:
    """Whether no half of a surrogate pair stands alone, so that it can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shortened(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """What the gateway says about itself, as it can be stated: neither too long nor half characters."""
    whole = text if is_unicode(text) else text.encode(errors="backslashreplace").decode()
    return whole if len(whole) <= longest else f"{whole[: longest - 3]}..."


def is_a_time(time_ns: int) -> bool:
    """Whether anybody can mean it: between 2000 and 2100."""
    return EARLIEST_NS <= time_ns < LATEST_NS


def moment(time_ns: int) -> str:
    """As bodies hold times."""
    return format_rfc3339(time_ns)


def shown(time_ns: int) -> str:
    """For people."""
    return to_the_second(time_ns)


def optional_moment(time_ns: int | None) -> str | None:
    return None if time_ns is None else format_rfc3339(time_ns)


def _shown(value: object) -> str:
    return ascii(value)[:80]


_WORDS: Final[dict[type, str]] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}
