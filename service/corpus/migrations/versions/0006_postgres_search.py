"""On PostgreSQL: what FTS5 and FAISS do for SQLite, search words with their counts, and vectors.

The counts are kept by triggers, so that whoever writes, they are true in the same transaction.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_LEXEMES = "string_to_array(words, ' ') || string_to_array(context, ' ')"
# The columns are named as FTS5 names its own, so that most statements are the same for both.
_TABLES = f"""
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE sentence_words (
    rowid BIGINT PRIMARY KEY REFERENCES sentences (id) ON DELETE CASCADE,
    words TEXT NOT NULL,
    context TEXT NOT NULL
);
CREATE INDEX ix_sentence_words ON sentence_words USING gin (array_to_tsvector({_LEXEMES}));
CREATE TABLE sentence_terms (term TEXT COLLATE "C" PRIMARY KEY, doc BIGINT NOT NULL);
CREATE TABLE sentence_totals (sentences BIGINT NOT NULL, tokens BIGINT NOT NULL);
INSERT INTO sentence_totals VALUES (0, 0);

CREATE TABLE sentence_vectors (
    model TEXT NOT NULL,
    sentence_id BIGINT NOT NULL REFERENCES sentences (id) ON DELETE CASCADE,
    publisher TEXT,
    published_at TIMESTAMP,
    bare halfvec NOT NULL,
    in_context halfvec NOT NULL,
    PRIMARY KEY (model, sentence_id)
) WITH (toast_tuple_target = 8160);
CREATE INDEX ix_sentence_vectors_sentence_id ON sentence_vectors (sentence_id);
CREATE INDEX ix_sentence_vectors_publisher ON sentence_vectors (model, publisher);
CREATE INDEX ix_sentence_vectors_published_at ON sentence_vectors (model, published_at);
CREATE TABLE indexed (model TEXT PRIMARY KEY, sentences BIGINT NOT NULL);
"""  # noqa: S608 - all of it stands here


def _counting(name: str, sign: str) -> str:
    """Return the functions and triggers that count rows as they come (+) or go (-)."""
    event, rows = ("INSERT", "NEW") if sign == "+" else ("DELETE", "OLD")
    return f"""
CREATE FUNCTION count_words_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sentence_terms AS held
    SELECT term, {sign}count(*) FROM (SELECT DISTINCT rowid, unnest({_LEXEMES}) AS term FROM moved) AS once
    GROUP BY term ORDER BY term
    ON CONFLICT (term) DO UPDATE SET doc = held.doc + excluded.doc;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM sentence_terms WHERE doc = 0
        AND term IN (SELECT unnest({_LEXEMES}) FROM moved);
    END IF;
    UPDATE sentence_totals AS held
    SET sentences = held.sentences {sign} batch.rows, tokens = held.tokens {sign} batch.tokens
    FROM (SELECT count(*) AS rows, coalesce(sum(cardinality({_LEXEMES})), 0)::bigint AS tokens FROM moved) AS batch
    WHERE batch.rows > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON sentence_words REFERENCING {rows} TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION count_words_{name}();

CREATE FUNCTION count_vectors_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO indexed AS held SELECT model, {sign}count(*) FROM moved GROUP BY model ORDER BY model
    ON CONFLICT (model) DO UPDATE SET sentences = held.sentences + excluded.sentences;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON sentence_vectors REFERENCING {rows} TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION count_vectors_{name}();
"""  # noqa: S608


def upgrade() -> None:
    """Create the tables and what counts them."""
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(_TABLES)
        op.get_bind().exec_driver_sql(_counting("came", "+"))
        op.get_bind().exec_driver_sql(_counting("went", "-"))


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().dialect.name == "postgresql":
        for table in ("indexed", "sentence_vectors", "sentence_totals", "sentence_terms", "sentence_words"):
            op.execute(f"DROP TABLE {table}")
        for counted in ("words_came", "words_went", "vectors_came", "vectors_went"):
            op.execute(f"DROP FUNCTION count_{counted}")
