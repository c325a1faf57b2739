"""What a setting that names a database, or how it indexes vectors, may say. No message repeats it: it may be secret."""

from __future__ import annotations

from pathlib import Path

from marshmallow import ValidationError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from service.errors import CorpusError

METHOD = r"^[a-z][a-z0-9_]*$"
_PAIR = r"[a-z][a-z0-9_.]*=[A-Za-z0-9_.]+"
OPTIONS = rf"^{_PAIR}(,{_PAIR})*$"
OPTIONS_FAULT = "Give name=value pairs, parted by commas and without spaces."
_FORMS = "postgresql://user:password@host:5432/database or sqlite:////path/to/file"


def is_store_url(value: str) -> None:
    """Raise `ValidationError` where a value is no address of a store."""
    url = _read(value)
    if url.get_backend_name() not in ("postgresql", "postgres", "sqlite"):
        raise ValidationError(f"Only PostgreSQL and SQLite can hold a corpus: {_FORMS}.")
    if not url.database:
        raise ValidationError(f"It names no database: {_FORMS}.")


def are_read_urls(value: str) -> None:
    """Raise `ValidationError` where a value is no list of replicas, parted by commas."""
    for part in filter(None, (part.strip() for part in value.split(","))):
        if _read(part).get_backend_name() not in ("postgresql", "postgres"):
            raise ValidationError("Only PostgreSQL has replicas: postgresql://user:password@host:5432/database.")


def pairs_of(value: str) -> dict[str, str]:
    """Return options as a mapping."""
    parts = (part.partition("=") for part in value.split(",") if part)
    return {name: said for name, _, said in parts}


def store_address(value: str, *, must_exist: bool = False) -> str:
    """Return the address of a store that a command line names, by address or as a file; raise `CorpusError`."""
    if "://" not in value:
        file = Path(value)
        if file.is_dir() or (must_exist and not file.exists()):
            raise CorpusError(f"{value:.200} is no SQLite file: name one, or an address as {_FORMS}.")
        return URL.create("sqlite", database=str(file.resolve())).render_as_string()
    try:
        is_store_url(value)
    except ValidationError as error:
        raise CorpusError(f"That address cannot be used. {' '.join(map(str, error.messages))}") from error
    url = make_url(value)
    if must_exist and url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise CorpusError(f"There is no SQLite file at {url.database}: name one that is there.")
    return value


def _read(value: str) -> URL:
    try:
        url = make_url(value.strip())
    except (ArgumentError, ValueError):  # its text would repeat the value
        raise ValidationError(f"It cannot be read as an address: {_FORMS}.") from None
    if "@" in (url.host or ""):  # it is the rest of the password, and errors name the host
        raise ValidationError(f"It has more than one @: write one in a password as %40, as {_FORMS}.")
    return url
