"""Human fact-checks that an article's page states."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and an index over the few articles that use it."""
    op.add_column("articles", sa.Column("fact_checks", sa.Text))
    where = sa.text("fact_checks IS NOT NULL")
    op.create_index("ix_articles_with_fact_checks", "articles", ["id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_articles_with_fact_checks", "articles")
    op.drop_column("articles", "fact_checks")
