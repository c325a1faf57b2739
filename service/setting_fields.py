"""Settings that are more than a word or a number: names, origins, rates, and where rates are counted."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
OFF = "off"
_STORAGES = "give memory://, redis://user:password@host:6379 or another one of limits, with %40 for an @ in a password"


class Listed(fields.Field[tuple[str, ...]]):
    """Several values with commas between them; each is brought to its usual form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        found = [self.usual(part.strip().lower()) for part in str(value).split(",") if part.strip()]
        return tuple(dict.fromkeys(found))

    def usual(self, value: str) -> str:
        """Return a value in its usual form, or raise `ValidationError`."""
        return value


class Origins(Listed):
    """Origins as browsers write them: scheme, host, and the port where it is not the usual one."""

    def usual(self, value: str) -> str:
        """Return an origin without its usual port."""
        if not _ORIGIN.fullmatch(value):
            raise ValidationError(
                f"{value!r:.100} is not an origin such as https://desk.example or chrome-extension://…: give each one "
                "whole, without a path and without *."
            )
        usual = _DEFAULT_PORTS.get(urlsplit(value).scheme)
        return value.removesuffix(usual) if usual else value


class Hosts(Listed):
    """Names of the service, without scheme and port."""

    def usual(self, value: str) -> str:
        """Return a name without the brackets of an IPv6 address."""
        name = value.removeprefix("[").removesuffix("]")
        if not _HOST.fullmatch(name):
            raise ValidationError(
                f"{value!r:.100} is not a name such as wirecheck.example: leave scheme, port and * out."
            )
        return name


class Rate(fields.Field[str]):
    """How many requests may come in a time, or nothing where the setting is `off`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        said = str(value).strip().lower()
        if said == OFF:
            return ""
        from limits import parse_many  # takes long to import

        try:
            (found,) = parse_many(said)
        except ValueError as error:
            raise ValidationError(f"{said!r:.100} is not a rate such as 120/minute, or {OFF}.") from error
        if not found.amount:
            raise ValidationError(f"{said!r:.100} lets nothing through: give a rate such as 120/minute, or {OFF}.")
        return said


class RateStorage(fields.Field[str]):
    """Where rates are counted, as the library limits names it. No message repeats it: it may hold a password."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        from limits.errors import ConfigurationError
        from limits.storage import storage_from_string

        try:
            storage_from_string(str(value))
        except Exception as error:  # whatever a storage's own library raises; its message would repeat the value
            if isinstance(error, ConfigurationError) and "prerequisite not available" in str(error):
                raise ValidationError("It needs a package that is not installed; for redis:// that is redis.") from None
            raise ValidationError(f"Not a storage: {_STORAGES}.") from None
        return str(value)
