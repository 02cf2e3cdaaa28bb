"""Closed schemas: frozen dataclasses that say what a file may hold.

pydantic holds a file against them and takes long to import; it is asked only where a file is read, and not where what
was read is used.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MAX_FILE_BYTES = 256 * 1024
"""Bytes of a file that is held against a schema."""
T = TypeVar("T")
Schema = dict[str, Any]
"""What pydantic makes a validator of; a plain dict, for which nothing need be imported."""
KeyPath = tuple[str | int, ...]


class Constraint:
    """What a value must be, in the words of that schema: `min_length`, `pattern`, `ge` and so on."""

    def __init__(self, **constraints: Any) -> None:
        self._constraints = constraints

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Schema]) -> Schema:
        return handler(source) | self._constraints


Text = Annotated[str, Constraint(strip_whitespace=True, min_length=1)]
OneLine = Annotated[Text, Constraint(pattern=r"^[^\n]*$")]


class ClosedModel:
    """A dataclass that refuses unknown keys.

    Its method `check`, if it has one, raises ValueError where what was read is not sound.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}


class InvalidContent(ValueError):
    """What was read has the right shape and cannot be meant: complaints with their places, at least one."""

    def __init__(self, complaints: list[tuple[KeyPath, str]]) -> None:
        super().__init__("; ".join(because for _, because in complaints))
        self.complaints = complaints


def validate(schema: type[T], data: object) -> T:
    """An instance of the dataclass from what a TOML file holds. Raises pydantic.ValidationError or Unsound."""
    read: T = _validator(schema).validate_python(data)  # type: ignore[arg-type] # every class can be hashed
    complaints = list(_complaints(read, ()))
    if complaints:
        raise InvalidContent(complaints)
    return read


@cache
def _validator(schema: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(schema)


def _complaints(read: Any, place: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Those about the parts, else about the whole, which may take its parts for sound."""
    found = [complaint for name, part in _parts(read) for complaint in _complaints(part, (*place, name))]
    yield from found
    if not found and hasattr(read, "check"):
        try:
            read.check()
        except ValueError as error:
            yield place, str(error)


def _parts(read: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(read, ClosedModel):
        return vars(read).items()
    if isinstance(read, dict):
        return read.items()
    return enumerate(read) if isinstance(read, tuple | list) else ()
