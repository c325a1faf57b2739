"""A living corpus: its revision and version, the log of removed sentences, and articles found by their address."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables, and give the corpus that is there its version."""
    corpus = op.create_table(
        "corpus",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("revision", Number, nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("grouped", Number, nullable=False),
    )
    op.create_table(
        "removals",
        sa.Column("id", Number, primary_key=True),
        sa.Column("revision", Number, nullable=False, index=True),
        sa.Column("first", Number, nullable=False),
        sa.Column("last", Number, nullable=False),
    )
    op.create_index("ix_articles_url", "articles", ["url"])
    op.create_index("ix_sentence_origins_origin_id", "sentence_origins", ["origin_id"])
    # As service.corpus.revisions counts; written out, since a migration must not change with the code.
    held = op.get_bind().execute(sa.text("SELECT id, digest FROM articles"))
    hashes = (hashlib.sha256(f"{row.id}\0{row.digest}".encode()).digest()[:8] for row in held)
    version = sum(int.from_bytes(hashed, "big") for hashed in hashes) % (1 << 64)
    op.bulk_insert(corpus, [{"id": 1, "revision": 1, "version": f"{version:016x}", "grouped": 0}])


def downgrade() -> None:
    """Drop what was created."""
    op.drop_index("ix_sentence_origins_origin_id", "sentence_origins")
    op.drop_index("ix_articles_url", "articles")
    op.drop_table("removals")
    op.drop_table("corpus")
