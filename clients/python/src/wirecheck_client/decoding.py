"""From JSON to the models, by their type hints."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from wirecheck_client.errors import UnexpectedAnswerError
from wirecheck_client.models import FROM_HEADER

T = TypeVar("T")


def decode(kind: type[T], data: Any, place: str = "the answer") -> T:
    """Return an object of a model's class; raise `UnexpectedAnswerError` where a field is missing or of another kind.

    A field that the class does not know is passed over; one that may be None may be missing too.
    """
    if not isinstance(data, Mapping):
        raise _unexpected(place, "an object", data)
    values = {}
    for name, hint in _hints(cast("Any", kind)).items():
        if name in data:
            values[name] = _value(hint, data[name], f"{place}.{name}")
        elif type(None) in get_args(hint):
            values[name] = None
        else:
            raise UnexpectedAnswerError(f"{place} has no {name}; is this a Wirecheck service of another version?")
    return kind(**values)


@functools.cache
def _hints(kind: Hashable) -> dict[str, Any]:
    model: Any = kind
    hints = get_type_hints(model)
    inner = [field for field in dataclasses.fields(model) if field.metadata != FROM_HEADER]
    return {field.name: hints[field.name] for field in inner}


def _value(hint: Any, data: Any, place: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _one_of(inner, data, place)
    if origin is tuple:
        if not isinstance(data, list):
            raise _unexpected(place, "a list", data)
        return tuple(_value(inner[0], item, f"{place}[{number}]") for number, item in enumerate(data))
    if origin is Literal:  # a newer service may know a word more, which is handed on as it is
        return _plain(str, data, place)
    if hint is datetime:
        return _moment(data, place)
    if dataclasses.is_dataclass(hint):
        return decode(cast("type[Any]", hint), data, place)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _plain(Mapping, data, place)
    return _plain(hint, data, place)


def _one_of(hints: tuple[Any, ...], data: Any, place: str) -> Any:
    if data is None and type(None) in hints:
        return None
    some = [hint for hint in hints if hint is not type(None)]
    if len(some) == 1:
        return _value(some[0], data, place)
    return _plain(tuple(float if hint is int else hint for hint in some), data, place)


def _plain(kind: Any, data: Any, place: str) -> Any:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    wanted = (*kinds, int) if float in kinds else kinds
    if not isinstance(data, wanted) or (isinstance(data, bool) and bool not in kinds):
        raise _unexpected(place, " or ".join(one.__name__ for one in kinds), data)
    return data


def _moment(data: Any, place: str) -> datetime:
    try:
        # Python 3.10 reads no Z.
        return datetime.fromisoformat(data.replace("Z", "+00:00"))
    except (AttributeError, ValueError) as error:
        raise _unexpected(place, "a date and time", data) from error


def _unexpected(place: str, wanted: str, data: Any) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(f"{place} is {str(data)!r:.60}, not {wanted}; is this a Wirecheck service?")
