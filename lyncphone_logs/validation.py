"""Checks the content of a file against a closed schema: frozen dataclasses that name every permitted key.

pydantic does the check. It takes long to import, so it is imported only when a file is validated, and not when a cached
result is used.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MAX_FILE_BYTES = 256 * 1024
"""Size limit of a file that is validated."""
UNKNOWN_KEY = "unexpected_keyword_argument"
"""The type of pydantic's error for a key that the dataclass does not have."""
T = TypeVar("T")
CoreSchema = dict[str, Any]
"""What pydantic makes a validator from. A plain dict, so that nothing needs to be imported."""
KeyPath = tuple[str | int, ...]
"""Keys and list indexes from the top of the file, as in `("clause", 0, "where")`."""


class Constraint:
    """Restricts a value, in the terms of pydantic's core schema: `min_length`, `pattern`, `ge` and so on."""

    def __init__(self, **constraints: Any) -> None:
        self._constraints = constraints

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], CoreSchema]) -> CoreSchema:
        return handler(source) | self._constraints


Text = Annotated[str, Constraint(strip_whitespace=True, min_length=1)]
OneLine = Annotated[Text, Constraint(pattern=r"^[^\n]*$")]


class ClosedModel:
    """Base of the dataclasses of a schema; refuses unknown keys.

    A subclass may have a method `check` that raises ValueError if the values are wrong together.
    """

    # `not_` is the key `not`, which no name in Python can be.
    __pydantic_config__: ClassVar = {"extra": "forbid", "alias_generator": lambda name: name.removesuffix("_")}


class Fault(NamedTuple):
    """One thing that is wrong with the content of a file, and where."""

    key: KeyPath
    because: str
    is_unknown_key: bool = False

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.key))}: {self.because}" if self.key else self.because


class InvalidContent(ValueError):
    """The content does not fit the schema. `faults` has at least one item."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def validate(schema: type[T], data: object) -> T:
    """An instance of the dataclass `schema`, made from the content of a TOML file. Raises InvalidContent.

    Types, constraints and unknown keys are checked first. Only if these are right, the methods `check` are called,
    those of parts before those of the whole.
    """
    from pydantic import ValidationError

    try:
        instance: T = _validator(schema).validate_python(data)  # type: ignore[arg-type] # every class can be hashed
    except ValidationError as error:
        raise InvalidContent([_fault(each) for each in error.errors(include_url=False)]) from None
    faults = list(_failed_checks(instance, ()))
    if faults:
        raise InvalidContent(faults)
    return instance


@cache
def _validator(schema: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(schema)


def _fault(error: Any) -> Fault:
    # For a union pydantic adds the name of the member that it tried, with brackets. No key of ours has brackets.
    key = tuple(part for part in error["loc"] if "[" not in str(part))
    if error["type"] == UNKNOWN_KEY:
        return Fault(key, "Extra inputs are not permitted", is_unknown_key=True)
    return Fault(key, error["msg"])


def _failed_checks(value: Any, key: KeyPath) -> Iterator[Fault]:
    """The faults of the parts; if there are none, that of the whole, whose `check` may rely on its parts."""
    faults = [fault for name, part in _parts(value) for fault in _failed_checks(part, (*key, name))]
    yield from faults
    if not faults and hasattr(value, "check"):
        try:
            value.check()
        except ValueError as error:
            yield Fault(key, str(error))


def _parts(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, ClosedModel):
        return vars(value).items()
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, tuple | list) else ()
