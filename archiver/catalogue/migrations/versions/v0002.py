"""Migrate to revision 0002: add columns for the times of checks and removals, and for lost snapshots.

Also add columns that an export as evidence needs: the names of the credentials that were redacted in a page, and the
HTTP responses that contained media.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns. In existing rows `checked` is set to `state_seen`; the other new columns are empty or NULL."""
    op.add_column("articles", sa.Column("checked", sa.BigInteger(), nullable=True))
    op.add_column("articles", sa.Column("taken_out", sa.BigInteger(), nullable=True))
    op.execute("UPDATE articles SET checked = state_seen")
    op.add_column("captures", sa.Column("redacted", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("captures", sa.Column("lost", sa.BigInteger(), nullable=True))
    op.add_column("media", sa.Column("url", sa.String(), nullable=False, server_default=""))
    op.add_column("media", sa.Column("status", sa.Integer(), nullable=True))
    op.add_column("media", sa.Column("headers", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("media", sa.Column("received", sa.BigInteger(), nullable=True))
    op.create_index("ix_captures_sha256", "captures", ["sha256"], unique=False)
