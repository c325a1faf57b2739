"""The tables of the store, and the column types that keep their promises on every engine."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)


def naive_utc(moment: datetime) -> datetime:
    """Return a moment in UTC without a zone, as the tables hold it."""
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return moment.replace(tzinfo=None)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC: SQLite would drop the zone in silence."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC without a zone; at the ends of the calendar, where UTC may not exist, as it stands."""
        return None if value is None else naive_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


# Ids are ordered by their code points everywhere, whatever language the database's server sorts in.
Name = String().with_variant(String(collation="C"), "postgresql")
# SQLite numbers rows itself only in a column that is just INTEGER, which holds 64 bits there.
Number = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

_REVIEWED = text("fact_checks IS NOT NULL")

articles = Table(
    "articles",
    metadata,
    Column("id", Name, primary_key=True),
    Column("title", Text, nullable=False),
    Column("publisher", String, index=True),
    Column("url", String, index=True),
    Column("published_at", UtcDateTime, index=True),
    Column("text", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    # The human fact-checks that its page states, as JSON; null for most.
    Column("fact_checks", Text),
    # The folder that the article was read from at a start; null for one that was added by hand.
    Column("folder", String, index=True),
    Index("ix_articles_with_fact_checks", "id", sqlite_where=_REVIEWED, postgresql_where=_REVIEWED),
)

sentences = Table(
    "sentences",
    metadata,
    Column("id", Number, primary_key=True),
    Column("article_id", Name, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text_sha256", LargeBinary(32), nullable=False),
    Index("ix_sentences_article_position", "article_id", "position", unique=True),
    Index("ix_sentences_text_sha256", "text_sha256"),
    sqlite_autoincrement=True,  # an id is never used twice, so that no index entry can point at another sentence
)

# The report that each sentence comes from; made anew from the articles near a change, and from all at a start.
origins = Table(
    "origins",
    metadata,
    Column("id", Name, primary_key=True),
    Column("name", Text, nullable=False),
    Column("articles", Integer, nullable=False),
)

sentence_origins = Table(
    "sentence_origins",
    metadata,
    Column("sentence_id", Number, ForeignKey("sentences.id", ondelete="CASCADE"), primary_key=True),
    Column("origin_id", Name, ForeignKey("origins.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("copied_share", Float, nullable=False),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("text_sha256", LargeBinary(32), primary_key=True),
    Column("model", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

# One row. `revision` counts the changes to articles, sentences and embeddings; `version` is a sum over the articles.
corpus = Table(
    "corpus",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("revision", Number, nullable=False),
    Column("version", String(16), nullable=False),
    # The revision at which all articles were last grouped by origin together, not only those near a change.
    Column("grouped", Number, nullable=False),
)

removals = Table(
    "removals",
    metadata,
    Column("id", Number, primary_key=True),
    Column("revision", Number, nullable=False, index=True),
    Column("first", Number, nullable=False),
    Column("last", Number, nullable=False),
)

# Which file beside an SQLite database holds a model's vectors. A file that another database names is none of its own.
vector_files = Table(
    "vector_files",
    metadata,
    Column("model", String, primary_key=True),
    Column("name", String(32), nullable=False),
)

checks = Table(
    "checks",
    metadata,
    Column("number", Number, primary_key=True),  # newer checks have higher numbers
    Column("id", Name, nullable=False, unique=True),
    Column("checked_at", UtcDateTime, nullable=False, index=True),
    Column("claim", Text, nullable=False),
    Column("verdict", String, nullable=False),
    Column("query", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("index_version", String, nullable=False),
    Column("embedder", String, nullable=False),
    Column("stance_model", String, nullable=False),
    Column("supports", Float, nullable=False),
    Column("conflicts", Float, nullable=False),
    sqlite_autoincrement=True,
)

# A row without a status is of a request in work; `name` is a digest of who asked what under which key.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("begun_at", UtcDateTime, nullable=False, index=True),
    Column("status", Integer),
    Column("headers", Text),
    Column("body", LargeBinary),
)

# The articles whose sentences were evidence in a check, as they were then; they may since have changed or gone.
check_articles = Table(
    "check_articles",
    metadata,
    Column("check_number", Number, ForeignKey("checks.number", ondelete="CASCADE"), primary_key=True),
    Column("article_id", Name, primary_key=True),
    Column("title", Text, nullable=False),
    Column("digest", String(64), nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # in alphabetical order, with a space between
    Column("digest", LargeBinary(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),  # when the present secret was made
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("last_used_on", Date),
)
