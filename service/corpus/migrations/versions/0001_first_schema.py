"""The first schema: articles, sentences, embeddings, and the full-text index of sentences."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# As service.corpus.tables has them; written out, since a migration must not change with the code.
Name = sa.String().with_variant(sa.String(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "articles",
        sa.Column("id", Name, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("publisher", sa.String, index=True),
        sa.Column("url", sa.String),
        sa.Column("published_at", sa.DateTime, index=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("folder", sa.String, index=True),
    )
    op.create_table(
        "sentences",
        sa.Column("id", Number, primary_key=True),
        sa.Column("article_id", Name, sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("text_sha256", sa.LargeBinary(32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sentences_article_position", "sentences", ["article_id", "position"], unique=True)
    op.create_index("ix_sentences_text_sha256", "sentences", ["text_sha256"])
    op.create_table(
        "origins",
        sa.Column("id", Name, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
    )
    op.create_table(
        "sentence_origins",
        sa.Column("sentence_id", Number, sa.ForeignKey("sentences.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("origin_id", Name, sa.ForeignKey("origins.id", ondelete="CASCADE"), nullable=False),
        sa.Column("copied_share", sa.Float, nullable=False),
    )
    op.create_table(
        "embeddings",
        sa.Column("text_sha256", sa.LargeBinary(32), primary_key=True),
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        return  # 0006 makes the search there
    op.execute(
        "CREATE VIRTUAL TABLE sentence_words USING fts5"
        "(words, context, tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")"
    )
    op.execute("CREATE VIRTUAL TABLE sentence_terms USING fts5vocab(sentence_words, row)")


def downgrade() -> None:
    """Drop everything."""
    search = () if op.get_bind().dialect.name == "postgresql" else ("sentence_terms", "sentence_words")
    for table in (
        *search,
        "embeddings",
        "sentence_origins",
        "origins",
        "sentences",
        "articles",
    ):
        op.drop_table(table)
