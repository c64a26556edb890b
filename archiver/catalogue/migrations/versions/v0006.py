"""Migrate to revision 0006: add the table search_queue, with the articles that the search index must read again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table. It stays empty: there is no search index yet, and a new one reads every article."""
    text = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "search_queue",
        sa.Column("key", text, primary_key=True),
        sa.Column("changes", sa.BigInteger(), nullable=False),
    )
