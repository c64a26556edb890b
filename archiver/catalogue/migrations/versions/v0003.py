"""Migrate to revision 0003: add tables for the posts that archiver did not write.

With these tables, the folders of posts need not be listed for each new post.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add two empty tables. The next run that writes a post fills them."""
    op.create_table(
        "folders",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("changed", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "neighbours",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("published_as", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_neighbours_folder", "neighbours", ["folder"], unique=False)
    op.create_index("ix_neighbours_published_as", "neighbours", ["published_as"], unique=False)
