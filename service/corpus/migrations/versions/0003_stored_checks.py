"""Stored checks, with the articles that each was fed by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


Name = sa.String().with_variant(sa.String(collation="C"), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "checks",
        sa.Column("number", Number, primary_key=True),
        sa.Column("id", Name, nullable=False, unique=True),
        sa.Column("checked_at", sa.DateTime, nullable=False, index=True),
        sa.Column("claim", sa.Text, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("index_version", sa.String, nullable=False),
        sa.Column("embedder", sa.String, nullable=False),
        sa.Column("stance_model", sa.String, nullable=False),
        sa.Column("supports", sa.Float, nullable=False),
        sa.Column("conflicts", sa.Float, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "check_articles",
        sa.Column("check_number", Number, sa.ForeignKey("checks.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("article_id", Name, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("check_articles")
    op.drop_table("checks")
