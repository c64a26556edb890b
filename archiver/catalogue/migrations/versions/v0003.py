"""Revision 0003: a cache of the posts that archiver did not write, so that no new post costs a listing of them all."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add two empty tables: the folders are listed when a post is first written."""
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
