"""The settings, read from the environment in one place."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range, Regexp
from sqlalchemy import URL, make_url

from service.addresses import METHOD, OPTIONS, OPTIONS_FAULT, are_read_urls, is_store_url
from service.errors import SettingError
from service.setting_fields import Hosts, Origins, Rate, RateStorage

PREFIX = "WIRECHECK_"
SAMPLE = Path(__file__).parent / "sample"


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set from outside; each field is the environment variable of that name with the prefix."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 2
    articles: Path = SAMPLE
    data: Path = Path(".wirecheck")
    embedder: str = "wirecheck-minilm"
    stance: str = "wirecheck-stance"
    max_body_bytes: int = 65_536
    max_article_bytes: int = 5_000_000
    keep_checks_days: int = 30
    keep_judgements: int = 20_000
    queue: int = 14
    queue_wait_ms: int = 10_000
    check_budget_ms: int = 5_000
    text_budget_ms: int = 60_000
    fetch: bool = False
    fetch_private: bool = False
    fetch_delay_s: float = 1.0
    fetch_contact: str = ""
    api_keys_required: bool | None = None
    rate_per_key: str = "1200/minute"
    rate_per_address: str = "120/minute"
    rate_storage: str = field(default="memory://", repr=False)  # it may hold a password
    cors_origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    proxies: int = 0
    log: str = ""
    log_level: str = "info"
    log_claims: bool = False
    traces: bool = False
    database_url: str = field(default="", repr=False)  # so may it
    read_database_url: str = field(default="", repr=False)
    index_method: str = "auto"
    index_options: str = "m=16,ef_construction=100"
    index_search: str = "hnsw.ef_search=120,hnsw.iterative_scan=relaxed_order"

    @property
    def database_file(self) -> Path:
        """Return the file of the store; raise `SettingError` where it is kept by a server."""
        url = make_url(self.store_url)
        if url.get_backend_name() != "sqlite" or not url.database:
            raise SettingError(
                f"{PREFIX}DATABASE_URL names a server, and this command copies an SQLite file: use pg_dump and "
                "pg_restore there, or `wirecheck move` to copy the corpus into a file."
            )
        return Path(url.database)

    @property
    def store_url(self) -> str:
        """Return the SQLAlchemy URL of the store."""
        if self.database_url:
            return self.database_url
        file = self.data.resolve() / "wirecheck.sqlite3"
        return URL.create("sqlite", database=str(file)).render_as_string()

    @property
    def read_urls(self) -> tuple[str, ...]:
        """Return the SQLAlchemy URLs of the store's replicas."""
        return tuple(part.strip() for part in self.read_database_url.split(",") if part.strip())

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `WIRECHECK_…`, an empty value counting as unset; raise `SettingError` that names every fault."""
        source = os.environ if environ is None else environ
        found = {name: value for name, value in source.items() if name.startswith(PREFIX) and value.strip()}
        schema = _SettingsSchema()
        try:
            values: dict[str, Any] = schema.load({name.removeprefix(PREFIX).lower(): v for name, v in found.items()})
        except ValidationError as error:
            raise SettingError(_explain(error, schema)) from error
        values.setdefault("threads", max(1, _cores() // values.get("workers", cls().workers)))
        for folder in ("articles", "data"):
            if folder in values:
                values[folder] = Path(values[folder])
        settings = cls(**values)
        if not settings.articles.is_dir():
            raise SettingError(f"{PREFIX}ARTICLES is {settings.articles}, which is not a folder: name one that exists")
        return settings


class _SettingsSchema(Schema):
    host = fields.String(validate=Length(1, 253))
    port = fields.Integer(validate=Range(1, 65_535))
    workers = fields.Integer(validate=Range(1, 64))
    threads = fields.Integer(validate=Range(1, 64))
    articles = fields.String()
    data = fields.String()
    embedder = fields.String()
    stance = fields.String()
    max_body_bytes = fields.Integer(validate=Range(1_000, 1_000_000_000))
    max_article_bytes = fields.Integer(validate=Range(1_000, 1_000_000_000))
    keep_checks_days = fields.Integer(validate=Range(0, 36_500))
    keep_judgements = fields.Integer(validate=Range(0, 10_000_000))
    queue = fields.Integer(validate=Range(0, 64))
    queue_wait_ms = fields.Integer(validate=Range(0, 600_000))
    check_budget_ms = fields.Integer(validate=Range(1, 600_000))
    text_budget_ms = fields.Integer(validate=Range(1, 3_600_000))
    fetch = fields.Boolean()
    fetch_private = fields.Boolean()
    fetch_delay_s = fields.Float(validate=Range(0, 3_600))
    fetch_contact = fields.String(validate=Length(3, 200))
    api_keys_required = fields.Boolean()
    rate_per_key = Rate()
    rate_per_address = Rate()
    rate_storage = RateStorage()
    cors_origins = Origins()
    hosts = Hosts()
    proxies = fields.Integer(validate=Range(0, 10))
    log = fields.String(validate=OneOf(["json", "text"]))
    log_level = fields.String(validate=OneOf(["debug", "info", "warning", "error"]))
    log_claims = fields.Boolean()
    traces = fields.Boolean()
    database_url = fields.String(validate=is_store_url)
    read_database_url = fields.String(validate=are_read_urls)
    index_method = fields.String(validate=Regexp(METHOD, error="Name an index method, as auto, exact or hnsw."))
    index_options = fields.String(validate=Regexp(OPTIONS, error=OPTIONS_FAULT))
    index_search = fields.String(validate=Regexp(OPTIONS, error=OPTIONS_FAULT))


def wants_color(is_terminal: bool, environ: Mapping[str, str] | None = None) -> bool:
    """Return whether output may be colored: on a terminal that can, unless NO_COLOR is set (https://no-color.org)."""
    source = os.environ if environ is None else environ
    return is_terminal and not source.get("NO_COLOR") and source.get("TERM") != "dumb"


def _explain(error: ValidationError, schema: Schema) -> str:
    known = [PREFIX + name.upper() for name in schema.fields]
    faults = []
    by_field: dict[str, list[str]] = error.normalized_messages()  # type: ignore[no-untyped-call]
    for key, messages in by_field.items():
        name = PREFIX + str(key).upper()
        if name in known:
            faults.append(f"{name}: {' '.join(messages)} Correct or unset it.")
        else:
            near = difflib.get_close_matches(name, known, 1)
            faults.append(f"{name} is not a setting: " + (f"did you mean {near[0]}?" if near else f"known are {known}"))
    return " ".join(faults)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
