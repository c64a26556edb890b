"""What lies in `_posts` beside our posts: a new one's name is found without listing 100,000 files."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds two empty tables: the folders are listed when a post is first written."""
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
